//! A headless browser that looks at a page in frames and says what a script in it found.
//!
//! The browser is Chromium or Chrome: the one that ONEFOLD_BROWSER names, or one on the path.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::{env, fs};

/// A browser.
pub struct Browser(PathBuf);

/// What was seen.
pub struct Look {
    /// What the script wrote between `found:` and the full stop at the end.
    pub found: String,
    /// What the browser complained about.
    pub complaints: Vec<String>,
}

impl Browser {
    /// The browser of this machine. Without any, it says that a test did not run.
    pub fn find() -> Option<Self> {
        let browser = named().or_else(on_path);
        if browser.is_none() {
            eprintln!("NOT RUN: there is no browser; install chromium, or name one in ONEFOLD_BROWSER");
        }
        browser.map(Self)
    }

    /// Looks at a page whose body is these frames and this script, which replaces the body's text by `found:….`. `name` tells
    /// this look from others that go on at the same time.
    pub fn look(&self, name: &str, frames: &str, script: &str, is_dark: bool) -> Look {
        let folder = env::temp_dir().join(format!("onefold-{name}-{}-{is_dark}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        let file = folder.join("frames.html");
        let page = format!(
            "<!DOCTYPE html><meta charset=\"utf-8\"><link rel=\"icon\" href=\"data:,\"><body>{frames}<script>{script}</script>"
        );
        fs::write(&file, page).expect("a page");
        let run = Command::new(&self.0)
            .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars"])
            .args(["--enable-logging=stderr", "--timeout=60000", "--virtual-time-budget=5000", "--dump-dom"])
            .arg(format!("--blink-settings=preferredColorScheme={}", u8::from(!is_dark)))
            .arg(format!("--user-data-dir={}", folder.join("profile").display()))
            .arg(format!("file://{}", file.display()))
            .stdin(Stdio::null())
            .output()
            .expect("the browser starts");
        fs::remove_dir_all(&folder).expect("the folder is removed");
        let document = String::from_utf8(run.stdout).expect("UTF-8");
        let log = String::from_utf8_lossy(&run.stderr).into_owned();
        let (_, found) = document.split_once("<body>found:").unwrap_or_else(|| panic!("nothing was found: {log}"));
        let (found, _) = found.split_once(".</body>").expect("the script ends with a full stop");
        let complaints = log.lines().filter(|line| line.contains("CONSOLE")).map(str::to_owned).collect();
        Look { found: found.to_owned(), complaints }
    }
}

/// A frame with a page, as wide as a window. `title` is what the script calls it.
pub fn frame(title: &str, page: &str, width: u32) -> String {
    let page = page.replace('&', "&amp;").replace('"', "&quot;");
    format!(r#"<iframe title="{title}" style="width:{width}px;height:900px;border:0" srcdoc="{page}"></iframe>"#)
}

fn named() -> Option<PathBuf> {
    env::var_os("ONEFOLD_BROWSER").map(PathBuf::from)
}

fn on_path() -> Option<PathBuf> {
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let path = env::var_os("PATH")?;
    env::split_paths(&path).flat_map(|folder| names.map(|name| folder.join(name))).find(|program| program.is_file())
}
