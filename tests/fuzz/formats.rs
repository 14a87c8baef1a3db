//! Our own formats, with every bit flipped, every byte replaced and cut off everywhere: what is read is an error, or what
//! was written.
//!
//! Objects of JSON bear no digest. Their damage is mostly a fault of JSON or of its members; what is left is for the store,
//! which keeps a checksum of each object. So it is for the index of a version, of which any eight bytes may be read alone.

use onefold_graph::node::Node;
use onefold_graph::{AccountVersion, Blocked, Position, Stars};
use onefold_lake::data::asked::{self, AskedPair};
use onefold_lake::data::rawchunk::{self, ChunkIndex, SplitContinuation};
use onefold_lake::data::{blocked, labels, links, records, shuffle};
use onefold_lake::version::manifest::VersionFile;
use onefold_lake::version::retired::{Retired, Trail};
use onefold_lake::{RunId, compress, decompress};
use onefold_rows::translate::Segment;
use onefold_scoring::Pattern;
use onefold_scoring::record::{Value, push};
use onefold_store::memory::MemoryStore;
use onefold_store::{Condition, Store};
use tokio::runtime::Runtime;

const KEY: &str = "k";

/// Reads an object after each damage. `read` gives an error or what it read.
fn check<T: PartialEq + std::fmt::Debug>(whole: &[u8], read: impl Fn(&[u8]) -> Option<T>) {
    let expected = read(whole).expect("what is whole is read");
    let check = |bytes: &[u8], what: &dyn std::fmt::Display| {
        if let Some(found) = read(bytes) {
            assert_eq!(found, expected, "{what}");
        }
    };
    for place in 0..whole.len() {
        for flipped in [1, 2, 4, 8, 16, 32, 64, 128, 0xff] {
            let mut bytes = whole.to_vec();
            bytes[place] ^= flipped;
            check(&bytes, &format_args!("{flipped} flipped at {place}"));
        }
    }
    // Nothing at all is an object of no frames and no records.
    (1..whole.len()).for_each(|end| check(&whole[..end], &format_args!("cut off at {end}")));
}

/// A little of text that repeats itself, so that a frame has sequences and literals.
fn text() -> Vec<u8> {
    (0..40)
        .flat_map(|number| format!("{{\"ref\":\"crm:{number}\",\"note\":\"{}\"}}\n", number * 7919 % 97).into_bytes())
        .collect()
}

#[test]
fn compressed_text() {
    check(&compress(&text()).unwrap(), |bytes| decompress(KEY, bytes).ok());
    check(&compress(b"a").unwrap(), |bytes| decompress(KEY, bytes).ok());
}

#[test]
fn raw_chunks() {
    let segment = |line| Segment {
        object: "landing/crm/a.jsonl".to_owned(),
        received_at: 1_764_000_000_123,
        byte: 9,
        line,
        length: 100,
        is_fragment: false,
    };
    let next = Some(SplitContinuation::At(serde_json::json!({"page": 7})));
    let index =
        ChunkIndex { segments: vec![segment(Some(1)), segment(None)], lines: 40, next, ..ChunkIndex::default() };
    let bytes = rawchunk::format(&text(), &index).unwrap();
    check(&bytes, |bytes| rawchunk::parse(KEY, bytes).ok());
    check(&bytes, |bytes| rawchunk::parse_index(KEY, bytes).ok());
}

#[test]
fn links_of_accounts() {
    let mut stars = Stars::default();
    for number in 0..5u128 {
        let version = AccountVersion { updated_at: number as i64, received_at: 7, digest: 9 };
        let keys = (0..number).map(Node::from_bits);
        let customer = (number % 2 == 1).then(|| Node::from_bits((3 << 126) + number));
        stars.push(Node::from_bits((2 << 126) + number), version, customer, keys);
    }
    let bytes = links::format(&stars);
    check(&bytes, |bytes| links::parse(KEY, bytes).ok());
    // The object of a version has the links of several partitions.
    check(&[bytes.clone(), bytes].concat(), |bytes| {
        let stars = links::parse(KEY, bytes).ok()?;
        // A cut between two is noticed by the object's length, which the manifest has.
        (stars.len() == 10).then_some(stars)
    });
}

/// What each reader of a shuffle object gets; an error if any gets one.
fn shuffled(runtime: &Runtime, bytes: &[u8], readers: u32) -> Option<Vec<Vec<u8>>> {
    runtime.block_on(async {
        let store = MemoryStore::default();
        store.put(KEY, bytes.to_vec().into(), Condition::Always).await.unwrap();
        let mut texts = Vec::new();
        for reader in 0..readers {
            let mut text = Vec::new();
            shuffle::read(&store, KEY, reader, readers, &mut text).await.ok()?;
            texts.push(text);
        }
        Some(texts)
    })
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

#[test]
fn shuffled_lines() {
    let runtime = runtime();
    let mut shuffle = shuffle::ShuffleCollector::new(3, 1 << 20).unwrap();
    for (number, line) in text().split_inclusive(|byte| *byte == b'\n').take(12).enumerate() {
        shuffle.push(number as u32 % 2, line).unwrap();
    }
    check(&shuffle.finish().unwrap(), |bytes| shuffled(&runtime, bytes, 3));
}

/// What is stored without being compressed has a checksum all the same.
#[test]
fn stored_entries() {
    let runtime = runtime();
    let mut collector = shuffle::ShuffleCollector::storing(3, 1 << 20).unwrap();
    for entry in 0..60u64 {
        let hash = entry.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        collector.push((entry % 3) as u32, &hash.to_le_bytes()).unwrap();
    }
    check(&collector.finish().unwrap(), |bytes| shuffled(&runtime, bytes, 3));
}

#[test]
fn records_of_a_slice() {
    let mut writer = records::RecordsWriter::new().unwrap();
    let mut record = Vec::new();
    for text in [&b"anna"[..], b"weber"] {
        push(&mut record, 0, Value { text, extra: b"" });
    }
    (0..9).for_each(|number| writer.push(Node::from_bits(number), &record).unwrap());
    check(&writer.finish().unwrap(), |bytes| {
        let mut read = Vec::new();
        let take = |reference, record: &[u8], classes: &[u8]| {
            read.push((reference, record.to_vec(), classes.to_vec()));
            Ok(())
        };
        records::each_with_classes(KEY, bytes, &[3; 18], take).ok().map(|()| read)
    });
}

#[test]
fn pairs_that_people_are_asked_about() {
    let pair = |number: u32| AskedPair {
        accounts: [number, number + 9].map(|number| Node::from_bits(number.into())),
        pattern: Pattern::from_bits(u128::from(number) << 70),
        score: 500 - number as i32,
        reasons: (number % 7 + 1) as u8,
    };
    let pairs: Vec<AskedPair> = (0..9).map(pair).collect();
    check(&asked::format(&pairs).unwrap(), |bytes| asked::parse(KEY, bytes).ok());
}

#[test]
fn labels_of_lines() {
    let runtime = runtime();
    let position = |mapper, line| Position { mapper, line };
    let all = [(position(0, 0), 7), (position(0, 2), 8), (position(1, 1), 9)];
    let bytes = labels::format(all.into_iter(), 2).unwrap();
    check(&bytes, |bytes| {
        let frames = shuffled(&runtime, bytes, 2)?;
        let of_frame = |frame: &Vec<u8>| {
            let mut slices = vec![labels::UNKNOWN; 3];
            labels::parse(KEY, frame, &mut slices).ok().map(|()| slices)
        };
        frames.iter().map(of_frame).collect::<Option<Vec<_>>>()
    });
}

#[test]
fn blocked_keys() {
    let runtime = runtime();
    let node = |number: u32| Node::from_bits((u128::from(number) << 100) + 77);
    let list: Vec<Blocked> = (1..20).map(|number| Blocked { node: node(number), accounts: number + 25 }).collect();
    check(&blocked::format(&list).unwrap(), |bytes| {
        runtime.block_on(async {
            let store = MemoryStore::default();
            store.put(KEY, bytes.to_vec().into(), Condition::Always).await.unwrap();
            let mut keys = Vec::new();
            blocked::open(&store, KEY).await.ok()?.append_to(&store, &mut keys).await.ok()?;
            // Whoever reads the keys alone does not look at the counts.
            assert_eq!(keys, list.iter().map(|blocked| blocked.node).collect::<Vec<_>>());
            Some(blocked::read(&store, KEY).await.ok()?.0)
        })
    });
    let pairs = [(0, node(1)), (0, node(2)), (2, node(1))];
    check(&blocked::format_by_partition(pairs.into_iter(), 3).unwrap(), |bytes| {
        runtime.block_on(async {
            let store = MemoryStore::default();
            store.put(KEY, bytes.to_vec().into(), Condition::Always).await.unwrap();
            let mut keys = [const { Vec::new() }; 3];
            for (partition, keys) in (0..).zip(&mut keys) {
                let unread = blocked::open_partition(&store, KEY, partition, 3).await.ok()?;
                unread.append_to(&store, keys).await.ok()?;
            }
            Some(keys)
        })
    });
}

#[test]
fn ids_that_ended() {
    let runtime = runtime();
    let run = RunId::parse("20261122T174600Z-1a2b3c4d").unwrap();
    let mut text = Vec::new();
    for (id, into) in [("one", "two"), ("two", "three"), ("other", "one-more")] {
        let retired = Retired { customer_id: id.to_owned(), into: vec![into.to_owned()], run: run.clone() };
        text.extend(serde_json::to_vec(&retired).unwrap());
        text.push(b'\n');
    }
    let whole = compress(&text).unwrap();
    let length = whole.len() as u64;
    check(&whole, |bytes| {
        runtime.block_on(async {
            let store = MemoryStore::default();
            store.put(KEY, bytes.to_vec().into(), Condition::Always).await.unwrap();
            let file = VersionFile { key: KEY.to_owned(), bytes: length, records: 3, text_bytes: text.len() as u64 };
            let mut trail = Trail::new("one");
            trail.file(&store, &file).await.ok()?;
            Some(trail.end())
        })
    });
}
