//! A page that asks about pairs in a browser: one file, which needs no network and sends nothing.
//!
//! Its policy allows its own script and style, by their digests, and nothing else. What it asks about is JSON in it, which its
//! script shows as text. It saves the answers as a file of corrections.

#[cfg(test)]
mod browser;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;

use aws_smithy_types::base64;
use onefold_identity::corrections::Pair;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::answer::AnswerKind;
use super::card::{Card, Row, Scale};
use super::card_text;
use super::ledger::Ledger;
use super::place::private;
use crate::cloud::etag::hex;
use crate::error::Error;

const PAGE: &str = include_str!("page/page.html");
const STYLE: &str = include_str!("page/page.css");
const SCRIPT: &str = include_str!("page/page.js");

/// What the page's script reads.
#[derive(Debug, Serialize)]
pub(super) struct Page<'a> {
    run: &'a str,
    /// The same for the same pairs of the same version: under it the browser keeps how far the person has come.
    id: String,
    who: &'a str,
    cards: Vec<PageCard<'a>>,
    always: &'a BTreeSet<Pair>,
    never: &'a BTreeSet<Pair>,
}

#[derive(Debug, Serialize)]
struct PageCard<'a> {
    accounts: &'a Pair,
    reason: &'a str,
    stratum: Option<u32>,
    why: String,
    rows: &'a [Row],
    /// What the model says. Of a pair that was drawn at random it is shown once the pair is answered.
    verdict: Option<String>,
    /// What was said of a drawn pair before, so that it is not asked again.
    known: Option<&'static str>,
}

impl<'a> Page<'a> {
    pub(super) fn new(run: &'a str, who: &'a str, cards: &'a [Card], ledger: &'a Ledger, scale: &Scale) -> Self {
        let known = |card: &Card| {
            let kind = card.asked.stratum().and_then(|_| ledger.answer(&card.asked.accounts))?;
            (kind != AnswerKind::Skip).then(|| kind.name())
        };
        let of_card = |card: &'a Card| PageCard {
            accounts: &card.asked.accounts,
            reason: card.asked.why.name(),
            stratum: card.asked.stratum(),
            why: card_text::why(&card.asked),
            rows: &card.rows,
            verdict: card_text::verdict(&card.asked, scale.threshold),
            known: known(card),
        };
        let said = ledger.said();
        let cards: Vec<PageCard<'_>> = cards.iter().map(of_card).collect();
        Self { run, id: id(run, cards_of(&cards)), who, cards, always: &said.always, never: &said.never }
    }

    /// How many pairs it asks about.
    pub(super) fn cards(&self) -> usize {
        self.cards.iter().filter(|card| card.known.is_none()).count()
    }

    /// The run whose version it is about.
    pub(super) const fn run(&self) -> &str {
        self.run
    }

    /// Writes the page into a file that only its owner may read.
    pub(super) fn write(&self, file: &Path) -> Result<(), Error> {
        let html = self.html()?;
        let written = private(file).and_then(|mut file| file.write_all(html.as_bytes()));
        written.map_err(Error::file("write", file))
    }

    fn html(&self) -> Result<String, Error> {
        let data = serde_json::to_string(self).map_err(|error| Error::malformed("the page", error))?;
        // In a script element only these could end it, or begin a comment.
        let data = data.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026");
        let policy = format!(
            "default-src 'none'; script-src '{}'; style-src '{}'; base-uri 'none'; form-action 'none'",
            digest(SCRIPT),
            digest(STYLE)
        );
        // The data come last: they may hold what looks like a place to fill.
        let page = PAGE.replace("{{policy}}", &policy).replace("{{style}}", STYLE).replace("{{script}}", SCRIPT);
        Ok(page.replacen("{{data}}", &data, 1))
    }
}

fn cards_of<'c>(cards: &'c [PageCard<'_>]) -> impl Iterator<Item = &'c str> {
    cards.iter().flat_map(|card| card.accounts).map(String::as_str)
}

/// A short name of some pairs of a version.
fn id<'c>(run: &str, accounts: impl Iterator<Item = &'c str>) -> String {
    let mut hash = Sha256::new();
    for text in accounts {
        hash.update(text.as_bytes());
        hash.update([0]);
    }
    format!("{run}-{}", hex(&hash.finalize()[..4]))
}

/// A text's digest as a policy writes it.
fn digest(text: &str) -> String {
    format!("sha256-{}", base64::encode(Sha256::digest(text.as_bytes())))
}
