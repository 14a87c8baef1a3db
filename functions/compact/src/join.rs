//! Joins the partitions' outputs into files of a useful size, without encoding anything again.
//!
//! Zstd frames can be concatenated, and so can links. Member files and their links are joined in the same groups, so
//! each member file has one file of links.

use std::collections::BTreeMap;

use onefold_lake::RunId;
use onefold_lake::keys::{self, VersionPart};
use onefold_lake::run::layout::PartitionCounts;
use onefold_lake::version::index::PartitionFrames;
use onefold_lake::version::manifest::VersionFile;
use onefold_shell::{Context, StageError, in_order};
use onefold_store::Object;

/// The target size of the text of one member file. In the next run, one invocation of Partition reads a whole file.
const FILE_TEXT_BYTES: u64 = 128 << 20;
/// The number of files that are joined at once. Joining mostly waits for the store to copy.
const JOINED_AT_ONCE: usize = 16;

/// The objects that Merge wrote for the partitions.
pub(crate) struct PartitionOutputs<'r> {
    run: &'r RunId,
    partitions: &'r [PartitionCounts],
    objects: Vec<Object>,
}

impl<'r> PartitionOutputs<'r> {
    /// Lists the objects of a run.
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

    /// The objects of one part, for a range of partitions.
    fn objects(&self, part: VersionPart, group: std::ops::Range<usize>) -> Result<Vec<Object>, StageError> {
        group.map(|partition| self.object(partition, part).cloned()).collect()
    }

    /// The objects of one part, for all partitions with at least one record of it.
    pub(crate) fn objects_with_records(&self, part: VersionPart) -> Result<Vec<Object>, StageError> {
        let with_records = (0..self.partitions.len()).filter(|number| records(part, &self.partitions[*number]) > 0);
        with_records.map(|partition| self.object(partition, part).cloned()).collect()
    }

    /// The number of customer ids that ended in this run.
    pub(crate) fn retired(&self) -> u64 {
        self.partitions.iter().map(|counts| counts.retired).sum()
    }

    /// Whether the entries of all partitions lead to frames.
    pub(crate) fn have_frames(&self) -> bool {
        self.partitions.iter().all(|counts| counts.indexed == 0 || !counts.frames.is_empty())
    }

    /// The place of each partition in the joined files, by its number.
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
                let of_partition = self.partitions[partition].frames.clone();
                frames.push(PartitionFrames {
                    file: file as u32,
                    customers,
                    members,
                    blocked,
                    index,
                    frames: of_partition,
                });
            }
        }
        Ok(frames)
    }
}

/// A file of the version, and the objects that are joined to it.
pub(crate) struct JoinedFile {
    pub(crate) part: VersionPart,
    pub(crate) file: VersionFile,
    pub(crate) sources: Vec<Object>,
}

/// The files to join for one part of all partitions.
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

/// Joins several files at once. A file that an earlier try wrote is skipped if its size is right: in every try, a name
/// stands for the same content.
pub(crate) async fn join(run: &RunId, joints: &[JoinedFile], context: &Context) -> Result<(), StageError> {
    let listed = context.list(&keys::version(run)).await?;
    let sizes: BTreeMap<&str, u64> = listed.iter().map(|object| (object.key.as_str(), object.size)).collect();
    let is_missing = |joint: &&JoinedFile| sizes.get(joint.file.key.as_str()) != Some(&joint.file.bytes);
    let join = async |joint: &JoinedFile| context.concatenate(&joint.sources, &joint.file.key).await;
    in_order(joints.iter().filter(is_missing), JOINED_AT_ONCE, join, Ok).await
}

/// Ranges of partitions whose members fill a file. They are the same for every part.
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

/// Whether a group of partitions gets a file for a part. There are often no changes. A partition without accounts has
/// neither members nor links.
fn is_joined(part: VersionPart, partitions: &[PartitionCounts]) -> bool {
    partitions.iter().any(|counts| records(part, counts) > 0)
}

pub(crate) fn records(part: VersionPart, counts: &PartitionCounts) -> u64 {
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
