//! Rules that hold for all files of the command.

use std::fs;
use std::path::{Path, PathBuf};

use crate::files::for_each_file;

/// The rooms in their order: each uses only those before it, and what stands beside them.
const ROOMS: [&str; 6] = ["cloud", "local", "data", "run", "version", "commands"];

#[test]
fn a_room_uses_only_rooms_before_it() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    for (number, room) in ROOMS.iter().enumerate() {
        let files = files_of(&src, room);
        assert!(files.len() > 4, "{room} has only {files:?}");
        for file in files {
            let text = fs::read_to_string(&file).unwrap();
            for line in text.lines().filter(|line| line.contains("crate::")) {
                let above = ROOMS[number + 1..].iter().filter(|above| line.contains(&format!("crate::{above}")));
                wrong.extend(above.map(|_| format!("{}: {line}", file.display())));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// `src/ROOM.rs` and all files in `src/ROOM/`.
fn files_of(src: &Path, room: &str) -> Vec<PathBuf> {
    let mut files = vec![src.join(format!("{room}.rs"))];
    for_each_file(&src.join(room), |path, _| files.push(path)).unwrap();
    files
}
