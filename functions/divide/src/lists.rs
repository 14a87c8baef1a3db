//! The lists of the distributed maps. Each line is the input of one invocation.

use onefold_lake::run::layout::{ExportedPartitions, Layout, Mapper, Partition};

/// The list by mapper.
pub(crate) fn mappers(layout: &Layout) -> Vec<Mapper> {
    let mappers = layout.mappers.len() as u32;
    let mapper = |(number, inputs): (u32, &Vec<_>)| Mapper {
        mapper: number,
        mappers,
        inputs: inputs.clone(),
        partitions: layout.partitions,
        slices: layout.slices,
        shards: layout.shards,
    };
    (0..).zip(&layout.mappers).map(mapper).collect()
}

/// The list by partition.
pub(crate) fn partitions(layout: &Layout) -> Vec<Partition> {
    let partition = |partition| Partition {
        partition,
        partitions: layout.partitions,
        slices: layout.slices,
        mappers: layout.mappers.len() as u32,
        shards: layout.shards,
        replaced: layout.replaced.clone(),
    };
    (0..layout.partitions).map(partition).collect()
}

/// The list by range of partitions. The ranges have about the same length.
pub(crate) fn exports(layout: &Layout) -> Vec<ExportedPartitions> {
    let [partitions, exports] = [layout.partitions, layout.exports].map(u64::from);
    let start = |number: u32| (u64::from(number) * partitions / exports) as u32;
    let export = |number| ExportedPartitions { number, first: start(number), end: start(number + 1) };
    (0..layout.exports).map(export).collect()
}

#[cfg(test)]
mod tests {
    use onefold_lake::run::layout::MapperInput;

    use super::*;

    fn layout() -> Layout {
        let input = |key: &str| MapperInput { key: key.to_owned(), links: None, lines: 3 };
        Layout {
            shards: 4,
            partitions: 2,
            slices: 8,
            nodes: 20,
            exports: 0,
            matching: None,
            mappers: vec![vec![input("a"), input("b")], vec![input("c")]],
            replaced: vec!["crm".to_owned()],
        }
    }

    #[test]
    fn each_mapper_reads_its_own_inputs() {
        let listed = mappers(&layout());
        let read: Vec<Vec<&str>> =
            listed.iter().map(|mapper| mapper.inputs.iter().map(|input| input.key.as_str()).collect()).collect();
        assert_eq!(read, [vec!["a", "b"], vec!["c"]]);
        assert_eq!(listed.iter().map(|mapper| mapper.mapper).collect::<Vec<_>>(), [0, 1]);
        for mapper in &listed {
            assert_eq!((mapper.mappers, mapper.partitions, mapper.slices, mapper.shards), (2, 2, 8, 4));
        }
    }

    #[test]
    fn each_partition_is_exported_once() {
        for (partitions, count) in [(1, 1), (10, 3), (10_000, 10_000), (10_000, 7)] {
            let exports = exports(&Layout { partitions, exports: count, ..layout() });
            assert_eq!(exports.len(), count as usize);
            assert!((0..).zip(&exports).all(|(number, export)| export.number == number));
            let all: Vec<u32> = exports.iter().flat_map(|export| export.first..export.end).collect();
            assert_eq!(all, (0..partitions).collect::<Vec<_>>());
            let lengths = exports.iter().map(|export| export.end - export.first);
            assert!(lengths.clone().max().unwrap() - lengths.min().unwrap() <= 1);
        }
        assert_eq!(exports(&layout()), []);
    }

    #[test]
    fn the_partitions_have_all_slices_once() {
        let listed = partitions(&layout());
        let slices: Vec<u32> = listed.iter().flat_map(Partition::own_slices).collect();
        assert_eq!(slices, (0..layout().all_slices()).collect::<Vec<_>>());
        for partition in &listed {
            assert_eq!((partition.partitions, partition.mappers, partition.shards), (2, 2, 4));
            assert_eq!(partition.replaced, ["crm"]);
        }
    }
}
