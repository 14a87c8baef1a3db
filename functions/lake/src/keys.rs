//! The key grammar. This module formats and parses every object's key.
//!
//! ```text
//! FOLDER   of a local cloud
//! config/pipeline.toml
//! reference/<table>.{csv,parquet}
//! landing/<source>/…
//! corrections/<name>.csv
//! suppression/<fingerprint of the secret>/<keyed hash>.json
//! raw/<run>/<source>/<split>/<chunk>.<format>.zst
//! interim/<run>/<source>/<split>/<chunk>.jsonl.zst   and .links
//! rejects/<run>/<source>/<split>/<chunk>.jsonl.zst
//! runs/<run>/{config.toml,plan.json,corrections.json,suppression.json,model.json,splits.jsonl,inputs.jsonl,
//!            read.jsonl,token.json}
//! runs/ACTIVE
//! runs/<run>/ranges/<source>.json
//! runs/<run>/{dead,purge}/<source>/<split>/<chunk>.json
//! runs/<run>/receipts/<stage>/<name>.json
//! links/<run>/{layout.json,blocked.keys,asked.pairs} and links/<run>/<round>/<shard>.<what>
//! match/<run>/{slices.json,blocking.json,counts.json,pairs.json,labels.json,tiles.jsonl,model.json,draw.json}
//! match/<run>/described/<mapper>.shuffle
//! match/<run>/<round>/<worker>.<what>   of Block
//! match/<run>/slices/<slice>.{records,classes}
//! match/<run>/tiles/<tile>.<what>   of Compare and Score
//! partitions/<run>/mappers.jsonl   and <mapper>.shuffle
//! merged/<run>/partitions.jsonl    and <partition>/{customers,members,changes,blocked,retired}.jsonl.zst,
//!                                      members.links, index, review.json.zst, counts.json
//! merged/<run>/exports.jsonl
//! processed/<run>/{customers,members,changes,blocked}/part-<number>.jsonl.zst
//! processed/<run>/members/part-<number>.links
//! processed/<run>/index/part-<number>.hashes and frames.jsonl
//! processed/<run>/retired/part-<number>.jsonl.zst
//! processed/<run>/parquet/{customers,members,changes}/part-<number>.parquet
//! processed/<run>/{inputs.jsonl,config.toml,corrections.json,blocked.keys,model.json,
//!                  manifest.json,report.json,report.html}
//! processed/<run>/review/{queue.jsonl.zst,sample.jsonl.zst,strata.json,calibration.json}
//! processed/<run>/blocked.json   of earlier programs
//! processed/CURRENT
//! current/{customers,members,changes}/files.txt   and current/parquet/{customers,members,changes}/files.txt
//! ```

mod key;

use std::fmt;

pub use key::{Key, OfChunk, OfRun};
use onefold_config::RowFormat;
use onefold_graph::node::Node;
use onefold_rows::enrich::TableFormat;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The user's configuration.
pub const CONFIG: &str = "config/pipeline.toml";
/// The object that names the current version.
pub const CURRENT: &str = "processed/CURRENT";
/// Prefix of all versions.
pub const PROCESSED: &str = "processed/";
/// Prefix of the records of runs.
pub const RUNS: &str = "runs/";
/// The lease of the run that may publish next.
pub const ACTIVE: &str = "runs/ACTIVE";
/// Prefix of uploaded files.
pub const LANDING: &str = "landing/";
/// Prefix of reference tables.
pub const REFERENCE: &str = "reference/";
/// Prefix of files of corrections.
pub const CORRECTIONS: &str = "corrections/";
/// Prefix of the suppression list, with one object per entry.
pub const SUPPRESSION: &str = "suppression/";
/// Prefix of raw chunks.
pub const RAW: &str = "raw/";
/// The object that names the folder in the place of the bucket, if there is one. It alone is in the bucket.
pub const FOLDER: &str = "FOLDER";

/// The id of a run: its start in UTC and a hash of its execution's name, `20261122T174600Z-1a2b3c4d`. Ids sort by
/// start.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RunId(String);

/// The text is not a run id.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0:?} is no run; a run is named like 20261122T174600Z-1a2b3c4d")]
pub struct RunIdError(String);

impl RunId {
    /// Makes the id of an execution's run. `started_at` starts with `YYYY-MM-DDThh:mm:ss`.
    ///
    /// # Errors
    /// `started_at` has another form.
    pub fn new(started_at: &str, execution: &str) -> Result<Self, RunIdError> {
        let digits: String = started_at.chars().take(19).filter(|letter| !matches!(letter, '-' | ':')).collect();
        // FNV-1a, which only tells runs of the same second apart.
        let hash =
            execution.bytes().fold(0x811c_9dc5u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        Self::parse(&format!("{digits}Z-{hash:08x}"))
    }

    /// Reads a run id.
    ///
    /// # Errors
    /// The text has another form.
    pub fn parse(text: &str) -> Result<Self, RunIdError> {
        let bytes = text.as_bytes();
        let is_digit = |range: std::ops::Range<usize>| bytes[range].iter().all(u8::is_ascii_digit);
        let fits = bytes.len() == 25
            && is_digit(0..8)
            && bytes[8] == b'T'
            && is_digit(9..15)
            && &bytes[15..17] == b"Z-"
            && bytes[17..].iter().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(byte));
        if fits { Ok(Self(text.to_owned())) } else { Err(RunIdError(text.to_owned())) }
    }

    /// The start of the run, to the second. Starts sort by time.
    pub fn started(&self) -> &str {
        self.0.split_once('-').map_or(&self.0, |(start, _)| start)
    }

    /// The id's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Serialize for RunId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for RunId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The error does not quote the text, which could be anything.
        Self::parse(&String::deserialize(deserializer)?)
            .map_err(|_| serde::de::Error::custom("a run is named like 20261122T174600Z-1a2b3c4d"))
    }
}

/// A stage of the workflow. Its crate, function, state, span and keys have the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// Lists what the run has to read.
    Plan,
    /// Reads sources into raw chunks.
    Extract,
    /// Turns raw chunks into accounts.
    Translate,
    /// Waits until every raw chunk is translated.
    Settle,
    /// Decides how the run is divided.
    Divide,
    /// Finds the pairs of accounts that are worth comparing.
    Block,
    /// Compares the pairs.
    Compare,
    /// Learns what the comparisons mean.
    Train,
    /// Scores the pairs.
    Score,
    /// Finds the accounts that belong together.
    Link,
    /// Sends accounts to their partitions.
    Partition,
    /// Makes customers out of accounts.
    Merge,
    /// Writes the customers as Parquet.
    Export,
    /// Commits the version.
    Compact,
    /// Removes the stored data of erased persons.
    Purge,
}

impl Stage {
    /// All stages, in the order of the workflow.
    pub const ALL: [Self; 15] = [
        Self::Plan,
        Self::Extract,
        Self::Translate,
        Self::Settle,
        Self::Divide,
        Self::Block,
        Self::Compare,
        Self::Train,
        Self::Score,
        Self::Link,
        Self::Partition,
        Self::Merge,
        Self::Export,
        Self::Compact,
        Self::Purge,
    ];

    /// The stage's name in keys and functions.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Extract => "extract",
            Self::Translate => "translate",
            Self::Settle => "settle",
            Self::Divide => "divide",
            Self::Block => "block",
            Self::Compare => "compare",
            Self::Train => "train",
            Self::Score => "score",
            Self::Link => "link",
            Self::Partition => "partition",
            Self::Merge => "merge",
            Self::Export => "export",
            Self::Compact => "compact",
            Self::Purge => "purge",
        }
    }
}

/// The functions that are not stages. People call them; EventBridge calls `announce` when an execution has ended.
pub const CALLED: [&str; 4] = ["announce", "erase", "explain", "lookup"];

/// The names of all functions: the stages, and those that are called.
pub fn functions() -> impl Iterator<Item = &'static str> {
    Stage::ALL.into_iter().map(Stage::name).chain(CALLED)
}

impl fmt::Display for Stage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// The name of a raw chunk and of the objects made from it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Chunk {
    /// The run.
    pub run: RunId,
    /// The source's name.
    pub source: String,
    /// The split's number.
    pub split: u32,
    /// The chunk's number within the split.
    pub chunk: u32,
}

impl Chunk {
    fn path(&self) -> String {
        format!("{}/{}/{:05}/{:05}", self.run, self.source, self.split, self.chunk)
    }

    /// The key of the raw object.
    pub fn raw(&self, format: RowFormat) -> String {
        format!("{RAW}{}.{}.zst", self.path(), format.name())
    }

    /// The prefix of all raw chunks of the split.
    pub fn raw_of_split(&self) -> String {
        format!("{RAW}{}/{}/{:05}/", self.run, self.source, self.split)
    }

    /// Parses the key of a raw object.
    pub fn parse_raw(key: &str) -> Option<(Self, RowFormat)> {
        match Key::parse(key)? {
            Key::Raw(chunk, format) => Some((chunk, format)),
            _ => None,
        }
    }

    /// The key of its accounts.
    pub fn interim(&self) -> String {
        format!("interim/{}.jsonl.zst", self.path())
    }

    /// The key of the links of its accounts.
    pub fn links(&self) -> String {
        format!("interim/{}.links", self.path())
    }

    /// The key of its rejected rows.
    pub fn rejects(&self) -> String {
        format!("rejects/{}.jsonl.zst", self.path())
    }

    /// The key of the note that it could not be translated.
    pub fn dead(&self) -> String {
        format!("runs/{}/dead/{}/{:05}/{:05}.json", self.run, self.source, self.split, self.chunk)
    }

    /// Parses the key of a note that a chunk could not be translated.
    pub fn parse_dead(key: &str) -> Option<Self> {
        Self::parse_note(key, OfChunk::Dead)
    }

    /// The key of the note that its raw object must be purged.
    pub fn purge(&self) -> String {
        format!("runs/{}/purge/{}/{:05}/{:05}.json", self.run, self.source, self.split, self.chunk)
    }

    /// Parses the key of a note that a raw object must be purged.
    pub fn parse_purge(key: &str) -> Option<Self> {
        Self::parse_note(key, OfChunk::Purge)
    }

    fn parse_note(key: &str, note: OfChunk) -> Option<Self> {
        match Key::parse(key)? {
            Key::OfChunk(chunk, of_chunk) if of_chunk == note => Some(chunk),
            _ => None,
        }
    }

    /// The name of Translate's receipt.
    pub fn receipt_name(&self) -> String {
        format!("{}-{:05}-{:05}", self.source, self.split, self.chunk)
    }
}

/// The key of a reference table.
pub fn reference(table: &str, format: TableFormat) -> String {
    format!("{REFERENCE}{table}.{}", format.extension())
}

/// Parses the name of a file under [`REFERENCE`]; `None` if it is no table.
pub fn parse_reference(name: &str) -> Option<(&str, TableFormat)> {
    TableFormat::ALL.into_iter().find_map(|format| {
        let table = name.strip_suffix(format.extension())?.strip_suffix('.')?;
        (!table.is_empty() && !table.contains('/')).then_some((table, format))
    })
}

/// The prefix of a source's uploaded files.
pub fn landing(source: &str) -> String {
    format!("{LANDING}{source}/")
}

/// The prefix of a run's raw chunks.
pub fn raw_of(run: &RunId) -> String {
    format!("{RAW}{run}/")
}

/// Whether a prefix is that of the raw chunks of a split.
pub fn is_raw_of_split(prefix: &str) -> bool {
    prefix.starts_with(RAW) && prefix.ends_with('/') && prefix.matches('/').count() == 4
}

/// The item lists of the distributed maps, which Step Functions reads.
pub fn item_lists(run: &RunId) -> [String; 5] {
    [run_splits(run), match_tiles(run), mappers(run), partitions(run), exports(run)]
}

/// Whether an object is an item list of a distributed map.
pub fn is_item_list(key: &str) -> bool {
    let run = key.split('/').nth(1).filter(|_| key.ends_with(".jsonl")).and_then(|run| RunId::parse(run).ok());
    run.is_some_and(|run| item_lists(&run).iter().any(|list| list == key))
}

/// The prefix of a run's rejected rows.
pub fn rejects_of(run: &RunId) -> String {
    format!("rejects/{run}/")
}

/// The configuration that the run pinned.
pub fn run_config(run: &RunId) -> String {
    format!("runs/{run}/config.toml")
}

/// Whether a key is that of a corrections file.
pub fn is_corrections(key: &str) -> bool {
    key.strip_prefix(CORRECTIONS).is_some_and(|name| name.ends_with(".csv") && !name.contains('/'))
}

/// The corrections that the run pinned, from all files.
pub fn run_corrections(run: &RunId) -> String {
    format!("runs/{run}/corrections.json")
}

/// An entry of the suppression list. `fingerprint` is that of the secret that hashed it.
pub fn suppression(fingerprint: &str, entry: Node) -> String {
    format!("{SUPPRESSION}{fingerprint}/{entry}.json")
}

/// Parses the key of an entry of the suppression list.
pub fn parse_suppression(key: &str) -> Option<(&str, Node)> {
    let (fingerprint, text) = key.strip_prefix(SUPPRESSION)?.strip_suffix(".json")?.split_once('/')?;
    // Each entry has only one valid form.
    Some((fingerprint, Node::parse(text).filter(|entry| entry.to_string() == text)?))
}

/// The suppression list that the run pinned.
pub fn run_suppression(run: &RunId) -> String {
    format!("runs/{run}/suppression.json")
}

/// The prefixes of objects that can hold values of rows, or hashes of them. The run follows each prefix.
pub const VALUES: [&str; 9] =
    [RAW, "interim/", "rejects/", "links/", "match/", "partitions/", "merged/", PROCESSED, RUNS];

/// The run that wrote an object, and the object's name in the run's folder.
pub fn parse_run(key: &str) -> Option<(RunId, &str)> {
    let behind = VALUES.iter().find_map(|prefix| key.strip_prefix(prefix))?;
    let (run, name) = behind.split_once('/')?;
    Some((RunId::parse(run).ok()?, name))
}

/// Whether an object under [`RUNS`] can hold a value of a row. `name` is its name in the run's folder. All other
/// objects there hold counts, digests and keys.
pub fn is_value_of_run(name: &str) -> bool {
    name.starts_with("ranges/") || name == "corrections.json"
}

/// The prefix of a run's notes of raw objects that must be purged.
pub fn purge_of(run: &RunId) -> String {
    format!("runs/{run}/purge/")
}

/// Whether an object holds the output of a Partition invocation.
pub fn is_shuffle(key: &str) -> bool {
    key.starts_with("partitions/") && key.ends_with(".shuffle")
}

/// The model that the run was planned to score with, if it was learnt before.
pub fn run_model(run: &RunId) -> String {
    format!("runs/{run}/model.json")
}

/// The plan of a run.
pub fn run_plan(run: &RunId) -> String {
    format!("runs/{run}/plan.json")
}

/// The list of splits, one per line.
pub fn run_splits(run: &RunId) -> String {
    format!("runs/{run}/splits.jsonl")
}

/// The key ranges of a database source.
pub fn run_key_ranges(run: &RunId, source: &str) -> String {
    format!("runs/{run}/ranges/{source}.json")
}

/// The prefix of a run's key ranges.
pub fn key_ranges_of(run: &RunId) -> String {
    format!("runs/{run}/ranges/")
}

/// The objects that this run is to read for the first time, one per line.
pub fn run_inputs(run: &RunId) -> String {
    format!("runs/{run}/inputs.jsonl")
}

/// The inputs that were read: all except those of skipped sources.
pub fn run_inputs_read(run: &RunId) -> String {
    format!("runs/{run}/read.jsonl")
}

/// The token of Settle's task.
pub fn run_token(run: &RunId) -> String {
    format!("runs/{run}/token.json")
}

/// The blocked keys of a run.
pub fn link_blocked(run: &RunId) -> String {
    format!("links/{run}/blocked.keys")
}

/// The pairs of all tiles that are put before people.
pub fn link_asked(run: &RunId) -> String {
    format!("links/{run}/asked.pairs")
}

/// How a run is divided into shards, mappers and partitions.
pub fn layout(run: &RunId) -> String {
    format!("links/{run}/layout.json")
}

/// The prefix of a run's notes of chunks that could not be translated.
pub fn dead_of(run: &RunId) -> String {
    format!("runs/{run}/dead/")
}

/// The prefix of a stage's receipts.
pub fn receipts_of(run: &RunId, stage: Stage) -> String {
    format!("runs/{run}/receipts/{stage}/")
}

/// The prefix of all receipts of a run.
pub fn all_receipts_of(run: &RunId) -> String {
    format!("runs/{run}/receipts/")
}

/// The receipt of an invocation.
pub fn receipt(run: &RunId, stage: Stage, name: &str) -> String {
    format!("runs/{run}/receipts/{stage}/{name}.json")
}

/// The name of Extract's receipt of a split.
pub fn split_receipt_name(split: u32) -> String {
    format!("{split:05}")
}

/// The name of the receipt of a shard or slice in a round of Block or Link.
pub fn round_receipt_name(round: u32, worker: u32) -> String {
    format!("{round:05}-{worker:05}")
}

/// An object of a round of Link. `what` is `edges` (for the next round), `positions` or `labels`; or, for blocked keys,
/// `blocked` (the list of a shard), `bearers` (the accounts that have them) or `partitions` (the keys by partition); or
/// `scores` (what Score found, by slice).
pub fn link_round(run: &RunId, round: u32, shard: u32, what: &str) -> String {
    format!("links/{run}/{round:05}/{shard:05}.{what}")
}

/// The blocked keys of a shard's accounts, by partition.
pub fn blocked_of_partitions(run: &RunId, round: u32, shard: u32) -> String {
    link_round(run, round, shard, "partitions")
}

/// The comparison records that Block made of a mapper's accounts.
pub fn match_described(run: &RunId, mapper: u32) -> String {
    format!("match/{run}/described/{mapper:05}.shuffle")
}

/// An object of a round of Block: a worker is a slice or a shard.
pub fn match_round(run: &RunId, round: u32, worker: u32, what: &str) -> String {
    format!("match/{run}/{round:05}/{worker:05}.{what}")
}

/// One of several objects of a kind that a worker writes in a round of Block: `keys` or `pairs`.
pub fn match_round_part(run: &RunId, round: u32, worker: u32, what: &str, part: u32) -> String {
    match_round(run, round, worker, &format!("{what}-{part:05}"))
}

/// An object of a slice of accounts: `records`, the accounts as they are compared, or `classes`, the frequency classes of
/// their values.
pub fn match_slice(run: &RunId, slice: u32, what: &str) -> String {
    format!("match/{run}/slices/{slice:05}.{what}")
}

/// How many accounts each slice has.
pub fn match_slices(run: &RunId) -> String {
    format!("match/{run}/slices.json")
}

/// Which objects have the pairs.
pub fn match_pairs(run: &RunId) -> String {
    format!("match/{run}/pairs.json")
}

/// An object of a tile.
fn match_tile(run: &RunId, tile: u32, what: &str) -> String {
    format!("match/{run}/tiles/{tile:05}.{what}")
}

/// The compared pairs of a tile, by comparison pattern.
pub fn match_vectors(run: &RunId, tile: u32) -> String {
    match_tile(run, tile, "vectors")
}

/// The links of a tile, and the frequency classes of accounts, by shard of Link.
pub fn match_links(run: &RunId, tile: u32) -> String {
    match_tile(run, tile, "links")
}

/// The pairs of a tile that are put before people.
pub fn match_asked(run: &RunId, tile: u32) -> String {
    match_tile(run, tile, "asked")
}

/// The pairs of which people said something.
pub fn match_labels(run: &RunId) -> String {
    format!("match/{run}/labels.json")
}

/// Which compared pairs Score passes on.
pub fn match_draw(run: &RunId) -> String {
    format!("match/{run}/draw.json")
}

/// The list of tiles: one line per invocation of Compare and of Score.
pub fn match_tiles(run: &RunId) -> String {
    format!("match/{run}/tiles.jsonl")
}

/// What the accounts' values were counted to.
pub fn match_counts(run: &RunId) -> String {
    format!("match/{run}/counts.json")
}

/// What blocking found: caps, and what was dropped.
pub fn match_blocking(run: &RunId) -> String {
    format!("match/{run}/blocking.json")
}

/// How great a block may be that a round of Block found, by pass.
pub fn match_caps(run: &RunId, round: u32) -> String {
    match_round(run, round, 0, "caps")
}

/// The model that the run scores with.
pub fn match_model(run: &RunId) -> String {
    format!("match/{run}/model.json")
}

/// The scored links and the frequency classes of a shard's accounts, by slice of Merge.
pub fn scores_of_slices(run: &RunId, round: u32, shard: u32) -> String {
    link_round(run, round, shard, "scores")
}

/// The list of mappers: one line per Partition invocation.
pub fn mappers(run: &RunId) -> String {
    format!("partitions/{run}/mappers.jsonl")
}

/// The output of a Partition invocation.
pub fn shuffle(run: &RunId, mapper: u32) -> String {
    format!("partitions/{run}/{mapper:05}.shuffle")
}

/// The prefix of everything that Merge writes.
pub fn merged_of(run: &RunId) -> String {
    format!("merged/{run}/")
}

/// The list of partitions: one line per Merge invocation.
pub fn partitions(run: &RunId) -> String {
    format!("merged/{run}/partitions.jsonl")
}

/// The list of exports: one line per Export invocation.
pub fn exports(run: &RunId) -> String {
    format!("merged/{run}/exports.jsonl")
}

/// An output of Merge for a partition.
pub fn merged(run: &RunId, partition: u32, part: VersionPart) -> String {
    format!("merged/{run}/{partition:05}/{}", part.merged_name())
}

/// What Merge knows of pairs that are put before people.
pub fn merged_review(run: &RunId, partition: u32) -> String {
    format!("merged/{run}/{partition:05}/review.json.zst")
}

/// The counts of a partition.
pub fn merged_counts(run: &RunId, partition: u32) -> String {
    format!("merged/{run}/{partition:05}/counts.json")
}

/// The parts of a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum VersionPart {
    /// One record per person.
    Customers,
    /// The accounts, with their customers.
    Members,
    /// The links of the accounts.
    MemberLinks,
    /// The changes since the previous version.
    Changes,
    /// The lines about what guards did.
    Blocked,
    /// The partitions of accounts and customers.
    Index,
    /// The retired customer ids.
    Retired,
}

impl VersionPart {
    /// All parts.
    pub const ALL: [Self; 7] =
        [Self::Customers, Self::Members, Self::MemberLinks, Self::Changes, Self::Blocked, Self::Index, Self::Retired];

    /// The parts of which `current/` has a list of files.
    pub const LISTED: [Self; 3] = [Self::Customers, Self::Members, Self::Changes];

    /// The folder of its files in a version.
    const fn folder(self) -> &'static str {
        match self {
            Self::Customers => "customers",
            Self::Members | Self::MemberLinks => "members",
            Self::Changes => "changes",
            Self::Blocked => "blocked",
            Self::Index => "index",
            Self::Retired => "retired",
        }
    }

    const fn merged_name(self) -> &'static str {
        match self {
            Self::Customers => "customers.jsonl.zst",
            Self::Members => "members.jsonl.zst",
            Self::MemberLinks => "members.links",
            Self::Changes => "changes.jsonl.zst",
            Self::Blocked => "blocked.jsonl.zst",
            Self::Index => "index",
            Self::Retired => "retired.jsonl.zst",
        }
    }
}

/// The run of a manifest's key.
pub fn parse_manifest(key: &str) -> Option<RunId> {
    RunId::parse(key.strip_prefix(PROCESSED)?.strip_suffix("/manifest.json")?).ok()
}

/// The run of a version's folder name.
pub fn parse_version(folder: &str) -> Option<RunId> {
    RunId::parse(folder.strip_prefix(PROCESSED)?.strip_suffix('/')?).ok()
}

/// The prefix of a version.
pub fn version(run: &RunId) -> String {
    format!("processed/{run}/")
}

/// A file of a version.
pub fn processed(run: &RunId, part: VersionPart, number: u32) -> String {
    let extension = match part {
        VersionPart::MemberLinks => "links",
        VersionPart::Index => "hashes",
        _ => "jsonl.zst",
    };
    format!("processed/{run}/{}/part-{number:05}.{extension}", part.folder())
}

/// What a version has as Parquet, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ParquetPart {
    /// One row per person.
    Customers,
    /// One row per account.
    Members,
    /// One row per change.
    Changes,
}

impl ParquetPart {
    /// All parts.
    pub const ALL: [Self; 3] = [Self::Customers, Self::Members, Self::Changes];

    /// The part of the version that has the same as JSON Lines.
    pub const fn lines(self) -> VersionPart {
        match self {
            Self::Customers => VersionPart::Customers,
            Self::Members => VersionPart::Members,
            Self::Changes => VersionPart::Changes,
        }
    }

    /// The name of its folder.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Customers => "customers",
            Self::Members => "members",
            Self::Changes => "changes",
        }
    }
}

/// A Parquet file of a version.
pub fn parquet(run: &RunId, part: ParquetPart, number: u32) -> String {
    format!("processed/{run}/parquet/{}/part-{number:05}.parquet", part.name())
}

/// Every object that was read up to a version, one per line.
pub fn processed_inputs(run: &RunId) -> String {
    format!("processed/{run}/inputs.jsonl")
}

/// The configuration of a version.
pub fn processed_config(run: &RunId) -> String {
    format!("processed/{run}/config.toml")
}

/// The corrections of a version.
pub fn processed_corrections(run: &RunId) -> String {
    format!("processed/{run}/corrections.json")
}

/// The model of a version.
pub fn processed_model(run: &RunId) -> String {
    format!("processed/{run}/model.json")
}

/// The blocked keys of a version.
pub fn processed_blocked(run: &RunId) -> String {
    format!("processed/{run}/blocked.keys")
}

/// The blocked keys of a version by an earlier program.
pub fn processed_blocked_of_earlier(run: &RunId) -> String {
    format!("processed/{run}/blocked.json")
}

/// The place of each partition in the version's files, one per line.
pub fn processed_frames(run: &RunId) -> String {
    format!("processed/{run}/index/frames.jsonl")
}

/// The numbers of a version, for people.
pub fn processed_report(run: &RunId) -> String {
    format!("processed/{run}/report.json")
}

/// The page that shows the numbers of a version.
pub fn processed_page(run: &RunId) -> String {
    format!("processed/{run}/report.html")
}

/// Whether an object has measurements in it, so that its bytes differ between tries: a receipt or a report.
pub fn is_measured(key: &str) -> bool {
    let is_report = key.ends_with("/report.json") || key.ends_with("/report.html");
    key.starts_with(RUNS) && key.contains("/receipts/") || key.starts_with(PROCESSED) && is_report
}

/// The list of the current version's files of customers, members or changes: see [`crate::version::symlinks`].
pub fn current_files(part: VersionPart) -> String {
    format!("current/{}/files.txt", part.folder())
}

/// The list of the current version's Parquet files of a part.
pub fn current_parquet_files(part: ParquetPart) -> String {
    format!("current/parquet/{}/files.txt", part.name())
}

/// The pairs of a version whose answers are worth most.
pub fn review_queue(run: &RunId) -> String {
    format!("processed/{run}/review/queue.jsonl.zst")
}

/// The random sample of a version's compared pairs.
pub fn review_sample(run: &RunId) -> String {
    format!("processed/{run}/review/sample.jsonl.zst")
}

/// What the sample is a sample of.
pub fn review_strata(run: &RunId) -> String {
    format!("processed/{run}/review/strata.json")
}

/// The answers of people, beside what the version's scores expect.
pub fn review_calibration(run: &RunId) -> String {
    format!("processed/{run}/review/calibration.json")
}

/// A version's manifest.
pub fn manifest(run: &RunId) -> String {
    format!("processed/{run}/manifest.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_named_by_start_and_execution() {
        let run = RunId::new("2026-11-22T17:46:00.123Z", "nightly").unwrap();
        assert!(run.as_str().starts_with("20261122T174600Z-"));
        assert_eq!(run.started(), "20261122T174600Z");
        assert_ne!(run, RunId::new("2026-11-22T17:46:00.123Z", "other").unwrap());
        assert!(RunId::new("yesterday", "nightly").is_err());
    }

    #[test]
    fn tables_are_read_back() {
        for format in TableFormat::ALL {
            let key = reference("zip.2", format);
            assert_eq!(parse_reference(key.strip_prefix(REFERENCE).unwrap()), Some(("zip.2", format)));
        }
        for name in ["a.txt", ".csv", "csv", "a/b.csv", "parquet"] {
            assert_eq!(parse_reference(name), None);
        }
    }

    #[test]
    fn entries_of_the_suppression_list_are_read_back() {
        for bits in [0, 1, u128::MAX, 0x1234_5678_9abc_def0_1234_5678_9abc_def0] {
            let entry = Node::from_bits(bits);
            assert_eq!(parse_suppression(&suppression("0a1b2c3d", entry)), Some(("0a1b2c3d", entry)));
        }
        for key in ["suppression/x/1.json", "suppression/", "suppression/x/anna@b.de.json", "suppressions/x/0.json"] {
            assert_eq!(parse_suppression(key), None, "{key}");
        }
    }

    #[test]
    fn receipts_and_reports_are_measured() {
        let run = RunId::parse("20261122T174600Z-1a2b3c4d").unwrap();
        for measured in [receipt(&run, Stage::Plan, "plan"), processed_report(&run), processed_page(&run)] {
            assert!(is_measured(&measured), "{measured}");
        }
        for other in [manifest(&run), run_plan(&run), "landing/crm/report.json".to_owned()] {
            assert!(!is_measured(&other), "{other}");
        }
    }

    #[test]
    fn what_can_hold_values_is_known() {
        let run = RunId::parse("20261122T174600Z-1a2b3c4d").unwrap();
        for (key, expected) in [
            (run_key_ranges(&run, "crm"), true),
            (run_corrections(&run), true),
            (run_plan(&run), false),
            (run_suppression(&run), false),
            (receipt(&run, Stage::Plan, "plan"), false),
        ] {
            let (_, name) = parse_run(&key).unwrap();
            assert_eq!(is_value_of_run(name), expected, "{key}");
        }
    }
}
