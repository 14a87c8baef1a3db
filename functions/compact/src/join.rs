//! Joining the partitions' outputs into files of a useful size, without encoding anything again.
//!
//! Zstd frames and links concatenate. Member files and their links are joined alike, so that they stay
//! side by side.

use onefold_lake::keys::{self, Part};
use onefold_lake::layout::PartitionCounts;
use onefold_lake::manifest::File;
use onefold_lake::receipt::Moved;
use onefold_lake::{Object, RunId};
use onefold_shell::{Context, StageError};

/// Text of one member file, about: an invocation of Partition reads it whole in the next run.
const FILE_TEXT_BYTES: u64 = 128 << 20;

/// Joins one part of all partitions.
pub(crate) async fn join(
    run: &RunId,
    part: Part,
    partitions: &[PartitionCounts],
    context: &Context,
    moved: &mut Moved,
) -> Result<Vec<File>, StageError> {
    let mut listed = Vec::with_capacity(partitions.len());
    let prefix = keys::merged_of(run);
    let objects = context.store.list(&prefix).await?;
    for partition in 0..partitions.len() as u32 {
        let key = keys::merged(run, partition, part);
        let found =
            objects.binary_search_by(|object| object.key.as_str().cmp(&key)).ok().and_then(|at| objects.get(at));
        listed.push(found.cloned().ok_or_else(|| StageError::corrupt(format!("there is no object {key}")))?);
    }
    let mut files = Vec::new();
    for (number, group) in groups(partitions).into_iter().enumerate() {
        let sources: Vec<Object> = listed[group.clone()].to_vec();
        let bytes: u64 = sources.iter().map(|source| source.size).sum();
        let counts = &partitions[group];
        let records: u64 = counts.iter().map(|counts| records(part, counts)).sum();
        // There are often no changes, and a partition without accounts has members as little as links.
        if records == 0 {
            continue;
        }
        let key = keys::processed(run, part, number as u32);
        context.store.concatenate(&sources, &key).await?;
        moved.bytes_out += bytes;
        let text_bytes = counts.iter().map(|counts| text_bytes(part, counts)).sum();
        files.push(File { key, bytes, records, text_bytes });
    }
    Ok(files)
}

/// Runs of partitions whose members fill a file. The same for every part.
fn groups(partitions: &[PartitionCounts]) -> Vec<std::ops::Range<usize>> {
    let mut groups = Vec::new();
    let mut start = 0;
    let mut filled = 0;
    for (number, counts) in partitions.iter().enumerate() {
        let size = text_bytes(Part::Members, counts);
        if number > start && filled + size > FILE_TEXT_BYTES {
            groups.push(start..number);
            start = number;
            filled = 0;
        }
        filled += size;
    }
    if start < partitions.len() {
        groups.push(start..partitions.len());
    }
    groups
}

fn records(part: Part, counts: &PartitionCounts) -> u64 {
    match part {
        Part::Customers => counts.counts.customers,
        Part::Members | Part::MemberLinks => counts.counts.members + counts.counts.tombstones,
        Part::Changes => counts.changes,
        Part::Blocked => counts.guarded,
    }
}

fn text_bytes(part: Part, counts: &PartitionCounts) -> u64 {
    let [customers, members, changes, guarded] = counts.text_bytes;
    match part {
        Part::Customers => customers,
        Part::Members => members,
        Part::MemberLinks => 0,
        Part::Changes => changes,
        Part::Blocked => guarded,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_filled_up_to_their_size() {
        let partition = |mib: u64| PartitionCounts { text_bytes: [0, mib << 20, 0, 0], ..PartitionCounts::default() };
        let partitions: Vec<PartitionCounts> = [50, 50, 50, 200, 1].map(partition).into();
        assert_eq!(groups(&partitions), [0..2, 2..3, 3..4, 4..5]);
        assert!(groups(&[]).is_empty());
    }
}
