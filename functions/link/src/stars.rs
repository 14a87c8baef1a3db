//! Reading the links of everything that takes part in a run, in the order of Partition's invocations.

use onefold_core::account::Account;
use onefold_core::link::{Latest, Position, Stars};
use onefold_core::merge::member_stars;
use onefold_core::node::Node;
use onefold_core::snapshot::SourceMarks;
use onefold_lake::layout::{Layout, MapperInput};
use onefold_lake::receipt::Moved;
use onefold_lake::{RunId, decompress, links};
use onefold_shell::{Context, StageError, in_order};

/// Objects that are read at once.
const READ_AHEAD: usize = 4;

/// The accounts that belong to a shard, and where each is.
pub(crate) struct Belonging {
    pub(crate) latest: Latest,
    pub(crate) positions: Vec<Position>,
}

/// Reads all links and keeps those whose reference belongs.
pub(crate) async fn read(
    run: &RunId,
    layout: &Layout,
    belongs: impl Fn(Node) -> bool,
    context: &Context,
    moved: &mut Moved,
) -> Result<Belonging, StageError> {
    let lines: u64 = layout.mappers.iter().flatten().map(|input| input.lines).sum();
    // Hashes are spread evenly over the shards. A little more is asked for than there will be, and costs nothing.
    let expected = usize::try_from(lines / u64::from(layout.shards.max(1)) * 21 / 20).unwrap_or_default();
    let mut latest = Latest::with_capacity(expected);
    let mut positions = Vec::with_capacity(expected);
    let inputs: Vec<(u32, &MapperInput)> = layout
        .mappers
        .iter()
        .enumerate()
        .flat_map(|(mapper, inputs)| inputs.iter().map(move |input| (mapper as u32, input)))
        .collect();
    let replaced = SourceMarks::new(layout.replaced.iter().map(String::as_str), &context.hasher);
    let mut at = Position { mapper: 0, line: 0 };
    let read = |(mapper, input)| async move {
        stars(run, input, context).await.map(|(stars, bytes)| (mapper, input, stars, bytes))
    };
    in_order(inputs, READ_AHEAD, read, |(mapper, input, stars, bytes)| {
        if stars.len() as u64 != input.lines {
            let found = stars.len();
            return Err(StageError::corrupt(format!("{} has {} lines and links for {found}", input.key, input.lines)));
        }
        if mapper != at.mapper {
            at = Position { mapper, line: 0 };
        }
        moved.bytes_in += bytes;
        moved.records_in += stars.len() as u64;
        latest.extend(stars.iter().filter_map(|star| {
            let position = at;
            at.line += 1;
            if !belongs(star.head.reference) {
                return None;
            }
            positions.push(position);
            // Only members of the previous version bear the mark of their source.
            let is_replaced = star.source.is_some_and(|mark| replaced.contains(mark));
            Some(if is_replaced { star.replaced() } else { star })
        }));
        Ok(())
    })
    .await?;
    Ok(Belonging { latest, positions })
}

/// The links of one object, and how many bytes were read for them.
async fn stars(run: &RunId, input: &MapperInput, context: &Context) -> Result<(Stars, u64), StageError> {
    if let Some(key) = &input.links {
        let (bytes, _) = context.store.get(key).await?;
        return Ok((links::parse(key, &bytes)?, bytes.len() as u64));
    }
    // The members' links were made under other match rules, lack marks, or hold who was erased: make them anew.
    let pinned = context.pinned(run).await?;
    let mut matcher = pinned.matcher(context);
    let (bytes, _) = context.store.get(&input.key).await?;
    let text = decompress(&input.key, &bytes)?;
    let text =
        String::from_utf8(text).map_err(|_| StageError::corrupt(format!("the object {} is not UTF-8", input.key)))?;
    let marks = SourceMarks::of_snapshots(&pinned.config, &context.hasher);
    let is_erased = |account: &Account<'_>| pinned.suppression.covers(account, &pinned.config);
    Ok((member_stars(&text, &mut matcher, &marks, is_erased)?, bytes.len() as u64))
}
