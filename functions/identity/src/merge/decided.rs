//! Third step: which customer keeps which id of the previous version, and which ids end.

use std::collections::BTreeMap;

use super::clustered::Clustered;
use super::loaded::Loaded;
use crate::customer_id::{Claims, SettledIds};

/// The previous version's customer ids, by what happens to them.
pub(super) struct Decided<'l> {
    /// By the number of the cluster; a cluster of new accounts has none.
    ids: BTreeMap<u32, SettledIds<'l>>,
    /// What a cluster of new accounts has.
    none: SettledIds<'l>,
    /// The ids of customers all of whose accounts are deleted, sorted.
    pub(super) deleted: Vec<&'l str>,
}

impl<'l> Decided<'l> {
    pub(super) fn new(loaded: &'l Loaded<'_>, clustered: &Clustered<'_>) -> Self {
        let mut claims = Claims::default();
        for (cluster, members) in (0..).zip(clustered.clusters.iter()) {
            for member in members {
                for customer_id in loaded.held_by(*member) {
                    claims.note(cluster, customer_id, &loaded.record(*member).account.reference);
                }
            }
        }
        let is_deleted = |customer_id: &&str| !claims.has(customer_id);
        let deleted = loaded.previous_customers.keys().copied().filter(is_deleted).collect();
        Self { ids: claims.settle(), none: SettledIds::default(), deleted }
    }

    /// The ids of the previous version that a cluster has to do with.
    pub(super) fn ids(&self, cluster: u32) -> &SettledIds<'l> {
        self.ids.get(&cluster).unwrap_or(&self.none)
    }
}
