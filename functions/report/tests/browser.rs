//! Looks at the page in a browser: nothing is wider than the window, no letters leave their section, and the browser has
//! nothing to complain about.
//!
//! The browser is Chromium or Chrome: the one that ONEFOLD_BROWSER names, or one on the path. Without any, the tests say
//! that they did not run.
#![allow(clippy::unwrap_used, reason = "all of this is a test")]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use onefold_report::{Report, page};

/// The widths of a desktop's window and of a phone's.
const WIDTHS: [u32; 2] = [1440, 390];
/// What the script writes in front of what it found.
const FOUND: &str = "found:";

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

fn browser() -> Option<PathBuf> {
    if let Some(named) = env::var_os("ONEFOLD_BROWSER") {
        return Some(PathBuf::from(named));
    }
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let path = env::var_os("PATH")?;
    env::split_paths(&path).flat_map(|folder| names.map(|name| folder.join(name))).find(|program| program.is_file())
}

/// A page with frames of all widths for each page. The script in it measures them.
fn frames(pages: &[(&str, String)]) -> String {
    let frame = |name: &str, page: &str, width: u32| {
        let page = page.replace('&', "&amp;").replace('"', "&quot;");
        format!(
            r#"<iframe title="{name} at {width}" style="width:{width}px;height:900px;border:0" srcdoc="{page}"></iframe>"#
        )
    };
    let frames: String = pages.iter().flat_map(|(name, page)| WIDTHS.map(|width| frame(name, page, width))).collect();
    format!(
        "<!DOCTYPE html><meta charset=\"utf-8\"><link rel=\"icon\" href=\"data:,\"><body>{frames}<script>{SCRIPT}</script>"
    )
}

/// What a browser finds in the pages, and its complaints.
fn look(browser: &Path, pages: &[(&str, String)], is_dark: bool) -> (String, Vec<String>) {
    let folder = env::temp_dir().join(format!("onefold-page-{}-{}-{is_dark}", std::process::id(), pages.len()));
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join("frames.html");
    fs::write(&file, frames(pages)).unwrap();
    let run = Command::new(browser)
        .args([
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--hide-scrollbars",
            "--enable-logging=stderr",
        ])
        .args(["--timeout=60000", "--virtual-time-budget=5000", "--dump-dom"])
        .arg(format!("--blink-settings=preferredColorScheme={}", u8::from(!is_dark)))
        .arg(format!("--user-data-dir={}", folder.join("profile").display()))
        .arg(format!("file://{}", file.display()))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    fs::remove_dir_all(&folder).unwrap();
    let document = String::from_utf8(run.stdout).unwrap();
    let log = String::from_utf8_lossy(&run.stderr).into_owned();
    let found =
        document.split_once(&format!("<body>{FOUND}")).unwrap_or_else(|| panic!("nothing was measured: {log}")).1;
    let complaints = log.lines().filter(|line| line.contains("CONSOLE")).map(str::to_owned);
    (found.split_once(".</body>").unwrap().0.to_owned(), complaints.collect())
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
    let Some(browser) = browser() else {
        eprintln!("NOT RUN: there is no browser; install chromium, or name one in ONEFOLD_BROWSER");
        return;
    };
    let pages =
        [("full", example("full.json")), ("minimal", example("minimal.json")), ("long names", with_long_names())];
    for is_dark in [false, true] {
        let (found, complaints) = look(&browser, &pages, is_dark);
        assert_eq!(found, "");
        assert_eq!(complaints, Vec::<String>::new());
    }
}

/// The test above would see what it looks for.
#[test]
fn what_overflows_and_what_the_browser_complains_of_is_found() {
    let Some(browser) = browser() else { return };
    let wide = "<h1>wide</h1><section style=\"width:300px\"><svg><text x=\"290\" y=\"20\">letters</text></svg></section>\
                <p style=\"width:1000px\">wide</p><script>undefined.wrong</script>";
    let (found, complaints) = look(&browser, &[("wide", wide.to_owned())], false);
    assert!(found.contains("wide at 390: 1008 pixels in 390") && found.contains("wide at 1440: letters"), "{found}");
    assert!(!found.contains("wide at 1440: 1"), "{found}");
    assert_eq!(complaints.len(), WIDTHS.len(), "{complaints:?}");
}
