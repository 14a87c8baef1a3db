//! The pairs that Block's shards gave for a tile.

use std::ops::Range;

use onefold_lake::RunId;
use onefold_lake::data::pairs::{self, PAIR_BYTES};
use onefold_lake::data::shuffle::{self, OpenedShuffle, ShuffleFrames};
use onefold_lake::run::matching::{PairList, Tile};
use onefold_lake::run::receipt::Moved;
use onefold_lake::{FormatError, keys};
use onefold_shell::{Context, StageError, in_order};

use crate::Slices;

/// The number of objects that are read at once. A tile reads little of each.
const READ_AHEAD: usize = 8;

/// The pairs of a tile, in the objects of all shards.
pub(crate) struct FoundPairs {
    /// The keys of the objects.
    keys: Vec<String>,
    tile: Tile,
    tiles: u32,
    /// The objects, if they were opened and not read yet.
    opened: Option<Vec<OpenedShuffle>>,
    given: u64,
    taken: u64,
}

impl FoundPairs {
    /// Opens the objects.
    pub(crate) async fn open(run: &RunId, tile: Tile, context: &Context) -> Result<Self, StageError> {
        let list: PairList = context.json(&keys::match_pairs(run)).await?;
        let keys = list.parts.iter().map(|part| part.key(run)).collect();
        let mut found = Self { keys, tile, tiles: list.tiles, opened: None, given: 0, taken: 0 };
        let opened = found.opened(context).await?;
        found.given = opened.iter().map(|object| (object.text_bytes(0) / PAIR_BYTES) as u64).sum();
        found.opened = Some(opened);
        Ok(found)
    }

    /// How many pairs were given, with repetitions.
    pub(crate) const fn given(&self) -> u64 {
        self.given
    }

    /// How many of them were taken.
    pub(crate) const fn taken(&self) -> u64 {
        self.taken
    }

    /// The pairs whose first account is one of these rows, in no order, as the numbers of [`FoundPair`]s.
    pub(crate) async fn of_rows(
        &mut self,
        rows: Range<u32>,
        slices: &Slices,
        context: &Context,
        moved: &mut Moved,
    ) -> Result<Vec<u64>, StageError> {
        let opened = match self.opened.take() {
            Some(opened) => opened,
            None => self.opened(context).await?,
        };
        let is_whole = rows.len() == slices.first().len();
        let mut found = Vec::with_capacity(if is_whole { usize::try_from(self.given).unwrap_or_default() } else { 0 });
        let fetch = |object: OpenedShuffle| async move {
            object.fetch(context.store.as_ref()).await.map_err(StageError::reading_part)
        };
        let mut keys = self.keys.iter();
        in_order(opened, READ_AHEAD, fetch, |frames| {
            moved.bytes_in += frames.bytes_in;
            let key = keys.next().map(String::as_str).unwrap_or_default();
            append(key, &frames, &rows, slices, &mut found).map_err(StageError::damaged)
        })
        .await?;
        self.taken += found.len() as u64;
        Ok(found)
    }

    async fn opened(&self, context: &Context) -> Result<Vec<OpenedShuffle>, StageError> {
        let Tile { tile, .. } = self.tile;
        let open = |key: &'_ String| {
            let key = key.clone();
            async move {
                let opened = shuffle::open(context.store.as_ref(), &key, tile..tile + 1, self.tiles).await;
                opened.map_err(StageError::reading_part)
            }
        };
        let mut opened = Vec::with_capacity(self.keys.len());
        in_order(&self.keys, READ_AHEAD, open, |object| {
            opened.push(object);
            Ok(())
        })
        .await?;
        Ok(opened)
    }
}

/// Appends the pairs of an object whose first account is one of these rows.
fn append(
    key: &str,
    frames: &ShuffleFrames,
    rows: &Range<u32>,
    slices: &Slices,
    found: &mut Vec<u64>,
) -> Result<(), FormatError> {
    let [first, second] = [slices.first().len(), slices.second().len()];
    frames.each_frame(0, |text| {
        for pair in pairs::parse(key, text)? {
            if pair.first as usize >= first || pair.second as usize >= second || pair.blocks == 0 {
                return Err(FormatError::new(key, "a pair is not of its slices"));
            }
            if rows.contains(&pair.first) {
                found.push(pair.bits());
            }
        }
        Ok(())
    })
}
