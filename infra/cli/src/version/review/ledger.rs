//! All that people have said of pairs so far, and the answers of this session.

use std::collections::BTreeSet;

use onefold_identity::corrections::{Pair, Pairs};
use onefold_rows::corrections_file::{self, CorrectionsFile};

use super::answer::{Answer, AnswerKind};
use super::answers_file::{AnswersFile, Line};
use super::contradiction::{Said, contradiction};
use super::place::{self, Place, ReadFile};
use crate::error::Error;

/// How often a file is read again that others write at the same time.
const TRIES: usize = 8;

/// What became of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Recorded {
    /// It is written. What the file said of the pair before is for [`Ledger::take_back`].
    Written { before: Option<Line> },
    /// It cannot be true beside earlier answers, so it was not written: why.
    Contradicts(String),
}

/// The files of corrections.
pub(super) struct Ledger {
    place: Place,
    sources: Vec<String>,
    /// The other files, with their keys.
    others: Vec<(String, Vec<u8>)>,
    /// What these say.
    by_others: Pairs,
    read: ReadFile,
    /// What all files say.
    said: Pairs,
}

impl Ledger {
    /// Reads all files. `sources` are the names that references may begin with.
    ///
    /// # Errors
    /// Also if a run would refuse the files.
    pub(super) async fn open(place: Place, sources: Vec<String>) -> Result<Self, Error> {
        let others = place.read_others().await?;
        let by_others = check(&others, None, &sources)?;
        let (read, said) = (ReadFile::default(), Pairs::default());
        let mut ledger = Self { place, sources, others, by_others, read, said };
        ledger.read_again().await?;
        Ok(ledger)
    }

    /// Where the answers are.
    pub(super) fn name(&self) -> String {
        self.place.name()
    }

    /// What all files say.
    pub(super) const fn said(&self) -> &Pairs {
        &self.said
    }

    /// What was said of a pair.
    pub(super) fn answer(&self, pair: &Pair) -> Option<AnswerKind> {
        let Pairs { always, never, skipped, .. } = &self.said;
        let kinds = [(always, AnswerKind::Same), (never, AnswerKind::Different), (skipped, AnswerKind::Skip)];
        kinds.into_iter().find(|(pairs, _)| pairs.contains(pair)).map(|(_, kind)| kind)
    }

    /// What was said of a pair when it was drawn for a sample.
    pub(super) fn sampled_answer(&self, pair: &Pair) -> Option<AnswerKind> {
        self.answer(pair).filter(|_| self.said.sampled.contains(pair))
    }

    /// Writes an answer, in place of an earlier one about the pair.
    pub(super) async fn record(&mut self, pair: &Pair, answer: &Answer) -> Result<Recorded, Error> {
        if let Some(why) = self.contradiction(pair, answer.kind) {
            return Ok(Recorded::Contradicts(why));
        }
        let before = self.change(|file| {
            let before = file.line(pair).cloned();
            file.answer(pair, answer);
            before
        });
        Ok(Recorded::Written { before: before.await? })
    }

    /// Notes that a pair, which is answered, was drawn for a sample. Who answered and when stays as it is.
    pub(super) async fn count_as_drawn(&mut self, pair: &Pair, answer: &Answer) -> Result<(), Error> {
        if self.sampled_answer(pair).is_some() {
            return Ok(());
        }
        self.change(|file| file.count_as_drawn(pair, answer)).await
    }

    /// Why an answer cannot be true beside the others. It replaces what the file of answers says of the pair, but not what
    /// another file says.
    fn contradiction(&self, pair: &Pair, kind: AnswerKind) -> Option<String> {
        let by_others = |pairs: &BTreeSet<Pair>| pairs.contains(pair);
        match kind {
            AnswerKind::Same if by_others(&self.by_others.never) => {
                return Some("another file of corrections says that the two are not one person's".to_owned());
            }
            AnswerKind::Different if by_others(&self.by_others.always) => {
                return Some("another file of corrections says that the two are one person's".to_owned());
            }
            _ => {}
        }
        let Pairs { always, never, .. } = &self.said;
        contradiction(Said { always, never }, pair, kind)
    }

    /// Puts back what the file said of a pair before.
    pub(super) async fn take_back(&mut self, pair: &Pair, before: Option<Line>) -> Result<(), Error> {
        self.change(|file| file.set(pair, before.clone())).await
    }

    async fn change<T>(&mut self, change: impl Fn(&mut AnswersFile) -> T) -> Result<T, Error> {
        for _ in 0..TRIES {
            let mut file = AnswersFile::parse(&self.read.bytes);
            let changed = change(&mut file);
            let is_written = self.place.write(&self.read, file.text()).await?;
            self.read_again().await?;
            if is_written {
                return Ok(changed);
            }
        }
        let what_to_do = "another program writes it all the time; stop that, and repeat the command";
        Err(Error::Unready(format!("cannot write {}: {what_to_do}", self.place.name())))
    }

    async fn read_again(&mut self) -> Result<(), Error> {
        self.read = self.place.read().await?;
        self.said = check(&self.others, Some(&self.read.bytes), &self.sources)?;
        Ok(())
    }
}

/// What files of corrections say, with the file of answers.
fn check(others: &[(String, Vec<u8>)], answers: Option<&Vec<u8>>, sources: &[String]) -> Result<Pairs, Error> {
    let key = place::key();
    let answers = answers.filter(|bytes| !bytes.is_empty()).map(|bytes| (&key, bytes));
    let files = others.iter().map(|(name, bytes)| (name, bytes)).chain(answers);
    let files: Vec<CorrectionsFile<'_>> = files.map(|(name, bytes)| CorrectionsFile { name, bytes }).collect();
    let sources: Vec<&str> = sources.iter().map(String::as_str).collect();
    let checked = corrections_file::check(&files, &sources);
    Ok(checked.map_err(|faults| Error::FailedChecks { faults })?.pairs)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};
    use std::sync::Arc;

    use onefold_store::memory::MemoryStore;
    use onefold_store::{Condition, Store};

    use super::*;
    use crate::data::folder::DataFolder;
    use crate::error::describe;

    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("onefold-ledger-{name}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&path);
            fs::create_dir_all(path.join("corrections")).unwrap();
            Self(path)
        }

        fn place(&self) -> Place {
            Place::Folder(DataFolder::new(&self.0))
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn pair(left: &str, right: &str) -> Pair {
        [left.to_owned(), right.to_owned()]
    }

    fn answer(kind: AnswerKind) -> Answer {
        let when = "2026-11-28T09:00:00Z".to_owned();
        Answer { kind, reason: "doubtful", stratum: None, run: String::new(), who: "ada".to_owned(), when }
    }

    async fn open(place: Place) -> Result<Ledger, String> {
        Ledger::open(place, vec!["a".to_owned(), "b".to_owned()]).await.map_err(|error| describe(&error))
    }

    fn mode(path: &Path) -> u32 {
        use std::os::unix::fs::PermissionsExt;
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    async fn answers_are_kept(place: Place, again: Place) {
        let mut ledger = open(place).await.unwrap();
        let (one, other) = (pair("a:1", "b:1"), pair("b:1", "b:2"));
        let written = |before| Recorded::Written { before };
        assert_eq!(ledger.record(&one, &answer(AnswerKind::Same)).await.unwrap(), written(None));
        assert_eq!(ledger.record(&other, &answer(AnswerKind::Same)).await.unwrap(), written(None));
        let Recorded::Contradicts(why) =
            ledger.record(&pair("a:1", "b:2"), &answer(AnswerKind::Different)).await.unwrap()
        else {
            panic!("it is one person by a chain")
        };
        assert!(why.contains("a:1 = b:1 = b:2"), "{why}");
        let Recorded::Written { before: Some(before) } =
            ledger.record(&other, &answer(AnswerKind::Skip)).await.unwrap()
        else {
            panic!("it replaces an answer")
        };
        assert_eq!(ledger.answer(&other), Some(AnswerKind::Skip));
        ledger.take_back(&other, Some(before)).await.unwrap();
        ledger.take_back(&one, None).await.unwrap();
        let ledger = open(again).await.unwrap();
        assert_eq!((ledger.answer(&one), ledger.answer(&other)), (None, Some(AnswerKind::Same)));
    }

    #[tokio::test]
    async fn answers_are_kept_in_a_data_folder() {
        let scratch = Scratch::new("kept");
        answers_are_kept(scratch.place(), scratch.place()).await;
        let names: Vec<_> =
            fs::read_dir(scratch.0.join("corrections")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["review.csv"]);
        assert_eq!(mode(&scratch.0.join("corrections/review.csv")), 0o600);
    }

    #[tokio::test]
    async fn answers_are_kept_in_a_bucket() {
        let store: Arc<dyn Store> = Arc::new(MemoryStore::default());
        answers_are_kept(Place::Bucket(store.clone()), Place::Bucket(store)).await;
    }

    #[tokio::test]
    async fn two_people_answer_at_the_same_time() {
        let scratch = Scratch::new("two");
        let store: Arc<dyn Store> = Arc::new(MemoryStore::default());
        for places in [[scratch.place(), scratch.place()], [Place::Bucket(store.clone()), Place::Bucket(store)]] {
            let [one, other] = places;
            let (mut one, mut other) = (open(one).await.unwrap(), open(other).await.unwrap());
            one.record(&pair("a:1", "b:1"), &answer(AnswerKind::Same)).await.unwrap();
            other.record(&pair("a:2", "b:2"), &answer(AnswerKind::Different)).await.unwrap();
            assert_eq!(other.answer(&pair("a:1", "b:1")), Some(AnswerKind::Same), "nothing is overwritten");
        }
    }

    #[tokio::test]
    async fn other_files_count() {
        let store = Arc::new(MemoryStore::default());
        let put = async |key: &str, text: &'static str| store.put(key, text.into(), Condition::Always).await.unwrap();
        put("corrections/people.csv", "kind,left,right,stratum\nnever,a:1,b:1,4\n").await;
        let mut ledger = open(Place::Bucket(store.clone())).await.unwrap();
        assert_eq!(ledger.sampled_answer(&pair("a:1", "b:1")), Some(AnswerKind::Different));
        let refused = ledger.record(&pair("a:1", "b:1"), &answer(AnswerKind::Same)).await.unwrap();
        assert!(
            matches!(refused, Recorded::Contradicts(why) if why.contains("another file of corrections says that the two are not"))
        );
        let drawn = Answer { stratum: Some(3), ..answer(AnswerKind::Different) };
        ledger.count_as_drawn(&pair("a:1", "b:1"), &drawn).await.unwrap();
        assert!(store.get("corrections/review.csv").await.is_err(), "it counts already");
        put("corrections/review.csv", "kind,left,right\nalways,a:1,c:1\n").await;
        let fault = open(Place::Bucket(store)).await.err().unwrap();
        assert!(fault.contains("corrections/review.csv: line 2: right is of no source"), "{fault}");
    }
}
