//! A small source of which every row is refused is no share of a large run, and is not lost without a word.

use onefold_lake::keys;
use onefold_lake::version::manifest::{Manifest, RefusedFile};
use onefold_shell::ErrorKind;
use onefold_tests::pipeline::{Knobs, Pipeline};
use onefold_tests::settings::Settings;
use onefold_tests::version::Version;

/// A large source and a small one, whose column is named `nr`.
fn config(id: &str, limits: &str) -> String {
    let source = |name: &str, id: &str| {
        format!("[[source]]\nname = \"{name}\"\nformat = \"csv\"\n[source.fields]\nid = \"{id}\"\nemail = \"/email\"\n")
    };
    format!("{}{}[[match]]\nkey = \"email\"\n[publish]\n{limits}\n", source("newsletter", id), source("shop", "/nr"))
}

fn csv(source: &str, rows: std::ops::Range<usize>) -> String {
    let line = |id: usize| format!("{id},p{id}@{source}.zz\n");
    "nr,email\n".to_owned() + &rows.map(line).collect::<String>()
}

fn pipeline(limits: &str) -> Pipeline {
    let pipeline = Pipeline::new(&Settings::default());
    pipeline.configure(&config("/id", limits));
    pipeline.drop_file("shop", "s.csv", csv("shop", 0..1000));
    pipeline
}

fn gated(pipeline: &mut Pipeline) -> (String, Manifest) {
    let run = pipeline.next_run();
    let error = pipeline.run(&Knobs::default()).expect_err("the gate is closed");
    assert_eq!(error.kind, ErrorKind::Gated, "{}", error.text());
    assert!(pipeline.get(keys::CURRENT).is_none());
    (error.text(), Version::read(pipeline, &run).manifest)
}

fn published(pipeline: &mut Pipeline) -> Version {
    let outcome = pipeline.run(&Knobs::default()).unwrap_or_else(|error| panic!("{}", error.text()));
    Version::read(pipeline, outcome.run())
}

#[test]
fn a_small_source_that_is_refused_as_a_whole_holds_the_version_back_and_comes_again() {
    let mut pipeline = pipeline("");
    pipeline.drop_file("newsletter", "export.csv", csv("newsletter", 0..6));
    let (message, held) = gated(&mut pipeline);
    for said in [
        "all 6 rows of the source \"newsletter\" were rejected, more than max_reject_ratio_by_source = 0.1",
        "all 6 rows of landing/newsletter/export.csv were rejected, more than max_reject_ratio_by_file = 0.5",
        "rejects/20261122T",
    ] {
        assert!(message.contains(said), "{message}");
    }
    let counts = |source: &str| {
        let counts = &held.sources[source];
        (counts.rows_read, counts.accounts, counts.rejected)
    };
    assert_eq!((counts("newsletter"), counts("shop")), ((6, 0, 6), (1000, 1000, 0)));
    let file = RefusedFile {
        source: "newsletter".to_owned(),
        object: "landing/newsletter/export.csv".to_owned(),
        rows_read: 6,
        rejected: 6,
    };
    assert_eq!(held.refused_files, [file]);

    // The configuration was wrong, and the file comes again.
    pipeline.configure(&config("/nr", ""));
    let version = published(&mut pipeline);
    assert_eq!(version.accounts.keys().filter(|reference| reference.starts_with("newsletter:")).count(), 6);
    assert!(version.manifest.refused_files.is_empty());
    assert!(version.manifest.sources.values().all(|counts| counts.rejected == 0));
}

#[test]
fn who_accepts_anything_accepts_it_of_every_part() {
    for limits in ["max_reject_ratio = 1", "max_reject_ratio_by_source = 1\nmax_reject_ratio_by_file = 1"] {
        let mut pipeline = pipeline(limits);
        pipeline.drop_file("newsletter", "export.csv", csv("newsletter", 0..6));
        let manifest = published(&mut pipeline).manifest;
        assert_eq!(manifest.refused_files.len(), 1, "it is told all the same");
    }
}

/// Files without their first column's values, among good ones; in small pieces, so that files are in several chunks.
#[test]
fn a_file_that_is_refused_holds_back_where_its_source_does_not() {
    for split_bytes in [1 << 20, 300] {
        let mut pipeline = pipeline("max_reject_ratio = 0.1");
        pipeline.configure(&config("/nr", "max_reject_ratio = 0.1"));
        pipeline.drop_file("newsletter", "a.csv", csv("newsletter", 0..200));
        let bad: String = (0..12).map(|id| format!(",p{id}@b.zz\n")).collect();
        pipeline.drop_file("newsletter", "b.csv", csv("newsletter", 200..209) + &bad);
        let run = pipeline.next_run();
        let error = pipeline.run(&Knobs { split_bytes, ..Knobs::default() }).expect_err("the gate is closed");
        let said = "more than max_reject_ratio_by_file = 0.5 allows";
        let file = "12 of 21 rows of landing/newsletter/b.csv were rejected";
        assert!(error.text().contains(said) && error.text().contains(file), "{}", error.text());
        assert!(!error.text().contains("by_source"), "{}", error.text());
        assert_eq!(Version::read(&pipeline, &run).manifest.sources["newsletter"].rows_read, 221);
    }
}

#[test]
fn one_bad_row_of_a_few_holds_nothing_back() {
    let mut pipeline = pipeline("");
    pipeline.configure(&config("/nr", ""));
    pipeline.drop_file("newsletter", "a.csv", "nr,email\n1,a@x.zz\n,b@x.zz\n3,c@x.zz\n");
    pipeline.drop_file("newsletter", "b.csv", "nr,email\n,d@x.zz\n");
    let manifest = published(&mut pipeline).manifest;
    assert_eq!(manifest.sources["newsletter"].rejected, 2);
    let worst: Vec<&str> = manifest.refused_files.iter().map(|file| file.object.as_str()).collect();
    assert_eq!(worst, ["landing/newsletter/b.csv", "landing/newsletter/a.csv"], "the one without any account first");
}

/// Ids that are repeated are refused as they should be, and say nothing against a file.
#[test]
fn repeated_ids_hold_nothing_back() {
    let mut pipeline = pipeline("");
    pipeline.configure(&config("/nr", ""));
    pipeline.drop_file("newsletter", "a.csv", "nr,email\n".to_owned() + &"1,a@x.zz\n".repeat(20));
    let manifest = published(&mut pipeline).manifest;
    let counts = &manifest.sources["newsletter"];
    assert_eq!((counts.rows_read, counts.rejected, counts.repeated), (20, 19, 19));
    assert_eq!(manifest.refused_files, []);
}
