//! Reads the links of all inputs of a run, in the order of Partition's invocations.

use std::sync::Arc;

use bytes::Bytes;
use onefold_graph::node::Node;
use onefold_graph::{Latest, Position, Star, Stars};
use onefold_identity::account::Account;
use onefold_identity::merge::member_stars;
use onefold_identity::snapshot::SourceMarks;
use onefold_lake::data::links::LinksReader;
use onefold_lake::run::layout::{Layout, MapperInput};
use onefold_lake::run::receipt::Moved;
use onefold_lake::{FrameReader, RunId, pieces};
use onefold_shell::{Context, Pinned, StageError, in_order};

/// The accounts of a shard, and the position of each.
pub(crate) struct ShardAccounts {
    pub(crate) latest: Latest,
    pub(crate) positions: Vec<Position>,
}

/// Reads all links and keeps those whose reference belongs to the shard.
pub(crate) async fn read(
    run: &RunId,
    layout: &Layout,
    belongs: impl Fn(Node) -> bool,
    context: &Context,
    moved: &mut Moved,
) -> Result<ShardAccounts, StageError> {
    let pinned = context.pinned(run).await?;
    let mut reader = StarReader {
        belongs,
        replaced: SourceMarks::new(layout.replaced.iter().map(String::as_str), context.hasher()?),
        at: Position { mapper: 0, line: 0 },
        found: room(layout),
    };
    let inputs =
        (0..).zip(&layout.mappers).flat_map(|(mapper, inputs)| inputs.iter().map(move |input| (mapper, input)));
    let fetch = |(mapper, input): (u32, &MapperInput)| {
        let (mapper, input) = (mapper, input.clone());
        async move {
            let (bytes, _) = context.get(input.links.as_ref().unwrap_or(&input.key)).await?;
            Ok((mapper, input, bytes))
        }
    };
    in_order(inputs, context.memory.links_at_once(), fetch, |(mapper, input, bytes)| {
        if mapper != reader.at.mapper {
            reader.at = Position { mapper, line: 0 };
        }
        moved.bytes_in += bytes.len() as u64;
        moved.records_in += reader.object(&input, bytes, &pinned, context)?;
        Ok(())
    })
    .await?;
    Ok(reader.found)
}

/// Room for the accounts of a shard. Hashes spread evenly over the shards. The room is a little larger than needed,
/// and that costs nothing.
fn room(layout: &Layout) -> ShardAccounts {
    let accounts = layout.accounts();
    let share = |amount: u64| match layout.shards {
        0 | 1 => usize::try_from(amount).unwrap_or_default(),
        shards => usize::try_from(amount / u64::from(shards) * 21 / 20).unwrap_or_default(),
    };
    let others = layout.nodes.saturating_sub(accounts);
    let latest = Latest::with_capacity(share(accounts), share(others));
    ShardAccounts { latest, positions: Vec::with_capacity(share(accounts)) }
}

/// Reads the links of one object after the other.
struct StarReader<B> {
    belongs: B,
    replaced: SourceMarks,
    /// The position of the next line.
    at: Position,
    found: ShardAccounts,
}

impl<B: Fn(Node) -> bool> StarReader<B> {
    /// Reads the links of one object, block by block. Returns how many there are.
    fn object(
        &mut self,
        input: &MapperInput,
        bytes: Bytes,
        pinned: &Arc<Pinned>,
        context: &Context,
    ) -> Result<u64, StageError> {
        let mut lines = 0;
        let mut take = |stars: &Stars| {
            lines += stars.len() as u64;
            self.stars(stars);
        };
        match &input.links {
            Some(key) => {
                let mut reader = LinksReader::new(key, &bytes);
                let mut stars = Stars::default();
                while reader.append(&mut stars).map_err(StageError::damaged)? {
                    take(&stars);
                    stars.clear();
                }
            }
            None => links_made_anew(&input.key, &bytes, pinned, context, take)?,
        }
        if lines == input.lines {
            return Ok(lines);
        }
        Err(StageError::corrupt(format!("{} has {} lines and links for {lines}", input.key, input.lines)))
    }

    fn stars(&mut self, stars: &Stars) {
        let Self { belongs, replaced, at, found: ShardAccounts { latest, positions } } = self;
        latest.extend(stars.iter().filter_map(|star: Star<'_>| {
            let position = *at;
            at.line += 1;
            if !belongs(star.head.reference) {
                return None;
            }
            positions.push(position);
            // Only members of the previous version have the mark of their source.
            let is_replaced = star.source.is_some_and(|mark| replaced.contains(mark));
            Some(if is_replaced { star.replaced() } else { star })
        }));
    }
}

/// Computes the links of members anew. The stored links were made under other match rules, lack marks, or include
/// people who were erased.
fn links_made_anew(
    key: &str,
    bytes: &[u8],
    pinned: &Arc<Pinned>,
    context: &Context,
    mut take: impl FnMut(&Stars),
) -> Result<(), StageError> {
    let mut matcher = pinned.matcher(context)?;
    let marks = SourceMarks::of_snapshots(&pinned.config, context.hasher()?);
    let suppression = pinned.suppression()?;
    let is_erased = |account: &Account<'_>| suppression.covers(account, &pinned.config);
    let mut frames = FrameReader::new(key, bytes).map_err(StageError::damaged)?;
    while let Some(text) = frames.next_frame().map_err(StageError::damaged)? {
        let text =
            std::str::from_utf8(text).map_err(|_| StageError::corrupt(format!("the object {key} is not UTF-8")))?;
        for lines in pieces(text) {
            let stars = member_stars(lines, &mut matcher, &marks, is_erased);
            take(&stars.map_err(|error| StageError::corrupt(format!("the object {key} is damaged")).caused_by(error))?);
        }
    }
    Ok(())
}
