//! Which addresses the credentials of a source may go to.

use url::Url;

/// Whether a token for one address may be sent to the other: scheme, host and port are the same.
pub(super) fn is_same_host(one: &Url, other: &Url) -> bool {
    one.origin() == other.origin()
}
