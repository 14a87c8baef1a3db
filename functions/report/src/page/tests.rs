mod colours;
mod document;

use super::*;
use document::{Piece, pieces, tags};

const FULL: &str = include_str!("../../examples/full.json");
const MINIMAL: &str = include_str!("../../examples/minimal.json");

fn report(json: &str) -> Report {
    serde_json::from_str(json).unwrap()
}

/// The pages of all kinds of reports.
fn pages() -> Vec<String> {
    [report(FULL), report(MINIMAL), Report::default()].iter().map(page).collect()
}

#[test]
fn a_page_is_well_formed() {
    for page in pages() {
        let mut open: Vec<&str> = Vec::new();
        for piece in pieces(&page) {
            match piece {
                Piece::Open(tag) if ["meta", "link", "wbr"].contains(&tag.name) => {}
                Piece::Open(tag) => open.push(tag.name),
                Piece::Close(name) => assert_eq!(open.pop(), Some(name)),
                Piece::Text(_) => {}
            }
        }
        assert!(open.is_empty(), "{open:?}");
    }
}

/// Whether a browser would run or load something for a tag.
fn is_active(tag: &document::Tag<'_>) -> bool {
    let has_such_a_name = ["script", "iframe", "img", "object", "embed", "form", "base", "use"].contains(&tag.name);
    has_such_a_name || tag.attributes.iter().any(|(name, _)| name.starts_with("on") || name.starts_with("src"))
}

#[test]
fn a_page_needs_no_script_and_no_other_file() {
    for page in pages() {
        for tag in tags(&page) {
            assert!(!is_active(&tag), "{tag:?}");
            let href = tag.attribute("href").unwrap_or("#");
            assert!(href.starts_with('#') || href == "data:,", "{href}");
        }
    }
    assert!(!STYLE.contains("url(") && !STYLE.contains("@import") && !STYLE.contains("</"));
}

#[test]
fn every_link_and_label_leads_somewhere() {
    for page in pages() {
        let tags = tags(&page);
        let mut ids: Vec<&str> = tags.iter().filter_map(|tag| tag.attribute("id")).collect();
        ids.sort_unstable();
        assert!(ids.windows(2).all(|pair| pair[0] != pair[1]), "{ids:?}");
        let links = tags.iter().filter_map(|tag| tag.attribute("href")?.strip_prefix('#'));
        let labels = tags.iter().filter_map(|tag| tag.attribute("aria-labelledby")).flat_map(|ids| ids.split(' '));
        for id in links.chain(labels) {
            assert!(ids.binary_search(&id).is_ok(), "{id} of {ids:?}");
        }
    }
}

/// Who cannot see a chart reads its title and description. What decorates a number is not read at all.
#[test]
fn every_chart_has_a_description_or_is_decoration() {
    for page in pages() {
        let pieces = pieces(&page);
        let mut depth = 0;
        for (position, piece) in pieces.iter().enumerate() {
            match piece {
                Piece::Open(tag) if tag.name == "svg" => {
                    depth += 1;
                    let is_picture = tag.attribute("role") == Some("img");
                    assert!(depth > 1 || is_picture || tag.attribute("aria-hidden") == Some("true"), "{tag:?}");
                    assert!(!is_picture || described(&pieces[position + 2..]), "{tag:?}");
                }
                Piece::Close("svg") => depth -= 1,
                _ => {}
            }
        }
    }
}

/// Whether a picture begins with a title and a description that say something.
fn described(picture: &[Piece<'_>]) -> bool {
    let [Piece::Open(title), Piece::Text(name), _, _, Piece::Open(description), Piece::Text(told), ..] = picture else {
        return false;
    };
    (title.name, description.name) == ("title", "desc") && !name.is_empty() && !told.is_empty()
}

#[test]
fn headings_have_no_gap_and_every_section_says_what_to_look_for() {
    for page in pages() {
        let levels = tags(&page).into_iter().filter_map(|tag| tag.name.strip_prefix('h')?.parse().ok());
        let levels: Vec<u32> = levels.collect();
        assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1);
        assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{levels:?}");
        assert_eq!(page.matches("<p class=\"look\">").count(), 13);
        assert_eq!(page.matches("<section ").count(), 13);
    }
}

/// A report of earlier or later programs, or of an odd run, gives a page and no panic.
#[test]
fn odd_numbers_are_shown() {
    let mut odd = report(FULL);
    odd.funnel = crate::Funnel { rejected: 1, repeated: u64::MAX / 2, customers: 9, ..crate::Funnel::default() };
    odd.sizes[0].customers = u64::MAX / 4;
    odd.timeline.stages[0].start_ms = Some(9);
    odd.timeline.stages[0].end_ms = Some(3);
    odd.trend[0].customers = 0;
    odd.trend[0].dollars = Some(f64::NAN);
    odd.fill[0].accounts = u64::MAX;
    if let Some(scores) = &mut odd.scores {
        scores.threshold = f64::INFINITY;
        scores.strangers_prior = f64::NEG_INFINITY;
        scores.curve.truncate(1);
        scores.distribution.truncate(1);
        let measured = scores.measured.as_mut().unwrap();
        measured.bins[0].below = None;
        measured.bins[1].expected = f64::NAN;
        measured.bins[2].from = Some(f64::INFINITY);
        measured.bins[3].observed = Some(crate::Measured { share: 3.0, interval: [f64::NAN, -1.0], answers: u64::MAX });
        measured.bins[4].sampled = [u64::MAX, 0];
        measured.bins[5].sampled = [u64::MAX, 0];
    }
    let page = page(&odd);
    assert!(!page.contains("NaN%") && !page.contains("inf%"));
}

/// Names are users': what they write stays text.
#[test]
fn hostile_names_stay_text() {
    let hostile = r#"</title><script>alert("1")</script><img src=x onerror=alert(1)>&quot;' onload='x"#;
    let mut report = report(FULL);
    report.run = hostile.to_owned();
    report.previous = Some(hostile.to_owned());
    report.started_at = hostile.to_owned();
    report.health.gated = vec![hostile.to_owned()];
    report.health.skipped[0].source = hostile.to_owned();
    report.health.skipped[0].reason = hostile.to_owned();
    report.health.incomplete_snapshots = vec![hostile.to_owned()];
    report.health.refused_files[0].object = hostile.to_owned();
    report.health.remarks[0].text = hostile.to_owned();
    report.input[0].source = hostile.to_owned();
    report.input[0].rejects[0].reason = hostile.to_owned();
    report.input[0].dropped_values[0].field = hostile.to_owned();
    report.source_sets.sets[0].sources = vec![hostile.to_owned()];
    report.fill[0].field = hostile.to_owned();
    report.weakest[0].accounts[0] = hostile.to_owned();
    report.weakest[0].customer = hostile.to_owned();
    report.blocked_keys.most_shared[0].fields = vec![hostile.to_owned()];
    report.guards[0].guard = hostile.to_owned();
    report.trend[0].started_at = hostile.to_owned();
    report.timeline.stages[0].stage = hostile.to_owned();
    report.cost.stages[0].stage = hostile.to_owned();
    report.cost.prices.source = hostile.to_owned();
    let scores = report.scores.as_mut().unwrap();
    scores.learnt_in = hostile.to_owned();
    scores.measured.as_mut().unwrap().notes = vec![hostile.to_owned()];
    scores.fields[0].field = hostile.to_owned();
    scores.fields[0].levels[0].level = hostile.to_owned();
    scores.passes[0].pass = hostile.to_owned();
    let page = page(&report);
    for tag in tags(&page) {
        assert!(!is_active(&tag), "{tag:?}");
    }
    assert!(page.matches("alert(").count() > 25, "every name is shown");
}
