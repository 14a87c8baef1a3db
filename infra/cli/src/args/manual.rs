//! The pages for users name commands and options that there are.

use std::collections::BTreeSet;

use clap::error::ErrorKind;
use clap::{Command, CommandFactory, Parser};
use onefold_tests::manual::{self, Typed};

use super::Arguments;

/// What a page writes for a run, and a run.
const RUN: (&str, &str) = ("<run>", "20261122T193647Z-07d34da9");

/// What may be missing of a command that is only mentioned.
const LEFT_OUT: [ErrorKind; 3] = [
    ErrorKind::MissingRequiredArgument,
    ErrorKind::MissingSubcommand,
    ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand,
];

#[test]
fn every_command_in_the_pages_is_understood() {
    let commands: Vec<Typed> = manual::pages().iter().flat_map(|page| page.commands("onefold")).collect();
    assert!(commands.len() > 50, "{}", commands.len());
    for Typed { place, words, is_whole } in commands {
        let given = words.iter().map(|word| word.replace(['[', ']'], "").replace(RUN.0, RUN.1));
        let fault = Arguments::try_parse_from(given).err().map(|error| error.kind());
        let is_understood = match fault {
            None | Some(ErrorKind::DisplayHelp) => true,
            Some(kind) => !is_whole && LEFT_OUT.contains(&kind),
        };
        assert!(is_understood, "{place}: {words:?}: {fault:?}");
    }
}

#[test]
fn every_option_in_the_pages_is_there() {
    fn collect(command: &Command, found: &mut BTreeSet<String>) {
        found.extend(command.get_arguments().filter_map(|argument| Some(format!("--{}", argument.get_long()?))));
        command.get_subcommands().for_each(|inner| collect(inner, found));
    }
    let mut options = BTreeSet::new();
    collect(&Arguments::command(), &mut options);
    let pages = manual::pages();
    let named = pages.iter().flat_map(|page| page.code_spans()).filter(|(_, span)| span.starts_with("--"));
    let named: BTreeSet<String> = named.map(|(_, span)| span.split([' ', '=']).take(1).collect()).collect();
    assert!(named.len() > 8, "{named:?}");
    assert_eq!(named.difference(&options).collect::<Vec<_>>(), [""; 0]);
}
