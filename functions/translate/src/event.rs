//! Finds the raw chunks that a message of the queue is about.

use onefold_config::RowFormat;
use onefold_lake::Chunk;
use onefold_lake::run::event;

/// The raw chunks that a message names, and for each other object the reason why it is ignored.
pub(crate) fn chunks(body: &str) -> (Vec<(Chunk, RowFormat)>, Vec<String>) {
    let keys = match event::parse(body) {
        Ok(keys) => keys,
        Err(error) => return (Vec::new(), vec![error.to_string()]),
    };
    let (mut chunks, mut dropped) = (Vec::new(), Vec::new());
    for key in keys {
        match Chunk::parse_raw(&key) {
            Some(chunk) => chunks.push(chunk),
            None => dropped.push(format!("the object {key} is no raw chunk; only Extract writes under raw/")),
        }
    }
    (chunks, dropped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_chunk_and_its_format() {
        let key = "raw/20261122T174600Z-1a2b3c4d/crm/00000/00001.csv.zst";
        let (found, dropped) = chunks(&event::format(key));
        assert_eq!((found.len(), dropped), (1, vec![]));
        assert_eq!(found[0].0.raw(found[0].1), key);
    }

    #[test]
    fn an_object_that_is_no_raw_chunk_is_named_and_the_others_are_found() {
        assert_eq!(chunks("hello").1, ["the message is no event of S3 about an object"]);
        let key = "raw/20261122T174600Z-1a2b3c4d/crm/00000/00001.csv.zst";
        let of = |key: &str| format!(r#"{{"s3":{{"object":{{"key":"{key}"}}}}}}"#);
        let body = format!(r#"{{"Records":[{},{}]}}"#, of("raw/x.zst"), of(key));
        let (found, dropped) = chunks(&body);
        assert_eq!((found.len(), dropped.len()), (1, 1));
        assert!(dropped[0].contains("raw/x.zst"), "{dropped:?}");
    }
}
