//! Partition: one invocation.

use onefold_graph::Position;
use onefold_lake::calls::PartitionRequest;
use onefold_lake::data::labels;
use onefold_lake::run::layout::{Mapper, MapperInput};
use onefold_lake::{Compressor, keys};
use onefold_shell::MemoryBudget;

use crate::Findings;
use crate::allocator::{alone, measured};
use crate::lake::{Lake, scattered};

#[test]
fn an_invocation_keeps_to_its_formula() {
    alone(|| {
        let mut findings = Findings::default();
        for (frames, lines) in [(1, 100_000u32), (16, 100_000)] {
            let memory = MemoryBudget::of_usable(16 << 20);
            let lake = Lake::new(1, memory);
            let mut stored = Vec::new();
            let mut compressor = Compressor::new().expect("a compressor");
            let mut largest = 0;
            for frame in 0..frames {
                let numbers = lines * frame / frames..lines * (frame + 1) / frames;
                let text: String =
                    numbers.map(|line| format!("{:016x}{:016x}\n", scattered(line.into()), line)).collect();
                largest = largest.max(text.len() as u64);
                compressor.append_frame(text.as_bytes(), &mut stored).expect("a frame");
            }
            let stored_bytes = stored.len() as u64;
            lake.put("interim/a", stored);
            let slices = 64;
            let placed =
                (0..lines).map(|line| (Position { mapper: 0, line }, (scattered(line.into()) % slices) as u32));
            lake.put(&keys::link_round(&lake.run, 1, 0, "labels"), labels::format(placed, 1).expect("labels"));
            let input = MapperInput { key: "interim/a".to_owned(), links: None, lines: lines.into() };
            let mapper = Mapper { mapper: 0, mappers: 1, inputs: vec![input], partitions: 8, slices: 8, shards: 1 };
            let request = PartitionRequest { run: lake.run.clone(), round: 1, mapper };
            let (answer, measured) =
                measured(|| lake.block_on(partition::run(request, &lake.context)).expect("an answer"));
            assert_eq!(answer.accounts, u64::from(lines));
            // The store of this test gives an object without another copy of it.
            let formula = memory.partition_bytes(stored_bytes, largest, stored_bytes) + u64::from(lines) * 8;
            findings.note(&format!("{lines} lines in {frames} frames"), measured, formula);
        }
        findings.assert();
    });
}
