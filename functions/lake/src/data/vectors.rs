//! The compared pairs of a tile, by comparison pattern.
//!
//! The object is a shuffle object for three readers. The first gets the pairs: 8 bytes each, which are the place of the
//! account in the first slice of the tile and that in the second one. The second gets the patterns: a tile is compared in
//! parts, and each part has the patterns of its pairs in ascending order, each (16 bytes) with the number of its pairs that
//! were found in one block, in two, and in more (8 bytes each). Pairs come in the order of the parts and patterns, so a pair
//! needs no room for its pattern. The third gets, by pattern (16 bytes) and by the least rank of the passes that found a pair
//! (1 byte), the number of pairs (8 bytes). All numbers are little-endian.

use onefold_scoring::Pattern;
use onefold_scoring::blocking::FirstFound;
use onefold_scoring::counts::Histogram;
use onefold_store::Store;

use crate::compress::FormatError;
use crate::data::links::array;
use crate::data::shuffle::{self, ShuffleError, ShuffleFrames, ShuffleWriter};

/// Bytes of a pair.
const PAIR_BYTES: usize = 8;
/// Bytes of a pattern: its bits, and three numbers.
const PATTERN_BYTES: usize = 16 + 3 * 8;
/// Bytes of a frame, which fits a processor's cache.
const FRAME_BYTES: usize = 128 << 10;
/// Bytes of a pattern's pairs that a pass found first.
const FIRST_FOUND_BYTES: usize = 16 + 1 + 8;
/// The readers: for pairs, for patterns, and for who found them first.
const READERS: u32 = 3;

/// A pair of accounts: the place in the first slice of the tile, and that in the second one.
pub type ComparedPair = [u32; 2];

/// A pattern, with its pairs by how many blocks they were found in: one, two, or more.
pub type PatternPairs = (Pattern, [u64; 3]);

/// A pattern, the least rank of passes, and the number of pairs that a pass of that rank found first.
pub type FirstFoundPairs = (Pattern, u8, u64);

/// Writes the compared pairs of a tile, part by part.
pub struct VectorsWriter {
    pairs: ShuffleWriter,
    patterns: Vec<u8>,
    first_found: Vec<u8>,
}

impl VectorsWriter {
    /// A tile without pairs.
    ///
    /// # Errors
    /// Only if memory runs out.
    pub fn new() -> std::io::Result<Self> {
        Ok(Self { pairs: ShuffleWriter::new()?, patterns: Vec::new(), first_found: Vec::new() })
    }

    /// Appends a part. The pairs come in the order of the patterns.
    ///
    /// # Errors
    /// Only if memory runs out.
    pub fn part(
        &mut self,
        patterns: &[PatternPairs],
        first_found: impl IntoIterator<Item = FirstFoundPairs>,
        pairs: impl IntoIterator<Item = ComparedPair>,
    ) -> std::io::Result<()> {
        for (pattern, counts) in patterns {
            self.patterns.extend_from_slice(&pattern.bits().to_le_bytes());
            counts.iter().for_each(|count| self.patterns.extend_from_slice(&count.to_le_bytes()));
        }
        for (pattern, rank, count) in first_found {
            self.first_found.extend_from_slice(&pattern.bits().to_le_bytes());
            self.first_found.push(rank);
            self.first_found.extend_from_slice(&count.to_le_bytes());
        }
        let mut frame = Vec::new();
        for [first, second] in pairs {
            frame.extend_from_slice(&first.to_le_bytes());
            frame.extend_from_slice(&second.to_le_bytes());
            if frame.len() == FRAME_BYTES {
                self.pairs.append(&frame)?;
                frame.clear();
            }
        }
        self.pairs.append(&frame)
    }

    /// The object's bytes.
    ///
    /// # Errors
    /// Only if memory runs out.
    pub fn finish(self) -> std::io::Result<Vec<u8>> {
        let Self { pairs: mut writer, patterns, first_found } = self;
        writer.end_reader();
        for (entries, bytes) in [(patterns, PATTERN_BYTES), (first_found, FIRST_FOUND_BYTES)] {
            for frame in entries.chunks(FRAME_BYTES / bytes * bytes) {
                writer.append(frame)?;
            }
            writer.end_reader();
        }
        writer.finish()
    }
}

/// Adds the patterns of a tile to a histogram, and who found them first. Returns the number of bytes read.
///
/// # Errors
/// The object is missing or damaged.
pub async fn add_patterns(
    store: &dyn Store,
    key: &str,
    histogram: &mut Histogram,
    first_found: &mut FirstFound,
) -> Result<u64, ShuffleError> {
    let frames = shuffle::fetch(store, key, 1..READERS, READERS).await?;
    for (pattern, counts) in parse_patterns(key, &frames, 0).map_err(ShuffleError::Damaged)? {
        (1..).zip(counts).for_each(|(blocks, pairs)| histogram.add(pattern, blocks, pairs));
    }
    let add = |entry: &[u8]| {
        let pattern = Pattern::from_bits(u128::from_le_bytes(array(entry)));
        first_found.add(pattern, entry[16], u64::from_le_bytes(array(&entry[17..])));
    };
    each_entry(key, &frames, 1, FIRST_FOUND_BYTES, add).map_err(ShuffleError::Damaged)?;
    Ok(frames.bytes_in)
}

/// The compared pairs of a tile, read but not decompressed.
pub struct Vectors {
    key: String,
    frames: ShuffleFrames,
    patterns: Vec<PatternPairs>,
}

impl Vectors {
    /// Reads the compared pairs of a tile.
    ///
    /// # Errors
    /// The object is missing or damaged.
    pub async fn read(store: &dyn Store, key: &str) -> Result<Self, ShuffleError> {
        let frames = shuffle::fetch(store, key, 0..2, READERS).await?;
        let patterns = parse_patterns(key, &frames, 1).map_err(ShuffleError::Damaged)?;
        Ok(Self { key: key.to_owned(), frames, patterns })
    }

    /// The number of bytes read.
    pub const fn bytes_in(&self) -> u64 {
        self.frames.bytes_in
    }

    /// The patterns, in the order of the pairs. A pattern can come once for each part.
    pub fn patterns(&self) -> &[PatternPairs] {
        &self.patterns
    }

    /// Gives the pairs, each with the place of its pattern in [`Self::patterns`], frame by frame.
    ///
    /// # Errors
    /// The object is damaged, or `take` fails.
    pub fn each_pair(
        &self,
        mut take: impl FnMut(usize, ComparedPair) -> Result<(), FormatError>,
    ) -> Result<(), FormatError> {
        let mut place = 0;
        let mut left = self.pairs_of(place);
        self.frames.each_frame(0, |text| {
            let pairs = text.chunks_exact(PAIR_BYTES);
            if !pairs.remainder().is_empty() {
                return Err(FormatError::new(&self.key, "it ends within a pair"));
            }
            for pair in pairs {
                while left == 0 && place < self.patterns.len() {
                    place += 1;
                    left = self.pairs_of(place);
                }
                left = left.checked_sub(1).ok_or_else(|| FormatError::new(&self.key, "a pair has no pattern"))?;
                take(place, [u32::from_le_bytes(array(pair)), u32::from_le_bytes(array(&pair[4..]))])?;
            }
            Ok(())
        })?;
        let missing = left + (place + 1..self.patterns.len()).map(|place| self.pairs_of(place)).sum::<u64>();
        if missing == 0 { Ok(()) } else { Err(FormatError::new(&self.key, format!("it lacks {missing} pairs"))) }
    }

    fn pairs_of(&self, place: usize) -> u64 {
        self.patterns.get(place).map_or(0, |(_, counts)| counts.iter().sum())
    }
}

fn parse_patterns(key: &str, frames: &ShuffleFrames, reader: usize) -> Result<Vec<PatternPairs>, FormatError> {
    let mut patterns = Vec::with_capacity(frames.text_bytes(reader) / PATTERN_BYTES);
    each_entry(key, frames, reader, PATTERN_BYTES, |entry| {
        let count = |place: usize| u64::from_le_bytes(array(&entry[16 + place * 8..]));
        patterns.push((Pattern::from_bits(u128::from_le_bytes(array(entry))), [count(0), count(1), count(2)]));
    })?;
    Ok(patterns)
}

/// Gives each entry of so many bytes.
fn each_entry(
    key: &str,
    frames: &ShuffleFrames,
    reader: usize,
    bytes: usize,
    mut take: impl FnMut(&[u8]),
) -> Result<(), FormatError> {
    frames.each_frame(reader, |text| {
        let entries = text.chunks_exact(bytes);
        if !entries.remainder().is_empty() {
            return Err(FormatError::new(key, "it ends within a pattern"));
        }
        entries.for_each(&mut take);
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use onefold_store::Condition;
    use onefold_store::memory::MemoryStore;

    use super::*;
    use crate::testing::block_on;

    fn written(parts: &[(Vec<PatternPairs>, Vec<ComparedPair>)]) -> MemoryStore {
        let mut writer = VectorsWriter::new().unwrap();
        for (patterns, pairs) in parts {
            let first_found = patterns.iter().map(|(pattern, counts)| (*pattern, 250, counts.iter().sum()));
            writer.part(patterns, first_found, pairs.iter().copied()).unwrap();
        }
        let store = MemoryStore::default();
        block_on(store.put("k", writer.finish().unwrap().into(), Condition::Always)).unwrap();
        store
    }

    fn pattern(level: u8) -> Pattern {
        Pattern::default().with(0, level)
    }

    #[test]
    fn pairs_come_with_their_patterns() {
        let first = (vec![(pattern(1), [1, 0, 1]), (pattern(9), [0, 1, 0])], vec![[0, 7], [1, 0], [2, u32::MAX]]);
        let second = (vec![(pattern(1), [0, 0, 0]), (pattern(2), [0, 0, 1])], vec![[5, 5]]);
        let store = written(&[first, (Vec::new(), Vec::new()), second]);
        let read = block_on(Vectors::read(&store, "k")).unwrap();
        let (mut histogram, mut first_found) = (Histogram::default(), FirstFound::default());
        block_on(add_patterns(&store, "k", &mut histogram, &mut first_found)).unwrap();
        assert_eq!(first_found.links(|pattern| pattern == self::pattern(1)), [(250, 2)].into());
        let expected = [(pattern(1), [1, 0, 1]), (pattern(2), [0, 0, 1]), (pattern(9), [0, 1, 0])];
        assert_eq!(histogram.iter().collect::<Vec<_>>(), expected);
        let mut pairs = Vec::new();
        read.each_pair(|place, pair| {
            pairs.push((read.patterns()[place].0, pair));
            Ok(())
        })
        .unwrap();
        let expected = [(1, [0, 7]), (1, [1, 0]), (9, [2, u32::MAX]), (2, [5, 5])];
        assert_eq!(pairs, expected.map(|(level, pair)| (pattern(level), pair)));
    }

    #[test]
    fn patterns_and_pairs_are_as_many() {
        for (pairs, lacks) in
            [(vec![[0, 1]], true), (vec![[0, 1], [0, 2], [0, 3]], true), (vec![[0, 1], [0, 2]], false)]
        {
            let store = written(&[(vec![(pattern(1), [1, 0, 0]), (pattern(2), [0, 1, 0])], pairs)]);
            let read = block_on(Vectors::read(&store, "k")).unwrap();
            assert_eq!(read.each_pair(|_, _| Ok(())).is_err(), lacks);
        }
    }
}
