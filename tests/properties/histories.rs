//! Whole histories: rows come, change and go, settings and corrections change, versions are held, published after a
//! look, and rolled back. At every step a version is what one run from scratch would give, its ids are those that the
//! rules give, and who follows the feeds alone has the customers.

use std::collections::BTreeSet;

use onefold_lake::keys;
use onefold_shell::ErrorKind;
use onefold_tests::oracle::{self, Dropped};
use onefold_tests::pipeline::{Knobs, Outcome, Pipeline};
use onefold_tests::row::Row;
use onefold_tests::settings::Settings;
use onefold_tests::version::Version;
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};

use crate::data::{any_corrections, any_files, any_rows, cases, drop_files, pairs_of, version_of};
use crate::history::{self, Follower};

/// What happens between two runs, and what becomes of the second.
#[derive(Clone, Debug)]
pub(crate) struct Episode {
    /// What is dropped.
    pub(crate) files: Vec<Dropped>,
    pub(crate) settings: Settings,
    /// Whether the gate lets no customer of two accounts pass.
    is_closed: bool,
    pub(crate) is_dry: bool,
    /// Whether a version that is held is published after a look.
    is_released: bool,
    /// Which of the versions that were published is made the current one again.
    pub(crate) back: Option<Index>,
}

fn any_settings() -> impl Strategy<Value = Settings> {
    let rules = vec![vec!["email"], vec!["phone_number"], vec!["family_name"], vec!["family_name", "birthdate"]];
    let snapshots = subsequence(vec!["crm", "list", "shop"], 0..3);
    let guards = (2usize..6, proptest::option::of(1usize..4), subsequence(vec!["bob@x.de", "c@x.de"], 0..2));
    let survival = (select(&["latest", "oldest", "trusted", "most_frequent"][..]), any::<bool>());
    let own_limits = proptest::option::of((0usize..2, 2usize..5));
    let others = (snapshots, guards, survival, own_limits);
    (subsequence(rules, 2..=4), others, any_corrections()).prop_map(|(rules, others, (always, never))| {
        let (snapshots, guards, (survive_default, has_condition), own_limit) = others;
        Settings {
            rules,
            snapshots,
            max_accounts_per_key: guards.0,
            max_accounts_per_customer: guards.1.map(|most| most + 2),
            blocked_emails: guards.2,
            survive_default,
            own_limits: own_limit.into_iter().collect(),
            conditions: if has_condition { vec![(0, "unless_differ", "given_name")] } else { Vec::new() },
            always,
            never,
            ..Settings::default()
        }
    })
}

/// How much of the settings is other than in the episode before.
#[derive(Clone, Copy, Debug)]
enum Novelty {
    None,
    Corrections,
    All,
}

fn any_episode(rows: Vec<Row>) -> impl Strategy<Value = (Episode, Novelty)> {
    use proptest::bool::weighted;
    let novelty = select(&[Novelty::None, Novelty::Corrections, Novelty::All][..]);
    let end = (weighted(0.25), weighted(0.15), any::<bool>(), proptest::option::weighted(0.3, any::<Index>()));
    (any_files(rows, 0), any_settings(), novelty, end).prop_map(|(files, settings, novelty, end)| {
        let (is_closed, is_dry, is_released, back) = end;
        (Episode { files, settings, is_closed, is_dry, is_released, back }, novelty)
    })
}

pub(crate) fn any_history() -> impl Strategy<Value = Vec<Episode>> {
    let episodes = |rows: Vec<Row>| proptest::collection::vec(any_episode(rows), 2..7);
    any_rows(30).prop_flat_map(episodes).prop_map(|episodes| {
        let mut settings: Option<Settings> = None;
        let mut history = Vec::new();
        for (mut episode, novelty) in episodes {
            if let Some(before) = settings {
                episode.settings = match novelty {
                    Novelty::None => before,
                    Novelty::Corrections => {
                        Settings { always: episode.settings.always, never: episode.settings.never, ..before }
                    }
                    Novelty::All => episode.settings,
                };
            }
            settings = Some(episode.settings.clone());
            history.push(episode);
        }
        history
    })
}

impl Episode {
    /// The configuration of its run.
    pub(crate) fn config(&self) -> String {
        let config = self.settings.config();
        let limit = if self.is_closed { "max_accounts_of_largest_customer = 1\n" } else { "" };
        config.replace("[publish]\n", &format!("[publish]\n{limit}"))
    }
}

/// A version that was published, and what led to it.
#[derive(Clone)]
struct Published {
    version: Version,
    config: String,
    settings: Settings,
    /// The episodes whose files it knows.
    known: BTreeSet<usize>,
    /// The rows that count.
    rows: Vec<Row>,
    /// Who has followed the feeds up to it.
    follower: Follower,
}

/// A bucket and what is known of it.
struct World {
    pipeline: Pipeline,
    published: Vec<Published>,
    /// Which of them is the current one.
    current: Option<usize>,
    /// Every id that any version had, published or not.
    ids: BTreeSet<String>,
}

impl World {
    fn current(&self) -> Option<&Published> {
        self.current.map(|at| &self.published[at])
    }

    /// What the next run comes to if it is published: all but its version.
    fn expected(&self, history: &[Episode]) -> (BTreeSet<usize>, Vec<Row>) {
        let Some(episode) = history.last() else { return Default::default() };
        let known = self.current().map(|current| current.known.clone()).unwrap_or_default();
        let rows = self.current().map(|current| current.rows.clone()).unwrap_or_default();
        let is_new = |number: &usize| !known.contains(number);
        let new: Vec<Dropped> =
            (0..history.len()).filter(is_new).flat_map(|number| history[number].files.clone()).collect();
        let rows = oracle::standing_after(rows, &new, &episode.settings);
        ((0..history.len()).collect(), rows)
    }

    fn has_work(&self, history: &[Episode]) -> bool {
        let Some(episode) = history.last() else { return false };
        let is_changed = self.current().is_some_and(|current| {
            current.config != episode.config() || pairs_of(&current.settings) != pairs_of(&episode.settings)
        });
        let is_known = |number: usize| self.current().is_some_and(|current| current.known.contains(&number));
        is_changed || (0..history.len()).any(|number| !is_known(number) && !history[number].files.is_empty())
    }

    /// Lives through the last of these episodes.
    fn live(&mut self, history: &[Episode], knobs: &Knobs) {
        let Some(episode) = history.last() else { return };
        self.pipeline.configure(&episode.config());
        self.pipeline.correct(&episode.settings);
        drop_files(&self.pipeline, history.len() - 1, &episode.files);
        let (known, rows) = self.expected(history);
        let customers = oracle::customers(&rows, &episode.settings);
        let largest = customers.iter().filter_map(|customer| customer["members"].as_array()).map(Vec::len).max();
        let is_gated = episode.is_closed && largest > Some(1);
        let before = self.pipeline.get(keys::CURRENT);
        let run = self.pipeline.next_run();
        let outcome = if episode.is_dry { self.pipeline.dry_run(knobs) } else { self.pipeline.run(knobs) };
        if !self.has_work(history) {
            assert!(matches!(outcome, Ok(Outcome::NothingNew(_))), "nothing is new: {outcome:?}");
        } else {
            let is_held = episode.is_dry || is_gated;
            match outcome {
                Ok(Outcome::Dry(_)) => assert!(episode.is_dry, "it is no dry run"),
                Ok(Outcome::Published(_)) => assert!(!is_held, "it is held back"),
                Err(error) => assert!(error.kind == ErrorKind::Gated && is_gated && !episode.is_dry, "{error:?}"),
                Ok(outcome) => panic!("there was work: {outcome:?}"),
            }
            let version = Version::read(&self.pipeline, &run);
            assert_eq!((version.manifest.gated.is_empty(), version.manifest.dry_run), (!is_gated, episode.is_dry));
            assert_eq!(version.values(), customers, "as the oracle says");
            assert_eq!(version.tombstones, oracle::tombstones(&rows));
            let from_scratch = version_of(&rows, &Settings { snapshots: Vec::new(), ..episode.settings.clone() });
            assert_eq!(version.without_ids(), from_scratch.without_ids(), "as a run from scratch");
            self.check_ids(&version);
            let follower = self.follow(&version);
            if is_held {
                assert_eq!(self.pipeline.get(keys::CURRENT), before, "nothing is published");
            }
            if is_held && episode.is_released {
                assert!(matches!(self.pipeline.publish(&run), Ok(Outcome::Published(_))));
                let published = Version::read(&self.pipeline, &run);
                assert_eq!((&published.customers, &published.changes), (&version.customers, &version.changes));
            }
            if !is_held || episode.is_released {
                assert_eq!(Version::current(&self.pipeline).manifest.run, run);
                let (config, settings) = (episode.config(), episode.settings.clone());
                self.current = Some(self.published.len());
                self.published.push(Published { version, config, settings, known, rows, follower });
            }
        }
        if let Some(back) = episode.back {
            self.go_back(back);
        }
    }

    /// A customer keeps the oldest id that it has a right to, and a new id is like none that ever was.
    fn check_ids(&mut self, version: &Version) {
        let descents = self.current().map(|current| history::descent(&current.version, version)).unwrap_or_default();
        for id in version.customers.keys() {
            match descents.get(id).and_then(|descent| descent.owns.first()) {
                Some(oldest) => assert_eq!(id, oldest),
                None => assert!(!self.ids.contains(id), "a new customer has a new id"),
            }
        }
        self.ids.extend(version.customers.keys().cloned());
    }

    /// Follows the feed of a version from that of the version that it builds on.
    fn follow(&self, version: &Version) -> Follower {
        let current = self.current();
        assert_eq!(version.manifest.previous, current.map(|current| current.version.manifest.run.clone()));
        if let Some(current) = current {
            assert_eq!(history::told(version), history::changes(&current.version, version));
        }
        let mut follower = current.map(|current| current.follower.clone()).unwrap_or_default();
        follower.follow(&version.changes);
        assert_eq!(follower.customers, version.customers);
        assert_eq!(follower.crosswalk, version.members);
        follower
    }

    fn go_back(&mut self, back: Index) {
        let others: Vec<usize> = (0..self.published.len()).filter(|at| Some(*at) != self.current).collect();
        if others.is_empty() {
            return;
        }
        let at = *back.get(&others);
        let run = self.published[at].version.manifest.run.clone();
        self.pipeline.roll_back(Some(&run)).expect("it was published");
        self.current = Some(at);
        assert_eq!(Version::current(&self.pipeline).customers, self.published[at].version.customers);
    }
}

proptest! {
    #![proptest_config(cases(80))]

    #[test]
    fn every_version_is_what_its_history_makes_of_it(
        history in any_history(),
        (shards, partitions, twice) in (1u32..4, 1u32..4, any::<bool>()),
    ) {
        let knobs = Knobs { shards, partitions, twice, ..Knobs::default() };
        let pipeline = Pipeline::new(&history[0].settings);
        let mut world = World { pipeline, published: Vec::new(), current: None, ids: BTreeSet::new() };
        for number in 1..=history.len() {
            world.live(&history[..number], &knobs);
        }
    }
}
