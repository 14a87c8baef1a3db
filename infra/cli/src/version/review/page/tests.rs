use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use onefold_store::memory::MemoryStore;
use onefold_store::{Condition, Store};

use super::super::place::Place;
use super::super::question::{AskedPair, Why};
use super::super::testing;
use super::*;

pub(super) async fn ledger(text: &'static str) -> Ledger {
    let store = Arc::new(MemoryStore::default());
    store.put("corrections/people.csv", text.into(), Condition::Always).await.unwrap();
    Ledger::open(Place::Bucket(store), vec!["a".to_owned()]).await.unwrap()
}

fn sampled(card: Card) -> Card {
    Card { asked: AskedPair { why: Why::Sample { stratum: 7 }, ..card.asked }, ..card }
}

#[tokio::test]
async fn a_page_is_one_file_that_only_its_owner_reads() {
    let ledger = ledger("kind,left,right\nnever,a:1,a:2\nalways,a:8,a:9\n").await;
    let mut cards = vec![sampled(testing::card("a:1", "a:2")), testing::card("a:3", "a:4")];
    cards[1].rows[0].values[0] = vec!["</script><script>alert(1)</script> {{script}}".to_owned()];
    let page = Page::new("run-1", "ada", &cards, &ledger, &testing::scale());
    assert_eq!((page.cards(), page.run()), (1, "run-1"));
    let file = std::env::temp_dir().join(format!("onefold-page-{}.html", std::process::id()));
    // One that others may read is replaced.
    fs::write(&file, "old").unwrap();
    page.write(&file).unwrap();
    let (html, mode) = (fs::read_to_string(&file).unwrap(), fs::metadata(&file).unwrap().permissions().mode());
    fs::remove_file(&file).unwrap();

    assert_eq!(mode & 0o777, 0o600);
    assert!(html.contains("This page holds people's data."));
    assert_eq!((html.matches("<script").count(), html.matches("</script>").count()), (2, 2), "no value ends a script");
    assert!(!html.contains("http://") && !html.contains("https://") && !html.contains("src="), "nothing is fetched");
    assert!(html.contains("content=\"default-src 'none'; script-src 'sha256-"), "{html}");
    let (_, json) = html.split_once("id=\"data\">").unwrap();
    let data: serde_json::Value = serde_json::from_str(json.split_once("</script>").unwrap().0).unwrap();
    assert_eq!(data["cards"][0]["known"], "never");
    assert_eq!(data["cards"][0]["stratum"], 7);
    assert_eq!(data["cards"][1]["rows"][0]["values"][0][0], "</script><script>alert(1)</script> {{script}}");
    assert_eq!(data["always"], serde_json::json!([["a:8", "a:9"]]));
}

/// The policy allows what stands between the tags, to the byte.
#[tokio::test]
async fn the_policy_is_that_of_the_script_and_the_style() {
    let ledger = ledger("kind,left,right\n").await;
    let html = Page::new("run-1", "", &[], &ledger, &Scale::default()).html().unwrap();
    for (tag, end) in [("<script>", "</script>"), ("<style>", "</style>")] {
        let (_, rest) = html.split_once(tag).unwrap();
        let (text, _) = rest.split_once(end).unwrap();
        assert!(html.contains(&format!("'{}'", digest(text))), "{tag}");
    }
    assert_eq!(digest(""), "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
}

#[test]
fn progress_is_that_of_the_pairs_asked_about() {
    let [one, other] = [["a", "b"], ["ab", ""]].map(|accounts| id("run", accounts.into_iter()));
    assert_ne!(one, other);
    assert!(one.starts_with("run-") && one.len() == 12, "{one}");
}
