//! Every key as a value. It parses exactly the keys that the functions of [`keys`](super) format.

use std::fmt;

use onefold_config::RowFormat;
use onefold_graph::node::Node;
use onefold_rows::enrich::TableFormat;

use super::{Chunk, ParquetPart, RunId, Stage, VersionPart};

/// An object of the bucket, by its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// The user's configuration.
    Config,
    /// The name of the current version.
    Current,
    /// The lease of the run that may publish next.
    Active,
    /// A reference table.
    Table(String, TableFormat),
    /// An uploaded file.
    Landing {
        /// The source's name.
        source: String,
        /// The file's name, with its folders.
        name: String,
    },
    /// A file of corrections, by its name without extension.
    Corrections(String),
    /// An entry of the suppression list.
    Suppression {
        /// The fingerprint of the secret that hashed the entry.
        fingerprint: String,
        /// The entry.
        entry: Node,
    },
    /// A raw chunk.
    Raw(Chunk, RowFormat),
    /// An object made from a chunk, or a note about it.
    OfChunk(Chunk, OfChunk),
    /// A record of a run.
    OfRun(RunId, OfRun),
    /// The key ranges of a database source.
    KeyRanges {
        /// The run.
        run: RunId,
        /// The source's name.
        source: String,
    },
    /// The receipt of an invocation.
    Receipt {
        /// The run.
        run: RunId,
        /// The stage.
        stage: Stage,
        /// The invocation's name within the stage.
        name: String,
    },
    /// An object of a round of Link.
    LinkRound {
        /// The run.
        run: RunId,
        /// The round's number.
        round: u32,
        /// The shard's number.
        shard: u32,
        /// The kind of object, such as `edges`.
        what: String,
    },
    /// The comparison records of a mapper's accounts.
    Described {
        /// The run.
        run: RunId,
        /// The mapper's number.
        mapper: u32,
    },
    /// An object of a round of Block.
    MatchRound {
        /// The run.
        run: RunId,
        /// The round's number.
        round: u32,
        /// The number of the slice or the shard.
        worker: u32,
        /// The kind of object, such as `keys`.
        what: String,
    },
    /// An object of a slice of accounts.
    MatchSlice {
        /// The run.
        run: RunId,
        /// The slice's number.
        slice: u32,
        /// The kind of object, such as `records`.
        what: String,
    },
    /// An object of a tile of pairs.
    MatchTile {
        /// The run.
        run: RunId,
        /// The tile's number.
        tile: u32,
        /// The kind of object, such as `links`.
        what: String,
    },
    /// The output of a Partition invocation.
    Shuffle {
        /// The run.
        run: RunId,
        /// The mapper's number.
        mapper: u32,
    },
    /// An output of Merge for a partition.
    Merged {
        /// The run.
        run: RunId,
        /// The partition's number.
        partition: u32,
        /// The part of the version; `None` for the counts.
        part: Option<VersionPart>,
    },
    /// A Parquet file of a version.
    Parquet {
        /// The run.
        run: RunId,
        /// What it has rows of.
        part: ParquetPart,
        /// The file's number.
        number: u32,
    },
    /// What Merge knows of a partition's pairs that are put before people.
    MergedReview {
        /// The run.
        run: RunId,
        /// The partition's number.
        partition: u32,
    },
    /// A file of a version.
    Processed {
        /// The run.
        run: RunId,
        /// The part of the version.
        part: VersionPart,
        /// The file's number.
        number: u32,
    },
    /// The list of the current version's files of a part.
    CurrentFiles(VersionPart),
    /// The list of the current version's Parquet files of a part.
    CurrentParquetFiles(ParquetPart),
}

/// The kinds of objects made from a chunk, and of notes about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfChunk {
    /// Its accounts.
    Interim,
    /// The links of its accounts.
    Links,
    /// Its rejected rows.
    Rejects,
    /// The note that it could not be translated.
    Dead,
    /// The note that its raw object must be purged.
    Purge,
}

/// The kinds of objects that a run or its version has once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfRun {
    /// The pinned configuration.
    Config,
    /// The plan.
    Plan,
    /// The pinned corrections.
    Corrections,
    /// The pinned suppression list.
    Suppression,
    /// The model that was pinned.
    Model,
    /// The list of splits.
    Splits,
    /// The objects that the run has to read.
    Inputs,
    /// The objects that the run did read.
    InputsRead,
    /// The token of Settle's task.
    Token,
    /// How the run is divided.
    Layout,
    /// The blocked keys of the run.
    LinkBlocked,
    /// The pairs of all tiles that are put before people.
    LinkAsked,
    /// How many accounts each slice has.
    MatchSlices,
    /// What blocking found.
    MatchBlocking,
    /// What the accounts' values were counted to.
    MatchCounts,
    /// Which objects have the pairs.
    MatchPairs,
    /// The pairs of which people said something.
    MatchLabels,
    /// The list of tiles.
    MatchTiles,
    /// The model that the run scores with.
    MatchModel,
    /// Which compared pairs Score passes on.
    MatchDraw,
    /// The list of mappers.
    Mappers,
    /// The list of partitions.
    Partitions,
    /// The list of exports.
    Exports,
    /// Every object that was read up to the version.
    ProcessedInputs,
    /// The configuration of the version.
    ProcessedConfig,
    /// The corrections of the version.
    ProcessedCorrections,
    /// The model of the version.
    ProcessedModel,
    /// The blocked keys of the version.
    ProcessedBlocked,
    /// The blocked keys of a version by an earlier program.
    ProcessedBlockedOfEarlier,
    /// The place of each partition in the version's files.
    ProcessedFrames,
    /// The numbers of the version, for people.
    ProcessedReport,
    /// The page that shows them.
    ProcessedPage,
    /// The pairs of the version whose answers are worth most.
    ReviewQueue,
    /// The random sample of the version's compared pairs.
    ReviewSample,
    /// What the sample is a sample of.
    ReviewStrata,
    /// The answers of people, beside what the version's scores expect.
    ReviewCalibration,
    /// The version's manifest.
    Manifest,
}

impl OfChunk {
    /// All kinds.
    pub const ALL: [Self; 5] = [Self::Interim, Self::Links, Self::Rejects, Self::Dead, Self::Purge];
}

impl OfRun {
    /// All kinds.
    pub const ALL: [Self; 37] = [
        Self::Config,
        Self::Plan,
        Self::Corrections,
        Self::Suppression,
        Self::Model,
        Self::Splits,
        Self::Inputs,
        Self::InputsRead,
        Self::Token,
        Self::Layout,
        Self::LinkBlocked,
        Self::LinkAsked,
        Self::MatchSlices,
        Self::MatchBlocking,
        Self::MatchCounts,
        Self::MatchPairs,
        Self::MatchLabels,
        Self::MatchTiles,
        Self::MatchModel,
        Self::MatchDraw,
        Self::Mappers,
        Self::Partitions,
        Self::Exports,
        Self::ProcessedInputs,
        Self::ProcessedConfig,
        Self::ProcessedCorrections,
        Self::ProcessedModel,
        Self::ProcessedBlocked,
        Self::ProcessedBlockedOfEarlier,
        Self::ProcessedFrames,
        Self::ProcessedReport,
        Self::ProcessedPage,
        Self::ReviewQueue,
        Self::ReviewSample,
        Self::ReviewStrata,
        Self::ReviewCalibration,
        Self::Manifest,
    ];

    fn key(self, run: &RunId) -> String {
        match self {
            Self::Config => super::run_config(run),
            Self::Plan => super::run_plan(run),
            Self::Corrections => super::run_corrections(run),
            Self::Suppression => super::run_suppression(run),
            Self::Model => super::run_model(run),
            Self::Splits => super::run_splits(run),
            Self::Inputs => super::run_inputs(run),
            Self::InputsRead => super::run_inputs_read(run),
            Self::Token => super::run_token(run),
            Self::Layout => super::layout(run),
            Self::LinkBlocked => super::link_blocked(run),
            Self::LinkAsked => super::link_asked(run),
            Self::MatchSlices => super::match_slices(run),
            Self::MatchBlocking => super::match_blocking(run),
            Self::MatchCounts => super::match_counts(run),
            Self::MatchPairs => super::match_pairs(run),
            Self::MatchLabels => super::match_labels(run),
            Self::MatchTiles => super::match_tiles(run),
            Self::MatchModel => super::match_model(run),
            Self::MatchDraw => super::match_draw(run),
            Self::Mappers => super::mappers(run),
            Self::Partitions => super::partitions(run),
            Self::Exports => super::exports(run),
            Self::ProcessedInputs => super::processed_inputs(run),
            Self::ProcessedConfig => super::processed_config(run),
            Self::ProcessedCorrections => super::processed_corrections(run),
            Self::ProcessedModel => super::processed_model(run),
            Self::ProcessedBlocked => super::processed_blocked(run),
            Self::ProcessedBlockedOfEarlier => super::processed_blocked_of_earlier(run),
            Self::ProcessedFrames => super::processed_frames(run),
            Self::ProcessedReport => super::processed_report(run),
            Self::ProcessedPage => super::processed_page(run),
            Self::ReviewQueue => super::review_queue(run),
            Self::ReviewSample => super::review_sample(run),
            Self::ReviewStrata => super::review_strata(run),
            Self::ReviewCalibration => super::review_calibration(run),
            Self::Manifest => super::manifest(run),
        }
    }
}

impl Key {
    /// Parses a key; `None` if Onefold has no such key.
    pub fn parse(key: &str) -> Option<Self> {
        let parts: Vec<&str> = key.split('/').collect();
        let found = match parts.as_slice() {
            [_, "CURRENT"] => Self::Current,
            [_, "ACTIVE"] => Self::Active,
            ["config", _] => Self::Config,
            ["reference", name] => {
                let (table, format) = super::parse_reference(name)?;
                Self::Table(table.to_owned(), format)
            }
            ["landing", source, name @ ..] if !source.is_empty() && name.iter().any(|name| !name.is_empty()) => {
                Self::Landing { source: (*source).to_owned(), name: name.join("/") }
            }
            ["corrections", name] => Self::Corrections(name.strip_suffix(".csv")?.to_owned()),
            ["suppression", fingerprint, entry] if !fingerprint.is_empty() => {
                let entry = Node::parse(entry.strip_suffix(".json")?)?;
                Self::Suppression { fingerprint: (*fingerprint).to_owned(), entry }
            }
            ["current", folder, "files.txt"] => {
                let part = VersionPart::LISTED.into_iter().find(|part| part.folder() == *folder)?;
                Self::CurrentFiles(part)
            }
            ["current", "parquet", folder, "files.txt"] => {
                Self::CurrentParquetFiles(ParquetPart::ALL.into_iter().find(|part| part.name() == *folder)?)
            }
            ["raw" | "interim" | "rejects", run, path @ ..] => of_chunk(parts.first()?, RunId::parse(run).ok()?, path)?,
            [_, run, rest @ ..] => of_run(key, RunId::parse(run).ok()?, rest)?,
            _ => return None,
        };
        // Each key has only one valid form.
        (found.to_string() == key).then_some(found)
    }
}

/// Parses the key of an object made from a chunk. `path` follows the run.
fn of_chunk(folder: &str, run: RunId, path: &[&str]) -> Option<Key> {
    let [source, split, name] = path else { return None };
    let (number, extension) = name.split_once('.')?;
    let chunk = chunk(run, source, split, number)?;
    Some(match (folder, extension) {
        ("interim", "links") => Key::OfChunk(chunk, OfChunk::Links),
        ("interim", _) => Key::OfChunk(chunk, OfChunk::Interim),
        ("rejects", _) => Key::OfChunk(chunk, OfChunk::Rejects),
        (_, format) => Key::Raw(chunk, RowFormat::from_name(format.strip_suffix(".zst")?)?),
    })
}

fn chunk(run: RunId, source: &str, split: &str, chunk: &str) -> Option<Chunk> {
    let (split, chunk) = (number(split)?, number(chunk)?);
    (!source.is_empty()).then(|| Chunk { run, source: source.to_owned(), split, chunk })
}

/// Parses any other key of a run. `rest` follows the run.
fn of_run(key: &str, run: RunId, rest: &[&str]) -> Option<Key> {
    let once = if rest.len() < 3 { OfRun::ALL.into_iter().find(|once| once.key(&run) == key) } else { None };
    if let Some(once) = once {
        return Some(Key::OfRun(run, once));
    }
    if key.starts_with("match/") {
        return of_match(run, rest);
    }
    Some(match rest {
        [folder @ ("dead" | "purge"), source, split, name] => {
            let what = if *folder == "dead" { OfChunk::Dead } else { OfChunk::Purge };
            Key::OfChunk(chunk(run, source, split, name.strip_suffix(".json")?)?, what)
        }
        ["ranges", name] => {
            let source = name.strip_suffix(".json").filter(|source| !source.is_empty())?;
            Key::KeyRanges { run, source: source.to_owned() }
        }
        ["receipts", stage, name] => {
            let name = name.strip_suffix(".json").filter(|name| !name.is_empty())?;
            let stage = Stage::ALL.into_iter().find(|known| known.name() == *stage)?;
            Key::Receipt { run, stage, name: name.to_owned() }
        }
        ["parquet", folder, name] => {
            let part = ParquetPart::ALL.into_iter().find(|part| part.name() == *folder)?;
            Key::Parquet { run, part, number: number(name.strip_prefix("part-")?.strip_suffix(".parquet")?)? }
        }
        [name] => Key::Shuffle { run, mapper: number(name.strip_suffix(".shuffle")?)? },
        [_, name] if name.starts_with("part-") => {
            let (number_of, _) = name.strip_prefix("part-")?.split_once('.')?;
            let number = number(number_of)?;
            let part = VersionPart::ALL.into_iter().find(|part| super::processed(&run, *part, number) == key)?;
            Key::Processed { run, part, number }
        }
        [first, name] if key.starts_with("links/") => {
            let (shard, what) = name.split_once('.').filter(|(_, what)| !what.is_empty())?;
            Key::LinkRound { run, round: number(first)?, shard: number(shard)?, what: what.to_owned() }
        }
        [partition, "review.json.zst"] => Key::MergedReview { run, partition: number(partition)? },
        [partition, name] => {
            let part = VersionPart::ALL.into_iter().find(|part| part.merged_name() == *name);
            Key::Merged { run, partition: number(partition)?, part }
        }
        _ => return None,
    })
}

/// Parses the key of an object that Block, Compare or Score made. `rest` follows the run.
fn of_match(run: RunId, rest: &[&str]) -> Option<Key> {
    let [folder, name] = rest else { return None };
    let (number_of, what) = name.split_once('.').filter(|(_, what)| !what.is_empty())?;
    let number_of = number(number_of)?;
    Some(match *folder {
        "described" => Key::Described { run, mapper: number_of },
        "slices" => Key::MatchSlice { run, slice: number_of, what: what.to_owned() },
        "tiles" => Key::MatchTile { run, tile: number_of, what: what.to_owned() },
        round => Key::MatchRound { run, round: number(round)?, worker: number_of, what: what.to_owned() },
    })
}

/// Parses a number of five digits, or of more if it needs them.
fn number(text: &str) -> Option<u32> {
    let number: u32 = text.parse().ok()?;
    (format!("{number:05}") == text).then_some(number)
}

impl fmt::Display for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = match self {
            Self::Config => super::CONFIG.to_owned(),
            Self::Current => super::CURRENT.to_owned(),
            Self::Active => super::ACTIVE.to_owned(),
            Self::Table(table, format) => super::reference(table, *format),
            Self::Landing { source, name } => super::landing(source) + name,
            Self::Corrections(name) => format!("{}{name}.csv", super::CORRECTIONS),
            Self::Suppression { fingerprint, entry } => super::suppression(fingerprint, *entry),
            Self::Raw(chunk, format) => chunk.raw(*format),
            Self::OfChunk(chunk, OfChunk::Interim) => chunk.interim(),
            Self::OfChunk(chunk, OfChunk::Links) => chunk.links(),
            Self::OfChunk(chunk, OfChunk::Rejects) => chunk.rejects(),
            Self::OfChunk(chunk, OfChunk::Dead) => chunk.dead(),
            Self::OfChunk(chunk, OfChunk::Purge) => chunk.purge(),
            Self::OfRun(run, once) => once.key(run),
            Self::KeyRanges { run, source } => super::run_key_ranges(run, source),
            Self::Receipt { run, stage, name } => super::receipt(run, *stage, name),
            Self::Parquet { run, part, number } => super::parquet(run, *part, *number),
            Self::LinkRound { run, round, shard, what } => super::link_round(run, *round, *shard, what),
            Self::Described { run, mapper } => super::match_described(run, *mapper),
            Self::MatchRound { run, round, worker, what } => super::match_round(run, *round, *worker, what),
            Self::MatchSlice { run, slice, what } => super::match_slice(run, *slice, what),
            Self::MatchTile { run, tile, what } => super::match_tile(run, *tile, what),
            Self::Shuffle { run, mapper } => super::shuffle(run, *mapper),
            Self::Merged { run, partition, part: Some(part) } => super::merged(run, *partition, *part),
            Self::Merged { run, partition, part: None } => super::merged_counts(run, *partition),
            Self::MergedReview { run, partition } => super::merged_review(run, *partition),
            Self::Processed { run, part, number } => super::processed(run, *part, *number),
            Self::CurrentFiles(part) => super::current_files(*part),
            Self::CurrentParquetFiles(part) => super::current_parquet_files(*part),
        };
        formatter.write_str(&key)
    }
}

#[cfg(test)]
mod tests;
