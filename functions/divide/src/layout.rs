//! How many shards, partitions and slices a run has, and which objects each mapper reads.

use onefold_lake::run::layout::{Layout, MapperInput, MatchLayout};
use onefold_shell::{FEW_SLICES, Function, MemoryBudget, SHARDS_MAX, StageError};

/// The target size of the text of one partition.
const PARTITION_TEXT_BYTES: u64 = 32 << 20;
/// The target size of the accounts' text of one file of Parquet, and so of its members.
const EXPORT_TEXT_BYTES: u64 = 128 << 20;
/// The target size of the text that one mapper reads.
const MAPPER_TEXT_BYTES: u64 = 128 << 20;
/// The most objects that one mapper reads. So a line of the list stays far below 256 KiB, the limit of a state's
/// input.
const MAPPER_INPUTS_MAX: usize = 400;
/// The most partitions of a run.
const PARTITIONS_MAX: u64 = 10_000;

/// The settings and limits that decide, with the inputs, how a run is divided.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Terms {
    /// The number of shards, if the request sets it.
    pub(crate) shards: Option<u32>,
    /// The number of partitions, if the request sets it.
    pub(crate) partitions: Option<u32>,
    /// The memory of Link.
    pub(crate) link: MemoryBudget,
    /// The memory of Merge.
    pub(crate) merge: MemoryBudget,
    /// The memory of all other functions.
    pub(crate) others: MemoryBudget,
    /// How many blocking keys an account has at most; `None` if pairs are not scored.
    pub(crate) passes: Option<u32>,
    /// Whether the version is exported.
    pub(crate) is_exported: bool,
}

/// An object and its size.
#[derive(Clone, Debug)]
pub(crate) struct SizedInput {
    pub(crate) input: MapperInput,
    pub(crate) text_bytes: u64,
    pub(crate) nodes: u64,
}

/// Decides the layout of a run. The order of the inputs decides which mapper reads which of them.
///
/// # Errors
/// `InvalidInput` if a part does not fit into the memory of Link or Merge, however the run is divided.
pub(crate) fn divide(inputs: Vec<SizedInput>, terms: Terms) -> Result<Layout, StageError> {
    let nodes: u64 = inputs.iter().map(|sized| sized.nodes).sum();
    let accounts: u64 = inputs.iter().map(|sized| sized.input.lines).sum();
    let text_bytes: u64 = inputs.iter().map(|sized| sized.text_bytes).sum();
    let shards = shards(accounts, nodes, terms)?;
    let (partitions, slices) = partitions(text_bytes, terms)?;
    let matching = terms.passes.map(|passes| matching(accounts, passes, terms)).transpose()?;
    let exports = if terms.is_exported { exports(text_bytes, partitions) } else { 0 };
    Ok(Layout { shards, partitions, slices, nodes, exports, matching, mappers: mappers(inputs), replaced: Vec::new() })
}

/// The number of shards that the request sets, or else the fewest that fit into Link's memory.
fn shards(accounts: u64, nodes: u64, terms: Terms) -> Result<u32, StageError> {
    let decided = terms.shards.or_else(|| terms.link.link_shards(accounts, nodes));
    let shards = decided.unwrap_or(SHARDS_MAX);
    terms.link.check_shard(accounts, nodes, shards)?;
    Ok(shards)
}

/// How scored pairs are divided: the fewest slices and shards that fit into the memory, or as many shards as the request
/// sets, and as many slices.
fn matching(accounts: u64, passes: u32, terms: Terms) -> Result<MatchLayout, StageError> {
    let few = terms.others.for_few_accounts();
    let has_few_slices = || few.match_slices(accounts).is_some_and(|slices| slices <= FEW_SLICES);
    let are_few = terms.shards.is_none() && has_few_slices();
    let memory = if are_few { few } else { terms.others };
    let slices = terms.shards.or_else(|| memory.match_slices(accounts)).unwrap_or(SHARDS_MAX);
    let shards = terms.shards.or_else(|| memory.match_shards(accounts, passes)).unwrap_or(SHARDS_MAX);
    let needed = memory.match_slice_bytes(accounts, slices).max(memory.match_shard_bytes(accounts, passes, shards));
    let what =
        format!("{accounts} accounts with up to {passes} blocking keys each, in {slices} slices and {shards} shards,");
    memory.check(Function::Other("block"), needed, what)?;
    Ok(MatchLayout { slices, shards, pairs_at_once: memory.pairs_at_once() })
}

/// The number of partitions, and the number of slices in each.
fn partitions(text_bytes: u64, terms: Terms) -> Result<(u32, u32), StageError> {
    let wanted = text_bytes.div_ceil(PARTITION_TEXT_BYTES).clamp(1, PARTITIONS_MAX);
    let partitions = terms.partitions.unwrap_or(wanted as u32);
    let of_one = text_bytes / u64::from(partitions.max(1));
    if let Some(slices) = terms.merge.merge_slices(of_one, partitions) {
        return Ok((partitions, slices));
    }
    let what = format!("a partition of {} MB of text", of_one >> 20);
    terms.merge.check(Function::Merge, MemoryBudget::least_merge_bytes(of_one), what)?;
    Err(StageError::internal(format!("a partition of {of_one} bytes fits, and no number of slices is enough for it")))
}

/// How many invocations of Export there are. Each writes the files of about as many partitions.
fn exports(text_bytes: u64, partitions: u32) -> u32 {
    let wanted = text_bytes.div_ceil(EXPORT_TEXT_BYTES).clamp(1, u64::from(partitions.max(1)));
    wanted as u32
}

/// The objects that each mapper reads, in the order of the inputs.
fn mappers(inputs: Vec<SizedInput>) -> Vec<Vec<MapperInput>> {
    let mut mappers: Vec<Vec<MapperInput>> = Vec::new();
    let mut mapper: Vec<MapperInput> = Vec::new();
    let mut filled = 0;
    for sized in inputs {
        let has_all_text = filled > 0 && filled + sized.text_bytes > MAPPER_TEXT_BYTES;
        if has_all_text || mapper.len() >= MAPPER_INPUTS_MAX {
            mappers.push(std::mem::take(&mut mapper));
            filled = 0;
        }
        filled += sized.text_bytes;
        mapper.push(sized.input);
    }
    if !mapper.is_empty() || mappers.is_empty() {
        // A Map state needs at least one item.
        mappers.push(mapper);
    }
    mappers
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sized(text_bytes: u64, nodes: u64) -> SizedInput {
        SizedInput { input: MapperInput { key: "k".to_owned(), links: None, lines: nodes / 2 }, text_bytes, nodes }
    }

    fn divided(inputs: Vec<SizedInput>) -> Layout {
        divide(inputs, Terms::default()).unwrap()
    }

    #[test]
    fn small_runs_have_one_of_each() {
        let layout = divided(vec![sized(1000, 10), sized(1000, 10)]);
        assert_eq!((layout.shards, layout.partitions, layout.mappers.len()), (1, 1, 1));
        let nothing = divided(Vec::new());
        assert_eq!((nothing.shards, nothing.partitions, nothing.mappers), (1, 1, vec![vec![]]));
    }

    #[test]
    fn sizes_decide() {
        let layout = divided(vec![sized(100 << 20, 40_000_000); 3]);
        assert!(layout.shards > 1, "{}", layout.shards);
        assert_eq!((layout.partitions, layout.nodes), (10, 120_000_000));
        assert_eq!(layout.mappers.iter().map(Vec::len).collect::<Vec<_>>(), [1, 1, 1]);
        let asked =
            divide(vec![sized(1, 1)], Terms { shards: Some(5), partitions: Some(7), ..Terms::default() }).unwrap();
        assert_eq!((asked.shards, asked.partitions), (5, 7));
    }

    #[test]
    fn files_of_parquet_have_a_useful_size() {
        let exports = |mib: u64, asked: Option<u32>| {
            let terms = Terms { is_exported: true, partitions: asked, ..Terms::default() };
            divide(vec![sized(mib << 20, 10)], terms).unwrap().exports
        };
        assert_eq!([exports(0, None), exports(128, None), exports(1000, None)], [1, 1, 8]);
        assert_eq!([exports(1000, Some(3)), exports(1, Some(100))], [3, 1]);
        assert_eq!(divided(vec![sized(1000, 10)]).exports, 0);
    }

    #[test]
    fn of_less_memory_there_are_more_shards_and_slices() {
        let inputs = || vec![sized(100 << 20, 10_000_000); 3];
        let with = |megabytes: u64| {
            let memory = MemoryBudget::of_megabytes(megabytes);
            let layout =
                divide(inputs(), Terms { partitions: Some(1), link: memory, merge: memory, ..Terms::default() })
                    .unwrap();
            (layout.shards, layout.slices)
        };
        let (few, many) = (with(10_240), with(768));
        assert!(few.0 < many.0, "shards: {few:?}, {many:?}");
        assert!(few.1 < many.1, "slices: {few:?}, {many:?}");
    }

    #[test]
    fn scored_pairs_of_few_accounts_take_little_memory() {
        let matching = |accounts: u64, megabytes, shards| {
            let terms =
                Terms { passes: Some(60), others: MemoryBudget::of_megabytes(megabytes), shards, ..Terms::default() };
            divide(vec![sized(1, accounts * 2)], terms).unwrap().matching.unwrap()
        };
        assert_eq!(matching(2_000_000, 1_024, None), matching(2_000_000, 512, None));
        assert_eq!(matching(2_000_000, 1_024, None).slices, 4);
        assert_eq!(matching(300_000, 1_024, Some(1)).slices, 1, "as was asked for");
        let (many, of_less) = (matching(10_000_000, 2_048, None), matching(10_000_000, 512, None));
        assert!(many.slices < of_less.slices, "{many:?} {of_less:?}");
    }

    #[test]
    fn what_no_division_makes_fit_is_refused() {
        let small = MemoryBudget::of_megabytes(512);
        let refused = |inputs: Vec<SizedInput>, terms: Terms| divide(inputs, terms).unwrap_err().text();
        let link = Terms { link: small, ..Terms::default() };
        let message = refused(vec![sized(1, 200_000_000)], link);
        assert!(
            message.starts_with(
                "link has 512 MB of memory, and 100000000 accounts with 100000000 keys in 40 shards would need "
            ),
            "{message}"
        );
        assert!(message.contains("LinkMemory=") && message.ends_with("then resume the run"), "{message}");
        // As many as were asked for may be too few.
        let message = refused(vec![sized(1, 20_000_000)], Terms { shards: Some(1), ..link });
        assert!(message.contains("in one shard ") && message.contains("LinkMemory="), "{message}");
        assert!(divide(vec![sized(1, 20_000_000)], link).is_ok());
        let message =
            refused(vec![sized(3 << 30, 10)], Terms { merge: small, partitions: Some(1), ..Terms::default() });
        assert!(
            message.starts_with("merge has 512 MB of memory, and a partition of 3072 MB of text would need "),
            "{message}"
        );
        assert!(message.contains("MergeMemory="), "{message}");
        // And some things are too large for any function.
        let message = refused(vec![sized(1, 50_000_000_000)], link);
        assert!(
            message.contains("more than the 10240 MB that a function can have; use fewer match rules"),
            "{message}"
        );
    }

    #[test]
    fn what_is_told_to_be_needed_is_enough() {
        let inputs = || vec![sized(1, 200_000_000)];
        let message =
            divide(inputs(), Terms { link: MemoryBudget::of_megabytes(512), ..Terms::default() }).unwrap_err().text();
        let (_, number) = message.split_once("LinkMemory=").unwrap();
        let told: u64 = number.split(' ').next().unwrap().parse().unwrap();
        let with =
            |megabytes| divide(inputs(), Terms { link: MemoryBudget::of_megabytes(megabytes), ..Terms::default() });
        assert!(with(told).is_ok() && with(told * 9 / 10).is_err(), "{told}");
    }

    #[test]
    fn many_partitions_have_few_slices() {
        let slices = [1, 128, 129, 512, 1024, 10_000]
            .map(|asked| divide(Vec::new(), Terms { partitions: Some(asked), ..Terms::default() }).unwrap().slices);
        assert_eq!(slices, [8, 8, 7, 2, 1, 1]);
    }

    #[test]
    fn a_mapper_reads_a_bounded_number_of_objects() {
        for text_bytes in [1, 0] {
            let layout = divided(vec![sized(text_bytes, 1); 900]);
            let objects: Vec<usize> = layout.mappers.iter().map(Vec::len).collect();
            assert_eq!(objects, [400, 400, 100], "of {text_bytes} bytes each");
        }
    }
}
