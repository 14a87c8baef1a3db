use onefold_lake::RunId;
use onefold_lake::version::manifest::{Manifest, ScoreSummary};
use onefold_scoring::FREQUENCIES;
use onefold_scoring::counts::{Counts, FieldCounts};
use onefold_scoring::curve::{Curve, Point};
use onefold_scoring::model::{FieldModel, Model, Pass};
use onefold_scoring::weights::BIT;
use onefold_store::memory::MemoryStore;
use onefold_store::{Condition, Store};

use super::*;
use crate::error::describe;

const RUN: &str = "20261122T174600Z-1a2b3c4d";
const CONFIG: &str = "[score]\nwithout = [\"honorific_suffix\", \"organization\"]\n[[source]]\nname = \"crm\"\nformat = \"jsonl\"\n[source.fields]\nid = \"/id\"\n\
                      given_name = \"/given\"\nemail = \"/email\"\nnote = \"/note\"\n[field.note]\n";

/// By level from 1 to 7, and equal.
fn field(name: &str, m: [f64; 8], r: Option<[f64; 8]>, u: [f64; 7]) -> FieldModel {
    FieldModel { name: name.to_owned(), m, r, equal_relatives: 0.0, u, equal_strangers: [1.0; FREQUENCIES] }
}

/// By frequency class: accounts, and pairs of equal values.
fn counted(known: u64, classes: &[(u64, u128)]) -> FieldCounts {
    let mut counts = FieldCounts { known, ..FieldCounts::default() };
    for (class, (accounts, pairs)) in classes.iter().enumerate() {
        (counts.accounts[class], counts.equal_pairs[class]) = (*accounts, *pairs);
    }
    counts
}

/// Given names of six classes of frequency, e-mail addresses of one, and a field without values.
fn model() -> RunModel {
    let given = field(
        "given_name",
        [0.04, 0.02, 0.02, 0.02, 0.06, 0.08, 0.0, 0.76],
        Some([0.9, 0.04, 0.02, 0.02, 0.005, 0.005, 0.0, 0.01]),
        [0.97, 0.02, 0.005, 0.003, 0.001, 0.001, 0.0],
    );
    let email =
        field("email", [0.2, 0.03, 0.04, 0.05, 0.0, 0.0, 0.0, 0.68], None, [0.9989, 0.001, 0.0001, 0.0, 0.0, 0.0, 0.0]);
    let none = field("note", [0.0; 8], None, [0.0; 7]);
    let names = [(400, 0), (100, 50), (100, 150), (100, 300), (100, 800), (200, 2_000)];
    let fields = vec![counted(1_000, &names), counted(500, &[(300, 0), (200, 100)]), counted(0, &[])];
    let point = |bits: i64, links, precision, recall| Point { threshold: bits * BIT, links, precision, recall };
    RunModel {
        model: Model {
            levels: onefold_scoring::LEVELS_VERSION,
            learnt_in: RUN.to_owned(),
            is_prior: false,
            matches_per_account: 0.2,
            relatives_per_account: 0.05,
            fields: vec![given, email, none],
        },
        counts: Counts { accounts: 1_000, fields },
        passes: [("email", 50, 1_200, false), ("given_name", 0, 0, true)]
            .map(|(name, cap, first_found, is_dropped)| Pass { name: name.to_owned(), cap, first_found, is_dropped })
            .into(),
        curve: Curve {
            found: 190.4,
            missed: 9.6,
            points: vec![point(-10, 400, 0.45, 0.95), point(0, 190, 0.97, 0.92), point(3, 170, 0.9912, 0.85)],
        },
        threshold: 0,
        digest: "d".repeat(32),
    }
}

fn fields(model: &RunModel) -> ScoredFields {
    let config = onefold_config::Config::parse(CONFIG).unwrap();
    known(&ScoredFields::of(&config), model)
}

fn run() -> RunId {
    RunId::parse(RUN).unwrap()
}

#[test]
fn a_model_is_shown_by_field_and_level() {
    let expected = "The model of the version of 20261122T174600Z-1a2b3c4d was learnt in this run.

  accounts                       1,000
  expected pairs of one person     200
  expected pairs of relatives       50
  of one person, compared          190
  missed, at least                  10
  threshold in bits                0.0
  expected precision            0.9700
  expected recall               0.9200

What is expected by threshold:
  threshold  links  precision  recall
  -10.0        400     0.4500  0.9500
  0.0          190     0.9700  0.9200
  3.0          170     0.9912  0.8500

What each comparison level says:
  m, u, r               of 100 pairs of one person, of strangers, of relatives, so many have it
  strangers, relatives  the bits for one person rather than strangers, and rather than relatives

                                       m      u      r  strangers  relatives
  any two accounts                                          -11.3       +2.0
  given_name
    equal                           76.0   0.66    1.0
      if 2 to 3 accounts have it                             +9.6       +6.2
      if 4 to 7 accounts have it                             +8.0       +6.2
      if 8 to 15 accounts have it                            +7.0       +6.2
      if 32 to 63 accounts have it                           +5.2       +6.2
    nickname or a part of it         8.0   0.10   0.50       +6.3       +4.0
    nearly equal                     6.0   0.10   0.50       +5.9       +3.6
    initial                          2.0   0.30    2.0       +2.7       +0.0
    alike                            2.0   0.50    2.0       +2.0       +0.0
    somewhat alike                   2.0    2.0    4.0       +0.0       -1.0
    different                        4.0   96.4   90.0       -4.6       -4.5
  email
    equal                           68.0  0.080  0.080       +8.4       +8.4
    same before the @                5.0    0.0    0.0       +0.0       +0.0
    one or two edits                 4.0  0.010  0.010       +8.6       +8.6
    same digits                      3.0   0.10   0.10       +4.9       +4.9
    different                       20.0   99.8   99.8       -2.3       -2.3
  note
    says nothing
";
    let model = model();
    let shown = text::of(&model, &run(), &fields(&model));
    assert_eq!(shown, expected, "{shown}");
}

#[test]
fn levels_of_another_release_have_numbers() {
    let mut model = model();
    model.model.levels += 1;
    let shown = text::of(&model, &run(), &fields(&model));
    assert!(shown.contains("\n    level 6 ") && !shown.contains("nickname"), "{shown}");
}

#[test]
fn it_is_said_where_a_model_comes_from() {
    let mut model = model();
    model.model.learnt_in = "20261121T174600Z-1a2b3c4d".to_owned();
    model.model.is_prior = true;
    let shown = text::of(&model, &run(), &fields(&model));
    assert!(shown.contains(" was learnt in the run 20261121T174600Z-1a2b3c4d.\nThere was little to learn"), "{shown}");
}

#[test]
fn passes_are_listed() {
    let text = text::passes(&model());
    let lines: Vec<Vec<&str>> = text.lines().skip(2).map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines[0], ["email", "50", "1,200"]);
    assert_eq!(lines[1], ["given_name", "left", "out", "0", "not", "used", "from", "now", "on"]);
}

/// A store with a version, with the summary of scores and the model if they are given.
async fn store(scores: Option<ScoreSummary>, model: Option<&RunModel>) -> MemoryStore {
    let zeros = r#""rows_read":0,"accounts":0,"rejected":0,"repeated":0,"previous_members":0,"members":0,"superseded":0,
        "customers":0,"largest_customer":0,"customers_created":0,"customers_updated":0,"customers_merged":0,
        "customers_split":0,"blocked_keys":0"#;
    let text = format!(
        r#"{{"format":1,"run":"{RUN}","previous":null,"started_at":"","counts":{{{zeros}}},"blocked":[],
        "dropped_values":{{}},"files":{{"customers":[],"members":[],"member_links":[],"changes":[],"inputs":[]}},
        "config":"","matching":""}}"#
    );
    let manifest = Manifest { scores, ..serde_json::from_str(&text).unwrap() };
    let store = MemoryStore::default();
    let mut objects = vec![
        (keys::manifest(&run()), serde_json::to_vec(&manifest).unwrap()),
        (keys::processed_config(&run()), CONFIG.into()),
    ];
    objects.extend(model.map(|model| (keys::processed_model(&run()), serde_json::to_vec(model).unwrap())));
    for (key, content) in objects {
        store.put(&key, content.into(), Condition::Always).await.unwrap();
    }
    store
}

fn summary() -> ScoreSummary {
    ScoreSummary {
        model: String::new(),
        learnt_in: RUN.to_owned(),
        is_prior: false,
        pairs: 0,
        links: 0,
        threshold: 0,
        precision: None,
        recall: None,
        missed: 0.0,
        dropped_rows: 0,
        measured: None,
    }
}

async fn model_of(store: &MemoryStore) -> Result<RunModel, String> {
    let version = OpenVersion::of_run(store, &run()).await.unwrap();
    super::model(&version).await.map_err(|error| describe(&error))
}

#[tokio::test]
async fn the_model_of_a_version_is_read() {
    let store = store(Some(summary()), Some(&model())).await;
    let read = model_of(&store).await.unwrap();
    assert_eq!(read, model());
    let fields = fields(&read);
    let text = in_words(&read, &run(), &fields, false);
    assert!(text.contains("nickname or a part of it") && !text.contains("Passes"), "{text}");
    assert!(in_words(&read, &run(), &fields, true).contains("\nPasses, "));
}

#[tokio::test]
async fn a_version_without_scores_says_what_to_do() {
    let error = model_of(&store(None, None).await).await.unwrap_err();
    assert!(error.contains(RUN) && error.contains("has rules only; add [score] to onefold.toml"), "{error}");
    let error = model_of(&store(Some(summary()), None).await).await.unwrap_err();
    assert!(error.contains("model.json: it is missing"), "{error}");
}
