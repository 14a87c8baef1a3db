//! Pairs and weights for tests.

use std::collections::BTreeMap;

use onefold_lake::version::review::Reason;
use onefold_scoring::weights::{BIT, FieldWeights};
use onefold_scoring::{FieldKind, LEVELS, ScoredField};

use super::card::{Card, Mark, Row, Scale};
use super::question::{AskedPair, Why};

/// A pair of the queue that scores −3.5 bits.
pub(super) fn asked(left: &str, right: &str) -> AskedPair {
    AskedPair {
        accounts: [left, right].map(str::to_owned),
        customers: ["c-1", "c-2"].map(str::to_owned),
        why: Why::Queue { reason: Reason::Doubtful, limits: Vec::new(), group_bits: Some(-3.0), pairs: 6 },
        bits: Some(-3.5),
        levels: BTreeMap::new(),
    }
}

/// A card with two fields.
pub(super) fn card(left: &str, right: &str) -> Card {
    let row = |field: &str, values: [&str; 2], mark, bits| Row {
        field: field.to_owned(),
        values: values.map(|value| vec![value.to_owned()]),
        mark,
        level: Some("alike".to_owned()),
        bits: Some(bits),
    };
    let rows = vec![
        row("given_name", ["Bob", "Robert"], Mark::Alike, 4.0),
        row("email", ["bob@miller.co.uk", "robert@example.org"], Mark::Different, -7.25),
    ];
    Card { asked: asked(left, right), rows }
}

/// Each level of three fields weighs 4 bits more than that of relatives, and 9 more than that of strangers.
pub(super) fn scale() -> Scale {
    let field = |kind, name| {
        let weights = FieldWeights { strangers: [9 * BIT; LEVELS], relatives: [4 * BIT; LEVELS] };
        (ScoredField { kind, name }, weights)
    };
    let fields = vec![
        field(FieldKind::GivenName, "given_name"),
        field(FieldKind::Email, "email"),
        field(FieldKind::Unit, "address.unit"),
    ];
    Scale::of_weights(fields, [-BIT, 2 * BIT], 0.0)
}
