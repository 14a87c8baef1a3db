//! Which sources customers come from.

use maud::{Markup, html};

use crate::page::chart::{Combination, UpSet};
use crate::page::number::{count, plural};
use crate::page::part::{Section, folded, nothing, numbers};
use crate::{Report, SourceSet, SourceSets};

/// How many sets are drawn.
const SHOWN: usize = 20;

pub fn section(report: &Report) -> Section {
    Section {
        id: "sources",
        title: "Which sources overlap",
        look: "Sources that share people should share customers: a pair that never meets points to keys that do not match.",
        body: body(&report.source_sets),
    }
}

fn body(sets: &SourceSets) -> Markup {
    if sets.sets.is_empty() {
        return nothing("There are no customers.");
    }
    if sets.sets.len() == 1 && sets.sets[0].sources.len() == 1 {
        return nothing("All customers come from one source, so nothing can overlap.");
    }
    let (drawn, rest) = sets.sets.split_at(sets.sets.len().min(SHOWN));
    let further: u64 = rest.iter().map(|set| set.customers).sum::<u64>() + sets.others.customers;
    html! {
        p.key aria-hidden="true" { span.one { "a filled dot: customers with an account of this source" } }
        div.scroll { (plot(sets, drawn)) }
        @if further > 0 { p.note { (plural(further, "customer")) " of other sets of sources are not drawn." } }
        (folded("The numbers", &table(sets)))
    }
}

fn plot(all: &SourceSets, drawn: &[SourceSet]) -> Markup {
    let names = sources(drawn);
    let combinations = drawn.iter().map(|set| {
        let mut positions: Vec<usize> =
            set.sources.iter().filter_map(|source| names.iter().position(|name| name == source)).collect();
        positions.sort_unstable();
        Combination { sets: positions, amount: set.customers }
    });
    UpSet {
        sets: names.iter().map(|name| told(name)).collect(),
        combinations: combinations.collect(),
        whole: customers(all),
        unit: "customers",
    }
    .draw()
}

/// The sources of the sets, the one with the most customers first.
fn sources(sets: &[SourceSet]) -> Vec<&str> {
    let mut sums: Vec<(&str, u64)> = Vec::new();
    for (source, number) in
        sets.iter().flat_map(|set| set.sources.iter().map(|source| (source.as_str(), set.customers)))
    {
        match sums.iter_mut().find(|(name, _)| *name == source) {
            Some((_, sum)) => *sum += number,
            None => sums.push((source, number)),
        }
    }
    sums.sort_by_key(|(name, sum)| (std::cmp::Reverse(*sum), *name));
    sums.into_iter().map(|(name, _)| name).collect()
}

fn table(sets: &SourceSets) -> Markup {
    let rows = sets.sets.iter().map(|set| {
        let names: Vec<&str> = set.sources.iter().map(|source| told(source)).collect();
        [names.join(" + "), count(set.customers), count(set.accounts)]
    });
    let others = (sets.others.customers > 0)
        .then(|| ["all other sets".to_owned(), count(sets.others.customers), count(sets.others.accounts)]);
    numbers(["Sources", "customers", "accounts"], rows.chain(others))
}

fn customers(sets: &SourceSets) -> u64 {
    sets.sets.iter().map(|set| set.customers).sum::<u64>() + sets.others.customers
}

fn told(source: &str) -> &str {
    if source == "*" { "no longer configured" } else { source }
}
