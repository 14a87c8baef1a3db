//! `merged/<run>/<partition>/review.json.zst`: what Merge knows of pairs that people are asked about.

use onefold_identity::merge::PlacedAccount;
use onefold_identity::question::Question;
use serde::{Deserialize, Serialize};

use crate::compress::{FormatError, compress, decompress};

/// What Merge knows of a partition's pairs that people are asked about.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartitionReview {
    /// The best questions about its customers, the best first.
    pub questions: Vec<Question>,
    /// Where those of its accounts stand that Score asks about.
    pub placed: Vec<PlacedAccount>,
}

impl PartitionReview {
    /// The object's bytes.
    ///
    /// # Errors
    /// Only if memory runs out.
    pub fn format(&self) -> std::io::Result<Vec<u8>> {
        compress(&serde_json::to_vec(self)?)
    }

    /// Reads an object. `key` is for the error.
    ///
    /// # Errors
    /// The object is damaged.
    pub fn parse(key: &str, bytes: &[u8]) -> Result<Self, FormatError> {
        let text = decompress(key, bytes)?;
        serde_json::from_slice(&text).map_err(|error| FormatError::json(key, &error))
    }
}

#[cfg(test)]
mod tests {
    use onefold_graph::node::Node;

    use super::*;

    #[test]
    fn it_is_read_back() {
        let placed = PlacedAccount {
            node: Node::from_bits(7),
            account: "crm:1".to_owned(),
            customer_id: "c".to_owned(),
            accounts: 2,
        };
        let review = PartitionReview { questions: Vec::new(), placed: vec![placed] };
        let bytes = review.format().unwrap();
        assert_eq!(PartitionReview::parse("k", &bytes).unwrap(), review);
        assert!(PartitionReview::parse("k", &bytes[1..]).is_err());
        assert!(PartitionReview::parse("k", &compress(b"{}").unwrap()).is_err());
    }
}
