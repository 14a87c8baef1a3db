use std::path::PathBuf;
use std::sync::Arc;

use super::*;
use crate::conformance::{Played, suite};

/// A folder that goes when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("onefold-folder-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(future)
}

#[test]
fn a_folder_conforms() {
    let (folder, files) = (Folder::new("conforms"), Folder::new("conforms-files"));
    wait(suite(&FolderStore::new(&folder.0), Played::ByItself, &files.0)).unwrap();
    let left = fs::read_dir(folder.0.join(OWN)).unwrap().map(|entry| entry.unwrap().file_name());
    assert_eq!(left.collect::<Vec<_>>(), ["lock"], "nothing is left of what was written");
}

#[test]
fn a_folder_can_hold_what_is_below_a_prefix() {
    let folder = Folder::new("below");
    fs::create_dir_all(folder.0.join("index")).unwrap();
    fs::write(folder.0.join("index/a"), "0123456789").unwrap();
    let store = FolderStore::below("processed/run/".to_owned(), &folder.0);
    wait(async {
        assert_eq!(store.get_range("processed/run/index/a", 3..5).await.unwrap(), "34");
        for prefix in ["", "proc", "processed/run/", "processed/run/ind", "processed/run/index/"] {
            let keys: Vec<String> = store.list(prefix).await.unwrap().into_iter().map(|object| object.key).collect();
            assert_eq!(keys, ["processed/run/index/a"], "{prefix:?}");
        }
        assert_eq!(store.list("processed/other/").await.unwrap(), []);
        assert!(matches!(store.get("processed/CURRENT").await, Err(StoreError::NotFound { .. })));
        let put = store.put("processed/CURRENT", "x".into(), Condition::Always).await;
        assert!(matches!(put, Err(StoreError::Refused { .. })));
    });
}

#[test]
fn what_cannot_be_listed_is_told() {
    use std::os::unix::ffi::OsStrExt;

    let folder = Folder::new("unlisted");
    let store = FolderStore::new(&folder.0);
    let told = || {
        let error = wait(store.list("landing/")).unwrap_err();
        std::error::Error::source(&error).unwrap().to_string()
    };
    fs::create_dir_all(folder.0.join("landing")).unwrap();
    std::os::unix::fs::symlink("nowhere", folder.0.join("landing/a.csv")).unwrap();
    assert!(told().ends_with("landing/a.csv is a link to nothing; remove it, or bring nowhere back"), "{}", told());
    fs::remove_file(folder.0.join("landing/a.csv")).unwrap();
    fs::write(folder.0.join("landing").join(std::ffi::OsStr::from_bytes(b"\xff.csv")), "x").unwrap();
    assert!(told().contains("is not UTF-8; rename the file"), "{}", told());
}

#[test]
fn a_key_does_not_lead_out_of_the_folder() {
    let folder = Folder::new("inside");
    let root = folder.0.join("root");
    fs::create_dir_all(&root).unwrap();
    fs::write(folder.0.join("secret"), "secret").unwrap();
    let store = FolderStore::new(&root);
    let absolute = folder.0.join("secret").display().to_string();
    let keys =
        ["../secret", "a/../../secret", "./a", "a//b", "/a", "a/", "", "a/.", &absolute, "a\0b", ".onefold-store/lock"];
    wait(async {
        for key in keys {
            let is_refused = |error: StoreError| matches!(error, StoreError::Refused { key: of, .. } if of == key);
            let whole = store.get(key).await.err().is_some_and(is_refused);
            let range = store.get_range(key, 0..1).await.err().is_some_and(is_refused);
            let stream = store.stream(key, "", 0).await.err().is_some_and(is_refused);
            let put = store.put(key, "x".into(), Condition::Always).await.err().is_some_and(is_refused);
            let joined = store.concatenate(&[], key).await.err().is_some_and(is_refused);
            let removed = store.delete(&[key.to_owned()]).await.err().is_some_and(is_refused);
            assert_eq!([whole, range, stream, put, joined, removed], [true; 6], "{key:?}");
        }
        assert!(matches!(store.list("../").await, Err(StoreError::Refused { .. })));
    });
    assert_eq!(fs::read(folder.0.join("secret")).unwrap(), b"secret");
}

#[test]
fn every_write_has_an_entity_tag_of_its_own() {
    let folder = Folder::new("tags");
    let store = FolderStore::new(&folder.0);
    wait(async {
        let mut etags = Vec::new();
        for number in 0..200 {
            store.put("a", format!("{number:03}").into(), Condition::Always).await.unwrap();
            etags.push(store.get("a").await.unwrap().1);
        }
        etags.sort();
        etags.dedup();
        assert_eq!(etags.len(), 200, "also within one tick of the clock, where inodes come again");

        // Each write is later than the one before, whatever the clock says.
        let modified = || fs::metadata(folder.0.join("a")).unwrap().modified().unwrap();
        let ahead = modified() + std::time::Duration::from_secs(1 << 20);
        File::options().write(true).open(folder.0.join("a")).unwrap().set_modified(ahead).unwrap();
        store.put("a", "200".into(), Condition::Always).await.unwrap();
        assert!(modified() > ahead);

        // What somebody else does to the file shows as well.
        let (_, etag) = store.get("a").await.unwrap();
        let mut body = store.stream("a", &etag, 0).await.unwrap();
        std::thread::sleep(std::time::Duration::from_millis(20));
        fs::write(folder.0.join("a"), "own").unwrap();
        assert_ne!(store.get("a").await.unwrap().1, etag);
        assert!(matches!(body.next().await, Err(StoreError::Precondition { .. })));
        assert!(matches!(store.stream("a", &etag, 0).await, Err(StoreError::Precondition { .. })));
    });
}

#[test]
fn a_key_that_would_need_a_file_for_a_folder_is_refused() {
    let folder = Folder::new("shapes");
    let store = FolderStore::new(&folder.0);
    wait(async {
        store.put("a/b", "x".into(), Condition::Always).await.unwrap();
        for key in ["a", "a/b/c"] {
            let error = store.put(key, "x".into(), Condition::Always).await.unwrap_err();
            assert!(matches!(error, StoreError::Refused { .. }), "{error}");
        }
        assert_eq!(store.get("a/b").await.unwrap().0, "x");
    });
}

#[test]
fn of_many_writers_each_change_counts_once() {
    let folder = Folder::new("writers");
    let store = Arc::new(FolderStore::new(&folder.0));
    wait(store.put("count", "0".into(), Condition::IfAbsent)).unwrap();
    let add = |store: Arc<FolderStore>| {
        move || {
            let mut added = 0;
            while added < 25 {
                let (bytes, etag) = wait(store.get("count")).unwrap();
                let next = String::from_utf8(bytes.to_vec()).unwrap().parse::<u32>().unwrap() + 1;
                match wait(store.put("count", next.to_string().into(), Condition::IfMatch(etag))) {
                    Ok(()) => added += 1,
                    Err(error) => assert!(matches!(error, StoreError::Precondition { .. }), "{error}"),
                }
            }
        }
    };
    let writers: Vec<_> = (0..4).map(|_| std::thread::spawn(add(store.clone()))).collect();
    writers.into_iter().for_each(|writer| writer.join().unwrap());
    assert_eq!(wait(store.get("count")).unwrap().0, "100");
}

#[test]
fn a_linked_file_is_an_object_with_the_tag_that_it_was_given_until_it_changes() {
    let (folder, data) = (Folder::new("links"), Folder::new("links-data"));
    let store = FolderStore::new(&folder.0);
    let (file, key) = (data.0.join("a.csv"), "landing/crm/a.csv");
    fs::write(&file, "0123456789").unwrap();
    let old = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1);
    File::options().write(true).open(&file).unwrap().set_modified(old).unwrap();
    store.link(&file, key, |_| Ok("hashed".to_owned())).unwrap();
    wait(async {
        let listed = store.list("landing/").await.unwrap();
        assert_eq!((listed[0].key.as_str(), listed[0].size, listed[0].etag.as_str()), (key, 10, "hashed"));
        assert!(listed[0].modified_at > 1000, "it was written when it was linked");
        assert_eq!(store.get(key).await.unwrap(), ("0123456789".into(), "hashed".to_owned()));
        let mut body = store.stream(key, "hashed", 8).await.unwrap();
        assert_eq!(body.next().await.unwrap().unwrap(), "89");
        let put = store.put(key, "x".into(), Condition::IfAbsent).await;
        assert!(matches!(put, Err(StoreError::Precondition { .. })));
        store.concatenate(&listed, "joined").await.unwrap();
        assert_eq!(store.get("joined").await.unwrap().0, "0123456789");

        fs::write(&file, "9876543210").unwrap();
        assert!(matches!(body.next().await, Err(StoreError::Precondition { .. })), "what is under way notices");
        assert!(matches!(store.stream(key, "hashed", 0).await, Err(StoreError::Precondition { .. })));
        let changed = store.list("landing/").await.unwrap().remove(0);
        assert_ne!(changed.etag, "hashed");
        assert_eq!(store.get(key).await.unwrap(), ("9876543210".into(), changed.etag));

        store.put(key, "new".into(), Condition::IfMatch(store.get(key).await.unwrap().1)).await.unwrap();
        assert_eq!((store.get(key).await.unwrap().0.as_ref(), fs::read(&file).unwrap().len()), (&b"new"[..], 10));
        store.link(&file, key, |_| Ok("again".to_owned())).unwrap();
        store.delete(&[key.to_owned()]).await.unwrap();
        assert!(file.exists(), "only the link is removed");
    });
}

#[test]
fn a_file_that_changes_while_it_is_hashed_does_not_get_the_tag() {
    let (folder, data) = (Folder::new("hashed"), Folder::new("hashed-data"));
    let store = FolderStore::new(&folder.0);
    let file = data.0.join("a.csv");
    fs::write(&file, "old").unwrap();
    let changing = |file: &Path| fs::write(file, "newer").map(|()| "hash of the old".to_owned());
    store.link(&file, "a.csv", changing).unwrap();
    let (bytes, etag) = wait(store.get("a.csv")).unwrap();
    assert_eq!(bytes, "newer");
    assert_ne!(etag, "hash of the old");
}

#[test]
fn a_copy_stays_when_its_file_goes() {
    let (folder, data) = (Folder::new("copies"), Folder::new("copies-data"));
    let store = FolderStore::new(&folder.0);
    let file = data.0.join("a.csv");
    for text in ["one", "two"] {
        fs::write(&file, text).unwrap();
        store.link_copy(&file, "landing/a.csv", |file| fs::read_to_string(file)).unwrap();
    }
    fs::remove_file(&file).unwrap();
    assert_eq!(wait(store.get("landing/a.csv")).unwrap(), ("two".into(), "two".to_owned()));
    assert_eq!(wait(store.list("")).unwrap().len(), 1);
    let missing = store.link_copy(&file, "landing/b.csv", |_| Ok(String::new())).unwrap_err();
    assert!(matches!(missing, StoreError::Refused { .. }), "{missing}");
}

#[test]
fn files_are_adopted_and_shared_without_copies() {
    use std::os::unix::fs::MetadataExt;

    let (folder, out) = (Folder::new("adopts"), Folder::new("adopts-out"));
    let store = FolderStore::new(&folder.0);
    let (file, key) = (out.0.join("part-00000"), "processed/run/customers/part-00000");
    fs::write(&file, "customers").unwrap();
    for _ in 0..2 {
        store.adopt(&file, key).unwrap();
        assert_eq!(wait(store.get(key)).unwrap().0, "customers");
    }
    let shared = out.0.join("shared");
    fs::write(&shared, "").unwrap();
    store.share(key, &shared).unwrap();
    let inode = |path: &Path| fs::metadata(path).unwrap().ino();
    assert_eq!(inode(&shared), inode(&file));
    wait(store.put(key, "others".into(), Condition::Always)).unwrap();
    assert_eq!(
        [&file, &shared].map(|path| fs::read_to_string(path).unwrap()),
        ["customers"; 2],
        "they are never written"
    );
    assert!(matches!(store.share("processed/none", &shared), Err(StoreError::NotFound { .. })));
    let left = fs::read_dir(folder.0.join(OWN)).unwrap().count();
    assert_eq!(left, 1, "only the lock");
}

#[test]
fn a_full_disk_is_told() {
    let error = failed(Operation::Put, "raw/a", io::Error::from(io::ErrorKind::StorageFull));
    assert_eq!(error.to_string(), "put of raw/a failed: the disk is full");
    assert!(std::error::Error::source(&error).is_some());
}
