//! Joining the partitions' outputs into files of a useful size, without encoding anything again.
//!
//! Zstd frames and links concatenate. Member files and their links are joined alike, so that they stay
//! side by side.

use std::collections::BTreeMap;

use onefold_lake::RunId;
use onefold_lake::keys::{self, VersionPart};
use onefold_lake::run::layout::PartitionCounts;
use onefold_lake::version::index::PartitionFrames;
use onefold_lake::version::manifest::VersionFile;
use onefold_shell::{Context, StageError, in_order};
use onefold_store::Object;

/// Text of one member file, about: an invocation of Partition reads it whole in the next run.
const FILE_TEXT_BYTES: u64 = 128 << 20;
/// Files that are joined at once: most of the time goes by waiting for the store to copy.
const JOINED_AT_ONCE: usize = 16;

/// What Merge wrote of the partitions.
pub(crate) struct PartitionOutputs<'r> {
    run: &'r RunId,
    partitions: &'r [PartitionCounts],
    objects: Vec<Object>,
}

impl<'r> PartitionOutputs<'r> {
    /// Lists it.
    pub(crate) async fn list(
        run: &'r RunId,
        partitions: &'r [PartitionCounts],
        context: &Context,
    ) -> Result<Self, StageError> {
        let objects = context.list(&keys::merged_of(run)).await?;
        Ok(Self { run, partitions, objects })
    }

    fn object(&self, partition: usize, part: VersionPart) -> Result<&Object, StageError> {
        let key = keys::merged(self.run, partition as u32, part);
        let found = self.objects.binary_search_by(|object| object.key.as_str().cmp(&key)).ok();
        found
            .and_then(|at| self.objects.get(at))
            .ok_or_else(|| StageError::corrupt(format!("there is no object {key}")))
    }

    /// One part of some partitions.
    fn objects(&self, part: VersionPart, group: std::ops::Range<usize>) -> Result<Vec<Object>, StageError> {
        group.map(|partition| self.object(partition, part).cloned()).collect()
    }

    /// One part of all partitions that have any of it.
    pub(crate) fn objects_with_records(&self, part: VersionPart) -> Result<Vec<Object>, StageError> {
        let with_records = (0..self.partitions.len()).filter(|number| records(part, &self.partitions[*number]) > 0);
        with_records.map(|partition| self.object(partition, part).cloned()).collect()
    }

    /// How many ids ended in this run.
    pub(crate) fn retired(&self) -> u64 {
        self.partitions.iter().map(|counts| counts.retired).sum()
    }

    /// Where each partition is in the joined files.
    pub(crate) fn frames(&self) -> Result<Vec<PartitionFrames>, StageError> {
        let mut frames = Vec::with_capacity(self.partitions.len());
        for (file, group) in groups(self.partitions).into_iter().enumerate() {
            let parts = [VersionPart::Customers, VersionPart::Members, VersionPart::Blocked, VersionPart::Index];
            let is_joined = parts.map(|part| is_joined(part, &self.partitions[group.clone()]));
            let mut starts = [0; 4];
            for partition in group {
                let mut ranges = [(0, 0); 4];
                for (number, part) in parts.into_iter().enumerate().filter(|(number, _)| is_joined[*number]) {
                    let end = starts[number] + self.object(partition, part)?.size;
                    ranges[number] = (starts[number], end);
                    starts[number] = end;
                }
                let [customers, members, blocked, index] = ranges;
                frames.push(PartitionFrames { file: file as u32, customers, members, blocked, index });
            }
        }
        Ok(frames)
    }
}

/// A file of the version, and what it is joined of.
pub(crate) struct JoinedFile {
    pub(crate) part: VersionPart,
    pub(crate) file: VersionFile,
    pub(crate) sources: Vec<Object>,
}

/// The files of one part of all partitions.
pub(crate) fn joints(merged: &PartitionOutputs<'_>, part: VersionPart) -> Result<Vec<JoinedFile>, StageError> {
    let PartitionOutputs { run, partitions, .. } = *merged;
    let mut joints = Vec::new();
    for (number, group) in groups(partitions).into_iter().enumerate() {
        let counts = &partitions[group.clone()];
        if !is_joined(part, counts) {
            continue;
        }
        let sources = merged.objects(part, group)?;
        let file = VersionFile {
            key: keys::processed(run, part, number as u32),
            bytes: sources.iter().map(|source| source.size).sum(),
            records: counts.iter().map(|counts| records(part, counts)).sum(),
            text_bytes: counts.iter().map(|counts| text_bytes(part, counts)).sum(),
        };
        joints.push(JoinedFile { part, file, sources });
    }
    Ok(joints)
}

/// Joins files beside each other. One that an earlier try wrote is there with its size: its name says what it is of, and
/// in every try that is the same.
pub(crate) async fn join(run: &RunId, joints: &[JoinedFile], context: &Context) -> Result<(), StageError> {
    let listed = context.list(&keys::version(run)).await?;
    let sizes: BTreeMap<&str, u64> = listed.iter().map(|object| (object.key.as_str(), object.size)).collect();
    let is_missing = |joint: &&JoinedFile| sizes.get(joint.file.key.as_str()) != Some(&joint.file.bytes);
    let join = async |joint: &JoinedFile| context.concatenate(&joint.sources, &joint.file.key).await;
    in_order(joints.iter().filter(is_missing), JOINED_AT_ONCE, join, Ok).await
}

/// Runs of partitions whose members fill a file. The same for every part.
fn groups(partitions: &[PartitionCounts]) -> Vec<std::ops::Range<usize>> {
    let mut groups = Vec::new();
    let mut start = 0;
    let mut filled = 0;
    for (number, counts) in partitions.iter().enumerate() {
        let size = text_bytes(VersionPart::Members, counts);
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

/// Whether there is a file of a part of some partitions: there are often no changes, and a partition without accounts
/// has members as little as links.
fn is_joined(part: VersionPart, partitions: &[PartitionCounts]) -> bool {
    partitions.iter().any(|counts| records(part, counts) > 0)
}

fn records(part: VersionPart, counts: &PartitionCounts) -> u64 {
    match part {
        VersionPart::Customers => counts.counts.customers,
        VersionPart::Members | VersionPart::MemberLinks => counts.counts.members + counts.counts.tombstones,
        VersionPart::Changes => counts.changes,
        VersionPart::Blocked => counts.guarded,
        VersionPart::Index => counts.indexed,
        VersionPart::Retired => counts.retired,
    }
}

fn text_bytes(part: VersionPart, counts: &PartitionCounts) -> u64 {
    let [customers, members, changes, guarded] = counts.text_bytes;
    match part {
        VersionPart::Customers => customers,
        VersionPart::Members => members,
        VersionPart::MemberLinks | VersionPart::Index | VersionPart::Retired => 0,
        VersionPart::Changes => changes,
        VersionPart::Blocked => guarded,
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
