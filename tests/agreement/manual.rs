//! README and the manual say what the configuration, the template, the Makefile and the code say, and link to what is there.

use std::collections::BTreeSet;
use std::path::Path;
use std::{env, fs};

use onefold_config::{Config, FULL_NAME, json_schema, key_tables};
use onefold_shell::{DEAD_LETTER, ErrorKind};
use onefold_tests::manual::{self, Page};
use serde_json::Value;

use crate::project::{template, text};

/// Set to have the tables of keys written instead of compared.
const WRITE: &str = "ONEFOLD_WRITE_MANUAL";
/// What stands before and behind a table that is made from the schema.
const GENERATED: [&str; 3] = ["<!-- generated: ", " -->\n", "<!-- end -->"];

#[test]
fn the_tables_of_keys_are_those_of_the_schema() {
    let tables = key_tables();
    let mut printed = Vec::new();
    for page in manual::pages() {
        let made = regenerate(&page, &tables, &mut printed);
        if env::var_os(WRITE).is_some() {
            fs::write(manual::project().join(&page.path), &made).expect("written");
        } else {
            assert!(
                made == page.text,
                "the tables of keys in {} are not those of the configuration's schema; write them anew with\n  \
                 {WRITE}=1 cargo test -p onefold-tests --test agreement tables_of_keys",
                page.path
            );
        }
    }
    let names: Vec<&String> = tables.iter().map(|(name, _)| name).collect();
    assert_eq!(printed.iter().collect::<Vec<_>>(), names, "each table is printed once, in the order of the file");
}

/// The page with its tables made anew.
fn regenerate(page: &Page, tables: &[(String, String)], printed: &mut Vec<String>) -> String {
    let [start, name_end, end] = GENERATED;
    let mut parts = page.text.split(start);
    let mut made = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once(name_end).expect("a marker has a name");
        let (_, behind) = rest.split_once(end).unwrap_or_else(|| panic!("{}: {name} has no end", page.path));
        let table = tables.iter().find(|(other, _)| other == name);
        let (_, table) = table.unwrap_or_else(|| panic!("{}: there is no table {name:?}", page.path));
        made.push_str(&format!("{start}{name}{name_end}{table}{end}{behind}"));
        printed.push(name.to_owned());
    }
    made
}

#[test]
fn every_configuration_in_the_pages_is_understood() {
    let mut examples = 0;
    for page in manual::pages() {
        for block in page.blocks().iter().filter(|block| block.language == "toml") {
            examples += 1;
            let place = format!("{}:{}", page.path, block.line);
            if block.text.starts_with("\"onefold/") {
                let secrets: Value = toml::from_str(&block.text).unwrap_or_else(|error| panic!("{place}: {error}"));
                assert!(secrets.as_object().expect("a table").values().all(Value::is_string), "{place}");
            } else if let Err(faults) = Config::parse(&completed(&block.text)) {
                panic!("{place}: {faults}");
            }
        }
    }
    assert!(examples >= 10, "{examples}");
}

/// A whole configuration that has what an example leaves out.
fn completed(example: &str) -> String {
    let source = |name: &str| {
        format!(
            "[[source]]\nname = {name:?}\nformat = \"jsonl\"\n[source.fields]\nid = \"/id\"\n\"attributes.plan\" = \"/p\"\n\
             \"attributes.occupation\" = \"/o\"\n"
        )
    };
    let sources = ["crm", "shop"].map(source).concat();
    let source = if example.contains("[[source]]") { "" } else { &sources };
    let rule = if example.contains("[[match]]") { "" } else { "[[match]]\nkey = \"email\"\n" };
    format!("{source}{example}\n{rule}")
}

#[test]
fn every_link_leads_somewhere() {
    for page in manual::pages().into_iter().chain([manual::page("ARCHITECTURE.md")]) {
        let folder = Path::new(&page.path).parent().expect("a folder");
        for (line, text) in page.prose() {
            let targets = text.split("](").skip(1).filter_map(|rest| rest.split_once(')').map(|(target, _)| target));
            for target in targets.filter(|target| !target.starts_with("https://")) {
                let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
                let path = if file.is_empty() { Path::new(&page.path).to_owned() } else { folder.join(file) };
                let place = format!("{}:{line}: {target}", page.path);
                assert!(manual::project().join(&path).exists(), "{place}");
                let is_there = || anchors(&manual::page(path.to_str().expect("UTF-8"))).contains(anchor);
                assert!(anchor.is_empty() || is_there(), "{place}");
            }
        }
    }
}

/// The names by which the headings of a page are linked to, as GitHub makes them.
fn anchors(page: &Page) -> BTreeSet<String> {
    let headings = page.prose().into_iter().filter_map(|(_, line)| line.trim_start_matches('#').strip_prefix(' '));
    let kept = |letter: &char| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_');
    headings.map(|heading| heading.to_lowercase().chars().filter(kept).collect::<String>().replace(' ', "-")).collect()
}

#[test]
fn every_verb_and_variable_of_make_in_the_pages_is_there() {
    let makefile = text("Makefile");
    let has_line = |start: &str| makefile.lines().any(|line| line.starts_with(start));
    let mut verbs = BTreeSet::new();
    for typed in manual::pages().iter().flat_map(|page| page.commands("make")) {
        for word in &typed.words[1..] {
            let is_there = match word.split_once('=') {
                Some((variable, _)) => [" ?=", " :=", " ="].iter().any(|sign| has_line(&format!("{variable}{sign}"))),
                None => has_line(&format!("{word}:")),
            };
            assert!(is_there, "{}: the Makefile has no {word}", typed.place);
            verbs.insert(word.clone());
        }
    }
    assert!(verbs.len() > 8, "{verbs:?}");
}

#[test]
fn readme_is_an_overview() {
    let bytes = manual::page("README.md").text.len();
    assert!(bytes <= 10_000, "{bytes} bytes: what is more belongs into the manual");
}

/// The cells of the rows of a page's tables, from a heading to the next.
fn rows(page: &str, heading: &str) -> Vec<Vec<String>> {
    let text = manual::page(page).text;
    let (_, section) = text.split_once(&format!("{heading}\n")).unwrap_or_else(|| panic!("{page} has {heading}"));
    let section = section.split("\n#").next().unwrap_or_default();
    let cells = |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
    section.lines().filter(|line| line.starts_with("| `")).map(cells).collect()
}

/// What stands in backquotes in a cell.
fn quoted(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn the_parameters_are_those_of_the_template() {
    let parameters = template()["Parameters"].as_object().expect("parameters");
    let expected = parameters.iter().map(|(name, parameter)| {
        let default = parameter["Default"].as_str().map_or_else(|| parameter["Default"].to_string(), str::to_owned);
        (name.clone(), if default == "null" { String::new() } else { default })
    });
    let told = rows("infra/manual/operating.md", "### Parameters");
    let told = told.iter().flat_map(|row| {
        let default = quoted(&row[1]).concat();
        quoted(&row[0]).into_iter().map(move |name| (name, default.clone()))
    });
    assert_eq!(told.collect::<BTreeSet<_>>(), expected.collect::<BTreeSet<_>>());
}

/// How much fits into the memory that Link and Merge have by default; what the template says is held to the formula.
#[test]
fn the_limits_are_those_that_the_template_gives() {
    let page = manual::page("infra/manual/operating.md").text;
    for (parameter, unit, short) in [("LinkMemory", " million", " million"), ("MergeMemory", " megabytes", " MB")] {
        let parameter = &template()["Parameters"][parameter];
        let (before, _) = parameter["Description"].as_str().and_then(|text| text.rsplit_once(unit)).expect("a limit");
        let limit = before.rsplit(' ').next().expect("a number");
        assert!(page.contains(&format!(" {limit}{short}")), "{limit}{unit}");
        assert!(page.contains(&format!("at {} MB", parameter["Default"])), "{parameter}");
    }
}

#[test]
fn the_alarms_are_those_of_the_template() {
    let resources = template()["Resources"].as_object().expect("resources").values();
    let names = resources.filter_map(|resource| resource["Properties"]["AlarmName"]["Fn::Sub"].as_str());
    let expected: BTreeSet<String> = names.map(|name| name.replace("${AWS::StackName}", "<stack>")).collect();
    let told = rows("infra/manual/operating.md", "## Alarms");
    assert_eq!(told.iter().flat_map(|row| quoted(&row[0])).collect::<BTreeSet<_>>(), expected);
}

#[test]
fn the_errors_are_those_of_the_functions() {
    let expected = ErrorKind::ALL.map(ErrorKind::name).into_iter().chain([DEAD_LETTER]).map(str::to_owned);
    let told = rows("infra/manual/operating.md", "## When a run fails");
    assert_eq!(told.iter().flat_map(|row| quoted(&row[0])).collect::<BTreeSet<_>>(), expected.collect::<BTreeSet<_>>());
}

#[test]
fn the_normalisers_are_those_of_the_schema() {
    let schema = json_schema();
    let fields = schema["properties"]["normalise"]["properties"].as_object().expect("fields");
    let is_field = |name: &String| fields.contains_key(name) || name == FULL_NAME;
    let is_step = |name: &String| !is_field(name) && !name.starts_with("prefix:");
    let expected = enums(&schema["properties"]["match"]).into_iter().filter(is_step);
    let told = rows("infra/manual/matching.md", "## Normalisers");
    let told = told.iter().flat_map(|row| quoted(&row[0])).filter(is_step);
    assert_eq!(told.collect::<BTreeSet<_>>(), expected.collect::<BTreeSet<_>>());
}

/// Every name of every list of names in a schema.
fn enums(schema: &Value) -> BTreeSet<String> {
    let mut found: BTreeSet<String> = BTreeSet::new();
    if let Some(names) = schema["enum"].as_array() {
        found.extend(names.iter().filter_map(Value::as_str).map(str::to_owned));
    }
    let members = schema.as_object().into_iter().flat_map(|object| object.values());
    let items = schema.as_array().into_iter().flatten();
    found.extend(members.chain(items).flat_map(enums));
    found
}
