//! Export: one invocation.

use onefold_lake::calls::ExportRequest;
use onefold_lake::keys::{self, VersionPart};
use onefold_lake::run::layout::ExportedPartitions;
use onefold_lake::{Compressor, FrameReader};
use onefold_shell::MemoryBudget;

use crate::Findings;
use crate::allocator::{alone, measured};
use crate::lake::{Lake, scattered};

/// Customers with random texts, in frames as slices give them; about so many bytes of text.
fn customers(lake: &Lake, partition: u32, text_bytes: usize) -> (u64, u64) {
    let mut stored = Vec::new();
    let mut compressor = Compressor::new().expect("a compressor");
    let mut number = u64::from(partition) << 32;
    for _ in 0..8 {
        let mut text = String::new();
        while text.len() < text_bytes / 8 {
            number += 1;
            text += &format!("{{\"customer_id\":\"{number:036x}\",\"members\":[\"crm:{number}\"],");
            for name in ["given_name", "family_name", "email", "phone_number", "organization", "loyalty"] {
                text += &format!("\"{name}\":\"{:016x}{:016x}\",", scattered(number), scattered(!number));
            }
            text += "\"provenance\":{\"email\":\"crm:1\",\"given_name\":\"crm:2\"}}\n";
        }
        compressor.append_frame(text.as_bytes(), &mut stored).expect("a frame");
    }
    let bytes = stored.len() as u64;
    let key = keys::merged(&lake.run, partition, VersionPart::Customers);
    let frame = FrameReader::new(&key, &stored).and_then(|frames| frames.largest_frame()).expect("frames") as u64;
    lake.put(&key, stored);
    for part in [VersionPart::Members, VersionPart::Changes] {
        lake.put(&keys::merged(&lake.run, partition, part), onefold_lake::compress(&[]).expect("zstd"));
    }
    (bytes, frame)
}

#[test]
fn an_invocation_keeps_to_its_formula() {
    alone(|| {
        let mut findings = Findings::default();
        let lake = Lake::new(1, MemoryBudget::default());
        let partitions = 5;
        let sizes: Vec<(u64, u64)> = (0..partitions).map(|partition| customers(&lake, partition, 30 << 20)).collect();
        let request = ExportRequest {
            run: lake.run.clone(),
            partitions: ExportedPartitions { number: 0, first: 0, end: partitions },
        };
        let (answer, measured) = measured(|| lake.block_on(export::run(request, &lake.context)).expect("an answer"));
        let file = &answer.files.customers[0];
        assert!(file.text_bytes > 128 << 20, "it fills a row group: {}", file.text_bytes);
        let (stored, frame) = *sizes.iter().max().expect("sizes");
        findings.note("five partitions", measured, MemoryBudget::export_bytes(stored, frame, file.bytes));
        findings.assert();
    });
}
