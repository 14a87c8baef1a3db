//! Dividing objects into splits: what one Extract invocation reads.

use onefold_config::{Encoding, FileFormat, FilesSettings};
use onefold_lake::run::plan::ObjectPiece;
use onefold_store::Object;

/// About how many bytes one split holds: a few seconds of one Lambda.
pub const SPLIT_BYTES: u64 = 64 << 20;

/// Most pieces of a split, so that it stays far below the 256 KiB of a state's input.
const PIECES_MAX: usize = 200;

/// Divides the new objects of a source. Small objects share a split; a large object of plain JSON Lines is
/// read in ranges, any other as a whole.
pub(crate) fn splits(settings: &FilesSettings, objects: &[Object], split_bytes: u64) -> Vec<Vec<ObjectPiece>> {
    let mut splits: Vec<Vec<ObjectPiece>> = Vec::new();
    let mut bytes = 0;
    for piece in objects.iter().flat_map(|object| ranges(object, settings, split_bytes)) {
        let size = piece.end - piece.start;
        match splits.last_mut() {
            Some(pieces) if bytes + size <= split_bytes && pieces.len() < PIECES_MAX => {
                bytes += size;
                pieces.push(piece);
            }
            _ => {
                bytes = size;
                splits.push(vec![piece]);
            }
        }
    }
    splits
}

/// An object in one piece, or in ranges of equal size.
fn ranges(object: &Object, settings: &FilesSettings, split_bytes: u64) -> Vec<ObjectPiece> {
    let is_compressed = object.key.ends_with(".gz") || object.key.ends_with(".zst");
    let is_utf8 = settings.encoding == Encoding::Utf8;
    let can_be_split = settings.format == FileFormat::JsonLines && is_utf8 && !is_compressed;
    let count = if can_be_split { object.size.div_ceil(split_bytes).max(1) } else { 1 };
    let at = |number: u64| (u128::from(object.size) * u128::from(number) / u128::from(count)) as u64;
    (0..count)
        .map(|number| ObjectPiece {
            object: object.key.clone(),
            etag: object.etag.clone(),
            received_at: object.modified_at,
            start: at(number),
            end: at(number + 1),
            is_range: count > 1,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(format: FileFormat, sizes: &[(&str, u64)]) -> Vec<Vec<(u64, u64)>> {
        let objects: Vec<Object> = sizes
            .iter()
            .map(|(key, size)| Object { key: (*key).to_owned(), size: *size, etag: String::new(), modified_at: 0 })
            .collect();
        let settings = FilesSettings { format, delimiter: b',', encoding: Encoding::Utf8, items: String::new() };
        let splits = splits(&settings, &objects, 100);
        splits.into_iter().map(|pieces| pieces.iter().map(|piece| (piece.start, piece.end)).collect()).collect()
    }

    #[test]
    fn small_objects_share_a_split() {
        assert_eq!(
            split(FileFormat::JsonLines, &[("a", 60), ("b", 40), ("c", 1)]),
            [vec![(0, 60), (0, 40)], vec![(0, 1)]]
        );
        assert_eq!(split(FileFormat::JsonLines, &[]), Vec::<Vec<(u64, u64)>>::new());
    }

    #[test]
    fn large_plain_json_lines_are_read_in_ranges() {
        assert_eq!(split(FileFormat::JsonLines, &[("a", 250)]), [[(0, 83)], [(83, 166)], [(166, 250)]]);
        for whole in [
            split(FileFormat::JsonLines, &[("a.gz", 250)]),
            split(FileFormat::JsonLines, &[("a.zst", 250)]),
            split(FileFormat::Csv, &[("a", 250)]),
        ] {
            assert_eq!(whole, [[(0, 250)]]);
        }
    }

    #[test]
    fn a_split_has_a_bounded_number_of_pieces() {
        let many: Vec<(&str, u64)> = vec![("a", 0); 450];
        assert_eq!(split(FileFormat::JsonLines, &many).iter().map(Vec::len).collect::<Vec<_>>(), [200, 200, 50]);
    }
}
