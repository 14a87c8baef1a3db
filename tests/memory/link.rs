//! Link: the rounds of one shard and of several.

use onefold_config::RowFormat;
use onefold_graph::node::{Node, NodeKind};
use onefold_graph::{AccountVersion, Stars};
use onefold_lake::calls::{AdvanceResult, DivideRequest, LinkRequest, LinkResult, LinkShard, TranslateResult};
use onefold_lake::data::links;
use onefold_lake::keys::{self, Chunk, Stage};
use onefold_lake::run::receipt::{Cost, Moved, Receipt};
use onefold_shell::{MemoryBudget, json_object};

use crate::Findings;
use crate::allocator::{alone, measured};
use crate::lake::{CONFIG, Lake, scattered};

/// Accounts with so many keys each.
#[derive(Clone, Copy)]
struct Accounts {
    accounts: u64,
    keys: u64,
    shared: Shared,
}

/// How accounts share their keys.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Shared {
    /// Nobody shares any.
    No,
    /// Half of them share theirs with another one. Nobody shares those of the others.
    ByPairs,
    /// All are blocked, as each has one account more than it may have.
    TooMuch,
}

/// `max_accounts_per_key` where keys are to be blocked.
const LIMIT: u64 = 2;

impl Accounts {
    fn stars(&self, lake: &Lake, numbers: std::ops::Range<u64>) -> Stars {
        let hasher = lake.context.hasher().expect("a secret");
        let key = |text: u64| hasher.node(NodeKind::MatchKey, &text.to_le_bytes());
        let mut stars = Stars::default();
        for number in numbers {
            let version = AccountVersion { updated_at: 1, received_at: 1, digest: scattered(number) };
            let owner = match self.shared {
                Shared::ByPairs if number % 4 < 2 => number / 4 * 4,
                Shared::TooMuch => number / (LIMIT + 1),
                Shared::No | Shared::ByPairs => number,
            };
            let keys = (0..self.keys).map(|at| key(owner * self.keys + at));
            stars.push(hasher.reference(&format!("crm:{number}")), version, None::<Node>, keys);
        }
        stars
    }

    /// Writes what Translate wrote of them, in four chunks.
    fn put(&self, lake: &Lake) {
        for chunk in 0..4 {
            let numbers = self.accounts * chunk / 4..self.accounts * (chunk + 1) / 4;
            let accounts = numbers.end - numbers.start;
            let chunk = Chunk { run: lake.run.clone(), source: "crm".to_owned(), split: 0, chunk: chunk as u32 };
            lake.put(&chunk.raw(RowFormat::JsonLines), "");
            lake.put(&chunk.links(), links::format(&self.stars(lake, numbers)));
            let name = chunk.receipt_name();
            let key = keys::receipt(&lake.run, Stage::Translate, &name);
            let (nodes, text_bytes) = (accounts * (1 + self.keys), accounts * 200);
            let result = TranslateResult { accounts, nodes, text_bytes, ..TranslateResult::default() };
            let (moved, cost) = (Moved::default(), Cost::default());
            let receipt = Receipt { run: lake.run.clone(), stage: Stage::Translate, name, moved, cost, result };
            lake.put(&key, json_object(&receipt).expect("JSON"));
        }
    }

    /// The most that a round of a shard needs.
    fn most_of_a_round(&self, shards: u32) -> usize {
        let lake = Lake::new(shards, MemoryBudget::default());
        self.put(&lake);
        if self.shared == Shared::TooMuch {
            lake.put(&keys::run_config(&lake.run), CONFIG.replace("1000000", &LIMIT.to_string()));
        }
        let divide = DivideRequest { run: lake.run.clone() };
        lake.block_on(divide::run(divide, &lake.context)).expect("a division");
        let (mut round, mut most) = (0, 0);
        loop {
            let request = LinkRequest::Advance { run: lake.run.clone(), round };
            let LinkResult::Advance(AdvanceResult { converged: false, round: next, work, shards: all, .. }) =
                answer(&lake, request)
            else {
                return most;
            };
            round = next;
            for LinkShard { shard } in all {
                let request = LinkRequest::Round { run: lake.run.clone(), round, work, shard };
                let (_, bytes) = measured(|| answer(&lake, request));
                println!("  {work:?} {shard}: {} bytes an account", bytes as u64 * u64::from(shards) / self.accounts);
                most = most.max(bytes);
            }
        }
    }
}

fn answer(lake: &Lake, request: LinkRequest) -> LinkResult {
    lake.block_on(link::run(request, &lake.context)).expect("an answer")
}

/// What is the same for few accounts and for many: frames on their way. Link has it in the memory for what it reads.
const BUFFERS_BYTES: u64 = 1 << 20;

/// Of 24,576 nodes, three quarters of a power of two, places are full, and of a few more they have doubled.
#[test]
fn rounds_keep_to_their_formula() {
    alone(|| {
        let mut findings = Findings::default();
        for (accounts, keys) in [(24_000, 0), (24_500, 1), (25_000, 2), (50_000, 2), (12_500, 8)] {
            for (shards, shared) in [
                (1, Shared::ByPairs),
                (1, Shared::No),
                (2, Shared::No),
                (5, Shared::No),
                (1, Shared::TooMuch),
                (2, Shared::TooMuch),
                (5, Shared::TooMuch),
            ] {
                let measured = Accounts { accounts, keys, shared }.most_of_a_round(shards);
                let formula = MemoryBudget::shard_bytes(accounts, accounts * (1 + keys), shards) + BUFFERS_BYTES;
                let what = format!("{accounts} accounts of {keys} keys (shared: {shared:?}) in {shards} shards");
                findings.note(&what, measured, formula);
            }
        }
        findings.assert();
    });
}
