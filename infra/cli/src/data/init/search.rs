//! Searches a source's columns for its fields, field by field.

use std::cmp::Reverse;

use onefold_config::DeletionMark;
use onefold_config::pointer::has_wildcard;

use super::columns::{Column, Columns};
use super::fields::{FieldGuess, Sureness, Written};
use super::names::{self, Fit, fit, is_at_work, whose};
use super::shapes::{self, Shape, is_several};
use super::times;
use super::words::CREATED;

/// A search: the columns, and the guesses so far.
pub struct Search<'s> {
    /// The source's name.
    pub source: &'s str,
    /// Its columns.
    pub columns: &'s Columns,
    /// The guesses so far; most fields have one at most.
    pub found: Vec<FieldGuess>,
}

impl<'s> Search<'s> {
    /// A search without guesses.
    pub fn new(source: &'s str, columns: &'s Columns) -> Self {
        Self { source, columns, found: Vec::new() }
    }

    /// The columns that may still be a field, with the fit of their names, the best first. The id may also be the e-mail
    /// address.
    pub fn candidates(&self, field: &str) -> Vec<(Fit, &'s Column)> {
        let takes =
            |guess: &FieldGuess| guess.sureness > Sureness::Unsure && !(guess.field == "id" && field == "email");
        let is_free =
            |column: &&Column| !self.found.iter().any(|guess| guess.pointer == column.pointer && takes(guess));
        let takes_lists = matches!(field, "email" | "phone_number" | "interests");
        let columns = self.columns.all.iter().filter(|column| takes_lists || column.lists == 0).filter(is_free);
        let mut fits: Vec<_> = columns.map(|column| (self.fit(field, column), column)).collect();
        fits.sort_by_key(|(fit, _)| Reverse(*fit));
        fits
    }

    fn fit(&self, field: &str, column: &Column) -> Fit {
        let fit = fit(field, &column.path, self.source);
        if column.lists == 0 || field == "interests" {
            return fit;
        }
        fit.max(names::fit(field, &names::singular(&column.path), self.source))
    }

    /// Adds a guess.
    pub fn add(&mut self, field: &str, column: &Column, sureness: Sureness, why: String) -> &mut FieldGuess {
        let guess = FieldGuess {
            field: field.to_owned(),
            pointer: column.pointer.clone(),
            written: Written::Plainly,
            sureness,
            why,
            also: Vec::new(),
        };
        self.found.push(guess);
        let last = self.found.len() - 1;
        &mut self.found[last]
    }

    fn take(&mut self, field: &str) -> Option<FieldGuess> {
        let position = self.found.iter().position(|guess| guess.field == field)?;
        Some(self.found.remove(position))
    }

    /// The column of a field, unless it is only proposed.
    pub fn in_force(&self, field: &str) -> Option<&'s Column> {
        let guess = self.found.iter().find(|guess| guess.field == field && guess.sureness > Sureness::Unsure)?;
        self.columns.at(&guess.pointer)
    }

    /// A time: by name, in the format that its values fit. The time at which an account was created is not the time of a
    /// change.
    pub fn time(&mut self, field: &str) {
        let judged = self.candidates(field).into_iter().filter_map(|(fit, column)| judge_time(field, fit, column));
        if let Some(judged) = best(judged) {
            self.add(field, judged.column, judged.sureness, judged.why).written = Written::In(judged.format);
        } else if field == "updated_at" {
            self.time_of_creation();
        }
    }

    fn time_of_creation(&mut self) {
        let judged =
            self.candidates(CREATED).into_iter().filter_map(|(fit, column)| judge_time("updated_at", fit, column));
        if let Some(judged) = best(judged) {
            let why = format!("it says when the account was made, which no change alters; {}", judged.why);
            self.add("updated_at", judged.column, Sureness::Unsure, why).written = Written::In(judged.format);
        }
    }

    /// The mark of deleted accounts: true or false, or one text that some rows have.
    pub fn deleted(&mut self) {
        let is_named = |(fit, column): &(Fit, &Column)| matches!(fit, Fit::Wholly(_)) && column.lists == 0;
        let Some((_, column)) = self.candidates("deleted").into_iter().find(is_named) else { return };
        let all = column.values.len();
        let read: Vec<bool> =
            column.values.iter().filter_map(|value| DeletionMark::default().is_deleted(value)).collect();
        let deleted = read.iter().filter(|is_deleted| **is_deleted).count();
        let is_repeated = column.is_repeated;
        if all > 0 && read.len() == all {
            let sureness = if deleted * 2 <= all && !is_repeated { Sureness::Sure } else { Sureness::Unsure };
            let why = format!("all {all} values are true or false, {deleted} of them true");
            self.add("deleted", column, sureness, why);
        } else if column.distinct() == 1 {
            let is_rare = all * 2 <= self.columns.rows && !is_repeated;
            let sureness = if is_rare { Sureness::Likely } else { Sureness::Unsure };
            let rows = self.columns.rows;
            let why = format!("{all} of {rows} rows have a mark, all of them the same one");
            self.add("deleted", column, sureness, why).written = Written::Equal(column.values[0].clone());
        }
    }

    /// A text field: by its name and the shape of its values, or by the shape alone if that is enough.
    pub fn text(&mut self, field: &str) {
        let shape = shapes::of_field(field);
        let candidates = self.candidates(field);
        let judged = candidates.iter().filter_map(|(fit, column)| self.judge(field, shape, *fit, column));
        let Some(Judged { column, sureness, why, .. }) = best(judged) else { return };
        let is_like_it = |(fit, other): &&(Fit, &Column)| {
            let fitting = other.values.iter().filter(|value| (shape.fits)(value)).count();
            let is_half = fitting > 0 && fitting * 2 >= other.values.len();
            *fit > Fit::None && other.pointer != column.pointer && is_half && self.doubt(field, other).is_none()
        };
        let also: Vec<String> = match field {
            "email" | "phone_number" => {
                candidates.iter().filter(is_like_it).map(|(_, other)| other.pointer.clone()).collect()
            }
            _ => Vec::new(),
        };
        self.add(field, column, sureness, why).also = also;
    }

    fn judge(&self, field: &str, shape: Shape, fit: Fit, column: &'s Column) -> Option<Judged<'s>> {
        let all = column.values.len();
        let count = |fits: fn(&str) -> bool| column.values.iter().filter(|value| fits(value)).count();
        let fitting = count(shape.fits);
        let (most, half) = (fitting * 10 >= all * 9, fitting * 2 >= all);
        let said = format!("{fitting} of {all} values {}", shape.said);
        let (sureness, why) = match fit {
            Fit::None => {
                let told = count(shape.tells?);
                if all == 0 || told * 10 < all * 9 {
                    return None;
                }
                let sureness = if field == "email" { Sureness::Likely } else { Sureness::Unsure };
                (sureness, format!("the name does not say so, but {said}"))
            }
            _ if all == 0 => (Sureness::Unsure, "the name says so; no row that was looked at has a value".to_owned()),
            Fit::Wholly(_) if most => (Sureness::Sure, said),
            Fit::Wholly(_) if half => (Sureness::Likely, said),
            Fit::Partly(_) if most || (half && shape.tells.is_some()) => {
                (Sureness::Likely, format!("a part of the name says so, and {said}"))
            }
            _ => (Sureness::Unsure, format!("the name says so, but only {said}")),
        };
        let several = column.values.iter().filter(|value| shape.tells.is_some_and(|tells| is_several(value, tells)));
        let why = match several.count() {
            0 => why,
            several => format!("{why}; {several} hold several at once"),
        };
        Some(match self.doubt(field, column) {
            Some(doubt) => Judged { column, sureness: Sureness::Unsure, why: format!("{doubt}; {why}"), format: "" },
            None => Judged { column, sureness, why, format: "" },
        })
    }

    /// The reason why a column must not be guessed as a field, whatever its values: it would merge strangers.
    fn doubt(&self, field: &str, column: &Column) -> Option<String> {
        if column.is_repeated {
            return Some("the header has this column twice, so a run refuses it; rename one of them".to_owned());
        }
        let is_contact = matches!(field, "email" | "phone_number");
        if (is_contact || field.ends_with("_name"))
            && let Some(whose) = whose(&column.path)
        {
            return Some(format!("by its name it may be another one's ({whose})"));
        }
        if field == "phone_number" && is_at_work(&column.path) {
            return Some("colleagues may share a number at work".to_owned());
        }
        let accounts = self.in_force("id").map_or(column.values.len(), |id| accounts_with(column, id));
        let (distinct, is_shared) = (column.distinct(), column.distinct() * 2 < accounts);
        (is_contact && is_shared)
            .then(|| format!("only {distinct} differ among {accounts} accounts, so many share one"))
    }

    /// Interests: a list, or a text with a separator.
    pub fn interests(&mut self) {
        let is_named = |(fit, column): &(Fit, &Column)| *fit > Fit::None && !has_wildcard(&column.pointer);
        let Some((_, column)) = self.candidates("interests").into_iter().find(is_named) else {
            return;
        };
        if column.lists > 0 {
            self.add("interests", column, Sureness::Sure, format!("{} rows have a list", column.lists));
            return;
        }
        if column.is_repeated {
            return;
        }
        let all = column.values.len();
        let with = |separator: char| column.values.iter().filter(|value| value.contains(separator)).count();
        // The first of equal ones.
        let most = [';', '|', ','].into_iter().rev().max_by_key(|separator| with(*separator));
        if let Some(separator) = most.filter(|separator| with(*separator) > 0) {
            let sureness = if with(separator) * 5 >= all { Sureness::Sure } else { Sureness::Likely };
            let why = format!("{} of {all} values have a {separator:?} in them", with(separator));
            self.add("interests", column, sureness, why).written = Written::SplitBy(separator);
        } else {
            let why = format!("{all} rows have a text, and nothing separates it");
            self.add("interests", column, Sureness::Likely, why);
        }
    }

    /// A full name is only needed if given and family name are not separate. Beside a given name, a column called "name" holds
    /// the family name.
    pub fn settle_names(&mut self) {
        let (given, family) = (self.in_force("given_name").is_some(), self.in_force("family_name").is_some());
        if !given && !family {
            if self.in_force("full_name").is_some() {
                self.found.retain(|guess| !matches!(guess.field.as_str(), "given_name" | "family_name"));
            }
            return;
        }
        if let Some(full_name) = self.take("full_name")
            && !family
        {
            let why = format!("beside a given name; {}", full_name.why);
            let is_doubted = self.columns.at(&full_name.pointer).and_then(|column| self.doubt("family_name", column));
            let sureness = if is_doubted.is_some() { Sureness::Unsure } else { Sureness::Likely };
            self.found.retain(|guess| guess.field != "family_name");
            self.found.push(FieldGuess { field: "family_name".to_owned(), sureness, why, ..full_name });
        }
    }

    /// Latitude and longitude need each other.
    pub fn settle_location(&mut self) {
        if self.in_force("location.latitude").is_none() || self.in_force("location.longitude").is_none() {
            self.found.retain(|guess| !guess.field.starts_with("location."));
        }
    }
}

/// A column that may be a field.
struct Judged<'s> {
    column: &'s Column,
    sureness: Sureness,
    why: String,
    /// The format of times.
    format: &'static str,
}

/// The most certain one; the first of equal ones.
fn best<'s>(judged: impl Iterator<Item = Judged<'s>>) -> Option<Judged<'s>> {
    let mut all: Vec<Judged<'s>> = judged.collect();
    all.sort_by_key(|judged| Reverse(judged.sureness));
    all.into_iter().next()
}

/// How sure it is that a column with a fitting name holds the times of a field. At least half of its values must be times.
fn judge_time<'s>(field: &str, fit: Fit, column: &'s Column) -> Option<Judged<'s>> {
    let all = column.values.len();
    let times::TimeGuess { format, fits, rival } = times::guess(&column.values)?;
    if fit == Fit::None || fits * 2 < all {
        return None;
    }
    let is_most = fits * 100 >= all * 98;
    let said = format!("{fits} of {all} values are written as {format}");
    let (sureness, why) = match rival {
        _ if column.is_repeated => {
            (Sureness::Unsure, "the header has this column twice, so a run refuses it; rename one of them".to_owned())
        }
        Some(rival) => (
            Sureness::Unsure,
            format!("ambiguous: {fits} of {all} values fit {format} and {rival} alike, as no day is above 12"),
        ),
        None if !is_most => (Sureness::Unsure, format!("only {said}")),
        None if format.contains("%y") && field == "birthdate" => {
            let century = "a year that would be in the future is one of the century before";
            (Sureness::Likely, format!("{said}; of two digits, {century}"))
        }
        None if format.contains("%y") => (Sureness::Unsure, format!("{said}, which leaves the century open")),
        None if matches!(fit, Fit::Partly(_)) => (Sureness::Likely, format!("{said}, and a part of the name fits")),
        None => (Sureness::Sure, said),
    };
    Some(Judged { column, sureness, why, format })
}

/// The number of accounts that have a value in a column, counted by a column of ids.
fn accounts_with(column: &Column, ids: &Column) -> usize {
    let accounts = column.rows.iter().filter_map(|row| ids.value(*row));
    accounts.collect::<std::collections::BTreeSet<_>>().len()
}
