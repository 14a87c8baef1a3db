//! Merge: one partition.

use onefold_lake::data::shuffle::Shuffle;
use onefold_lake::keys;
use onefold_lake::run::layout::{BlockedKeys, Partition};
use onefold_shell::{MemoryBudget, json_object};

use crate::Findings;
use crate::allocator::{alone, measured};
use crate::lake::{Lake, scattered};

/// The text of an account, as short as accounts are, or as they mostly are.
fn account(number: u64, is_short: bool) -> String {
    let email = format!("a{}@x.de", number / 2);
    if is_short {
        return format!(
            "{{\"ref\":\"crm:{number}\",\"received_at\":\"2026-11-22T17:46:00Z\",\"email\":\"{email}\"}}\n"
        );
    }
    let (name, street) = (scattered(number), scattered(number + 1));
    format!(
        "{{\"ref\":\"crm:{number}\",\"updated_at\":\"2026-11-22T17:46:00Z\",\"received_at\":\"2026-11-22T17:46:00Z\",\
         \"given_name\":\"Anna{}\",\"family_name\":\"Weber{}\",\"email\":\"{email}\",\"phone_number\":\"+49301{:08}\",\
         \"address\":{{\"street_address\":\"Street {}\",\"locality\":\"Berlin\",\"postal_code\":\"{:05}\",\"country\":\"DE\"}}}}\n",
        name % 1000,
        name % 997,
        number,
        street % 1000,
        street % 99_999
    )
}

#[test]
fn a_partition_keeps_to_its_formula() {
    alone(|| {
        let mut findings = Findings::default();
        for (accounts, slices, is_short) in [(5_000, 1, true), (5_000, 1, false), (20_000, 1, true), (20_000, 8, false)]
        {
            let lake = Lake::new(1, MemoryBudget::default());
            lake.put(&keys::link_blocked(&lake.run), json_object(&BlockedKeys::default()).expect("JSON"));
            let mut shuffle = Shuffle::new(slices, 1 << 20).expect("a shuffle");
            let mut text_bytes = vec![0u64; slices as usize];
            for number in 0..accounts {
                let text = account(number, is_short);
                let slice = (scattered(number / 2) % u64::from(slices)) as u32;
                text_bytes[slice as usize] += text.len() as u64;
                shuffle.push(slice, text.as_bytes()).expect("a line");
            }
            let stored = shuffle.finish().expect("a shuffle");
            let stored_bytes = stored.len() as u64;
            lake.put(&keys::shuffle(&lake.run, 0), stored);
            let partition = Partition { partition: 0, partitions: 1, slices, mappers: 1, replaced: Vec::new() };
            let request = merge::Request { run: lake.run.clone(), partition };
            let (answer, measured) = measured(|| lake.block_on(merge::run(request, &lake.context)).expect("customers"));
            assert_eq!(answer.customers, accounts / 2);
            let largest = text_bytes.into_iter().max().expect("a slice");
            let formula = MemoryBudget::merge_bytes(stored_bytes, largest);
            findings.note(&format!("{accounts} accounts, short: {is_short}, in {slices} slices"), measured, formula);
        }
        findings.assert();
    });
}
