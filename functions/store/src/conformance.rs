//! One suite for all stores: what each of them must do.
//!
//! The stores in memory and in a folder pass it here. S3 passes it against two emulators, in the crate of tests. Where
//! an emulator differs from AWS, the assertion says so and tests what the emulator does. So a change of the emulator is
//! noticed.

use std::path::Path;

use bytes::Bytes;
use futures_util::future::join_all;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::error::StoreError;
use crate::store::{Body, Condition, Object, Store};

/// The emulator behind the store, if there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Played {
    /// None: the store itself is tested.
    ByItself,
    /// MiniStack.
    ByMiniStack,
    /// The server of Moto.
    ByMoto,
}

/// Runs the suite in an empty store. `files` is a folder for files to upload.
///
/// # Errors
/// A request failed that must succeed.
///
/// # Panics
/// The store does not do what it must.
pub async fn suite(store: &dyn Store, played: Played, files: &Path) -> Result<(), StoreError> {
    assert_eq!(store.list("").await?, [], "the store is empty");
    whole_objects(store).await?;
    ranges_and_tails(store).await?;
    streams(store).await?;
    a_stream_is_of_one_object(store).await?;
    conditions(store).await?;
    one_of_many_claims_succeeds(store, played).await?;
    lists_are_in_order(store).await?;
    long_lists(store).await?;
    small_concatenations(store).await?;
    large_concatenations(store).await?;
    sources_that_changed(store, played).await?;
    uploads(store, files).await?;
    removals(store).await
}

/// Incompressible bytes, different at every position.
fn bytes(seed: u64, length: usize) -> Bytes {
    let mut bytes = Vec::with_capacity(length + 8);
    for word in 0..length.div_ceil(8) as u64 {
        bytes.extend_from_slice(&xxh3_64_with_seed(&word.to_le_bytes(), seed).to_le_bytes());
    }
    bytes.truncate(length);
    bytes.into()
}

async fn put(store: &dyn Store, key: &str, bytes: impl Into<Bytes>) -> Result<(), StoreError> {
    store.put(key, bytes.into(), Condition::Always).await
}

/// The object of a key, as a listing shows it.
async fn object(store: &dyn Store, key: &str) -> Result<Object, StoreError> {
    let listed = store.list(key).await?;
    let found = listed.into_iter().find(|object| object.key == key);
    found.ok_or_else(|| StoreError::NotFound { key: key.to_owned() })
}

async fn read(mut body: Box<dyn Body>) -> Result<Vec<u8>, StoreError> {
    let mut read = Vec::new();
    while let Some(piece) = body.next().await? {
        assert!(!piece.is_empty(), "a piece has bytes");
        read.extend_from_slice(&piece);
    }
    Ok(read)
}

fn is_missing<T>(result: Result<T, StoreError>, expected: &str) -> bool {
    matches!(result, Err(StoreError::NotFound { key }) if key == expected)
}

fn does_not_hold<T>(result: Result<T, StoreError>, expected: &str) -> bool {
    matches!(result, Err(StoreError::Precondition { key }) if key == expected)
}

async fn whole_objects(store: &dyn Store) -> Result<(), StoreError> {
    let key = "whole/a";
    assert!(is_missing(store.get(key).await, key));
    let mut etags = Vec::new();
    for content in [bytes(1, 10), Bytes::new(), bytes(2, 3_000_000), bytes(3, 10), bytes(4, 10)] {
        put(store, key, content.clone()).await?;
        let (read, etag) = store.get(key).await?;
        assert!(read == content, "what was written is read");
        assert_eq!(store.get(key).await?.1, etag, "what is not changed keeps its entity tag");
        let listed = object(store, key).await?;
        assert_eq!((listed.size, &listed.etag), (content.len() as u64, &etag));
        assert!(!etag.is_empty() && !etag.contains('"'), "{etag}");
        assert!(!etags.contains(&etag), "other bytes have another entity tag");
        etags.push(etag);
    }
    // The paths above and below an object are no objects.
    for other in ["whole", "whole/a/b"] {
        assert!(is_missing(store.get(other).await, other), "{other}");
    }
    Ok(())
}

async fn ranges_and_tails(store: &dyn Store) -> Result<(), StoreError> {
    let (key, empty, missing) = ("ranges/a", "ranges/empty", "ranges/missing");
    put(store, key, "0123456789").await?;
    put(store, empty, "").await?;
    let ranges: [(_, &str); 8] = [
        (0..10, "0123456789"),
        (0..1, "0"),
        (3..5, "34"),
        (8..12, "89"),
        (9..10, "9"),
        (10..11, ""),
        (12..20, ""),
        (4..4, ""),
    ];
    for (range, expected) in ranges {
        assert_eq!(store.get_range(key, range.clone()).await?, expected, "{range:?}");
        assert_eq!(store.get_range(empty, range.clone()).await?, "", "{range:?} of no bytes");
        if !range.is_empty() {
            assert!(is_missing(store.get_range(missing, range).await, missing));
        }
    }
    for (length, expected) in [(0, ""), (1, "9"), (4, "6789"), (10, "0123456789"), (11, "0123456789")] {
        assert_eq!(store.get_tail(key, length).await?, expected, "the last {length}");
        assert_eq!(store.get_tail(empty, length).await?, "", "the last {length} of no bytes");
        if length > 0 {
            assert!(is_missing(store.get_tail(missing, length).await, missing));
        }
    }
    assert_eq!(store.get_range(missing, 3..3).await?, "", "an empty range is not asked for");
    assert_eq!(store.get_tail(missing, 0).await?, "", "no bytes are not asked for");
    Ok(())
}

async fn streams(store: &dyn Store) -> Result<(), StoreError> {
    let (key, empty, missing) = ("streams/a", "streams/empty", "streams/missing");
    let content = bytes(5, 1_000_000);
    put(store, key, content.clone()).await?;
    put(store, empty, "").await?;
    let (etag, etag_of_none) = (store.get(key).await?.1, store.get(empty).await?.1);
    for from in [0, 1, 500_000, 999_999, 1_000_000, 1_000_001, 5_000_000] {
        let rest = content.slice(usize::min(from, content.len())..);
        assert!(read(store.stream(key, &etag, from as u64).await?).await? == rest, "from {from}");
        assert!(read(store.stream(empty, &etag_of_none, from as u64).await?).await?.is_empty(), "no bytes from {from}");
    }
    assert!(does_not_hold(store.stream(key, &etag_of_none, 0).await, key));
    assert!(does_not_hold(store.stream(key, &etag_of_none, 7).await, key));
    assert!(is_missing(store.stream(missing, &etag, 0).await, missing));
    Ok(())
}

/// Changes an object while it is read. The reader must get all bytes of one object, or an error, but never a mixture.
async fn a_stream_is_of_one_object(store: &dyn Store) -> Result<(), StoreError> {
    let key = "streams/changed";
    let (old, new) = (bytes(6, 8 << 20), bytes(7, 8 << 20));
    put(store, key, old.clone()).await?;
    let etag = store.get(key).await?.1;
    let mut body = store.stream(key, &etag, 0).await?;
    let first = body.next().await?.unwrap_or_default();
    assert!(!first.is_empty());
    put(store, key, new).await?;
    let rest = match read(body).await {
        Ok(rest) => rest,
        Err(error) => {
            assert!(matches!(&error, StoreError::Precondition { key: of } if of == key), "{error}");
            return Ok(());
        }
    };
    assert!([&first[..], &rest[..]].concat() == old, "it is all of one object");
    Ok(())
}

async fn conditions(store: &dyn Store) -> Result<(), StoreError> {
    let key = "conditions/a";
    let put = async |content: &'static str, condition| store.put(key, content.into(), condition).await;
    let matching = |etag: &str| Condition::IfMatch(etag.to_owned());
    put("zero", Condition::Always).await?;
    let gone = store.get(key).await?.1;
    store.delete(&[key.to_owned()]).await?;

    assert!(does_not_hold(put("one", matching(&gone)).await, key), "there is nothing");
    assert!(is_missing(store.get(key).await, key));
    put("one", Condition::IfAbsent).await?;
    assert!(does_not_hold(put("two", Condition::IfAbsent).await, key), "there is something");
    assert!(does_not_hold(put("one", Condition::IfAbsent).await, key), "the same bytes are something, too");
    let one = store.get(key).await?.1;
    put("two", matching(&one)).await?;
    assert!(does_not_hold(put("three", matching(&one)).await, key), "it has another entity tag");
    let (content, two) = store.get(key).await?;
    assert_eq!(content, "two");
    store.delete(&[key.to_owned()]).await?;
    assert!(does_not_hold(put("three", matching(&two)).await, key), "there is nothing any more");
    put("three", Condition::IfAbsent).await?;
    assert_eq!(store.get(key).await?.0, "three");
    Ok(())
}

async fn one_of_many_claims_succeeds(store: &dyn Store, played: Played) -> Result<(), StoreError> {
    for round in 0..5 {
        let key = format!("claims/{round}");
        let claim = |who: u32| {
            let key = key.clone();
            async move { (who, store.put(&key, format!("claimed by {who}").into(), Condition::IfAbsent).await) }
        };
        let claims = join_all((0..8).map(claim)).await;
        let mut winners = Vec::new();
        for (who, outcome) in claims {
            match outcome {
                Ok(()) => winners.push(who),
                Err(error) => assert!(matches!(error, StoreError::Precondition { .. }), "{error}"),
            }
        }
        assert_eq!(winners.len(), 1, "{winners:?}, {played:?}");
        assert_eq!(store.get(&key).await?.0, format!("claimed by {}", winners[0]));
    }
    Ok(())
}

async fn lists_are_in_order(store: &dyn Store) -> Result<(), StoreError> {
    // By the bytes of UTF-8. By UTF-16, U+FB01 would come behind U+1F600; by words, "a-b" would come behind "a/b".
    let names = [
        "!", "+ +", "0", "10", "9", "A", "B/c", "a", "a b", "a%20b", "a+b", "a-b", "a.b", "a0", "b/c", "b/d/e", "b/d0",
        "z", "~", "é", "ﬁ", "😀",
    ];
    let keys = names.map(|name| format!("lists/{name}"));
    for key in keys.iter().rev() {
        put(store, key, key.clone()).await?;
    }
    let listed = async |prefix: &str| -> Result<Vec<String>, StoreError> {
        let objects = store.list(prefix).await?;
        for object in &objects {
            assert_eq!(object.size, object.key.len() as u64, "{}", object.key);
        }
        Ok(objects.into_iter().map(|object| object.key).collect())
    };
    assert_eq!(listed("lists/").await?, keys);
    for prefix in
        ["lists/a", "lists/b", "lists/b/", "lists/b/d", "lists/b/d/", "lists/a b", "lists/é", "lists/none", "lis"]
    {
        let expected: Vec<&String> = keys.iter().filter(|key| key.starts_with(prefix)).collect();
        assert_eq!(listed(prefix).await?.iter().collect::<Vec<_>>(), expected, "{prefix}");
    }
    assert_eq!(store.list_folders("lists/").await?, ["lists/B/", "lists/b/"], "each once, and nothing that is in them");
    assert_eq!(store.list_folders("lists/b/").await?, ["lists/b/d/"]);
    assert_eq!(store.list_folders("lists/none/").await?, [""; 0]);
    for key in &keys {
        assert_eq!(store.get(key).await?.0, *key);
    }
    Ok(())
}

/// More than S3 lists in a page.
async fn long_lists(store: &dyn Store) -> Result<(), StoreError> {
    let keys: Vec<String> = (0..1010).map(|number| format!("long/{number:04}")).collect();
    let puts = keys.iter().map(|key| put(store, key, "x"));
    stream::iter(puts).buffer_unordered(8).try_collect::<Vec<()>>().await?;
    let listed = store.list("long/").await?;
    assert_eq!(listed.into_iter().map(|object| object.key).collect::<Vec<_>>(), keys);
    store.delete(&keys).await?;
    assert_eq!(store.list("long/").await?, []);
    Ok(())
}

/// Writes sources of these sizes, joins them, and checks the result.
async fn concatenate(store: &dyn Store, name: &str, sizes: &[usize]) -> Result<(), StoreError> {
    let target = format!("joined/{name}");
    let (mut sources, mut expected) = (Vec::new(), Vec::new());
    for (number, size) in sizes.iter().enumerate() {
        // A name with characters that have a meaning in an address.
        let key = format!("joined/{name} +%41é/{number:02}");
        let content = bytes(number as u64, *size);
        put(store, &key, content.clone()).await?;
        sources.push(object(store, &key).await?);
        expected.extend_from_slice(&content);
    }
    put(store, &target, "before").await?;
    store.concatenate(&sources, &target).await?;
    let (joined, etag) = store.get(&target).await?;
    assert!(joined == expected, "{name}: {} bytes of {}", joined.len(), expected.len());
    let listed = object(store, &target).await?;
    assert_eq!((listed.size, listed.etag), (expected.len() as u64, etag));
    Ok(())
}

async fn small_concatenations(store: &dyn Store) -> Result<(), StoreError> {
    concatenate(store, "of nothing", &[]).await?;
    concatenate(store, "of empty ones", &[0, 0]).await?;
    concatenate(store, "of one", &[10]).await?;
    concatenate(store, "of small ones", &[10, 0, 100, 1000, 1]).await
}

async fn large_concatenations(store: &dyn Store) -> Result<(), StoreError> {
    const MIB: usize = 1 << 20;
    concatenate(store, "of large ones", &[6 * MIB, 5 * MIB, 7 * MIB + 1]).await?;
    concatenate(store, "of all sizes", &[1, 6 * MIB, 0, 2 * MIB, 2 * MIB, 3 * MIB, 11 * MIB, 3]).await
}

async fn sources_that_changed(store: &dyn Store, played: Played) -> Result<(), StoreError> {
    let (small, large) = (bytes(1, 10), bytes(2, 12 << 20));
    for (name, before, after) in [("small", &small, bytes(3, 10)), ("large", &large, bytes(4, 12 << 20))] {
        let (source, target) = (format!("changed/{name}"), format!("changed/{name}-joined"));
        put(store, &source, before.clone()).await?;
        let listed = [object(store, &source).await?];
        put(store, &source, after.clone()).await?;
        let joined = store.concatenate(&listed, &target).await;
        if (played, name) == (Played::ByMoto, "large") {
            // AWS answers 412 to the copy of a part. Moto does not look at x-amz-copy-source-if-match.
            assert!(joined.is_ok() && store.get(&target).await?.0 == after, "{joined:?}");
            store.delete(std::slice::from_ref(&target)).await?;
        } else {
            assert!(does_not_hold(joined, &source), "{name}, {played:?}");
        }
        store.delete(std::slice::from_ref(&source)).await?;
        assert!(is_missing(store.concatenate(&listed, &target).await, &source), "{name}");
        assert!(is_missing(store.get(&target).await, &target), "nothing is written");
    }
    Ok(())
}

async fn uploads(store: &dyn Store, files: &Path) -> Result<(), StoreError> {
    for (name, size) in [("empty", 0), ("small", 100_000), ("parts", (64 << 20) + 7)] {
        let (file, key) = (files.join(name), format!("uploads/{name}"));
        let content = bytes(size as u64, size);
        let written = std::fs::write(&file, &content);
        assert!(written.is_ok(), "{written:?}");
        put(store, &key, "before").await?;
        store.upload(&file, &key).await?;
        assert!(store.get(&key).await?.0 == content, "{name}");
        store.delete(&[key]).await?;
    }
    let missing = store.upload(&files.join("missing"), "uploads/missing").await;
    assert!(matches!(missing, Err(StoreError::Refused { ref key, .. }) if key == "uploads/missing"));
    Ok(())
}

async fn removals(store: &dyn Store) -> Result<(), StoreError> {
    store.delete(&[]).await?;
    let names = |names: [&str; 3]| names.map(|name| format!("removed/{name}")).to_vec();
    for key in names(["a", "b/c", "b & <d>"]) {
        put(store, &key, "x").await?;
    }
    store.delete(&names(["b/c", "missing", "b & <d>"])).await?;
    let left: Vec<String> = store.list("removed/").await?.into_iter().map(|object| object.key).collect();
    assert_eq!(left, ["removed/a"]);
    // A name that was that of a folder can be an object's.
    put(store, "removed/b", "x").await?;
    assert_eq!(store.get("removed/b").await?.0, "x");
    let all: Vec<String> = store.list("").await?.into_iter().map(|object| object.key).collect();
    store.delete(&all).await?;
    assert_eq!(store.list("").await?, []);
    Ok(())
}
