//! Looks at the page in a browser: nothing is wider than the window, no letters leave their section, and the browser has
//! nothing to complain about.
#![allow(clippy::unwrap_used, reason = "all of this is a test")]

use std::fs;
use std::path::Path;

use onefold_report::{Report, page};
use onefold_tests::browser::{Browser, Look, frame};

/// The widths of a desktop's window and of a phone's.
const WIDTHS: [u32; 2] = [1440, 390];

/// For each frame: whether anything is wider than its window, and the letters of charts that leave their section.
const SCRIPT: &str = r#"
function faults(frame) {
  const found = [], view = frame.contentDocument, name = frame.title;
  const root = view.documentElement;
  if (root.scrollWidth > root.clientWidth) found.push(`${name}: ${root.scrollWidth} pixels in ${root.clientWidth}`);
  for (const text of view.querySelectorAll("svg text")) {
    const letters = text.getBoundingClientRect(), section = text.closest("section").getBoundingClientRect();
    if (letters.left < section.left || letters.right > section.right) found.push(`${name}: ${text.textContent}`);
  }
  if (!view.querySelector("h1")) found.push(`${name}: no heading`);
  return found;
}
addEventListener("load", () => {
  const found = [];
  for (const frame of document.querySelectorAll("iframe")) {
    found.push(...faults(frame));
    for (const folded of frame.contentDocument.querySelectorAll("details")) folded.open = true;
    found.push(...faults(frame));
  }
  document.body.textContent = "found:" + found.join("; ") + ".";
});
"#;

/// What a browser finds in the pages, each in frames of all widths, and its complaints.
fn look(browser: &Browser, pages: &[(&str, String)], is_dark: bool) -> Look {
    let of_widths =
        |(name, page): &(&str, String)| WIDTHS.map(|width| frame(&format!("{name} at {width}"), page, width));
    let frames: String = pages.iter().flat_map(of_widths).collect();
    browser.look(&format!("page-{}", pages.len()), &frames, SCRIPT, is_dark)
}

fn example(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name);
    let report: Report = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    page(&report)
}

/// A report whose names are as long as users' can be.
fn with_long_names() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/full.json");
    let mut report: Report = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let long = "kundenstammdatenausdemaltsystem".repeat(3);
    report.health.refused_files[0].object = format!("landing/{long}/{long}.csv");
    report.health.gated = vec![format!("12 of 240 rows of the source \"{long}\" were rejected")];
    report.input[0].source.clone_from(&long);
    report.input[0].rejects[0].reason.clone_from(&long);
    report.fill[0].field.clone_from(&long);
    report.weakest[0].accounts = [format!("{long}:1"), format!("{long}:2")];
    report.guards[0].guard = format!("max_per_source.{long}");
    report.source_sets.sets[0].sources = vec![long.clone()];
    report.source_sets.sets[1].sources = (0..40).map(|number| format!("{long}{number}")).collect();
    if let Some(scores) = &mut report.scores {
        scores.fields[0].field.clone_from(&long);
        scores.fields[0].levels[0].level.clone_from(&long);
        scores.passes[0].pass = long;
    }
    page(&report)
}

#[test]
fn nothing_overflows_and_the_browser_does_not_complain() {
    let Some(browser) = Browser::find() else { return };
    let pages =
        [("full", example("full.json")), ("minimal", example("minimal.json")), ("long names", with_long_names())];
    for is_dark in [false, true] {
        let Look { found, complaints } = look(&browser, &pages, is_dark);
        assert_eq!(found, "");
        assert_eq!(complaints, Vec::<String>::new());
    }
}

/// The test above would see what it looks for.
#[test]
fn what_overflows_and_what_the_browser_complains_of_is_found() {
    let Some(browser) = Browser::find() else { return };
    let wide = "<h1>wide</h1><section style=\"width:300px\"><svg><text x=\"290\" y=\"20\">letters</text></svg></section>\
                <p style=\"width:1000px\">wide</p><script>undefined.wrong</script>";
    let Look { found, complaints } = look(&browser, &[("wide", wide.to_owned())], false);
    assert!(found.contains("wide at 390: 1008 pixels in 390") && found.contains("wide at 1440: letters"), "{found}");
    assert!(!found.contains("wide at 1440: 1"), "{found}");
    assert_eq!(complaints.len(), WIDTHS.len(), "{complaints:?}");
}
