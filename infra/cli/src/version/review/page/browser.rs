//! Answers a page in a browser: by keys, back, over a reload, up to the saved file; and measures it.

use onefold_tests::browser::{Browser, Look, frame};

use super::super::card::Card;
use super::super::question::{AskedPair, Why};
use super::super::testing;
use super::tests::ledger;
use super::*;

const SCRIPT: &str = include_str!("browser.js");

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
    let Some(browser) = Browser::find() else { return };
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
    // As wide as a desktop's window and as a phone's.
    let frames = [1440, 390].map(|width| frame(&format!("at {width}"), &html, width)).concat();
    for is_dark in [false, true] {
        let Look { found, complaints } = browser.look("review-page", &frames, SCRIPT, is_dark);
        assert_eq!(found, expected);
        assert_eq!(complaints, Vec::<String>::new());
    }
}
