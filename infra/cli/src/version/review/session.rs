//! A session: one pair after the other, each answered, skipped or taken back.

use serde::Serialize;

use super::answer::{Answer, AnswerKind};
use super::answers_file::Line;
use super::card::Card;
use super::card_text::{self, KEYS};
use super::keyboard::{Keyboard, Press};
use super::ledger::{Ledger, Recorded};
use crate::error::Error;

/// What a session is about.
pub(super) struct Session<'a> {
    pub(super) cards: &'a [Card],
    /// From where on the model says that a pair is one person's.
    pub(super) threshold: Option<f64>,
    pub(super) run: &'a str,
    pub(super) who: &'a str,
    /// The width of the screen.
    pub(super) width: usize,
    /// The time, in UTC as RFC 3339 writes it.
    pub(super) now: fn() -> String,
}

/// What was answered in a session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Tally {
    pub(super) same: u64,
    pub(super) different: u64,
    pub(super) skipped: u64,
}

/// An answer that can be taken back.
struct Step {
    at: usize,
    before: Option<Line>,
    kind: AnswerKind,
}

impl Session<'_> {
    /// Asks until all pairs are answered or the person quits. `show` prints.
    ///
    /// A drawn pair that was answered before, as one of the queue or in another file, is not asked again. It becomes an answer
    /// about the sample when the session comes to it, so that which pairs are counted depends on no answer.
    pub(super) async fn ask(
        &self,
        ledger: &mut Ledger,
        keyboard: &mut dyn Keyboard,
        show: &mut dyn FnMut(&str),
    ) -> Result<Tally, Error> {
        let mut steps: Vec<Step> = Vec::new();
        let mut at = 0;
        while let Some(card) = self.cards.get(at) {
            if let Some(kind) = known(ledger, card) {
                ledger.count_as_drawn(&card.asked.accounts, &self.answer(card, kind)).await?;
                at += 1;
                continue;
            }
            let shown = card_text::card(card, [at + 1, self.cards.len()], self.threshold, self.width);
            show(&format!("\n{shown}"));
            match press(keyboard, show) {
                Press::Quit => break,
                Press::Answer(kind) => {
                    let Some(before) = self.record(card, kind, ledger, show).await? else { continue };
                    steps.push(Step { at, before, kind });
                    at += 1;
                }
                Press::Back | Press::Unknown => match steps.pop() {
                    None => show("There is no answer of this session to take back.\n"),
                    Some(Step { at: last, before, .. }) => {
                        let Some(card) = self.cards.get(last) else { break };
                        ledger.take_back(&card.asked.accounts, before).await?;
                        at = last;
                    }
                },
            }
        }
        Ok(tally(&steps))
    }

    /// Writes an answer. Returns what the file said of the pair before; none if the answer cannot be true.
    async fn record(
        &self,
        card: &Card,
        kind: AnswerKind,
        ledger: &mut Ledger,
        show: &mut dyn FnMut(&str),
    ) -> Result<Option<Option<Line>>, Error> {
        match ledger.record(&card.asked.accounts, &self.answer(card, kind)).await? {
            Recorded::Contradicts(why) => {
                let what_to_do = "It was not written. Answer otherwise, or go back and change an answer.";
                show(&format!("That cannot be: {why}. {what_to_do}\n"));
                Ok(None)
            }
            Recorded::Written { before } => {
                show(&format!("{}\n", card_text::answered(&card.asked, kind, self.threshold)));
                Ok(Some(before))
            }
        }
    }

    fn answer(&self, card: &Card, kind: AnswerKind) -> Answer {
        Answer {
            kind,
            reason: card.asked.why.name(),
            stratum: card.asked.stratum(),
            run: self.run.to_owned(),
            who: self.who.to_owned(),
            when: (self.now)(),
        }
    }
}

/// The next key that means something.
fn press(keyboard: &mut dyn Keyboard, show: &mut dyn FnMut(&str)) -> Press {
    loop {
        show(&format!("{KEYS}\n"));
        let press = keyboard.next();
        if press != Press::Unknown {
            return press;
        }
    }
}

/// The answer to a drawn pair that was given before.
fn known(ledger: &Ledger, card: &Card) -> Option<AnswerKind> {
    card.asked.stratum()?;
    ledger.answer(&card.asked.accounts).filter(|kind| *kind != AnswerKind::Skip)
}

fn tally(steps: &[Step]) -> Tally {
    let mut tally = Tally::default();
    for step in steps {
        match step.kind {
            AnswerKind::Same => tally.same += 1,
            AnswerKind::Different => tally.different += 1,
            AnswerKind::Skip => tally.skipped += 1,
        }
    }
    tally
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use onefold_store::memory::MemoryStore;
    use onefold_store::{Condition, Store};

    use super::super::place::Place;
    use super::super::question::{AskedPair, Why};
    use super::super::testing;
    use super::*;

    /// Keys that are pressed one after the other.
    struct Keys<'k>(std::str::Chars<'k>);

    impl Keyboard for Keys<'_> {
        fn next(&mut self) -> Press {
            match self.0.next() {
                Some('s') => Press::Answer(AnswerKind::Same),
                Some('d') => Press::Answer(AnswerKind::Different),
                Some('k') => Press::Answer(AnswerKind::Skip),
                Some('b') => Press::Back,
                Some('q') | None => Press::Quit,
                Some(_) => Press::Unknown,
            }
        }
    }

    const FILE: &str = "corrections/review.csv";

    /// What the session shows, its tally, and the file that it leaves: kind, accounts and stratum.
    async fn play(cards: &[Card], keys: &str, file: &str) -> (String, Tally, Vec<String>) {
        let store = Arc::new(MemoryStore::default());
        if !file.is_empty() {
            store.put(FILE, file.to_owned().into(), Condition::Always).await.unwrap();
        }
        let sources = vec!["a".to_owned()];
        let mut ledger = Ledger::open(Place::Bucket(store.clone()), sources).await.unwrap();
        let session =
            Session { cards, threshold: Some(0.0), run: "run", who: "ada", width: 80, now: || "now".to_owned() };
        let mut shown = String::new();
        let mut show = |text: &str| shown.push_str(text);
        let tally = session.ask(&mut ledger, &mut Keys(keys.chars()), &mut show).await.unwrap();
        let text =
            store.get(FILE).await.map(|(bytes, _)| String::from_utf8(bytes.to_vec()).unwrap()).unwrap_or_default();
        let line = |line: &str| {
            let fields: Vec<&str> = line.split(',').collect();
            format!("{} {} {} {}", fields[0], fields[1], fields[2], fields.get(7).copied().unwrap_or_default())
        };
        (shown, tally, text.lines().skip(1).map(|text| line(text).trim_end().to_owned()).collect())
    }

    fn cards(pairs: &[[&str; 2]]) -> Vec<Card> {
        pairs.iter().map(|[left, right]| testing::card(left, right)).collect()
    }

    fn sampled(pairs: &[[&str; 2]]) -> Vec<Card> {
        let of = |(stratum, card): (u32, Card)| Card {
            asked: AskedPair { why: Why::Sample { stratum }, ..card.asked },
            ..card
        };
        (0..).zip(cards(pairs)).map(of).collect()
    }

    const THREE: [[&str; 2]; 3] = [["a:1", "a:2"], ["a:3", "a:4"], ["a:5", "a:6"]];

    #[tokio::test]
    async fn pairs_are_answered_one_after_the_other() {
        let (shown, tally, lines) = play(&cards(&THREE), "sxdk", "").await;
        assert_eq!(tally, Tally { same: 1, different: 1, skipped: 1 });
        assert_eq!(lines, ["always a:1 a:2", "never a:3 a:4", "skip a:5 a:6"]);
        assert!(shown.contains("── 3 of 3 ") && shown.contains(KEYS), "{shown}");
    }

    #[tokio::test]
    async fn answers_are_taken_back_across_the_session() {
        let (shown, tally, lines) = play(&cards(&THREE), "bsdbbkdq", "kind,left,right\nskip,a:1,a:2\n").await;
        assert_eq!(tally, Tally { same: 0, different: 1, skipped: 1 });
        assert_eq!(lines, ["skip a:1 a:2", "never a:3 a:4"]);
        assert!(shown.contains("no answer of this session"), "{shown}");
        let (_, tally, lines) = play(&cards(&THREE), "sdbbq", "kind,left,right\nskip,a:1,a:2\n").await;
        assert_eq!((tally, lines), (Tally::default(), vec!["skip a:1 a:2".to_owned()]));
    }

    #[tokio::test]
    async fn a_contradiction_is_told_at_once_and_not_written() {
        let pairs = [["a:1", "a:2"], ["a:2", "a:3"], ["a:1", "a:3"]];
        let (shown, tally, lines) = play(&cards(&pairs), "ssds", "").await;
        assert!(
            shown.contains("That cannot be: the two are one person's by earlier answers: a:1 = a:2 = a:3."),
            "{shown}"
        );
        assert_eq!((tally.same, lines.len()), (3, 3));
        assert!(lines.iter().all(|line| line.starts_with("always")), "{lines:?}");
    }

    #[tokio::test]
    async fn a_drawn_pair_that_was_answered_counts_when_the_session_comes_to_it() {
        let before = "kind,left,right,reason,who,when,run,stratum,note\nnever,a:3,a:4,bridge,bo,then,,,\n\
                      always,a:5,a:6,bridge,bo,then,,,\n";
        let (shown, tally, lines) = play(&sampled(&THREE), "sq", before).await;
        assert_eq!(tally, Tally { same: 1, ..Tally::default() });
        assert_eq!(lines, ["never a:3 a:4 1", "always a:5 a:6 2", "always a:1 a:2 0"]);
        assert!(!shown.contains("a:3"), "{shown}");
        let (_, _, lines) = play(&sampled(&THREE), "q", before).await;
        assert_eq!(lines, ["never a:3 a:4", "always a:5 a:6"], "the session did not come to them");
    }
}
