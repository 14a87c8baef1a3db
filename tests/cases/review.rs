//! What people are asked about a version, and what comes of their answers.

use onefold_lake::keys;
use onefold_lake::version::manifest::Manifest;
use onefold_lake::version::review::{Calibration, Question, Reason, SampledPair, Strata, parse};
use onefold_report::{CalibrationBin, Measured, Report};
use onefold_tests::case::Case;
use onefold_tests::pipeline::{Knobs, Pipeline};
use onefold_tests::version::Version;

const CONFIG: &str = r#"
[score]

[[source]]
name = "crm"
format = "csv"
[source.fields]
id = "/id"
given_name = "/given"
family_name = "/family"
email = "/email"
birthdate = "/born"

[[source]]
name = "shop"
format = "csv"
[source.fields]
id = "/id"
given_name = "/given"
family_name = "/family"
email = "/email"
birthdate = "/born"
"#;

const GIVEN: [&str; 8] = ["Anna", "Bruno", "Carla", "Dario", "Elif", "Frida", "Goran", "Hanna"];
const FAMILY: [&str; 10] =
    ["Abel", "Brandt", "Castro", "Dumont", "Eriksen", "Fontana", "Greco", "Haas", "Ivanov", "Jansen"];

/// The people of a source; those with one number are one person. The shop knows few birth dates and has slips.
fn people(is_shop: bool) -> String {
    let mut text = "id,given,family,email,born\n".to_owned();
    for number in 0..120usize {
        let given = GIVEN[number * 7 % GIVEN.len()];
        let family = FAMILY[number * 3 % FAMILY.len()];
        let born = format!("{}-{:02}-{:02}", 1950 + number % 45, 1 + number % 12, 1 + number % 27);
        let mail = format!("{}{number}@weberhaus.net", given.to_lowercase());
        let (slips, is_bare) = (is_shop && number.is_multiple_of(5), is_shop && number.is_multiple_of(3));
        let given = if slips { format!("{given}a") } else { given.to_owned() };
        let mail = if is_bare { String::new() } else { mail };
        let born = if is_shop && number.is_multiple_of(2) { String::new() } else { born };
        text += &format!("{number},{given},{family},{mail},{born}\n");
    }
    text
}

fn case() -> Case {
    Case::new(CONFIG).file("crm/people.csv", people(false)).file("shop/people.csv", people(true))
}

fn queue(pipeline: &Pipeline, manifest: &Manifest) -> Vec<Question> {
    let key = keys::review_queue(&manifest.run);
    parse(&key, &pipeline.get(&key).expect("a queue")).expect("questions")
}

fn sample(pipeline: &Pipeline, manifest: &Manifest) -> (Vec<SampledPair>, Strata) {
    let key = keys::review_sample(&manifest.run);
    let strata = pipeline.get(&keys::review_strata(&manifest.run)).expect("strata");
    (
        parse(&key, &pipeline.get(&key).expect("a sample")).expect("pairs"),
        serde_json::from_slice(&strata).expect("JSON"),
    )
}

fn calibration(pipeline: &Pipeline, manifest: &Manifest) -> Option<Calibration> {
    let bytes = pipeline.get(&keys::review_calibration(&manifest.run))?;
    Some(serde_json::from_slice(&bytes).expect("JSON"))
}

fn are_one_person([left, right]: &[String; 2]) -> bool {
    left.split_once(':').expect("a reference").1 == right.split_once(':').expect("a reference").1
}

fn run_with(pipeline: &mut Pipeline, review: &str) -> Version {
    pipeline.put("corrections/review.csv", review.to_owned());
    pipeline.run(&Knobs { partitions: 3, ..Knobs::default() }).unwrap_or_else(|error| panic!("{}", error.text()));
    Version::current(pipeline)
}

#[test]
fn answers_are_obeyed_and_not_asked_for_again() {
    let mut ran = case().published();
    let before = queue(&ran.pipeline, &ran.version.manifest);
    let first = |reason: Reason| before.iter().find(|question| question.reason == reason).expect("a question").clone();
    let (doubtful, bridge) = (first(Reason::Doubtful), first(Reason::Bridge));
    let skipped = before.iter().rev().find(|question| question.reason == Reason::Doubtful).expect("another").clone();
    assert_ne!(skipped, doubtful);
    let line = |kind: &str, question: &Question| {
        let [left, right] = &question.accounts;
        format!("{kind},{left},{right},,ada,2026-11-28T09:00:00Z,{},\n", ran.version.manifest.run)
    };
    let answers = [line("always", &doubtful), line("never", &bridge), line("skip", &skipped)].concat();
    let review = format!("kind,left,right,reason,who,when,run,stratum\n{answers}");
    let version = run_with(&mut ran.pipeline, &review);
    let customers = |question: &Question| question.accounts.clone().map(|account| version.members[&account].clone());
    let [one, other] = customers(&doubtful);
    assert_eq!(one, other);
    let [one, other] = customers(&bridge);
    assert_ne!(one, other);
    let after = queue(&ran.pipeline, &version.manifest);
    let asked = |question: &Question| after.iter().any(|next| next.accounts == question.accounts);
    assert!(!after.is_empty() && !asked(&doubtful) && !asked(&bridge) && !asked(&skipped));
    let found = calibration(&ran.pipeline, &version.manifest).expect("a calibration");
    assert_eq!((found.answers.same, found.answers.different, found.answers.skipped), (1, 1, 1));
    assert_eq!(found.answers.not_compared, 0);
    assert_eq!((found.precision.measured, found.recall.measured), (None, None), "such answers measure nothing");
}

#[test]
fn answers_about_the_sample_measure_the_links() {
    let mut ran = case().published();
    assert_eq!(calibration(&ran.pipeline, &ran.version.manifest), None);
    let (pairs, strata) = sample(&ran.pipeline, &ran.version.manifest);
    let line = |pair: &SampledPair| {
        let kind = if are_one_person(&pair.accounts) { "always" } else { "never" };
        let [left, right] = &pair.accounts;
        format!("{left},{right},{kind},{},{}\n", pair.stratum, ran.version.manifest.run)
    };
    let review = format!("left,right,kind,stratum,run\n{}", pairs.iter().map(line).collect::<String>());
    let version = run_with(&mut ran.pipeline, &review);
    let found = calibration(&ran.pipeline, &version.manifest).expect("a calibration");
    assert_eq!(found.answers.same + found.answers.different, pairs.len() as u64);
    assert_eq!(found.bins.iter().map(|bin| bin.sampled[0]).sum::<u64>(), pairs.len() as u64);
    // The scores are those of the first run: answers change customers, and no score.
    let linked = |pair: &&SampledPair| strata.strata[pair.stratum as usize].from >= strata.threshold;
    let weight = |pair: &SampledPair| {
        let of = strata.strata[pair.stratum as usize];
        of.pairs as f64 / of.sampled as f64
    };
    let (mut all, mut right) = (0.0, 0.0);
    for pair in pairs.iter().filter(linked) {
        all += weight(pair);
        right += if are_one_person(&pair.accounts) { weight(pair) } else { 0.0 };
    }
    let measured = found.precision.measured.expect("a precision");
    assert!((measured.share - right / all).abs() < 1e-5, "{measured:?}, and {}", right / all);
    assert!((measured.interval[0]..=measured.interval[1]).contains(&measured.share));
    assert!(found.recall.measured.is_some());
    assert_reported(&ran.pipeline, &version.manifest, &found);
}

/// The report shows what the answers measured.
fn assert_reported(pipeline: &Pipeline, manifest: &Manifest, found: &Calibration) {
    let report = pipeline.get(&keys::processed_report(&manifest.run)).expect("a report");
    let report: Report = serde_json::from_slice(&report).expect("JSON");
    let scores = report.scores.expect("scores");
    let told = scores.measured.expect("what was measured");
    let share = |of: Option<Measured>| of.map(|of| (of.share, of.interval, of.answers));
    for (told, found) in [(told.precision, found.precision), (told.recall, found.recall)] {
        assert_eq!(share(told.measured), found.measured.map(|of| (of.share, of.interval, of.answers)));
        assert_eq!(told.expected, found.expected);
    }
    let bins = |bin: &CalibrationBin| (bin.from, bin.below, bin.pairs, bin.sampled);
    let expected = found.bins.iter().map(|bin| (bin.from, bin.below, bin.pairs, bin.sampled));
    assert!(told.bins.iter().map(bins).eq(expected), "{:?}", told.bins);
    assert_eq!(told.bins.iter().map(|bin| bin.pairs).sum::<u64>(), scores.pairs);
    let page = pipeline.get(&keys::processed_page(&manifest.run)).expect("a page");
    assert!(String::from_utf8_lossy(&page).contains("Measured precision"));
}

#[test]
fn no_value_is_asked_with() {
    let ran = case().published();
    let files = &ran.version.manifest.files.review;
    assert_eq!(files.len(), 3);
    for file in files {
        let bytes = ran.pipeline.get(&file.key).expect("a file");
        assert_eq!(file.bytes, bytes.len() as u64);
        let text = match file.key.strip_suffix(".zst") {
            Some(_) => String::from_utf8(onefold_lake::decompress(&file.key, &bytes).expect("zstd")).expect("UTF-8"),
            None => String::from_utf8(bytes.to_vec()).expect("UTF-8"),
        };
        assert_eq!(file.text_bytes, text.len() as u64);
        for value in GIVEN.iter().chain(&FAMILY).chain(&["@weberhaus", "1950-01-01", "1962-01-13"]) {
            assert!(!text.contains(value), "{value} is in {}", file.key);
        }
    }
}

#[test]
fn without_scores_people_are_asked_about_what_limits_divide() {
    let config = CONFIG.replace("[score]", "[guard]\nmax_accounts_per_customer = 2\n\n[[match]]\nkey = \"email\"");
    let rows = "id,given,family,email,born\n1,Anna,Abel,a@weberhaus.net,\n2,Anna,Abel,a@weberhaus.net,\n3,Anna,Abel,a@weberhaus.net,\n";
    let header = "id,given,family,email,born\n";
    let ran = Case::new(&config).file("crm/people.csv", rows).file("shop/people.csv", header).published();
    let asked = queue(&ran.pipeline, &ran.version.manifest);
    assert_eq!(asked.len(), 1);
    assert_eq!((asked[0].reason, asked[0].limits.join(" ")), (Reason::Divided, "max_accounts_per_customer".to_owned()));
    assert_eq!((asked[0].pairs, asked[0].gain, asked[0].bits), (2, 1.0, None));
    assert_eq!(ran.version.manifest.files.review.len(), 1);
}
