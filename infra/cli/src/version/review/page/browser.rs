//! Answers a page in a browser: by keys, back, over a reload, up to the saved file; and measures it.
//!
//! The browser is Chromium or Chrome: the one that ONEFOLD_BROWSER names, or one on the path. Without any, the test says that
//! it did not run.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::super::card::Card;
use super::super::question::{AskedPair, Why};
use super::super::testing;
use super::tests::ledger;
use super::*;

const SCRIPT: &str = include_str!("browser.js");

fn browser() -> Option<PathBuf> {
    if let Some(named) = env::var_os("ONEFOLD_BROWSER") {
        return Some(PathBuf::from(named));
    }
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let path = env::var_os("PATH")?;
    env::split_paths(&path).flat_map(|folder| names.map(|name| folder.join(name))).find(|program| program.is_file())
}

/// A page with the page in two frames, as wide as a desktop's window and as a phone's.
fn frames(page: &str) -> String {
    let page = page.replace('&', "&amp;").replace('"', "&quot;");
    let frame = |width: u32| {
        format!(r#"<iframe title="at {width}" style="width:{width}px;height:900px;border:0" srcdoc="{page}"></iframe>"#)
    };
    let (desktop, phone) = (frame(1440), frame(390));
    format!(
        "<!DOCTYPE html><meta charset=\"utf-8\"><link rel=\"icon\" href=\"data:,\"><body>{desktop}{phone}<script>{SCRIPT}</script>"
    )
}

/// What the script found, and the complaints of the browser.
fn look(browser: &Path, page: &str, is_dark: bool) -> (String, Vec<String>) {
    let folder = env::temp_dir().join(format!("onefold-review-page-{}-{is_dark}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join("frames.html");
    fs::write(&file, frames(page)).unwrap();
    let run = Command::new(browser)
        .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars"])
        .args(["--enable-logging=stderr", "--timeout=60000", "--virtual-time-budget=5000", "--dump-dom"])
        .arg(format!("--blink-settings=preferredColorScheme={}", u8::from(!is_dark)))
        .arg(format!("--user-data-dir={}", folder.join("profile").display()))
        .arg(format!("file://{}", file.display()))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    fs::remove_dir_all(&folder).unwrap();
    let document = String::from_utf8(run.stdout).unwrap();
    let log = String::from_utf8_lossy(&run.stderr).into_owned();
    let found = document.split_once("<body>found:").unwrap_or_else(|| panic!("nothing was found: {log}")).1;
    let complaints = log.lines().filter(|line| line.contains("CONSOLE")).map(str::to_owned);
    (found.split_once(".</body>").unwrap().0.to_owned(), complaints.collect())
}

fn cards() -> Vec<Card> {
    let drawn = |card: Card, stratum| Card { asked: AskedPair { why: Why::Sample { stratum }, ..card.asked }, ..card };
    let mut first = testing::card("a:1", "a:2");
    first.rows[1].values[0] = vec!["an.address.without.any.space.in.it@a.very.long.name.of.an.example.org".repeat(2)];
    vec![
        first,
        testing::card("a:2", "a:3"),
        testing::card("a:1", "a:3"),
        drawn(testing::card("a:4", "a:5"), 3),
        drawn(testing::card("a:6", "a:7"), 4),
        testing::card("a:8", "a:\"9\""),
    ]
}

#[tokio::test]
async fn a_page_is_answered_in_a_browser() {
    let Some(browser) = browser() else {
        eprintln!("NOT RUN: there is no browser; install chromium, or name one in ONEFOLD_BROWSER");
        return;
    };
    let ledger = ledger("kind,left,right\nnever,a:6,a:7\n").await;
    let cards = cards();
    let html = Page::new("run-1", "ada", &cards, &ledger, &testing::scale()).html().unwrap();
    let expected = "Are a:1 and a:2 one person's?|Pair 1 of 6: There is no answer to take back.|\
        Pair 3 of 6: That cannot be: the two are one person's by earlier answers: a:1 = a:2 = a:3. It was not noted. Answer \
        otherwise, or go back and change an answer.|Pair 4 of 6: a:1 and a:3: skipped. |Pair 4 of 6: ||\
        Pair 6 of 6: a:4 and a:5: same. The model says different: -3.5 bits, and 0.0 are enough.|\
        kind,left,right,reason,who,when,run,stratum,note\n\
        always,a:1,a:2,doubtful,\"Ada, \"\"night\"\"\",now,run-1,,\n\
        never,a:2,a:3,doubtful,\"Ada, \"\"night\"\"\",now,run-1,,\n\
        skip,a:1,a:3,doubtful,\"Ada, \"\"night\"\"\",now,run-1,,\n\
        always,a:4,a:5,sample,\"Ada, \"\"night\"\"\",now,run-1,3,\n\
        never,a:6,a:7,sample,\"Ada, \"\"night\"\"\",now,run-1,4,\n\
        |2 same, 2 different, 1 skipped.|true|done";
    for is_dark in [false, true] {
        let (found, complaints) = look(&browser, &html, is_dark);
        assert_eq!(found, expected);
        assert_eq!(complaints, Vec::<String>::new());
    }
}
