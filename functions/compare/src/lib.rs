//! Compare: compares the pairs of a tile, which are pairs of accounts of two slices.
//!
//! It holds the records of both slices, reads the pairs that Block's shards gave, and writes the pairs by their comparison
//! patterns. A tile of too many pairs is compared in parts, each of which has some accounts of the first slice.
#![warn(missing_docs)]
#![forbid(unsafe_code)]

mod found;
mod part;

use onefold_lake::RunId;
use onefold_lake::calls::{CompareRequest, CompareResult};
use onefold_lake::data::vectors::{ComparedPair, VectorsWriter};
use onefold_lake::keys::{self, Stage};
use onefold_lake::run::matching::Tile;
use onefold_lake::run::receipt::Moved;
use onefold_scoring::levels::{Comparer, Records};
use onefold_scoring::{Pattern, ScoredFields};
use onefold_shell::{Context, Function, MemoryBudget, SliceRecords, StageError, Work};

use found::FoundPairs;
use part::{Compare, ComparedPart};

/// Compares the pairs of a tile.
///
/// # Errors
/// `Corrupt` if an object is damaged; `InvalidInput` if the slices do not fit into memory; `Transient` if the store failed.
pub async fn run(request: CompareRequest, context: &Context) -> Result<CompareResult, StageError> {
    let CompareRequest { run, tile } = request;
    let work = Work { run: run.clone(), stage: Stage::Compare, name: tile.receipt_name() };
    work.once(context, async |moved| compare(&run, tile, context, moved).await).await
}

async fn compare(run: &RunId, tile: Tile, context: &Context, moved: &mut Moved) -> Result<CompareResult, StageError> {
    let fields = ScoredFields::of(&context.pinned(run).await?.config);
    let slices = Slices::read(run, tile, &fields, context, moved).await?;
    let mut found = FoundPairs::open(run, tile, context).await?;
    let parts = parts(&slices, found.given(), context)?;
    let comparer = Comparer::new(&fields);
    let mut writer = VectorsWriter::new().map_err(StageError::compressing)?;
    let mut compared = 0;
    for part in 0..parts {
        let rows = part_rows(slices.first().len(), part, parts);
        let pairs = found.of_rows(rows, &slices, context, moved).await?;
        let part = ComparedPart::new(pairs, &SlicesComparer { slices: &slices, comparer: &comparer });
        compared += part.pairs.len() as u64;
        writer.part(&part.patterns, part.first_found, part.pairs).map_err(StageError::compressing)?;
    }
    let given = found.given();
    if found.taken() != given {
        return Err(StageError::internal(format!("{} pairs were given, and {} were taken", given, found.taken())));
    }
    let bytes = writer.finish().map_err(StageError::compressing)?;
    moved.records_in = given;
    moved.records_out = compared;
    moved.bytes_out += bytes.len() as u64;
    context.put(&keys::match_vectors(run, tile.tile), bytes).await?;
    Ok(CompareResult { given, repeated: given - compared, compared })
}

/// The records of a tile's slices.
struct Slices {
    first: Records,
    /// `None` if it is the first one.
    second: Option<Records>,
}

impl Slices {
    async fn read(
        run: &RunId,
        tile: Tile,
        fields: &ScoredFields,
        context: &Context,
        moved: &mut Moved,
    ) -> Result<Self, StageError> {
        let first = read_records(run, tile.first, fields, context, moved).await?;
        let second = match tile.first == tile.second {
            true => None,
            false => Some(read_records(run, tile.second, fields, context, moved).await?),
        };
        Ok(Self { first, second })
    }

    fn first(&self) -> &Records {
        &self.first
    }

    fn second(&self) -> &Records {
        self.second.as_ref().unwrap_or(&self.first)
    }

    fn memory_bytes(&self) -> u64 {
        (self.first.memory_bytes() + self.second.as_ref().map_or(0, Records::memory_bytes)) as u64
    }
}

/// Compares the accounts of a tile's slices.
struct SlicesComparer<'s> {
    slices: &'s Slices,
    comparer: &'s Comparer,
}

impl Compare for SlicesComparer<'_> {
    #[inline]
    fn touch(&self, [_, second]: ComparedPair) {
        // Pairs come in the order of the first account.
        self.slices.second().touch(second as usize);
    }

    #[inline]
    fn pattern(&self, [first, second]: ComparedPair) -> Pattern {
        self.comparer.pattern(self.slices.first(), first as usize, self.slices.second(), second as usize)
    }
}

/// The records of a slice, with the frequency classes of their values.
async fn read_records(
    run: &RunId,
    slice: u32,
    fields: &ScoredFields,
    context: &Context,
    moved: &mut Moved,
) -> Result<Records, StageError> {
    let slice = SliceRecords::read(run, slice, context, moved).await?;
    let mut records = Records::new(fields);
    slice.each(|_, record, classes| records.push(record, classes))?;
    Ok(records)
}

/// In how many parts the pairs of a tile are compared: so many that one fits into memory beside the slices.
fn parts(slices: &Slices, given: u64, context: &Context) -> Result<u64, StageError> {
    let records = slices.memory_bytes();
    let at_once = context.memory.compared_at_once(records);
    let what = format!("two slices with {} accounts", slices.first().len() + slices.second().len());
    context.memory.check(Function::Other("compare"), MemoryBudget::least_compare_bytes(records), what)?;
    Ok(given.div_ceil(at_once.max(1)).max(1))
}

/// The rows of the first slice that a part has.
fn part_rows(rows: usize, part: u64, parts: u64) -> std::ops::Range<u32> {
    let end = |part: u64| (rows as u64 * part / parts) as u32;
    end(part)..end(part + 1)
}
