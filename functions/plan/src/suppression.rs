//! The suppression list of a run.

use onefold_identity::corrections::Pairs;
use onefold_identity::suppression::Suppression;
use onefold_lake::keys;
use onefold_shell::{Context, StageError};

/// Reads the current suppression list. Objects under its prefix that cannot be obeyed are faults: nobody may come back
/// because an entry was skipped.
pub(super) async fn read(context: &Context, faults: &mut Vec<String>) -> Result<Suppression, StageError> {
    let ours = context.hasher()?.fingerprint();
    let mut entries = Vec::new();
    let (mut of_other_secrets, mut others) = (0, 0);
    for object in context.list(keys::SUPPRESSION).await? {
        match keys::parse_suppression(&object.key) {
            Some((fingerprint, entry)) if fingerprint == ours => entries.push(entry),
            Some(_) => of_other_secrets += 1,
            // The object's name is not reported: it may be the very value that should have been hashed.
            None => others += 1,
        }
    }
    if of_other_secrets > 0 {
        faults.push(format!(
            "{} holds {of_other_secrets} entries that were hashed with another MatchKeySecret, so nobody can tell whom they \
             are about; deploy with the former secret again, or erase these persons again and remove the old entries",
            keys::SUPPRESSION
        ));
    }
    if others > 0 {
        faults.push(format!(
            "{} holds {others} objects that are no entries of the suppression list; remove them, and use `onefold erase`",
            keys::SUPPRESSION
        ));
    }
    Ok(Suppression::new(context.hasher()?.clone(), entries))
}

/// Removes pairs with accounts that are on the list, so that nothing that names them is written.
pub(super) fn strike(pairs: &mut Pairs, suppression: &Suppression) {
    for kind in [&mut pairs.always, &mut pairs.never] {
        kind.retain(|pair| !pair.iter().any(|reference| suppression.lists(reference)));
    }
}
