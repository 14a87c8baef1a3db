//! A review of a version that all stages made.

use std::collections::VecDeque;
use std::fs;

use clap::Parser;
use onefold_tests::case::Case;
use onefold_tests::pipeline::{Knobs, Pipeline};
use onefold_tests::version::Version;

use super::keyboard::Press;
use super::*;
use crate::args::{Arguments, Command};
use crate::error::describe;
use answer::AnswerKind;

const FIELDS: &str = "format = \"csv\"\n[source.fields]\nid = \"/id\"\ngiven_name = \"/given\"\nfamily_name = \"/family\"\n\
                      email = \"/email\"\nbirthdate = \"/born\"\n";
const GIVEN: [&str; 8] = ["Aino", "Bjarne", "Clara", "Dylan", "Edda", "Filip", "Greta", "Henrik"];
const FAMILY: [&str; 10] =
    ["Aalto", "Berg", "Clausen", "Dahl", "Eskola", "Falk", "Grön", "Hakala", "Iversen", "Jokinen"];

fn config(settings: &str) -> String {
    format!("{settings}\n[[source]]\nname = \"crm\"\n{FIELDS}\n[[source]]\nname = \"shop\"\n{FIELDS}")
}

/// The people of a source: those with one id are one person. The shop knows few birth dates, and has slips.
fn people(is_shop: bool) -> String {
    let mut text = "id,given,family,email,born\n".to_owned();
    for number in 0..150usize {
        let (given, family) = (GIVEN[number * 5 % GIVEN.len()], FAMILY[number * 3 % FAMILY.len()]);
        let mail = format!("{}.{number}@example.org", given.to_lowercase());
        let mail = if is_shop && number.is_multiple_of(3) { String::new() } else { mail };
        let slip = if is_shop && number.is_multiple_of(4) { "n" } else { "" };
        let born = format!("{}-{:02}-{:02}", 1951 + number % 44, 1 + number % 12, 1 + number % 28);
        let born = if is_shop && number.is_multiple_of(2) { String::new() } else { born };
        text += &format!("{number},{given}{slip},{family},{mail},{born}\n");
    }
    text
}

fn published(settings: &str) -> Pipeline {
    let case = Case::new(&config(settings)).file("crm/people.csv", people(false)).file("shop/people.csv", people(true));
    case.published().pipeline
}

fn options(words: &[&str]) -> ReviewOptions {
    let arguments = Arguments::try_parse_from([&["onefold", "review", "--who", "ada"], words].concat()).unwrap();
    let Command::Review(options) = arguments.command else { panic!("no review") };
    options
}

async fn open(pipeline: &Pipeline, words: &[&str]) -> Result<Opened, String> {
    let store: Arc<dyn Store> = pipeline.store.clone();
    Opened::open(&options(words), &store, None).await.map_err(|error| describe(&error))
}

/// Says what is true of one pair after the other.
struct Truth(VecDeque<AnswerKind>);

impl Truth {
    fn of(opened: &Opened) -> Self {
        let is_same = |[left, right]: &[String; 2]| left.split_once(':').unwrap().1 == right.split_once(':').unwrap().1;
        let kind = |is_same| if is_same { AnswerKind::Same } else { AnswerKind::Different };
        Self(opened.cards.iter().map(|card| kind(is_same(&card.asked.accounts))).collect())
    }
}

impl Keyboard for Truth {
    fn next(&mut self) -> Press {
        self.0.pop_front().map_or(Press::Quit, Press::Answer)
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().build().unwrap()
}

#[test]
fn a_sample_measures_a_version_and_the_next_run_obeys_the_answers() {
    let runtime = runtime();
    let mut pipeline = published("[score]");
    let (answered, learnt) = runtime.block_on(async {
        let mut opened = open(&pipeline, &["--sample", "60"]).await.unwrap();
        let mut keys = Truth::of(&opened);
        let mut shown = String::new();
        let learnt = opened.ask(&mut keys, &mut |text: &str| shown.push_str(text)).await.unwrap();
        assert!(shown.contains("family_name") && !shown.contains(" bits\n"), "{shown}");
        (std::mem::take(&mut opened.cards), learnt)
    });
    assert_eq!(learnt.session.same + learnt.session.different, answered.len() as u64);
    assert!(answered.len() > 30 && learnt.session.same > 0 && learnt.session.different > 0, "{learnt:?}");
    let json = serde_json::to_value(&learnt).unwrap();
    let precision = &json["sample"]["precision"];
    assert!(precision["low"].as_f64() <= precision["value"].as_f64() && precision["expected"].is_number(), "{json}");
    assert!(json["sample"]["recall"]["value"].is_number(), "{json}");
    assert!(learnt.text().contains("\n  precision"), "{}", learnt.text());

    let partitions = Knobs { partitions: 3, ..Knobs::default() };
    pipeline.run(&partitions).unwrap_or_else(|error| panic!("{}", error.text()));
    let version = Version::current(&pipeline);
    for card in &answered {
        let [left, right] = card.asked.accounts.each_ref().map(|account| &version.members[account]);
        let is_same = left == right;
        let was_said =
            card.asked.accounts[0].split_once(':').unwrap().1 == card.asked.accounts[1].split_once(':').unwrap().1;
        assert_eq!(is_same, was_said, "{:?}", card.asked.accounts);
    }
    // Nobody is asked again about what is known.
    let again = runtime.block_on(async {
        let mut opened = open(&pipeline, &["--sample", "10"]).await.unwrap();
        opened.ask(&mut Truth(VecDeque::new()), &mut |_: &str| {}).await.unwrap()
    });
    assert_eq!(again.session, Tally::default());
    assert!(again.text().contains("pairs of the sample are answered"), "{}", again.text());
}

#[test]
fn the_queue_is_asked_in_its_order_and_written_as_a_page() {
    let runtime = runtime();
    let pipeline = published("[score]");
    runtime.block_on(async {
        let opened = open(&pipeline, &["--queue", "3"]).await.unwrap();
        assert_eq!(opened.cards.len(), 3);
        assert!(opened.left > 0);
        let card = &opened.cards[0];
        assert!(card.rows.iter().any(|row| row.bits.is_some()), "{card:?}");
        assert!(
            card.rows.iter().any(|row| row.field == "family_name" && row.values.iter().all(|values| values.len() == 1))
        );
        let file = std::env::temp_dir().join(format!("onefold-review-{}.html", std::process::id()));
        write_page(&file, &opened.page()).unwrap();
        let html = fs::read_to_string(&file).unwrap();
        fs::remove_file(&file).unwrap();
        assert!(html.contains(&card.asked.accounts[0]) && html.contains("\"family_name\""), "{html}");
    });
}

#[test]
fn without_scores_there_is_no_sample() {
    let pipeline = published("[[match]]\nkey = \"email\"\n");
    runtime().block_on(async {
        let fault = open(&pipeline, &["--sample", "10"]).await.err().unwrap();
        assert!(fault.contains("has no sample: a sample is drawn where pairs are scored; add [score]"), "{fault}");
    });
}

#[test]
fn answers_beside_a_folder_of_results_need_a_data_folder() {
    let missing = Arguments::try_parse_from(["onefold", "review", "--out", "out"]).unwrap_err();
    assert!(missing.to_string().contains("--data"), "{missing}");
}
