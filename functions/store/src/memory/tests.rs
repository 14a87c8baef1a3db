use super::*;
use crate::Store;
use crate::conformance::{Played, suite};

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap()
}

async fn filled(seed: u64) -> MemoryStore {
    let store = MemoryStore::seeded(seed);
    for number in 0..700 {
        store.put(&format!("many/{number:03}"), "x".into(), Condition::Always).await.unwrap();
    }
    store.put("large", vec![7; 100_000].into(), Condition::Always).await.unwrap();
    store
}

async fn sizes_of(store: &MemoryStore, key: &str) -> Vec<usize> {
    let (_, etag) = store.get(key).await.unwrap();
    let mut body = store.stream(key, &etag, 0).await.unwrap();
    let mut sizes = Vec::new();
    while let Some(piece) = body.next().await.unwrap() {
        sizes.push(piece.len());
    }
    sizes
}

#[test]
fn pieces_and_pages_have_sizes_by_seed_and_request() {
    runtime().block_on(async {
        let (one, same, other) = (filled(1).await, filled(1).await, filled(2).await);
        let first = sizes_of(&one, "large").await;
        assert_eq!(first.iter().sum::<usize>(), 100_000);
        assert!(first.len() > 10 && first.contains(&1) && first.iter().any(|size| *size > 4096));
        assert_eq!(sizes_of(&same, "large").await, first);
        assert_ne!(sizes_of(&other, "large").await, first);
        assert_ne!(sizes_of(&one, "large").await, first, "the second read comes in other pieces");

        let before = one.requests();
        let keys: Vec<String> = one.list("many/").await.unwrap().into_iter().map(|object| object.key).collect();
        assert_eq!(keys, (0..700).map(|number| format!("many/{number:03}")).collect::<Vec<_>>());
        let pages = one.served_since(before);
        assert!(pages.len() > 1);
        assert!(pages.iter().all(|page| page.operation == Operation::List && page.key == "many/"));
    });
}

/// A request of every kind.
async fn one_of_each(store: &MemoryStore) -> Result<(), StoreError> {
    let (_, etag) = store.get("large").await?;
    let small = store.list("many/00").await?;
    store.get_range("large", 1..2).await?;
    store.get_tail("large", 3).await?;
    store.stream("large", &etag, 0).await?;
    store.put("new", "new".into(), Condition::IfAbsent).await?;
    let large = Object { key: "large".into(), size: 100_000, etag, modified_at: 0 };
    store.concatenate(&[&[large], &small[..]].concat(), "joined").await?;
    store.delete(&["large".to_owned()]).await
}

fn takes_effect(served: &Served) -> bool {
    matches!(served.operation, Operation::Put | Operation::Complete | Operation::Delete)
}

#[test]
fn every_request_can_fail_before_it_has_an_effect_and_after() {
    runtime().block_on(async {
        let undisturbed = filled(3).await;
        let before = undisturbed.requests();
        one_of_each(&undisturbed).await.unwrap();
        let requests = undisturbed.served_since(before);
        for operation in Operation::ALL {
            assert!(requests.iter().any(|request| request.operation == operation), "{operation:?}");
        }
        assert_eq!(undisturbed.writes_since(before), 6);
        for (number, request) in requests.iter().enumerate() {
            for is_after in [false, true] {
                let store = filled(3).await;
                let contents = store.contents();
                let fault = InjectedFault::any().nth(number as u64);
                store.fail(if is_after { fault.after() } else { fault });
                let error = one_of_each(&store).await.unwrap_err();
                assert_eq!((error.key(), store.hits()), (request.key.as_str(), 1), "{request:?}");
                let is_named =
                    matches!(error, StoreError::Unavailable { operation, .. } if operation == request.operation);
                assert!(is_named, "{request:?}");
                let done = if is_after { &requests[..=number] } else { &requests[..number] };
                assert_eq!(store.contents() != contents, done.iter().any(takes_effect), "{request:?} {is_after}");
            }
        }
    });
}

#[test]
fn a_fault_chooses_by_operation_key_and_number() {
    runtime().block_on(async {
        let store = filled(4).await;
        store.fail(InjectedFault::of(Operation::Get).where_key(|key| key.starts_with("many/")).nth(1));
        store.fail(InjectedFault::of(Operation::Get).on("many/005").with(InjectedFailure::AccessDenied));
        assert!(store.get("large").await.is_ok());
        assert!(store.get_tail("many/000", 1).await.is_ok());
        assert!(store.get("many/000").await.is_ok());
        assert_eq!(store.get("many/001").await.unwrap_err().key(), "many/001");
        assert!(store.get("many/001").await.is_ok(), "a fault ends with the request that it hits");
        assert!(matches!(store.get("many/005").await, Err(StoreError::Refused { .. })));
        assert_eq!(store.hits(), 2);

        store.fail(InjectedFault::write().nth(1).from_then_on());
        assert!(store.put("a", "a".into(), Condition::Always).await.is_ok());
        assert!(store.get("a").await.is_ok());
        for _ in 0..3 {
            assert!(store.put("a", "b".into(), Condition::Always).await.is_err());
        }
        store.heal();
        assert_eq!((store.get("a").await.unwrap().0, store.hits()), ("a".into(), 0));
    });
}

#[test]
fn failures_are_sorted_as_answers_of_s3_are() {
    runtime().block_on(async {
        for failure in InjectedFailure::ALL {
            let store = filled(5).await;
            store.fail(InjectedFault::any().with(failure));
            let error = store.get("large").await.unwrap_err();
            let is_as_expected = match failure {
                InjectedFailure::PreconditionFailed => matches!(error, StoreError::Precondition { .. }),
                InjectedFailure::AccessDenied => matches!(error, StoreError::Refused { .. }),
                _ => matches!(error, StoreError::Unavailable { .. }),
            };
            assert!(is_as_expected, "{failure:?}: {error}");
        }
    });
}

#[test]
fn a_body_breaks_in_a_piece_and_an_answer_is_late() {
    runtime().block_on(async {
        let store = filled(6).await;
        let sizes = sizes_of(&store, "large").await;
        let (_, etag) = store.get("large").await.unwrap();
        store.fail(InjectedFault::of(Operation::Stream).in_piece(2));
        let mut body = store.stream("large", &etag, 0).await.unwrap();
        assert!(body.next().await.is_ok() && body.next().await.is_ok() && sizes.len() > 2);
        assert_eq!(body.next().await.unwrap_err().key(), "large");

        store.heal();
        store.fail(InjectedFault::of(Operation::Get).only_late(Duration::from_millis(5)));
        let order = Mutex::new(Vec::new());
        let get = async |name| {
            store.get("large").await.unwrap();
            order.lock().unwrap().push(name);
        };
        tokio::join!(get("late"), get("next"));
        assert_eq!((order.into_inner().unwrap(), store.hits()), (vec!["next", "late"], 1));
    });
}

#[test]
fn a_store_in_memory_conforms() {
    let files = std::env::temp_dir().join(format!("onefold-memory-files-{}", std::process::id()));
    std::fs::create_dir_all(&files).unwrap();
    for seed in 0..2 {
        let conforms = runtime().block_on(suite(&MemoryStore::seeded(seed), Played::ByItself, &files));
        conforms.unwrap();
    }
    std::fs::remove_dir_all(&files).unwrap();
}
