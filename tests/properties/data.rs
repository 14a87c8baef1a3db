//! Random rows: few values in many spellings, so that accounts meet, and every kind of nothing.

use std::collections::{BTreeMap, BTreeSet};

use onefold_tests::oracle::Dropped;
use onefold_tests::pipeline::{Knobs, Outcome, Pipeline};
use onefold_tests::row::{self, Row, SOURCES};
use onefold_tests::settings::Settings;
use onefold_tests::version::Version;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

/// Runs so many cases; what fails is printed, not written into the repository.
pub fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 200, ..ProptestConfig::default() }
}

const IDS: [&str; 9] = ["1", "2", "7", "007", "9", "10", "11", "a1", "b:2"];
const SECONDS: [i64; 5] = [0, 1_000_000_000, 1_686_161_760, 1_700_000_000, 1_700_000_001];

/// Values of each field; several are spellings of one, and several are nothing.
const GIVEN_NAMES: [&str; 16] = [
    "Anna",
    "Frau Anna",
    " anna ",
    "ANNA",
    "A.",
    "a. m.",
    "anne",
    "weber",
    "bob",
    "Jürgen",
    "ZOË",
    "n/a",
    "",
    "  ",
    "null",
    "unbekannt",
];
const FAMILY_NAMES: [&str; 11] =
    ["Weber", "WEBER", "anna", "O\"Neil, jr", "O\"Neil, sr", "O\"Neil", "unknown", "-", "", "Null", "NULL"];
const FULL_NAMES: [&str; 16] = [
    "Anna Weber",
    "Dr. Anna Weber",
    "Weber GmbH",
    "Anna und Bob Weber",
    "Weber, Anna",
    "Weber Anna",
    "A. Weber",
    "Anna",
    "weber,",
    "anna maria Weber",
    " Bob  Weber ",
    "n/a",
    ", ",
    "",
    "Anna Null",
    "null",
];
const EMAILS: [&str; 14] = [
    "a.nna+shop@gmail.com",
    "ANNA@googlemail.com",
    " anna@gmail.com ",
    "bob@x.de",
    "Bob+1@x.de",
    "c@x.de",
    "d@x.de",
    "e@x.de",
    "f@x.de",
    "noreply@x.de",
    "n/a",
    "no@address",
    "",
    " ",
];
const PHONE_NUMBERS: [&str; 15] = [
    "+49 143 8055090",
    "+49 143 8055090 x12",
    "0143 8055090 x13",
    "(212) 345-6789 x7",
    "0049/143/8055090",
    "0143 8055090",
    "+49 (0)143-8055090",
    "(212) 345-6789",
    "+12123456789",
    "212 345 67 90",
    "+33 1 23 45 67 89",
    "1234",
    "0000000000",
    "unknown",
    "",
];
const BIRTHDATES: [&str; 6] = ["1931-12-14", "1985-05-05", "1990-02-30", "", "1900-01-01", "2068-07-16"];
const COUNTRIES: [&str; 5] = ["DE", " de", "US", "XX", ""];
const LOCALITIES: [&str; 4] = ["Köln", "New\nYork", "", "n/a"];
const STREETS: [&str; 3] = ["Main St. 1, rear", "the \"old\" mill", ""];
const POSTAL_CODES: [&str; 5] = ["01234", "99901", "01", "", "00000"];
const SALARIES: [&str; 4] = ["50000", "48000.5", "lots", ""];
const INTERESTS: [&str; 3] = ["art", "Wine", "fly fishing"];

/// Marks of deletion, as the CRM and the shop write them, and as the list does.
const MARKS: [&str; 8] = ["true", "Yes", "1", "T", "false", "0", "no", " "];
const STATUSES: [&str; 5] = ["closed", "erased", "open", "Closed", "true"];

/// A value of a field, or none.
fn text(field: &'static str, values: &'static [&'static str]) -> BoxedStrategy<Option<(&'static str, String)>> {
    proptest::option::weighted(0.5, select(values).prop_map(move |text| (field, text.to_owned()))).boxed()
}

/// One row.
fn any_row() -> impl Strategy<Value = Row> {
    let names = (text("given_name", &GIVEN_NAMES), text("family_name", &FAMILY_NAMES), text("full_name", &FULL_NAMES));
    let contact =
        (text("email", &EMAILS), text("phone_number", &PHONE_NUMBERS), text("gender", &["f", "x", "", "unknown"]));
    let address = vec![
        text("birthdate", &BIRTHDATES),
        text("address.country", &COUNTRIES),
        text("address.locality", &LOCALITIES),
        text("address.street_address", &STREETS),
        text("address.postal_code", &POSTAL_CODES),
    ];
    let others = (
        proptest::option::of(select(&SALARIES[..])),
        proptest::sample::subsequence(&INTERESTS[..], 0..3),
        proptest::option::of(select(&["ios", "an\"droid", "ios", "0", "n/a", " "][..])),
        proptest::option::weighted(0.25, (select(&MARKS[..]), select(&STATUSES[..]))),
    );
    let more = |values: &'static [&'static str]| {
        proptest::option::weighted(0.3, proptest::collection::vec(select(values), 1..3))
    };
    let more = (more(&EMAILS), more(&PHONE_NUMBERS));
    let what =
        (select(&SOURCES[..]), select(&IDS[..]), proptest::option::weighted(0.9, (select(&SECONDS[..]), 0..3i64)));
    (what, names, contact, more, address, others).prop_map(
        |((source, id, time), names, contact, more, address, others)| {
            let mut row = Row::new(source, id);
            // Only the shop knows fractions of seconds.
            let fraction = |quarters: i64| if source == "shop" { quarters * 250 } else { 0 };
            row.updated_at = time.map(|(seconds, quarters)| seconds * 1000 + fraction(quarters));
            let names = if source == "shop" { vec![names.2] } else { vec![names.0, names.1] };
            let contact = [contact.0, contact.1, contact.2];
            row.texts = names.into_iter().chain(contact).chain(address).flatten().collect();
            for (field, texts) in [("email", more.0), ("phone_number", more.1)] {
                let most = if source == "list" { 1 } else { 2 };
                let texts: Vec<String> = texts.into_iter().flatten().take(most).map(str::to_owned).collect();
                if !texts.is_empty() {
                    row.more.insert(field, texts);
                }
            }
            row.salary = others.0.map(str::to_owned);
            row.interests = others.1.into_iter().map(str::to_owned).collect();
            row.device = others.2.filter(|_| source != "shop").map(str::to_owned);
            row.mark = others.3.map(|(mark, status)| if source == "list" { status } else { mark });
            row
        },
    )
}

/// Rows of all sources. Versions of an account differ in time, or not at all: of two that differ in all else,
/// nothing that a person sees says which is the later one.
pub fn any_rows(most: usize) -> impl Strategy<Value = Vec<Row>> {
    proptest::collection::vec(any_row(), 0..most).prop_map(|rows| {
        let mut first: BTreeMap<(String, Option<i64>), Row> = BTreeMap::new();
        rows.into_iter().map(|row| first.entry((row.reference(), row.time())).or_insert(row).clone()).collect()
    })
}

/// Limits of what one customer may be: `max_accounts_per_customer` and `max_distinct`.
pub fn any_customer_limits() -> impl Strategy<Value = (Option<usize>, Vec<(&'static str, usize)>)> {
    let distinct = vec![("birthdate", 1), ("email", 2), ("given_name", 1)];
    (proptest::option::weighted(0.3, 1usize..5), subsequence(distinct, 0..3))
}

/// Accounts of a source that one customer may have.
pub fn any_source_limits() -> impl Strategy<Value = Vec<(&'static str, usize)>> {
    proptest::collection::btree_map(select(&SOURCES[..]), 1usize..4, 0..3)
        .prop_map(|limits| limits.into_iter().collect())
}

/// References that corrections name; the last one is of no row.
const REFERENCES: [&str; 12] = [
    "crm:1", "crm:2", "crm:7", "crm:007", "list:1", "list:9", "list:10", "shop:a1", "shop:2", "shop:b:2", "shop:11",
    "crm:gone",
];

/// Corrections that do not contradict each other.
pub fn any_corrections() -> impl Strategy<Value = (Vec<[&'static str; 2]>, Vec<[&'static str; 2]>)> {
    let pairs = |most| proptest::collection::vec((select(&REFERENCES[..]), select(&REFERENCES[..])), 0..most);
    (pairs(5), pairs(6)).prop_map(|(always, never)| {
        let told = |pairs: Vec<(&'static str, &'static str)>| {
            let pairs = pairs.into_iter().filter(|(left, right)| left != right);
            pairs.map(|(left, right)| [left, right]).collect::<Vec<_>>()
        };
        let always = told(always);
        let mut never = told(never);
        never.retain(|[left, right]| {
            let mut reached = vec![*left];
            for _ in &always {
                let near = always.iter().filter(|pair| pair.iter().any(|one| reached.contains(one)));
                reached = near.flatten().copied().chain(reached.iter().copied()).collect();
            }
            !reached.contains(right)
        });
        (always, never)
    })
}

/// What corrections say, whichever way round and how often: `always` and `never`.
pub fn pairs_of(settings: &Settings) -> [BTreeSet<BTreeSet<&'static str>>; 2] {
    [&settings.always, &settings.never].map(|pairs| pairs.iter().map(|pair| pair.iter().copied().collect()).collect())
}

/// Settings whose guard never closes.
pub fn without_guard() -> Settings {
    Settings { max_accounts_per_key: 1000, ..Settings::default() }
}

/// Drops a file of each source that has rows.
pub fn drop_rows(pipeline: &Pipeline, name: &str, rows: &[Row]) {
    for source in SOURCES {
        let of_source: Vec<&Row> = rows.iter().filter(|row| row.source == source).collect();
        if !of_source.is_empty() {
            pipeline.drop_file(source, &row::file_name(source, name), row::file(source, of_source));
        }
    }
}

/// The files of a run: one or two of each of some sources, at least so many. Each row may be in them or not.
pub fn any_files(rows: Vec<Row>, least_sources: usize) -> impl Strategy<Value = Vec<Dropped>> {
    let most = rows.len();
    let files = (subsequence(SOURCES.to_vec(), least_sources..=3), any::<bool>(), proptest::bool::weighted(0.15));
    (subsequence(rows, 0..=most), files).prop_map(|(rows, (sources, halves, is_broken))| {
        let mut files = Vec::new();
        for source in sources {
            let rows: Vec<Row> = rows.iter().filter(|row| row.source == source).cloned().collect();
            let (first, second) = rows.split_at(if halves { rows.len() / 2 } else { rows.len() });
            files.push(Dropped { source, rows: first.to_vec(), is_broken });
            if halves {
                files.push(Dropped { source, rows: second.to_vec(), is_broken: false });
            }
        }
        files
    })
}

/// Drops the files of a run.
pub fn drop_files(pipeline: &Pipeline, run: usize, files: &[Dropped]) {
    for (at, file) in files.iter().enumerate() {
        let mut text = row::file(file.source, &file.rows);
        if file.is_broken {
            text += if file.source == "list" { "too,few\n" } else { "{\"id\":\n" };
        }
        pipeline.drop_file(file.source, &row::file_name(file.source, &format!("run-{run}-{at}")), text);
    }
}

/// Runs, and reads the version that this published.
pub fn publish(pipeline: &mut Pipeline, knobs: &Knobs) -> Version {
    let outcome = pipeline.run(knobs).unwrap_or_else(|error| panic!("{error:?}"));
    assert!(matches!(outcome, Outcome::Published(_)), "there was something new");
    Version::read(pipeline, outcome.run())
}

/// Publishes rows in two runs, of which the first has this share, and reads the second version.
pub fn publish_in_two(pipeline: &mut Pipeline, rows: &[Row], cut: f64, knobs: &Knobs) -> Version {
    let (before, after) = rows.split_at((rows.len() as f64 * cut) as usize);
    for (name, rows) in [("a", before), ("b", after)] {
        drop_rows(pipeline, name, rows);
        pipeline.drop_file("crm", &format!("empty-{name}.jsonl"), "");
        publish(pipeline, knobs);
    }
    Version::current(pipeline)
}

/// The version that one run makes of rows.
pub fn version_of(rows: &[Row], settings: &Settings) -> Version {
    let mut pipeline = Pipeline::new(settings);
    drop_rows(&pipeline, "all", rows);
    if rows.is_empty() {
        pipeline.drop_file("crm", "empty.jsonl", "");
    }
    publish(&mut pipeline, &Knobs::default())
}
