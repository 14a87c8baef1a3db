//! Dividing a run: how many shards, partitions and slices, and what each Partition invocation reads.

use onefold_lake::layout::{Layout, MapperInput};

/// Nodes up to which one shard does all. A node takes about 90 bytes of memory.
const NODES_OF_ONE_SHARD: u64 = 50_000_000;
/// Text of one partition of Merge, about.
const PARTITION_TEXT_BYTES: u64 = 32 << 20;
/// Slices of a partition, so that what Merge makes of one (four times its text) stays in a processor's cache, and in
/// little memory. Measured at 1.9 M accounts: with one, Merge takes a tenth more CPU and twice the memory.
const SLICES: u32 = 8;
/// Slices of all partitions, about: of more, the frames in shuffle objects would be too small to compress well.
const ALL_SLICES: u32 = 1024;
/// Text that one Partition invocation holds, about.
const MAPPER_TEXT_BYTES: u64 = 128 << 20;
/// Objects that one Partition invocation reads at most, so that a line of the manifest stays far below
/// the 256 KiB of a state's input.
const MAPPER_INPUTS_MAX: usize = 400;
/// Shards at most: an inline Map runs 40 at once.
const SHARDS_MAX: u64 = 40;
/// Partitions at most.
const PARTITIONS_MAX: u64 = 10_000;

/// An object and its sizes.
#[derive(Clone, Debug)]
pub(crate) struct Sized {
    pub(crate) input: MapperInput,
    pub(crate) text_bytes: u64,
    pub(crate) nodes: u64,
}

/// Divides a run. `shards` and `partitions` are as asked for, or decided by what there is.
pub(crate) fn divide(inputs: Vec<Sized>, shards: Option<u32>, partitions: Option<u32>) -> Layout {
    let nodes: u64 = inputs.iter().map(|sized| sized.nodes).sum();
    let text_bytes: u64 = inputs.iter().map(|sized| sized.text_bytes).sum();
    let decide = |amount: u64, each: u64, most: u64| amount.div_ceil(each).clamp(1, most) as u32;
    let mut mappers: Vec<Vec<MapperInput>> = Vec::new();
    let mut filled = 0;
    for sized in inputs {
        let is_full = filled + sized.text_bytes > MAPPER_TEXT_BYTES
            || mappers.last().is_some_and(|mapper| mapper.len() == MAPPER_INPUTS_MAX);
        if mappers.is_empty() || (is_full && filled > 0) {
            mappers.push(Vec::new());
            filled = 0;
        }
        filled += sized.text_bytes;
        if let Some(mapper) = mappers.last_mut() {
            mapper.push(sized.input);
        }
    }
    if mappers.is_empty() {
        // A Map needs something to map over.
        mappers.push(Vec::new());
    }
    let partitions = partitions.unwrap_or_else(|| decide(text_bytes, PARTITION_TEXT_BYTES, PARTITIONS_MAX));
    Layout {
        shards: shards.unwrap_or_else(|| decide(nodes, NODES_OF_ONE_SHARD, SHARDS_MAX)),
        partitions,
        slices: (ALL_SLICES / partitions.max(1)).clamp(1, SLICES),
        mappers,
        replaced: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sized(text_bytes: u64, nodes: u64) -> Sized {
        Sized { input: MapperInput { key: "k".to_owned(), links: None, lines: 1 }, text_bytes, nodes }
    }

    #[test]
    fn small_runs_have_one_of_each() {
        let layout = divide(vec![sized(1000, 10), sized(1000, 10)], None, None);
        assert_eq!((layout.shards, layout.partitions, layout.mappers.len()), (1, 1, 1));
        let nothing = divide(Vec::new(), None, None);
        assert_eq!((nothing.shards, nothing.partitions, nothing.mappers), (1, 1, vec![vec![]]));
    }

    #[test]
    fn sizes_decide() {
        let layout = divide(vec![sized(100 << 20, 60_000_000); 3], None, None);
        assert_eq!((layout.shards, layout.partitions), (4, 10));
        assert_eq!(layout.mappers.iter().map(Vec::len).collect::<Vec<_>>(), [1, 1, 1]);
        let asked = divide(vec![sized(1, 1)], Some(5), Some(7));
        assert_eq!((asked.shards, asked.partitions), (5, 7));
    }

    #[test]
    fn many_partitions_have_few_slices() {
        let slices = [1, 128, 129, 512, 1024, 10_000].map(|asked| divide(Vec::new(), None, Some(asked)).slices);
        assert_eq!(slices, [8, 8, 7, 2, 1, 1]);
    }

    #[test]
    fn a_mapper_reads_a_bounded_number_of_objects() {
        let layout = divide(vec![sized(1, 1); 900], None, None);
        assert_eq!(layout.mappers.iter().map(Vec::len).collect::<Vec<_>>(), [400, 400, 100]);
    }
}
