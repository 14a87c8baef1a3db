//! The memory of a function, and every size that depends on it.
//!
//! The template sets the memory of a function (`AWS_LAMBDA_FUNCTION_MEMORY_SIZE`). [`PROCESS_BYTES`] are for the
//! process, and an eighth of the rest is lost to the allocator. What remains is *usable*.
//!
//! Two kinds of sizes depend on it:
//! * The division of a run: shards, partitions, slices. Divide computes it once and writes it into `layout.json`. So a
//!   retry and a resumed run use the same division, whatever their memory is.
//! * Buffers: how many objects are read at once, how much text is held. They depend on the memory at the moment, and no
//!   output depends on them.
//!
//! The size of raw chunks does not depend on memory, because every try must cut them at the same places. The least
//! memory that the template allows holds one chunk, unless its rows are very short.
//!
//! Work that does not fit is rejected before it starts. The message names the setting to change and its new value.

use std::fmt::{self, Display, Formatter};

use crate::error::StageError;

const MIB: u64 = 1 << 20;

/// Bytes of a function without its work: program, runtime and connections.
const PROCESS_BYTES: u64 = 96 * MIB;
/// The maximum memory of a Lambda function.
const MEGABYTES_MAX: u64 = 10_240;
/// The default where the environment does not set the memory, as on a user's machine: the template's value for Link and
/// Merge.
const MEGABYTES_DEFAULT: u64 = 3_008;

/// Bytes that Link needs per account: places and node of its reference (up to 37), its latest version (32), its star
/// (12), its position (8), its set and smallest node (8), its label (16). `tests/memory` measured this and all
/// following numbers.
const ACCOUNT_BYTES: u64 = 116;
/// Bytes that Link needs in a single shard per match key or customer of an account, with repetitions: places and node
/// (up to 37), and its number.
const OTHER_BYTES_ALONE: u64 = 45;
/// The same for several shards, which also write an edge.
const OTHER_BYTES_OF_SEVERAL: u64 = 64;
/// Bytes that a later round needs per edge of a shard: nodes and their places, sets, and the output.
const EDGE_BYTES: u64 = 130;
/// The most shards: an inline Map runs at most 40 iterations concurrently.
pub const SHARDS_MAX: u32 = 40;
/// Bytes of the largest object of links, which belongs to a member file.
const LINKS_BYTES: u64 = 48 * MIB;
/// The most objects of links that Link reads at once.
const LINKS_AT_ONCE_MAX: u64 = 4;

/// Bytes that Merge needs per byte of a slice's text: the text, the accounts in it (short ones need most), their
/// clusters, and the output. Measured by `tests/memory`.
const MERGE_BYTES_OF_TEXT: u64 = 23;
/// Bytes that Merge needs per stored byte of a partition: the byte itself and the stored output.
const MERGE_BYTES_OF_STORED: u64 = 5;
/// The least text per stored byte.
const TEXT_OF_STORED: u64 = 4;
/// Bytes that Merge needs per blocked key: the key, and its object while it is read.
const BLOCKED_KEY_BYTES: u64 = 34;
/// Bytes that Link needs per blocked key to join the lists of shards: the key and its number of accounts (32), and its
/// place in a list that is read (20) and in one that is written (20).
const LISTED_KEY_BYTES: u64 = 32 + 2 * 21;
/// Bytes that Link needs per byte of scored links and frequency classes: what is read, what is sent on, and the links as
/// edges.
const SCORES_BYTES_OF_TEXT: u64 = 4;
/// Slices of a partition. With this many, Merge's data for one slice (four times its text) stays in a processor's
/// cache, and needs little memory. Measured at 1.9 M accounts: with one slice, Merge takes a tenth more CPU and twice
/// the memory.
const SLICES: u32 = 8;
/// About the most slices of all partitions. More would make the frames in shuffle objects too small to compress well.
const ALL_SLICES: u32 = 1024;
/// The most slices of a partition.
const SLICES_MAX: u32 = 256;

/// Bytes that Compare needs per pair of a part: its number twice, its pattern's number, and the output.
const COMPARED_PAIR_BYTES: u64 = 32;
/// Bytes that Compare needs beside records and pairs: the objects that it reads at once.
const COMPARE_READ_BYTES: u64 = 32 * MIB;
/// The fewest pairs of a part of a tile.
const COMPARED_AT_ONCE_MIN: u64 = 256 << 10;
/// The most pairs of a part of a tile. More would need more memory, and save nothing.
const COMPARED_AT_ONCE_MAX: u64 = 8 << 20;

/// Bytes that Export needs for a row group: the values of 128 MiB of lines, and their levels.
const EXPORT_ROW_GROUP_BYTES: u64 = 144 * MIB;
/// Stored bytes of the largest object that Partition reads, a member file.
const MEMBERS_BYTES: u64 = 32 * MIB;
/// The most objects that Partition reads at once.
const MEMBERS_AT_ONCE_MAX: u64 = 3;
/// The most text that Partition holds before it writes frames.
const SHUFFLE_TEXT_BYTES_MAX: u64 = 128 * MIB;

/// Bytes that Block needs in a slice per account: what it was described with, its place in the order, its record and values.
const SLICE_ACCOUNT_BYTES: u64 = 400;
/// The most bytes of blocking keys that Block holds in a slice before it writes them.
const KEY_PART_BYTES_MAX: u64 = 48 * MIB;
/// About how many bytes a described account has: its reference and version, and 110 of values.
const DESCRIBED_BYTES: u64 = 150;
/// Bytes that Block needs in a shard per key of the pass that is being sorted, and per key of all passes for its blocks.
const SORTED_KEY_BYTES: u64 = 20;
const BLOCK_KEY_BYTES: u64 = 10;
/// Bytes that Block needs in a shard per value: its hash, its class, and its count.
const VALUE_BYTES: u64 = 40;
/// About how many values an account has.
const VALUES_OF_ACCOUNT: u64 = 12;
/// Bytes that Block needs per pair that it holds: the pair, and its place in the output.
const PAIR_BYTES: u64 = 24;
/// Bytes that Block needs per row of a great block: the row, and the frame that it is in.
const GREAT_ROW_BYTES: u64 = 32;
/// The most text that Block holds before it writes frames, and the most frames that it fetches at once.
const BLOCK_BUFFER_BYTES_MAX: u64 = 32 * MIB;
/// The memory that a run of few accounts is divided by.
const FEW_ACCOUNTS_BYTES: u64 = 512 * MIB;
/// The most slices of accounts of a run that is divided by little memory.
pub const FEW_SLICES: u32 = 16;
/// The most slices of accounts: tiles are pairs of slices.
const MATCH_SLICES_MAX: u32 = 400;

/// Bytes that Extract needs for a chunk of 16 MiB of text: input, chunk and output. Calculated, not measured.
const EXTRACT_CHUNK_BYTES: u64 = 64 * MIB;
/// Bytes that Translate needs per byte of a chunk's text, and per row. The links of short rows need the most.
const TRANSLATE_BYTES_OF_TEXT: u64 = 4;
const TRANSLATE_BYTES_OF_ROW: u64 = 350;
/// Bytes that Translate needs for a chunk of 16 MiB of text without very short rows.
const TRANSLATE_CHUNK_BYTES: u64 = 160 * MIB;
/// The largest stored row group of Parquet.
const ROW_GROUP_BYTES_MAX: u64 = 256 * MIB;
/// Bytes that a reference table needs per byte of its text, for each lookup.
const TABLE_BYTES_OF_TEXT: u64 = 5;

/// A function whose work may not fit into its memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// Link.
    Link,
    /// Merge.
    Merge,
    /// Merge, for the blocked keys that it compares with.
    BlockedKeysOfMerge,
    /// Any other function. They all have the same memory setting.
    Other(&'static str),
}

impl Function {
    fn name(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Merge | Self::BlockedKeysOfMerge => "merge",
            Self::Other(name) => name,
        }
    }

    /// The template's parameter for the function's memory.
    pub const fn parameter(self) -> &'static str {
        match self {
            Self::Link => "LinkMemory",
            Self::Merge | Self::BlockedKeysOfMerge => "MergeMemory",
            Self::Other(_) => "FunctionMemory",
        }
    }

    /// What to do if no memory is large enough.
    fn otherwise(self) -> &'static str {
        match self {
            Self::Link => "use fewer match rules, or divide the accounts between two deployments",
            Self::Merge => "lower max_accounts_per_key, so that fewer accounts meet",
            Self::BlockedKeysOfMerge => "raise max_accounts_per_key, so that fewer keys are blocked",
            Self::Other(_) => "make it smaller",
        }
    }
}

/// The message about work that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lack {
    /// A function with more memory could do it.
    Here(String),
    /// No function could do it.
    Anywhere(String),
}

impl Display for Lack {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let (Self::Here(fault) | Self::Anywhere(fault)) = self;
        formatter.write_str(fault)
    }
}

/// The memory of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MemoryBudget {
    bytes: u64,
}

impl Default for MemoryBudget {
    fn default() -> Self {
        Self::of_megabytes(MEGABYTES_DEFAULT)
    }
}

impl MemoryBudget {
    /// A budget in megabytes, as Lambda counts them.
    pub const fn of_megabytes(megabytes: u64) -> Self {
        Self { bytes: megabytes.saturating_mul(MIB) }
    }

    /// The smallest budget with so many usable bytes.
    pub const fn of_usable(bytes: u64) -> Self {
        Self { bytes: PROCESS_BYTES.saturating_add(bytes.saturating_add(bytes.div_ceil(7))) }
    }

    /// The bytes for a function's work.
    pub const fn usable(self) -> u64 {
        let work = self.bytes.saturating_sub(PROCESS_BYTES);
        work - work / 8
    }

    /// The whole memory in megabytes, as Lambda counts them.
    pub const fn megabytes(self) -> u64 {
        self.bytes.div_ceil(MIB)
    }

    /// Whether work of so many bytes fits.
    pub const fn fits(self, bytes: u64) -> bool {
        bytes <= self.usable()
    }

    /// Rejects work that does not fit.
    ///
    /// # Errors
    /// `InvalidInput`: the message says how much there is, how much is needed, and which setting to change.
    pub fn check(self, function: Function, bytes: u64, what: impl Display) -> Result<(), StageError> {
        if self.fits(bytes) {
            return Ok(());
        }
        Err(StageError::invalid_input(match self.fault(function, bytes, what) {
            Lack::Here(fault) => format!("{fault}, then resume the run"),
            Lack::Anywhere(fault) => fault,
        }))
    }

    /// The message about work that does not fit, with what to do.
    pub fn fault(self, function: Function, bytes: u64, what: impl Display) -> Lack {
        let (has, needed) = (self.megabytes(), Self::of_usable(bytes).megabytes());
        let (name, parameter) = (function.name(), function.parameter());
        let lack = format!("{name} has {has} MB of memory, and {what} would need {needed} MB");
        if needed > MEGABYTES_MAX {
            let otherwise = function.otherwise();
            return Lack::Anywhere(format!(
                "{lack}, more than the {MEGABYTES_MAX} MB that a function can have; {otherwise}"
            ));
        }
        Lack::Here(format!("{lack}; deploy with {parameter}={needed} or more"))
    }

    /// The number of shards that Link needs; `None` if no number is enough. `nodes` counts references, match keys and
    /// customers, with repetitions.
    pub fn link_shards(self, accounts: u64, nodes: u64) -> Option<u32> {
        (1..=SHARDS_MAX).find(|shards| self.fits(self.link_bytes(accounts, nodes, *shards)))
    }

    /// Bytes that Link needs for one of so many shards and for the objects that it reads.
    pub fn link_bytes(self, accounts: u64, nodes: u64, shards: u32) -> u64 {
        Self::shard_bytes(accounts, nodes, shards) + self.links_at_once() as u64 * LINKS_BYTES
    }

    /// Rejects a number of shards if one of them does not fit into this memory.
    ///
    /// # Errors
    /// `InvalidInput`: the message says how much memory Link needs.
    pub fn check_shard(self, accounts: u64, nodes: u64, shards: u32) -> Result<(), StageError> {
        let keys = nodes.saturating_sub(accounts);
        let shown = if shards == 1 { "one shard".to_owned() } else { format!("{shards} shards") };
        let what = format!("{accounts} accounts with {keys} keys in {shown}");
        self.check(Function::Link, self.link_bytes(accounts, nodes, shards), what)
    }

    /// Bytes of one of so many shards. Hashes are spread almost evenly over shards; a twentieth is added for the rest.
    pub const fn shard_bytes(accounts: u64, nodes: u64, shards: u32) -> u64 {
        let others = nodes.saturating_sub(accounts);
        if shards <= 1 {
            return accounts * ACCOUNT_BYTES + others * OTHER_BYTES_ALONE;
        }
        let spread = accounts * ACCOUNT_BYTES + others * OTHER_BYTES_OF_SEVERAL;
        let later = Self::round_bytes(others);
        let most = if spread > later { spread } else { later };
        most / shards as u64 * 21 / 20
    }

    /// Bytes that a round of Link needs for a shard's edges.
    pub const fn round_bytes(edges: u64) -> u64 {
        edges * EDGE_BYTES
    }

    /// Bytes that Link needs for scored links and frequency classes of so many bytes.
    pub const fn scores_bytes(text_bytes: u64) -> u64 {
        text_bytes * SCORES_BYTES_OF_TEXT
    }

    /// How many objects of links Link reads at once.
    pub fn links_at_once(self) -> usize {
        self.at_once(LINKS_BYTES, LINKS_AT_ONCE_MAX)
    }

    /// The number of slices that a partition with so much text needs; `None` if no number is enough. `partitions` is
    /// the number of all partitions.
    pub fn merge_slices(self, text_bytes: u64, partitions: u32) -> Option<u32> {
        let least = (ALL_SLICES / partitions.max(1)).clamp(1, SLICES);
        let bytes_of = |slices: u32| Self::merge_bytes(text_bytes / TEXT_OF_STORED, text_bytes / u64::from(slices));
        (least..=SLICES_MAX).find(|slices| self.fits(bytes_of(*slices)))
    }

    /// The least bytes that Merge needs for a partition with so much text, with the most slices.
    pub const fn least_merge_bytes(text_bytes: u64) -> u64 {
        Self::merge_bytes(text_bytes / TEXT_OF_STORED, text_bytes / SLICES_MAX as u64)
    }

    /// Bytes that Merge needs for a partition. `stored_bytes` is the partition's stored size, `text_bytes` the text of
    /// its largest slice.
    pub const fn merge_bytes(stored_bytes: u64, text_bytes: u64) -> u64 {
        stored_bytes * MERGE_BYTES_OF_STORED + text_bytes * MERGE_BYTES_OF_TEXT
    }

    /// Bytes that Merge needs for so many blocked keys.
    pub const fn blocked_bytes(keys: u64) -> u64 {
        keys * BLOCKED_KEY_BYTES
    }

    /// Bytes that Merge needs for blocked keys in the JSON of an earlier program. `bytes` is the size of the JSON. A
    /// key has at least 40 bytes of text, and needs 32 bytes when it is parsed, three times over while the list grows.
    pub const fn blocked_bytes_of_earlier(bytes: u64) -> u64 {
        bytes * 4
    }

    /// Bytes that Link needs to join lists with so many blocked keys.
    pub const fn blocked_list_bytes(keys: u64) -> u64 {
        keys * LISTED_KEY_BYTES
    }

    /// How many pairs Compare holds at once, beside so many bytes of records.
    pub fn compared_at_once(self, records_bytes: u64) -> u64 {
        let free = self.usable().saturating_sub(records_bytes + COMPARE_READ_BYTES);
        (free / COMPARED_PAIR_BYTES).clamp(COMPARED_AT_ONCE_MIN, COMPARED_AT_ONCE_MAX)
    }

    /// The least bytes that Compare needs for the records of two slices.
    pub const fn least_compare_bytes(records_bytes: u64) -> u64 {
        records_bytes + COMPARE_READ_BYTES + COMPARED_AT_ONCE_MIN * COMPARED_PAIR_BYTES
    }

    /// How many objects Partition reads at once.
    pub fn members_at_once(self) -> usize {
        self.at_once(MEMBERS_BYTES, MEMBERS_AT_ONCE_MAX)
    }

    /// How many bytes of text Partition holds before it writes frames.
    pub fn shuffle_text_bytes(self) -> usize {
        usize::try_from(SHUFFLE_TEXT_BYTES_MAX.min(self.usable() / 4)).unwrap_or(usize::MAX)
    }

    /// Bytes that Partition needs besides the held text: the object, one frame of its text, and twice its output.
    pub fn partition_bytes(self, object_bytes: u64, frame_text_bytes: u64, written_bytes: u64) -> u64 {
        self.shuffle_text_bytes() as u64 + object_bytes + frame_text_bytes + 2 * written_bytes
    }

    /// The memory that Block is to fit into where that needs few slices: half a gigabyte at most. More would make it no
    /// faster.
    #[must_use]
    pub const fn for_few_accounts(self) -> Self {
        if self.bytes < FEW_ACCOUNTS_BYTES { self } else { Self { bytes: FEW_ACCOUNTS_BYTES } }
    }

    /// Bytes that Export needs: a row group, the stored object and one frame of its text, and twice what is written, because a
    /// file is copied while it grows.
    pub const fn export_bytes(stored_bytes: u64, frame_text_bytes: u64, written_bytes: u64) -> u64 {
        EXPORT_ROW_GROUP_BYTES + stored_bytes + frame_text_bytes + 2 * written_bytes
    }

    /// The number of slices of accounts that scored pairs need; `None` if no number is enough.
    pub fn match_slices(self, accounts: u64) -> Option<u32> {
        (1..=MATCH_SLICES_MAX).find(|slices| self.fits(self.match_slice_bytes(accounts, *slices)))
    }

    /// Bytes that Block needs for one of so many slices.
    pub fn match_slice_bytes(self, accounts: u64, slices: u32) -> u64 {
        accounts * SLICE_ACCOUNT_BYTES / u64::from(slices.max(1)) * 21 / 20 + self.sent_key_bytes()
    }

    /// Bytes that Block needs for the keys that a slice sends: a part of them, twice while it is written, and what is held of
    /// keys and of values.
    fn sent_key_bytes(self) -> u64 {
        2 * (self.key_part_bytes() + self.block_held_bytes()) as u64
    }

    /// How many bytes of blocking keys a slice holds before it writes them.
    pub fn key_part_bytes(self) -> usize {
        usize::try_from(KEY_PART_BYTES_MAX.min(self.usable() / 12)).unwrap_or(usize::MAX)
    }

    /// The number of shards of blocking keys that scored pairs need; `None` if no number is enough. `keys` is how many blocking
    /// keys an account has at most.
    pub fn match_shards(self, accounts: u64, keys: u32) -> Option<u32> {
        (1..=SHARDS_MAX).find(|shards| self.fits(self.match_shard_bytes(accounts, keys, *shards)))
    }

    /// Bytes that Block needs for one of so many shards.
    pub fn match_shard_bytes(self, accounts: u64, keys: u32, shards: u32) -> u64 {
        let accounts = accounts / u64::from(shards.max(1)) * 21 / 20;
        let blocks = self.block_bytes(accounts * 2, accounts * u64::from(keys));
        let pairs = self.pair_bytes(accounts * SORTED_KEY_BYTES, self.pairs_at_once());
        blocks.max(pairs).max(Self::value_bytes(accounts * VALUES_OF_ACCOUNT))
    }

    /// How many pairs a shard of Block holds before it writes them. Divide decides it once for a run.
    pub fn pairs_at_once(self) -> u32 {
        u32::try_from(self.usable() / 4 / PAIR_BYTES).unwrap_or(u32::MAX).max(1)
    }

    /// Bytes that Block needs to gather a slice of about so many accounts, of which so many bytes are described.
    pub fn gather_bytes(self, described_bytes: u64, accounts: u64) -> u64 {
        described_bytes * 2 + accounts * (SLICE_ACCOUNT_BYTES - 2 * DESCRIBED_BYTES) + self.sent_key_bytes()
    }

    /// Bytes that Block needs to count so many values.
    pub const fn value_bytes(values: u64) -> u64 {
        values * VALUE_BYTES
    }

    /// Bytes that Block needs to find blocks: the keys of the pass that has most, and of all passes.
    pub fn block_bytes(self, most_keys: u64, all_keys: u64) -> u64 {
        self.block_held_bytes() as u64 + most_keys * SORTED_KEY_BYTES + all_keys * BLOCK_KEY_BYTES
    }

    /// Bytes that Block needs to give the pairs of blocks with so many bytes.
    pub fn pair_bytes(self, block_bytes: u64, pairs_at_once: u32) -> u64 {
        2 * block_bytes + u64::from(pairs_at_once) * PAIR_BYTES + 2 * self.block_held_bytes() as u64
    }

    /// Bytes that Block needs to divide great blocks in a slice of so many accounts; of so many rows at a time.
    pub fn refine_bytes(self, accounts: u64, great_rows: u64) -> u64 {
        accounts * 2 * DESCRIBED_BYTES + great_rows * GREAT_ROW_BYTES + self.sent_key_bytes()
    }

    /// How many bytes Block holds before it writes frames, and about how many bytes of frames it fetches at once.
    pub fn block_held_bytes(self) -> usize {
        usize::try_from(BLOCK_BUFFER_BYTES_MAX.min(self.usable() / 12)).unwrap_or(usize::MAX)
    }

    /// The stored size of the largest row group that Extract can read.
    pub fn row_group_bytes_max(self) -> u64 {
        ROW_GROUP_BYTES_MAX.min(self.usable().saturating_sub(EXTRACT_CHUNK_BYTES) / 5 * 4)
    }

    /// Bytes that Extract needs for a chunk and a row group. `row_group_bytes` is the stored size; a quarter is added
    /// for the pages that are being read.
    pub const fn extract_bytes(row_group_bytes: u64) -> u64 {
        row_group_bytes + row_group_bytes.div_ceil(4) + EXTRACT_CHUNK_BYTES
    }

    /// Bytes that reference tables need. `text_bytes` counts the text of a table once per lookup.
    pub const fn table_bytes(text_bytes: u64) -> u64 {
        text_bytes * TABLE_BYTES_OF_TEXT
    }

    /// Bytes that Translate needs for reference tables and an ordinary chunk.
    pub const fn translate_bytes(tables_text_bytes: u64) -> u64 {
        Self::table_bytes(tables_text_bytes) + TRANSLATE_CHUNK_BYTES
    }

    /// Bytes that Translate needs for a chunk.
    pub const fn chunk_bytes(text_bytes: u64, rows: u64) -> u64 {
        text_bytes * TRANSLATE_BYTES_OF_TEXT + rows * TRANSLATE_BYTES_OF_ROW
    }

    /// How many objects of so many bytes may be read at once. A sixteenth of the memory is for them.
    fn at_once(self, bytes: u64, most: u64) -> usize {
        (self.usable() / 16 / bytes).clamp(1, most) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_needed_is_usable() {
        for bytes in [0, 1, 100 * MIB, 1_000_000_007, 9_000 * MIB] {
            let budget = MemoryBudget::of_usable(bytes);
            assert!(budget.fits(bytes), "{bytes}");
            assert!(!MemoryBudget::of_usable(bytes / 2).fits(bytes) || bytes < 2, "{bytes}");
            assert!(MemoryBudget::of_megabytes(budget.megabytes()).fits(bytes), "{bytes}");
        }
        assert_eq!(MemoryBudget::of_megabytes(64).usable(), 0, "less than the program itself");
    }

    #[test]
    fn more_memory_never_makes_more_shards_or_slices() {
        let sizes = [512, 1024, 2048, 3008, 6144, 10_240].map(MemoryBudget::of_megabytes);
        for accounts in [1_000_000, 10_000_000, 100_000_000, 1_000_000_000] {
            let shards = sizes.map(|memory| memory.link_shards(accounts, accounts * 3).unwrap_or(u32::MAX));
            assert!(shards.is_sorted_by(|less, more| less >= more), "{shards:?}");
            for (memory, shards) in sizes.into_iter().zip(shards).filter(|(_, shards)| *shards <= SHARDS_MAX) {
                assert!(memory.fits(memory.link_bytes(accounts, accounts * 3, shards)));
                assert!(shards == 1 || !memory.fits(memory.link_bytes(accounts, accounts * 3, shards - 1)));
            }
        }
        let slices = sizes.map(|memory| memory.merge_slices(1 << 30, 1).unwrap_or(u32::MAX));
        assert!(slices.is_sorted_by(|less, more| less >= more), "{slices:?}");
        for accounts in [0, 1_000_000, 20_000_000] {
            let slices = sizes.map(|memory| memory.match_slices(accounts).unwrap_or(u32::MAX));
            let shards = sizes.map(|memory| memory.match_shards(accounts, 50).unwrap_or(u32::MAX));
            assert!(slices.is_sorted_by(|less, more| less >= more), "{slices:?}");
            assert!(shards.is_sorted_by(|less, more| less >= more), "{shards:?}");
        }
    }

    #[test]
    fn the_least_memory_holds_what_no_division_makes_smaller() {
        let least = MemoryBudget::of_megabytes(512);
        assert!(least.fits(MemoryBudget::translate_bytes(0)), "a chunk");
        assert!(least.row_group_bytes_max() >= 128 * MIB, "{}", least.row_group_bytes_max());
        assert!(least.fits(least.partition_bytes(MEMBERS_BYTES, 16 * MIB, 2 * MEMBERS_BYTES)), "a member file");
        assert_eq!((least.links_at_once(), least.members_at_once()), (1, 1));
        assert!(least.shuffle_text_bytes() >= 64 << 20);
        assert_eq!(least.link_shards(0, 0), Some(1));
        assert_eq!(least.merge_slices(32 * MIB, 10_000), Some(3));
        assert_eq!((least.match_slices(0), least.match_shards(0, 50)), (Some(1), Some(1)));
        assert_eq!((least.match_slices(1_900_000), least.match_shards(1_900_000, 50)), (Some(4), Some(4)));
    }

    #[test]
    fn a_fault_says_what_to_set() {
        let fault = MemoryBudget::of_megabytes(512).fault(Function::Other("plan"), 1 << 30, "the table t").to_string();
        assert_eq!(
            fault,
            "plan has 512 MB of memory, and the table t would need 1267 MB; deploy with FunctionMemory=1267 or more"
        );
        let error = MemoryBudget::of_megabytes(512).check(Function::Merge, 1 << 40, "a partition").unwrap_err();
        let end =
            "more than the 10240 MB that a function can have; lower max_accounts_per_key, so that fewer accounts meet";
        assert!(error.text().ends_with(end), "{error}");
        let error = MemoryBudget::of_megabytes(512).check(Function::Merge, 1 << 30, "a partition").unwrap_err();
        assert!(error.text().ends_with("deploy with MergeMemory=1267 or more, then resume the run"), "{error}");
    }
}
