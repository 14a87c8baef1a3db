//! Which column is which field, and how sure that is.

use super::columns::{Column, Columns};
use super::names::{Fit, fit};
use super::{shapes, times};

/// How sure a guess is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sureness {
    /// Only proposed: it is written as a comment.
    Unsure,
    /// Name and values agree well enough.
    Likely,
    /// Nearly all values say so.
    Sure,
}

/// A field and where it may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guess {
    /// The field's name in the configuration.
    pub field: String,
    /// The column's pointer.
    pub pointer: String,
    /// How it is written, for times.
    pub format: Option<&'static str>,
    /// What separates items, for lists in text.
    pub split: Option<char>,
    /// How sure it is.
    pub sureness: Sureness,
    /// Why.
    pub why: String,
}

/// What was guessed of a source.
#[derive(Clone, Debug, Default)]
pub struct Guesses {
    /// In the order in which they are written.
    pub fields: Vec<Guess>,
    /// The pointers of columns that are no field.
    pub others: Vec<String>,
}

/// Fields of one text that say who somebody is. They are looked for in this order: those first that are told most
/// surely.
const WHO: [&str; 6] = ["email", "phone_number", "given_name", "family_name", "full_name", "gender"];

/// Those that say where somebody is; looked for behind the others, and written in this order.
const WHERE: [&str; 7] = [
    "address.street_address",
    "address.locality",
    "address.region",
    "address.postal_code",
    "address.country",
    "location.latitude",
    "location.longitude",
];

/// What is written before [`WHERE`], in this order.
const BEFORE_WHERE: [&str; 8] =
    ["id", "full_name", "given_name", "family_name", "email", "phone_number", "gender", "birthdate"];

/// What is written behind it.
const BEHIND_WHERE: [&str; 3] = ["salary", "interests", "updated_at"];

/// Which columns are which fields.
pub fn guess(source: &str, columns: &Columns) -> Guesses {
    let mut search = Search { source, columns, found: Vec::new() };
    search.id();
    search.time("birthdate");
    search.time("updated_at");
    for field in WHO.into_iter().chain(WHERE) {
        search.text(field);
    }
    search.text("salary");
    search.interests();
    search.settle_names();
    search.settle_location();
    search.finish()
}

struct Search<'s> {
    source: &'s str,
    columns: &'s Columns,
    found: Vec<Guess>,
}

impl<'s> Search<'s> {
    /// The columns that are no field for sure yet, with how well their names fit a field, the best fits first.
    fn candidates(&self, field: &str) -> Vec<(Fit, &'s Column)> {
        let is_free = |column: &&Column| {
            !self.found.iter().any(|guess| guess.pointer == column.pointer && guess.sureness > Sureness::Unsure)
        };
        let columns = self.columns.all.iter().filter(is_free);
        let mut fits: Vec<_> = columns.map(|column| (fit(field, &column.path, self.source), column)).collect();
        fits.sort_by_key(|(fit, _)| std::cmp::Reverse(*fit));
        fits
    }

    fn add(&mut self, field: &str, column: &Column, sureness: Sureness, why: String) -> &mut Guess {
        let pointer = column.pointer.clone();
        self.found.push(Guess { field: field.to_owned(), pointer, format: None, split: None, sureness, why });
        let last = self.found.len() - 1;
        &mut self.found[last]
    }

    fn take(&mut self, field: &str) -> Option<Guess> {
        let position = self.found.iter().position(|guess| guess.field == field)?;
        Some(self.found.remove(position))
    }

    /// The id: a column that every row has, each row another value. There must be one.
    fn id(&mut self) {
        let rows = self.columns.rows;
        let plain = |column: &Column| !column.values.is_empty() && column.lists == 0;
        let is_key = |column: &Column| column.values.len() == rows && column.distinct() == rows;
        let candidates = self.candidates("id");
        let named = || candidates.iter().filter(|(fit, column)| *fit > Fit::None && plain(column));
        // A name that says id and values that agree; then the name; then any column that could be one.
        let best = named()
            .find(|(_, column)| is_key(column))
            .or_else(|| named().find(|(fit, _)| matches!(fit, Fit::Wholly(_))))
            .or_else(|| candidates.iter().find(|(_, column)| plain(column) && is_key(column)))
            .or_else(|| {
                candidates.iter().filter(|(_, column)| plain(column)).max_by_key(|(_, column)| column.distinct())
            });
        let Some((fit, column)) = best.copied() else { return };
        let (present, distinct) = (column.values.len(), column.distinct());
        if is_key(column) && fit > Fit::None {
            self.add("id", column, Sureness::Sure, format!("all {rows} rows have one, and no two are alike"));
        } else if is_key(column) {
            let why = format!("no column is called id; in this one all {rows} rows have a value, and no two are alike");
            self.add("id", column, Sureness::Likely, why);
        } else {
            let why = format!(
                "{present} of {rows} rows have one, {distinct} differ; rows without one are refused, and of a repeated one the latest counts"
            );
            self.add("id", column, Sureness::Likely, why);
        }
    }

    /// A time: by its name, written in a format that the values tell.
    fn time(&mut self, field: &str) {
        for (fit, column) in self.candidates(field) {
            let (Some(guessed), all) = (times::guess(&column.values), column.values.len()) else { continue };
            let times::Guess { format, fits, rival } = guessed;
            if fit == Fit::None || fits * 2 < all {
                continue;
            }
            let is_most = fits * 100 >= all * 98;
            let (sureness, why) = match rival {
                Some(rival) => (
                    Sureness::Unsure,
                    format!("ambiguous: {fits} of {all} values fit {format} and {rival} alike, as no day is above 12"),
                ),
                None if !is_most => (Sureness::Unsure, format!("only {fits} of {all} values are written as {format}")),
                None if matches!(fit, Fit::Partly(_)) => (
                    Sureness::Likely,
                    format!("{fits} of {all} values are written as {format}, and a part of the name fits"),
                ),
                None => (Sureness::Sure, format!("{fits} of {all} values are written as {format}")),
            };
            self.add(field, column, sureness, why).format = Some(format);
            return;
        }
    }

    /// A field of one text: by its name and the looks of its values; by looks alone where they tell.
    fn text(&mut self, field: &str) {
        let shape = shapes::of_field(field);
        for (fit, column) in self.candidates(field) {
            let all = column.values.len();
            let fitting = column.values.iter().filter(|value| (shape.fits)(value)).count();
            let (most, half) = (fitting * 10 >= all * 9, fitting * 2 >= all);
            let said = format!("{fitting} of {all} values {}", shape.said);
            let (sureness, why) = match fit {
                _ if column.lists > 0 => continue,
                Fit::None if shape.tells && all > 0 && most && !self.has(field) => {
                    let is_email = field == "email";
                    let sureness = if is_email { Sureness::Likely } else { Sureness::Unsure };
                    (sureness, format!("the name does not say so, but {said}"))
                }
                Fit::None => continue,
                _ if all == 0 => {
                    (Sureness::Unsure, "the name says so; no row that was looked at has a value".to_owned())
                }
                Fit::Wholly(_) if most => (Sureness::Sure, said),
                Fit::Wholly(_) if half => (Sureness::Likely, said),
                Fit::Partly(_) if most => (Sureness::Likely, format!("a part of the name says so, and {said}")),
                _ => (Sureness::Unsure, format!("the name says so, but only {said}")),
            };
            // The first that is not merely proposed wins; of proposals the first is kept.
            if sureness > Sureness::Unsure {
                self.found.retain(|guess| guess.field != field);
                self.add(field, column, sureness, why);
                return;
            }
            if !self.has(field) {
                self.add(field, column, sureness, why);
            }
        }
    }

    fn has(&self, field: &str) -> bool {
        self.found.iter().any(|guess| guess.field == field)
    }

    fn interests(&mut self) {
        let Some((_, column)) = self.candidates("interests").into_iter().find(|(fit, _)| *fit > Fit::None) else {
            return;
        };
        if column.lists > 0 {
            self.add("interests", column, Sureness::Sure, format!("{} rows have a list", column.lists));
            return;
        }
        let all = column.values.len();
        let with = |separator: char| column.values.iter().filter(|value| value.contains(separator)).count();
        // Of equal ones the first.
        let best = [';', '|', ','].into_iter().rev().max_by_key(|separator| with(*separator));
        if let Some(separator) = best.filter(|separator| with(*separator) > 0) {
            let sureness = if with(separator) * 5 >= all { Sureness::Sure } else { Sureness::Likely };
            let why = format!("{} of {all} values have a {separator:?} in them", with(separator));
            self.add("interests", column, sureness, why).split = Some(separator);
        } else {
            let why = format!("{all} rows have a text, and nothing separates it");
            self.add("interests", column, Sureness::Likely, why);
        }
    }

    /// A full name is only needed where given and family name are not apart; beside a given name, a column that is
    /// just called "name" holds the family name.
    fn settle_names(&mut self) {
        let is_sure = |search: &Self, field: &str| {
            search.found.iter().any(|guess| guess.field == field && guess.sureness > Sureness::Unsure)
        };
        let (given, family) = (is_sure(self, "given_name"), is_sure(self, "family_name"));
        if !given && !family {
            if is_sure(self, "full_name") {
                self.found.retain(|guess| !matches!(guess.field.as_str(), "given_name" | "family_name"));
            }
            return;
        }
        if let Some(full_name) = self.take("full_name")
            && !family
        {
            let why = format!("beside a given name; {}", full_name.why);
            self.found.retain(|guess| guess.field != "family_name");
            self.found.push(Guess { field: "family_name".to_owned(), sureness: Sureness::Likely, why, ..full_name });
        }
    }

    /// Degrees go together.
    fn settle_location(&mut self) {
        let is_sure =
            |field: &str| self.found.iter().any(|guess| guess.field == field && guess.sureness > Sureness::Unsure);
        if !is_sure("location.latitude") || !is_sure("location.longitude") {
            self.found.retain(|guess| !guess.field.starts_with("location."));
        }
    }

    fn finish(mut self) -> Guesses {
        let place = |guess: &Guess| {
            let mut order = BEFORE_WHERE.iter().chain(&WHERE).chain(&BEHIND_WHERE);
            order.position(|field| *field == guess.field)
        };
        self.found.sort_by_key(place);
        let is_used = |column: &&Column| self.found.iter().any(|guess| guess.pointer == column.pointer);
        let others = self.columns.all.iter().filter(|column| !is_used(column));
        let others = others.map(|column| column.pointer.clone()).collect();
        Guesses { fields: self.found, others }
    }
}

/// The name of an attribute for a column: its last name in small letters, digits and `_`.
pub fn attribute_name(pointer: &str) -> String {
    let last = pointer.rsplit('/').next().unwrap_or_default();
    let name: String = last
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '_' })
        .collect();
    if name.is_empty() { "value".to_owned() } else { name }
}
