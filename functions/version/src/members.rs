//! Finds the members of whole customers in a version.

use std::collections::BTreeSet;

use onefold_identity::reference::place;
use onefold_lake::keys::{self, VersionPart};

use crate::error::VersionError;
use crate::objects::read_text;
use crate::open::OpenVersion;

/// Bytes with the members of whole customers: a frame or a partition in a member file, or a whole member file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MemberPlace {
    key: String,
    /// Start and end in bytes; `None` for the whole object.
    range: Option<(u64, u64)>,
}

impl MemberPlace {
    /// The key of the member file.
    pub fn key(&self) -> &str {
        &self.key
    }
}

impl OpenVersion<'_> {
    /// The places that may hold these accounts, or all places if `references` is `None`. Their order is always the
    /// same. In a version without an index, each member file is a place.
    ///
    /// # Errors
    /// The index is missing or damaged, or the store failed.
    pub async fn member_places(&self, references: Option<&[String]>) -> Result<Vec<MemberPlace>, VersionError> {
        if !self.has_index() {
            // An earlier program wrote no index, but wrote all accounts of a customer into one file.
            let files = self.manifest.files.members.iter();
            return Ok(files.map(|file| MemberPlace { key: file.key.clone(), range: None }).collect());
        }
        let index = self.index().await?;
        let member_place = |file: u32, members: (u64, u64)| MemberPlace {
            key: keys::processed(self.run(), VersionPart::Members, file),
            range: Some(members),
        };
        let Some(references) = references else {
            let with_members = index.frames.iter().filter(|frame| frame.members.0 < frame.members.1);
            return Ok(with_members.map(|frame| member_place(frame.file, frame.members)).collect());
        };
        let places: Vec<u64> = references.iter().map(|reference| place(reference)).collect();
        let found = index.positions(&places).await?;
        let places: BTreeSet<MemberPlace> = found.iter().map(|found| member_place(found.file, found.members)).collect();
        Ok(places.into_iter().collect())
    }

    /// Reads the lines of a place: members and tombstones.
    ///
    /// # Errors
    /// The file is missing or damaged, or the store failed.
    pub async fn read_members(&self, place: &MemberPlace) -> Result<String, VersionError> {
        read_text(self.store, &place.key, place.range).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{block_on, put_manifest, with_partitions};

    fn members_of(version: &OpenVersion<'_>, references: Option<&[&str]>) -> Vec<usize> {
        let references: Option<Vec<String>> =
            references.map(|references| references.iter().map(|reference| (*reference).to_owned()).collect());
        let places = block_on(version.member_places(references.as_deref())).unwrap();
        places.iter().map(|place| block_on(version.read_members(place)).unwrap().lines().count()).collect()
    }

    #[test]
    fn places_are_the_partitions_that_have_the_accounts() {
        let (store, _) = with_partitions();
        let version = block_on(OpenVersion::current(&store)).unwrap();
        assert_eq!(members_of(&version, None), [4, 1], "the empty partition is left out");
        assert_eq!(members_of(&version, Some(&["crm:3"])), [1]);
        assert_eq!(
            members_of(&version, Some(&["crm:3", "crm:1", "shop:2"])),
            [4, 1],
            "each partition once, in its order"
        );
        assert_eq!(members_of(&version, Some(&["crm:77"])), [] as [usize; 0]);
    }

    #[test]
    fn places_of_a_version_without_an_index_are_its_files() {
        let (store, mut manifest) = with_partitions();
        manifest.files.index.clear();
        put_manifest(&store, &manifest);
        let version = block_on(OpenVersion::current(&store)).unwrap();
        assert_eq!(members_of(&version, Some(&["crm:3"])), [5]);
        assert_eq!(members_of(&version, None), [5]);
    }
}
