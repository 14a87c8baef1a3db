//! Features of an account: what the passes of blocking are made of.

use super::hash;
use crate::FieldKind;
use crate::record::{self, Value};

/// What is taken of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// All of it: of an address, street and number.
    Whole,
    /// The first word.
    FirstWord,
    /// The name that the first word of a given name stands for.
    KnownAs,
    /// How a name sounds.
    Sound,
    /// The first letter.
    Initial,
    /// The first three letters or digits.
    FirstThree,
    /// The year of a date.
    Year,
    /// The month and the day of a date, the smaller first.
    MonthAndDay,
    /// What stands before the `@`, of at least four letters.
    BeforeAt,
    /// The digits in it, at least five.
    DigitsBeforeAt,
    /// The last eight digits of a phone number.
    LastEight,
    /// The first eleven digits of a phone number, which an extension may follow.
    FirstEleven,
    /// The letters and digits of an identifier in one order, at least six.
    Sorted,
    /// The street of an address.
    Street,
}

/// A part of a field's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Feature {
    /// The field's place among those that are compared.
    pub field: usize,
    /// What is taken of its values.
    pub part: Part,
}

/// So many different values of a feature count.
const VALUES: usize = 4;
/// The most features of all passes together.
pub(super) const FEATURES_MAX: usize = 64;

/// Which features are taken of a record.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    /// In the order of their fields.
    pub features: Vec<Feature>,
    /// By field, which of them are its own, and whether it is an address.
    by_field: Vec<(usize, usize, bool)>,
}

impl Plan {
    /// Of these features.
    pub(super) fn new(mut features: Vec<Feature>, kinds: &[FieldKind]) -> Self {
        features.sort_unstable();
        features.dedup();
        features.truncate(FEATURES_MAX);
        let start = |field: usize| features.partition_point(|feature| feature.field < field);
        let of_field =
            |(field, kind): (usize, &FieldKind)| (start(field), start(field + 1), *kind == FieldKind::Address);
        let by_field = kinds.iter().enumerate().map(of_field).collect();
        Self { features, by_field }
    }

    /// The place of a feature.
    pub(super) fn place(&self, feature: Feature) -> Option<u8> {
        self.features.binary_search(&feature).ok().map(|place| place as u8)
    }

    /// The feature at a place.
    pub(super) fn feature(&self, place: u8) -> Feature {
        self.features[usize::from(place)]
    }

    /// Whether a field is an address.
    pub(super) fn is_address(&self, field: usize) -> bool {
        self.by_field.get(field).is_some_and(|(_, _, is_address)| *is_address)
    }

    /// The features of a record.
    #[inline]
    pub(super) fn read(&self, record: &[u8]) -> Features {
        let mut read = Features { hashes: [[0; VALUES]; FEATURES_MAX], counts: [0; FEATURES_MAX] };
        for (field, value) in record::values(record) {
            let Some((start, end, is_address)) = self.by_field.get(field).copied() else { continue };
            for (place, feature) in self.features[start..end].iter().enumerate() {
                if let Some(hash) = feature.part.hash(value, is_address) {
                    read.push(start + place, hash);
                }
            }
        }
        read
    }
}

/// The features of one account, as hashes.
#[derive(Debug)]
pub struct Features {
    hashes: [[u64; VALUES]; FEATURES_MAX],
    counts: [u8; FEATURES_MAX],
}

impl Features {
    /// The different values of a feature.
    #[inline]
    pub(super) fn of(&self, place: u8) -> &[u64] {
        let place = usize::from(place) % FEATURES_MAX;
        &self.hashes[place][..usize::from(self.counts[place]).min(VALUES)]
    }

    #[inline]
    fn push(&mut self, place: usize, hash: u64) {
        let count = usize::from(self.counts[place]);
        let is_known = self.hashes[place][..count].contains(&hash);
        if count < VALUES && !is_known {
            self.hashes[place][count] = hash;
            self.counts[place] += 1;
        }
    }
}

impl Part {
    /// The hash of this part of a value; `None` if it has none.
    #[inline]
    fn hash(self, value: Value<'_>, is_address: bool) -> Option<u64> {
        let text = value.text;
        let part = match self {
            Self::Whole if is_address => return Some(value.hash(true)),
            Self::Whole | Self::Street => text,
            Self::FirstWord => text.split(|byte| *byte == b' ').next()?,
            Self::KnownAs => known_as_and_sound(value.extra).0,
            Self::Sound => known_as_and_sound(value.extra).1,
            Self::Initial => text.get(..1)?,
            Self::FirstThree => text.get(..3)?,
            Self::Year => date(text)?.0,
            Self::MonthAndDay => return month_and_day(text),
            Self::BeforeAt => Some(local_part(text)).filter(|local| local.len() >= 4)?,
            Self::DigitsBeforeAt => return local_digits(text),
            Self::LastEight => without_extension(text).last_chunk::<8>()?,
            Self::FirstEleven => without_extension(text).get(..11)?,
            Self::Sorted => return sorted(text),
        };
        (!part.is_empty()).then(|| hash::of(part))
    }

    /// What people call it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Whole => "",
            Self::FirstWord => "first word",
            Self::KnownAs => "without nicknames",
            Self::Sound => "sound",
            Self::Initial => "initial",
            Self::FirstThree => "first three",
            Self::Year => "year",
            Self::MonthAndDay => "month and day",
            Self::BeforeAt => "before the @",
            Self::DigitsBeforeAt => "digits before the @",
            Self::LastEight => "last eight digits",
            Self::FirstEleven => "first eleven digits",
            Self::Sorted => "in any order",
            Self::Street => "street",
        }
    }
}

/// The name that a name stands for, and its sound. Of a family name there is only the sound.
fn known_as_and_sound(extra: &[u8]) -> (&[u8], &[u8]) {
    match extra.iter().position(|byte| *byte == 0) {
        Some(end) => (&extra[..end], &extra[end + 1..]),
        None => (&[], extra),
    }
}

/// The year and the rest of a date of eight digits.
fn date(text: &[u8]) -> Option<(&[u8], &[u8])> {
    (text.len() == 8).then(|| text.split_at(4))
}

fn month_and_day(text: &[u8]) -> Option<u64> {
    let (_, rest) = date(text)?;
    let (month, day) = rest.split_at(2);
    Some(hash::of(&[month.min(day), month.max(day)].concat()))
}

fn without_extension(phone: &[u8]) -> &[u8] {
    let end = phone.iter().position(|byte| *byte == b';').unwrap_or(phone.len());
    &phone[..end]
}

fn local_part(address: &[u8]) -> &[u8] {
    let end = address.iter().position(|byte| *byte == b'@').unwrap_or(address.len());
    &address[..end]
}

fn local_digits(address: &[u8]) -> Option<u64> {
    const FEWEST: usize = 5;
    let mut digits = [0; record::TEXT_BYTES_MAX];
    let mut count = 0;
    for (place, digit) in digits.iter_mut().zip(local_part(address).iter().filter(|byte| byte.is_ascii_digit())) {
        *place = *digit;
        count += 1;
    }
    (count >= FEWEST).then(|| hash::of(&digits[..count]))
}

fn sorted(text: &[u8]) -> Option<u64> {
    const FEWEST: usize = 6;
    let mut letters = [0; record::TEXT_BYTES_MAX];
    let letters = letters.get_mut(..text.len()).filter(|letters| letters.len() >= FEWEST)?;
    letters.copy_from_slice(text);
    letters.sort_unstable();
    Some(hash::of(letters))
}
