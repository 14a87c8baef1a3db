//! `onefold review`: shows pairs of accounts side by side, writes what people say of them, and says what that measures.
//!
//! It shows values of people on the terminal, or in a page that only its owner may read, and nowhere else.

mod answer;
mod answers_file;
mod card;
mod card_text;
mod contradiction;
mod keyboard;
mod learnt;
mod ledger;
mod page;
mod place;
mod question;
mod session;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

use std::env;
use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use console::Term;
use onefold_lake::{RunId, keys};
use onefold_normalise::timestamp::Timestamp;
use onefold_store::Store;
use onefold_version::OpenVersion;

use crate::Outcome;
use crate::args::ReviewOptions;
use crate::data::folder::DataFolder;
use crate::error::Error;
use crate::screen::{self, say, warn};
use crate::table::{count, plural};
use crate::version::asked;
use card::{Card, Scale, cards};
use keyboard::{Input, Keyboard};
use learnt::{Learnt, SampleLearnt};
use ledger::Ledger;
use page::Page;
use place::Place;
use question::{AskedPair, Sample, queue};
use session::{Session, Tally};

/// The width if the output is no screen.
const WIDTH_DEFAULT: usize = 80;

/// Asks about pairs, or writes a page that does.
pub async fn execute(options: ReviewOptions, stack: &str, endpoint: Option<&str>) -> Result<Outcome, Error> {
    let (store, run) = asked::find(options.out.as_deref(), options.run.clone(), stack, endpoint).await?;
    let mut opened = Opened::open(&options, &store, run.as_ref()).await?;
    if let Some(file) = &options.html {
        return write_page(file, &opened.page());
    }
    let mut show = |text: &str| say(text.trim_end());
    let learnt = opened.ask(&mut Input::open(), &mut show).await?;
    finish(&learnt, opened.left)
}

/// A version that is reviewed.
struct Opened {
    run: String,
    who: String,
    ledger: Ledger,
    sample: Option<Sample>,
    scale: Scale,
    cards: Vec<Card>,
    /// How many more pairs could be asked about.
    left: usize,
}

impl Opened {
    /// Reads the version, what people have said, and the pairs that are asked about now.
    async fn open(options: &ReviewOptions, store: &Arc<dyn Store>, run: Option<&RunId>) -> Result<Self, Error> {
        let version = OpenVersion::asked(store.as_ref(), run).await.map_err(Error::version("open the version"))?;
        let config = version.config().await.map_err(Error::version("read the configuration"))?;
        let sources = config.sources.iter().map(|source| source.name.clone()).collect();
        let ledger = Ledger::open(place(options, store)?, sources).await?;
        let sample = Sample::read(store.as_ref(), &version).await?;
        let (pairs, left) = chosen(options, store.as_ref(), &version, &ledger, sample.as_ref()).await?;
        let (scale, number) = (Scale::of(&version).await?, pairs.len());
        let cards = cards(&version, pairs, &scale).await?;
        if cards.len() < number {
            let missing = plural(number - cards.len(), "pair");
            warn(format_args!("passed over {missing} with accounts that the version does not have"));
        }
        let (run, who) = (version.run().to_string(), options.who.clone().unwrap_or_else(user));
        Ok(Self { run, who, ledger, sample, scale, cards, left })
    }

    /// Asks about the pairs. Returns what all answers say afterwards.
    async fn ask(&mut self, keyboard: &mut dyn Keyboard, show: &mut dyn FnMut(&str)) -> Result<Learnt, Error> {
        let width = Term::stdout().size_checked().map_or(WIDTH_DEFAULT, |(_, columns)| usize::from(columns));
        let (cards, threshold) = (&self.cards, self.scale.threshold);
        let session = Session { cards, threshold, run: &self.run, who: &self.who, width, now };
        let session = session.ask(&mut self.ledger, keyboard, show).await?;
        let sample = self.sample.as_ref().map(|sample| SampleLearnt::new(sample, &self.ledger));
        Ok(Learnt { run: self.run.clone(), answers: self.ledger.name(), session, sample })
    }

    fn page(&self) -> Page<'_> {
        Page::new(&self.run, &self.who, &self.cards, &self.ledger, &self.scale)
    }
}

/// Where the answers are to be kept.
fn place(options: &ReviewOptions, store: &Arc<dyn Store>) -> Result<Place, Error> {
    match (&options.data, &options.out) {
        (Some(data), _) => Ok(Place::Folder(DataFolder::new(data))),
        (None, None) => Ok(Place::Bucket(store.clone())),
        (None, Some(_)) => Err(Error::Unready(
            "the answers belong into corrections/ of the data folder; say where it is with --data DIR".to_owned(),
        )),
    }
}

/// The pairs to ask about, and how many more there are.
async fn chosen(
    options: &ReviewOptions,
    store: &dyn Store,
    version: &OpenVersion<'_>,
    ledger: &Ledger,
    sample: Option<&Sample>,
) -> Result<(Vec<AskedPair>, usize), Error> {
    let most = options.sample.unwrap_or(options.queue) as usize;
    let run = version.run();
    let mut pairs = if options.sample.is_some() {
        let sample = sample.ok_or_else(|| {
            let what_to_do = "a sample is drawn where pairs are scored; add [score] to onefold.toml, and start a run";
            Error::Unready(format!("the version of {run} has no sample: {what_to_do}"))
        })?;
        sample.pairs.clone()
    } else {
        queue(store, version, ledger).await?.ok_or_else(|| {
            let key = keys::review_queue(run);
            Error::Unready(format!("the version of {run} has no queue ({key}); a new run makes one"))
        })?
    };
    let left = pairs.len().saturating_sub(most);
    pairs.truncate(most);
    Ok((pairs, left))
}

fn write_page(file: &Path, page: &Page<'_>) -> Result<Outcome, Error> {
    page.write(file)?;
    say(format_args!("{} of {}", plural(page.cards(), "pair"), page.run()));
    say(format_args!(
        "Open {} in a browser; it needs no network. It holds people's data: only you may read it; remove it when you are done.",
        file.display()
    ));
    say("Save its answers into corrections/ of the data folder, under any name that ends in .csv.");
    Ok(Outcome::Done)
}

fn finish(learnt: &Learnt, left: usize) -> Result<Outcome, Error> {
    screen::answer(learnt, || {
        let more = left > 0 && learnt.session != Tally::default();
        let left = if more { format!("\n{} more pairs can be asked.", count(left as u64)) } else { String::new() };
        learnt.text().trim_end().to_owned() + &left
    })?;
    Ok(Outcome::Done)
}

/// The name of the user, as the system has it; empty if it is not known.
fn user() -> String {
    let known = ["USER", "LOGNAME"].into_iter().find_map(|name| env::var(name).ok());
    known.unwrap_or_default()
}

/// The time, in UTC as RFC 3339 writes it.
fn now() -> String {
    #[expect(clippy::disallowed_methods, reason = "when a person answered is noted beside the answer")]
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    // Seconds are enough.
    let milliseconds = i64::try_from(since.as_secs()).unwrap_or_default() * 1000;
    Timestamp::from_milliseconds(milliseconds).map(|time| time.to_string()).unwrap_or_default()
}
