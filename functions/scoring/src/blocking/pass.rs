//! The passes of blocking.

use super::cover::{Cover, PassSet};
use super::feature::{Feature, Features, Part, Plan};
use super::hash;
use crate::{FieldKind, ScoredFields};

/// The most passes. Pairs of the last fields of one's own are left out.
const PASSES_MAX: usize = 128;
/// The most features of a pass.
const PARTS_MAX: usize = 3;

/// The passes for the fields that are compared.
#[derive(Clone, Debug)]
pub struct Passes {
    plan: Plan,
    passes: Vec<Pass>,
    /// The features that tell the rows of a great block apart.
    refining: Vec<u8>,
    /// By pass and by feature of `refining`: what else finds their pairs.
    covers: Vec<Cover>,
    dropped: PassSet,
    birthdate: Option<u8>,
    field_names: Vec<&'static str>,
}

/// A pass: features that two accounts must have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pass {
    parts: [u8; PARTS_MAX],
    count: u8,
    /// Whether the two features may be swapped.
    is_in_any_order: bool,
    is_of_contact: bool,
}

impl Pass {
    pub(super) fn parts(&self) -> &[u8] {
        &self.parts[..usize::from(self.count)]
    }

    pub(super) fn is_in_any_order(&self) -> bool {
        self.is_in_any_order
    }
}

impl Passes {
    /// The passes for some fields.
    pub fn of(fields: &ScoredFields) -> Self {
        let kinds: Vec<FieldKind> = fields.iter().map(|field| field.kind).collect();
        let sets = sets_of_features(&kinds);
        let refining = REFINING.iter().flat_map(|(kind, part)| features(&kinds, *kind, *part));
        let all = sets.iter().flat_map(|(set, _)| set.iter().copied()).chain(refining.clone()).collect();
        let plan = Plan::new(all, &kinds);
        let places =
            |features: &[Feature]| features.iter().map(|feature| plan.place(*feature)).collect::<Option<Vec<u8>>>();
        let pass_of = |(set, order): &(Vec<Feature>, bool)| Some(pass(&places(set)?, *order, is_contact(set, &kinds)));
        let passes: Vec<Pass> = sets.iter().filter_map(pass_of).collect();
        let birthdate = features(&kinds, FieldKind::Birthdate, Part::Whole).find_map(|feature| plan.place(feature));
        let refining: Vec<u8> = refining.filter_map(|feature| plan.place(feature)).collect();
        let of_pass = |pass| refining.iter().map(move |by| (pass, *by));
        let divided = (0..passes.len()).flat_map(of_pass);
        let covers = divided.map(|(pass, by)| Cover::new(&plan, &passes, pass, by)).collect();
        let field_names = fields.iter().map(|field| field.name).collect();
        Self { passes, refining, covers, dropped: PassSet::default(), birthdate, plan, field_names }
    }

    /// These passes, where those of some names make no keys. The numbers of the others stay.
    #[must_use]
    pub fn without(mut self, names: &[String]) -> Self {
        for pass in 0..self.passes.len() {
            if names.contains(&self.name(pass)) {
                self.dropped.insert(pass as u16);
            }
        }
        self
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.passes.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.passes.is_empty()
    }

    /// What a pass is called in what people read: `family_name + birthdate (year)`.
    pub fn name(&self, pass: usize) -> String {
        let name = |place: &u8| {
            let feature = self.plan.features[usize::from(*place)];
            let part = feature.part.name();
            let field = self.field_names[feature.field];
            if part.is_empty() { field.to_owned() } else { format!("{field} ({part})") }
        };
        let parts = self.passes.get(pass).map(Pass::parts).unwrap_or_default();
        parts.iter().map(name).collect::<Vec<_>>().join(" + ")
    }

    /// How many of some passes do without pairs that this pass gives, where their great blocks are divided.
    pub fn spared(&self, pass: u16, divided: PassSet) -> u32 {
        let covers = (0u16..).zip(self.covers.chunks(self.refining.len().max(1)));
        let divided = covers.filter(|(other, _)| divided.has(*other));
        divided.filter(|(_, covers)| covers.iter().any(|cover| cover.has(pass))).count() as u32
    }

    /// Whether a pass is one e-mail address, phone number, identifier or address. Two accounts that share it and what its great
    /// blocks are refined by are likely one person's.
    pub fn is_of_contact(&self, pass: u16) -> bool {
        self.passes.get(usize::from(pass)).is_some_and(|pass| pass.is_of_contact)
    }

    /// Calls `take` with the keys of a record: a pass and a hash. Several values of a field make several keys of a pass;
    /// they are all different.
    pub fn keys(&self, record: &[u8], take: &mut impl FnMut(u16, u64)) {
        let features = self.plan.read(record);
        for (number, pass) in (0u16..).zip(&self.passes).filter(|(number, _)| !self.dropped.has(*number)) {
            pass.keys(&features, &mut |hash| take(number, hash));
        }
    }

    /// The features of a record. An account is in several great blocks, and its features are read once for all of them.
    pub fn features(&self, record: &[u8]) -> Features {
        self.plan.read(record)
    }

    /// Calls `take` with the keys of an account of a block of a pass that is too great: the block's hash with each of a few
    /// further features. Keys whose pairs other passes give are left out; `great` are the passes in which the account is in
    /// such a block. Accounts that have none of these features stay together, under the block's own hash.
    pub fn refined(
        &self,
        features: &Features,
        great: PassSet,
        GreatKey { pass, hash }: GreatKey,
        take: &mut impl FnMut(u64),
    ) {
        let number = usize::from(pass);
        let Some(known) = self.passes.get(number) else { return };
        let covers = &self.covers[number * self.refining.len()..];
        let mut has_any = false;
        for (by, cover) in self.refining.iter().zip(covers).filter(|(by, _)| !known.parts().contains(by)) {
            let values = features.of(*by);
            has_any |= !values.is_empty();
            if !values.is_empty() && !cover.holds(features, great, self.dropped) {
                values.iter().for_each(|value| take(refined_hash(hash, *by, *value)));
            }
        }
        if !has_any {
            take(hash);
        }
    }

    /// Calls `take` with the keys of an account of a refined block that is still too great: its hash with the birth date.
    pub fn refined_by_birthdate(
        &self,
        features: &Features,
        GreatKey { pass, hash }: GreatKey,
        take: &mut impl FnMut(u64),
    ) {
        let known = self.passes.get(usize::from(pass));
        let by = self.birthdate.filter(|by| known.is_some_and(|known| !known.parts().contains(by)));
        let Some(by) = by else { return };
        features.of(by).iter().for_each(|value| take(refined_hash(hash, by, *value)));
    }
}

/// The key of a great block.
#[derive(Clone, Copy, Debug)]
pub struct GreatKey {
    /// The pass.
    pub pass: u16,
    /// The block's hash.
    pub hash: u64,
}

/// A block's hash with a value of a feature.
fn refined_hash(hash: u64, by: u8, value: u64) -> u64 {
    hash::join(hash::join(hash, u64::from(by) + 1), value)
}

impl Pass {
    /// The keys of an account, from its features.
    #[inline]
    fn keys(&self, features: &Features, take: &mut impl FnMut(u64)) {
        let [first, second, third] = self.parts;
        for one in features.of(first) {
            if self.count == 1 {
                take(*one);
                continue;
            }
            for two in features.of(second) {
                if self.is_in_any_order && one > two && are_also_swapped(features, [first, second], [one, two]) {
                    continue;
                }
                let both = if self.is_in_any_order {
                    hash::join(*one.min(two), *one.max(two))
                } else {
                    hash::join(*one, *two)
                };
                if self.count == 2 {
                    take(both);
                    continue;
                }
                features.of(third).iter().for_each(|three| take(hash::join(both, *three)));
            }
        }
    }
}

/// Whether an account has two values the other way round as well, so that both make one key.
fn are_also_swapped(features: &Features, [first, second]: [u8; 2], [one, two]: [&u64; 2]) -> bool {
    features.of(first).contains(two) && features.of(second).contains(one)
}

fn is_contact(set: &[Feature], kinds: &[FieldKind]) -> bool {
    let is_one = |feature: &Feature| {
        matches!(kinds[feature.field], Kind::Email | Kind::Phone | Kind::Identifier | Kind::Address)
    };
    matches!(set, [feature] if is_one(feature))
}

fn pass(places: &[u8], is_in_any_order: bool, is_of_contact: bool) -> Pass {
    let mut parts = [0; PARTS_MAX];
    parts[..places.len()].copy_from_slice(places);
    Pass { parts, count: places.len() as u8, is_in_any_order, is_of_contact }
}

use FieldKind as Kind;

/// What a single agreement in is enough for.
const ALONE: [(Kind, Part); 10] = [
    (Kind::Identifier, Part::Whole),
    (Kind::Identifier, Part::Sorted),
    (Kind::Email, Part::Whole),
    (Kind::Email, Part::BeforeAt),
    (Kind::Email, Part::DigitsBeforeAt),
    (Kind::Phone, Part::Whole),
    (Kind::Phone, Part::LastEight),
    (Kind::Phone, Part::FirstEleven),
    (Kind::Birthdate, Part::Whole),
    (Kind::Address, Part::Whole),
];

/// Given and family name, which may be swapped.
const NAMES: [[(Kind, Part); 2]; 2] = [
    [(Kind::GivenName, Part::FirstWord), (Kind::FamilyName, Part::Whole)],
    [(Kind::GivenName, Part::Sound), (Kind::FamilyName, Part::Sound)],
];

/// Every two of these. E-mail addresses, phone numbers and identifiers are not among them: an agreement in one is a pass of
/// its own, and where too many share one, its block is refined by the others.
const IN_PAIRS: [(Kind, Part); 7] = [
    (Kind::GivenName, Part::KnownAs),
    (Kind::FamilyName, Part::Whole),
    (Kind::Birthdate, Part::Whole),
    (Kind::Address, Part::Whole),
    (Kind::PostalCode, Part::Whole),
    (Kind::Unit, Part::Whole),
    (Kind::Text, Part::Whole),
];

/// Looser agreements in names, beside others.
const LOOSE: [&[(Kind, Part)]; 16] = [
    &[(Kind::GivenName, Part::Sound), (Kind::Birthdate, Part::Year), (Kind::FamilyName, Part::Initial)],
    &[(Kind::FamilyName, Part::Sound), (Kind::Birthdate, Part::Year), (Kind::GivenName, Part::Initial)],
    &[(Kind::GivenName, Part::Sound), (Kind::Birthdate, Part::MonthAndDay)],
    &[(Kind::FamilyName, Part::Sound), (Kind::Birthdate, Part::MonthAndDay)],
    &[(Kind::GivenName, Part::FirstThree), (Kind::FamilyName, Part::FirstThree)],
    &[(Kind::GivenName, Part::FirstThree), (Kind::FamilyName, Part::FirstThree), (Kind::Birthdate, Part::Year)],
    &[(Kind::GivenName, Part::FirstThree), (Kind::PostalCode, Part::FirstThree)],
    &[(Kind::FamilyName, Part::FirstThree), (Kind::PostalCode, Part::FirstThree)],
    &[(Kind::GivenName, Part::KnownAs), (Kind::Address, Part::Street)],
    &[(Kind::FamilyName, Part::Whole), (Kind::Address, Part::Street)],
    &[(Kind::GivenName, Part::KnownAs), (Kind::City, Part::Whole)],
    &[(Kind::FamilyName, Part::Whole), (Kind::City, Part::Whole)],
    &[(Kind::Birthdate, Part::Whole), (Kind::City, Part::Whole)],
    &[(Kind::Address, Part::Whole), (Kind::City, Part::Whole)],
    &[(Kind::GivenName, Part::Initial), (Kind::FamilyName, Part::Initial), (Kind::Birthdate, Part::Whole)],
    &[(Kind::Birthdate, Part::Year), (Kind::PostalCode, Part::Whole)],
];

/// What the rows of a great block are told apart by.
const REFINING: [(Kind, Part); 5] = [
    (Kind::GivenName, Part::KnownAs),
    (Kind::FamilyName, Part::Whole),
    (Kind::Birthdate, Part::Whole),
    (Kind::PostalCode, Part::Whole),
    (Kind::Address, Part::Whole),
];

/// The features of each pass, and whether they may be swapped. The looser come later.
fn sets_of_features(kinds: &[FieldKind]) -> Vec<(Vec<Feature>, bool)> {
    let of = |(kind, part): &(Kind, Part)| features(kinds, *kind, *part).collect::<Vec<_>>();
    let one = |wanted: &[(Kind, Part)]| wanted.iter().map(|part| of(part).first().copied()).collect::<Option<Vec<_>>>();
    let alone = ALONE.iter().flat_map(of).map(|feature| (vec![feature], false));
    let names = NAMES.iter().filter_map(|names| Some((one(names)?, true)));
    let loose = LOOSE.iter().filter_map(|parts| Some((one(parts)?, false)));
    let in_pairs: Vec<Feature> = IN_PAIRS.iter().flat_map(of).collect();
    let pairs = (0..in_pairs.len()).flat_map(|right| (0..right).map(move |left| (left, right)));
    let pairs = pairs.map(|(left, right)| (vec![in_pairs[left], in_pairs[right]], false));
    let left = PASSES_MAX.saturating_sub(alone.clone().count() + names.clone().count() + loose.clone().count());
    alone.chain(names).chain(pairs.take(left)).chain(loose).collect()
}

/// A part of each field of a kind.
fn features(kinds: &[FieldKind], kind: Kind, part: Part) -> impl Iterator<Item = Feature> + Clone + '_ {
    let fields = kinds.iter().enumerate().filter(move |(_, other)| **other == kind);
    fields.map(move |(field, _)| Feature { field, part })
}

#[cfg(test)]
mod tests;
