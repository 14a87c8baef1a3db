//! Bytes that are nearly right: those of the corpus, changed at a few places.

use std::path::{Path, PathBuf};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// Longest input of a case.
const BYTES_MAX: usize = 64 << 10;

/// What readers have a special way with.
const TOKENS: [&[u8]; 44] = [
    b"\"",
    b"\"\"",
    b"\"\n",
    b"\r",
    b"\n",
    b"\r\n",
    b",",
    b";",
    b"\t",
    b"\0",
    b" ",
    b"'",
    b"=\"",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b"\\",
    b"\\u0000",
    b"\\ud83d",
    b"\\ude00",
    b"\xef\xbb\xbf",
    b"\xff",
    b"\xc2",
    b"\xc2\x85",
    b"\xed\xa0\x80",
    b"#N/A",
    b"NaN",
    b"-1",
    b"1e400",
    b"1.0",
    b"0.1e1",
    b"9007199254740993",
    b"99999999999999999999",
    b"9999-12-31",
    b"0000-00-00T00:00:00Z",
    b"9999-12-31T23:59:59-23:59",
    b"null",
    b"/-1/",
    b"%Y%z",
    b"*",
    b"<",
    b">; rel=\"next\"",
];

/// A change of some bytes.
#[derive(Clone, Debug)]
struct Change {
    kind: Kind,
    at: Index,
    length: usize,
    byte: u8,
    other: Index,
    from: Index,
    token: &'static [u8],
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    FlipBit,
    SetByte,
    CutOff,
    Remove,
    Repeat,
    PutToken,
    Splice,
}

fn change() -> impl Strategy<Value = Change> {
    use Kind::{CutOff, FlipBit, PutToken, Remove, Repeat, SetByte, Splice};
    let kinds = vec![FlipBit, FlipBit, SetByte, CutOff, Remove, Repeat, PutToken, PutToken, PutToken, Splice];
    let places = (any::<Index>(), 0usize..48, any::<u8>(), any::<Index>(), any::<Index>());
    (select(kinds), places, select(TOKENS.to_vec())).prop_map(|(kind, (at, length, byte, other, from), token)| Change {
        kind,
        at,
        length,
        byte,
        other,
        from,
        token,
    })
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>, seeds: &[Vec<u8>]) {
        let at = self.at.index(bytes.len() + 1);
        let end = (at + self.length).min(bytes.len());
        match self.kind {
            Kind::FlipBit => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << (self.byte % 8)),
            Kind::SetByte => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte = self.byte),
            Kind::CutOff => bytes.truncate(at),
            Kind::Remove => drop(bytes.drain(at..end)),
            Kind::Repeat => {
                let block = bytes[at..end].repeat(usize::from(self.byte));
                bytes.splice(at..at, block);
            }
            Kind::PutToken => drop(bytes.splice(at..at, self.token.iter().copied())),
            Kind::Splice => {
                let other = &seeds[self.other.index(seeds.len())];
                let from = self.from.index(other.len() + 1);
                bytes.splice(at..end, other[from..].iter().copied());
            }
        }
        bytes.truncate(BYTES_MAX);
    }
}

/// Bytes for a reader: mostly of `seeds`, changed; sometimes any at all.
pub fn changed(seeds: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    assert!(!seeds.is_empty(), "a reader has seeds");
    let near = (any::<Index>(), vec(change(), 0..6)).prop_map(move |(seed, changes)| {
        let mut bytes = seeds[seed.index(seeds.len())].clone();
        changes.iter().for_each(|change| change.apply(&mut bytes, &seeds));
        bytes
    });
    prop_oneof![9 => near, 1 => vec(any::<u8>(), 0..200)]
}

/// As [`changed`], as text.
pub fn changed_text(seeds: Vec<Vec<u8>>) -> impl Strategy<Value = String> {
    changed(seeds).prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// The files of the corpus of a reader, in the order of their names.
pub fn corpus(reader: &str) -> Vec<Vec<u8>> {
    let folder = root().join("fuzz/corpus").join(reader);
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| std::fs::read(file).unwrap()).collect()
}

/// Files of the tests, by their paths from the folder `tests`.
pub fn files(paths: &[&str]) -> Vec<Vec<u8>> {
    paths
        .iter()
        .map(|path| std::fs::read(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}")))
        .collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// So many cases, unless `PROPTEST_CASES` says how many.
pub fn cases(cases: u32) -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig { cases: asked.unwrap_or(cases), max_shrink_iters: 500, ..ProptestConfig::default() }
}
