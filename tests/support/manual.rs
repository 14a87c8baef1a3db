//! The pages for users, README and infra/manual, as tests read them: their blocks, and sessions that can be played.
//!
//! * A block of the language `console` is a session: lines that begin with `$ ` are commands, what follows is what they
//!   print. Such a session is run, page by page from the top.
//! * A block below a line that is only a path in backquotes and a colon is that file, which the session finds.
//! * A line `…` stands for any lines, and `…` within a line for any text. Run names, ids, ports, times and sizes in bytes
//!   are not compared, nor is the number of blanks.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A page for users.
#[derive(Clone, Debug)]
pub struct Page {
    /// Its path in the project.
    pub path: String,
    /// What is in it.
    pub text: String,
}

/// A fenced block of a page.
#[derive(Clone, Debug)]
pub struct Block {
    /// The number of its first line, from 1.
    pub line: usize,
    /// What it is written in.
    pub language: String,
    /// What is in it.
    pub text: String,
    /// The file that it is, if the page says so.
    pub file: Option<String>,
}

/// A command of a session, and what it prints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// What is typed.
    pub command: String,
    /// What is printed, line by line.
    pub printed: Vec<String>,
}

/// A command that a page names.
#[derive(Clone, Debug)]
pub struct Typed {
    /// Where: page and line.
    pub place: String,
    /// The program and its arguments.
    pub words: Vec<String>,
    /// Whether it is written as a whole, in a block, and not only mentioned.
    pub is_whole: bool,
}

/// All pages, README first.
pub fn pages() -> Vec<Page> {
    let folder = fs::read_dir(project().join("infra/manual")).expect("the manual");
    let mut names: Vec<String> = folder
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
        .filter(|name| name.ends_with(".md"))
        .collect();
    names.sort();
    let paths = ["README.md".to_owned()].into_iter().chain(names.iter().map(|name| format!("infra/manual/{name}")));
    paths.map(|path| page(&path)).collect()
}

/// A page by its path in the project.
pub fn page(path: &str) -> Page {
    let text = fs::read_to_string(project().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    Page { path: path.to_owned(), text }
}

/// The project's folder.
pub fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ is in the project")
}

impl Page {
    /// Its fenced blocks.
    pub fn blocks(&self) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut open: Option<Block> = None;
        let mut before = "";
        for (number, line) in self.text.lines().enumerate() {
            match (&mut open, line.strip_prefix("```")) {
                (None, Some(language)) => {
                    let file = before.strip_prefix('`').and_then(|rest| rest.strip_suffix("`:")).map(str::to_owned);
                    let (line, language) = (number + 2, language.to_owned());
                    open = Some(Block { line, language, text: String::new(), file });
                }
                (Some(_), Some(_)) => blocks.extend(open.take()),
                (Some(block), None) => block.text.push_str(&format!("{line}\n")),
                (None, None) if line.is_empty() => {}
                (None, None) => before = line,
            }
            if line.starts_with("```") {
                before = "";
            }
        }
        assert!(open.is_none(), "{}: a block does not end", self.path);
        blocks
    }

    /// What stands in backquotes, with the number of its line; blocks aside.
    pub fn code_spans(&self) -> Vec<(usize, String)> {
        let mut spans = Vec::new();
        for (number, line) in self.prose() {
            let odd = line.split('`').skip(1).step_by(2);
            spans.extend(odd.map(|span| (number, span.to_owned())));
        }
        spans
    }

    /// The commands of a program in its blocks and its text.
    pub fn commands(&self, program: &str) -> Vec<Typed> {
        let typed = |line: usize, text: &str, is_whole| {
            let place = format!("{}:{line}", self.path);
            Typed { place, words: words(text), is_whole }
        };
        let of_block = |block: Block| {
            let lines: Vec<String> = match block.language.as_str() {
                "console" => block.exchanges().into_iter().map(|exchange| exchange.command).collect(),
                "sh" => block.text.replace("\\\n", " ").lines().map(str::to_owned).collect(),
                _ => Vec::new(),
            };
            lines.into_iter().map(move |line| typed(block.line, &line, true))
        };
        let mentioned = self.code_spans().into_iter().map(|(line, span)| typed(line, &span, false));
        let all = self.blocks().into_iter().flat_map(of_block).chain(mentioned);
        all.filter(|typed| typed.words.first().is_some_and(|word| word == program)).collect()
    }

    /// Its lines with their numbers, blocks aside.
    pub fn prose(&self) -> Vec<(usize, &str)> {
        let mut is_in_block = false;
        let mut prose = Vec::new();
        for (number, line) in self.text.lines().enumerate() {
            if line.starts_with("```") {
                is_in_block = !is_in_block;
            } else if !is_in_block {
                prose.push((number + 1, line));
            }
        }
        prose
    }
}

impl Block {
    /// The commands of a session with what they print.
    pub fn exchanges(&self) -> Vec<Exchange> {
        let mut exchanges: Vec<Exchange> = Vec::new();
        for line in self.text.lines() {
            match (line.strip_prefix("$ "), exchanges.last_mut()) {
                (Some(command), _) => exchanges.push(Exchange { command: command.to_owned(), printed: Vec::new() }),
                (None, Some(exchange)) => exchange.printed.push(line.to_owned()),
                (None, None) => panic!("line {}: a session begins with a command", self.line),
            }
        }
        exchanges
    }
}

/// Where the sessions of pages are typed in.
#[derive(Clone, Debug)]
pub struct Shell {
    /// The folder that commands are run in, and files are written to.
    pub folder: PathBuf,
    /// The folder of the command `onefold`.
    pub programs: PathBuf,
    /// The Python environment of the local cloud.
    pub environment: PathBuf,
}

impl Shell {
    /// Plays a page's sessions, and asserts that each command prints what the page says. Returns how many there were.
    pub fn play(&self, page: &Page) -> usize {
        let mut played = 0;
        for block in page.blocks() {
            if let Some(file) = &block.file {
                let path = self.folder.join(file);
                fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
                fs::write(path, &block.text).expect("a file");
            } else if block.language == "console" {
                for exchange in block.exchanges() {
                    self.run(page, &block, &exchange);
                    played += 1;
                }
            }
        }
        played
    }

    fn run(&self, page: &Page, block: &Block, Exchange { command, printed }: &Exchange) {
        let path = std::env::var("PATH").unwrap_or_default();
        let output = Command::new("sh")
            .args(["-c", &format!("exec 2>&1\n{command}")])
            .current_dir(&self.folder)
            // What a make that runs the tests says to those below it is not for this one.
            .env_remove("MAKEFLAGS")
            .env_remove("MAKELEVEL")
            .env("PATH", format!("{}:{path}", self.programs.display()))
            .env("ONEFOLD_VENV", &self.environment)
            // The pages show blocks.
            .env("LC_ALL", "C.UTF-8")
            .output()
            .expect("sh starts");
        let text = String::from_utf8_lossy(&output.stdout);
        let (is_as_told, place) = (is_like(printed, &text), format!("{}:{}", page.path, block.line));
        assert!(is_as_told, "{place}: `{command}` prints\n{text}\nand the page says\n{}", printed.join("\n"));
        assert!(!printed.is_empty() || output.status.success(), "{place}: `{command}` fails");
    }
}

/// The words of a command line as a shell sees them, up to a comment or to where its output goes.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for letter in line.chars() {
        match (letter, quote) {
            ('#' | '|' | '>', None) if word.is_none() => break,
            ('\'' | '"', None) => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (_, Some(open)) if letter == open => quote = None,
            (' ', None) => words.extend(word.take()),
            _ => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    words
}

/// Whether a text is what a page says, what varies aside.
pub fn is_like(told: &[String], text: &str) -> bool {
    let masked = |line: &str| mask(line);
    let told: Vec<String> = told.iter().map(|line| masked(line)).collect();
    let lines: Vec<String> = text.lines().map(masked).collect();
    lines_fit(trimmed(&told), trimmed(&lines))
}

/// Without empty lines around it.
fn trimmed(lines: &[String]) -> &[String] {
    let is_told = |line: &String| !line.is_empty();
    let start = lines.iter().position(is_told).unwrap_or(lines.len());
    let end = lines.iter().rposition(is_told).map_or(start, |last| last + 1);
    &lines[start..end]
}

fn lines_fit(told: &[String], lines: &[String]) -> bool {
    let Some((first, rest)) = told.split_first() else { return lines.is_empty() };
    if first == "…" {
        return (0..=lines.len()).any(|passed| lines_fit(rest, &lines[passed..]));
    }
    lines.split_first().is_some_and(|(line, others)| line_fits(first, line) && lines_fit(rest, others))
}

fn line_fits(told: &str, line: &str) -> bool {
    let Some((before, behind)) = told.split_once('…') else { return told == line };
    let Some(rest) = line.strip_prefix(before) else { return false };
    let starts = rest.char_indices().map(|(start, _)| start).chain([rest.len()]);
    starts.into_iter().any(|start| line_fits(behind, &rest[start..]))
}

const RUN: &str = "ddddddddTddddddZ-hhhhhhhh";
const UUID: &str = "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh";

/// A line without what varies from run to run.
fn mask(line: &str) -> String {
    let line = replace(&replace(line, RUN, "RUN"), UUID, "UUID");
    let mut words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
    for position in 0..words.len() {
        let next = words.get(position + 1).map(|word| word.trim_end_matches([',', ')']).to_owned());
        let is_measured = next.is_some_and(|unit| matches!(unit.as_str(), "s" | "B" | "KiB" | "MiB" | "GiB"));
        let word = words[position].clone();
        let number = word.trim_matches(['(', ')']);
        let is_tenths =
            number.split_once('.').is_some_and(|(whole, tenths)| tenths.len() == 1 && whole.parse::<u32>().is_ok());
        if number.parse::<f64>().is_ok() && (is_measured || is_tenths) {
            words[position] = word.replace(number, "#");
            if let Some(unit) = words.get_mut(position + 1).filter(|_| is_measured) {
                *unit = unit.replace("KiB", "B").replace("MiB", "B").replace("GiB", "B");
            }
        } else if let Some(port) = word.strip_prefix("http://127.0.0.1:") {
            words[position] =
                format!("http://127.0.0.1:#{}", port.trim_start_matches(|letter: char| letter.is_ascii_digit()));
        }
    }
    words.join(" ")
}

/// Replaces what has a shape, in which `d` stands for a decimal digit and `h` for a hexadecimal one.
fn replace(line: &str, shape: &str, by: &str) -> String {
    let fits = |text: &[u8]| {
        text.iter().zip(shape.bytes()).all(|(byte, wanted)| match wanted {
            b'd' => byte.is_ascii_digit(),
            b'h' => byte.is_ascii_hexdigit(),
            other => *byte == other,
        })
    };
    let mut replaced = line.to_owned();
    while let Some(start) = replaced.as_bytes().windows(shape.len()).position(fits) {
        replaced.replace_range(start..start + shape.len(), by);
    }
    replaced
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn what_varies_is_not_compared_and_all_else_is() {
        let page = told("run 20261127T214718Z-59334054\n  plan       0.2 s\n  customers  13,103");
        assert!(is_like(&page, "run 20270101T000000Z-00000000\n  plan  11.0 s\n  customers   13,103\n"));
        assert!(!is_like(&page, "run 20270101T000000Z-00000000\n  plan  11.0 s\n  customers   13,104\n"));
        assert!(!is_like(&page, "run 20270101T000000Z-00000000\n  plan  11.0 s\n"));
        assert!(is_like(&told("pushed 12 objects (5.5 MiB), 0 unchanged"), "pushed 12 objects (733 B), 0 unchanged"));
        assert!(!is_like(
            &told("pushed 12 objects (5.5 MiB), 0 unchanged"),
            "pushed 12 objects (5.5 MiB), 1 unchanged"
        ));
        assert!(!is_like(&told("pairwise precision  0.97756"), "pairwise precision  0.97757"));
        assert!(is_like(&told("merge  (0.2)  1"), "merge   (1.3)  1") && !is_like(&told("merge 0.2 1"), "merge 0.2 2"));
    }

    #[test]
    fn an_ellipsis_stands_for_any_lines_or_any_text() {
        assert!(is_like(&told("a\n…\nz"), "a\nb\nc\nz") && is_like(&told("a\n…\nz"), "a\nz"));
        assert!(!is_like(&told("a\n…\nz"), "a\nb\nc"));
        assert!(is_like(&told("── crm ─…"), "── crm ────") && !is_like(&told("── crm ─…"), "── shop ───"));
    }

    #[test]
    fn commands_are_found_in_blocks_and_in_text() {
        let text = "`make run A=\"b c\"` and `onefold`\n```sh\nonefold a \\\n  --b 'c d' # e\n```\n".to_owned();
        let page = Page { path: "page.md".to_owned(), text };
        let words = |program| page.commands(program).into_iter().map(|typed| typed.words).collect::<Vec<_>>();
        assert_eq!(words("onefold"), [vec!["onefold", "a", "--b", "c d"], vec!["onefold"]]);
        assert_eq!(words("make"), [["make", "run", "A=b c"]]);
    }

    #[test]
    fn a_page_has_sessions_and_files() {
        let text = "Text.\n\n`a/b.csv`:\n\n```csv\nid\n```\n\n```console\n$ one --two\nfirst\n$ three\n```\n`span`\n"
            .to_owned();
        let page = Page { path: "page.md".to_owned(), text };
        let [file, session] = &page.blocks()[..] else { panic!("two blocks") };
        assert_eq!((file.file.as_deref(), file.text.as_str()), (Some("a/b.csv"), "id\n"));
        assert_eq!((session.line, session.file.as_deref()), (10, None));
        let expected = [("one --two", vec!["first".to_owned()]), ("three", vec![])];
        let expected = expected.map(|(command, printed)| Exchange { command: command.to_owned(), printed });
        assert_eq!(session.exchanges(), expected);
        assert_eq!(page.code_spans().last(), Some(&(14, "span".to_owned())));
    }
}
