//! Guesses the id of a source's accounts. A wrong id makes strangers one account, so none is better than a doubtful one.

use std::collections::{BTreeMap, BTreeSet};

use super::columns::Column;
use super::fields::Sureness;
use super::names::{Fit, is_amount, whose};
use super::search::Search;
use super::{shapes, times};

/// The least number of rows for which all values of a column being different means anything.
const ROWS_MIN: usize = 10;

impl<'s> Search<'s> {
    /// Looks for the id by name: a column in which every row has a different value.
    pub fn id_by_name(&mut self) {
        let named = self.named_ids();
        let Some((fit, column)) = named.iter().find(|(_, column)| self.is_key(column)).copied() else { return };
        let rows = self.columns.rows;
        let said = format!("all {rows} rows have one, and no two are alike");
        match fit {
            // A single row shows nothing about differences.
            Fit::Wholly(_) if rows < 2 => self.add("id", column, Sureness::Likely, "the name says so".to_owned()),
            Fit::Wholly(_) => self.add("id", column, Sureness::Sure, said),
            _ => self.add("id", column, Sureness::Likely, format!("its name may say so; {said}")),
        };
    }

    /// Looks for the id after all other fields, if its name alone did not find it. If it is not certain enough, there is at
    /// most a proposal.
    pub fn id_of_the_rest(&mut self) {
        if self.in_force("id").is_some() || self.named_and_repeated() || self.unnamed_codes() {
            return;
        }
        let Some(email) = self.in_force("email") else { return };
        let rows = self.columns.rows;
        if self.is_key(email) {
            let why = format!(
                "no column is called id; this one tells apart all {rows} rows, and who changes the address is a new account"
            );
            self.drop_proposal();
            self.add("id", email, Sureness::Likely, why);
        } else if !self.found.iter().any(|guess| guess.field == "id") {
            let (present, distinct) = (email.values.len(), email.distinct());
            let why = format!(
                "no column is called id, and of this one {present} of {rows} rows have a value, {distinct} differ"
            );
            self.add("id", email, Sureness::Unsure, why);
        }
    }

    /// The columns with a name of an id, the best first. Ids of somebody else, amounts and names of persons are left out.
    fn named_ids(&self) -> Vec<(Fit, &'s Column)> {
        let names = shapes::of_field("full_name").fits;
        let is_named = |(fit, column): &(Fit, &Column)| {
            let are_names = column.values.iter().filter(|value| names(value)).count() * 2 > column.values.len();
            let is_plain = !column.values.is_empty() && column.lists == 0 && !column.is_repeated;
            *fit > Fit::None && is_plain && !are_names && whose(&column.path).is_none() && !is_amount(&column.path)
        };
        self.candidates("id").into_iter().filter(is_named).collect()
    }

    fn is_key(&self, column: &Column) -> bool {
        let rows = self.columns.rows;
        let is_plain = rows > 0 && column.lists == 0 && !column.is_repeated;
        is_plain && column.values.len() == rows && column.distinct() == rows
    }

    /// Guesses a column that is called id although rows lack or share values. Returns whether the guess is in force.
    fn named_and_repeated(&mut self) -> bool {
        let rows = self.columns.rows;
        let is_whole = |(fit, _): &(Fit, &Column)| matches!(fit, Fit::Wholly(_));
        let Some((_, column)) = self.named_ids().into_iter().find(is_whole) else { return false };
        let (present, distinct) = (column.values.len(), column.distinct());
        let said = format!("{present} of {rows} rows have one, {distinct} differ");
        let strangers = self.strangers(column);
        // The column is then no other field.
        self.found.retain(|guess| guess.pointer != column.pointer || guess.sureness > Sureness::Unsure);
        if strangers.shared > 0 && strangers.of_strangers * 10 > strangers.shared {
            let why = format!(
                "{said}, and of {} that several rows share {} are of different people",
                strangers.shared, strangers.of_strangers
            );
            self.add("id", column, Sureness::Unsure, why);
            return false;
        }
        if present * 2 < rows || (rows >= ROWS_MIN && distinct < 2) {
            self.add("id", column, Sureness::Unsure, said);
            return false;
        }
        let why = format!("{said}; rows without one are refused, and of a repeated one the latest counts");
        self.add("id", column, Sureness::Likely, why);
        true
    }

    /// Guesses a column of codes, such as UUIDs, a different one in every row, whatever its name. Returns whether there is
    /// one.
    fn unnamed_codes(&mut self) -> bool {
        let is_taken = |column: &Column| {
            self.found.iter().any(|guess| guess.pointer == column.pointer && guess.sureness > Sureness::Unsure)
        };
        let are_codes = |column: &&Column| {
            let is_code = |value: &String| shapes::is_code(value) && !shapes::is_phone(value);
            let are_times = || times::guess(&column.values).is_some_and(|times| times.fits * 2 > column.values.len());
            column.values.iter().all(is_code)
                && !is_amount(&column.path)
                && whose(&column.path).is_none()
                && !are_times()
        };
        let rows = self.columns.rows;
        let unnamed = self.columns.all.iter().filter(|column| self.is_key(column) && !is_taken(column));
        let Some(column) = unnamed.into_iter().find(are_codes).filter(|_| rows >= ROWS_MIN) else { return false };
        let why = format!("no column is called id; in this one all {rows} rows have a code, and no two are alike");
        self.drop_proposal();
        self.found.retain(|guess| guess.pointer != column.pointer);
        self.add("id", column, Sureness::Likely, why);
        true
    }

    fn drop_proposal(&mut self) {
        self.found.retain(|guess| guess.field != "id");
    }

    /// Counts the ids that several rows share, and those that different people share: rows with different e-mail addresses
    /// and different names.
    fn strangers(&self, ids: &Column) -> Strangers {
        let mut rows_of: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (row, id) in ids.rows.iter().zip(&ids.values) {
            rows_of.entry(id).or_default().push(*row);
        }
        let columns = |fields: &[&str]| fields.iter().filter_map(|field| self.in_force(field)).collect::<Vec<_>>();
        let told_by = [columns(&["email"]), columns(&["given_name", "family_name", "full_name"])];
        let shared: Vec<Vec<usize>> = rows_of.into_values().filter(|rows| rows.len() > 1).collect();
        let is_of_strangers = |rows: &&Vec<usize>| {
            let told = told_by.iter().filter_map(|columns| differ(columns, rows));
            told.reduce(|all, differ| all && differ).unwrap_or(false)
        };
        Strangers { of_strangers: shared.iter().filter(is_of_strangers).count(), shared: shared.len() }
    }
}

/// Ids that several rows share, counted.
struct Strangers {
    shared: usize,
    of_strangers: usize,
}

/// Whether the rows differ in all these columns taken together; `None` if fewer than two rows have values.
fn differ(columns: &[&Column], rows: &[usize]) -> Option<bool> {
    let text = |row: usize| {
        let values: Vec<&str> = columns.iter().filter_map(|column| column.value(row)).collect();
        (!values.is_empty()).then(|| values.join(" ").to_lowercase())
    };
    let values: Vec<String> = rows.iter().filter_map(|row| text(*row)).collect();
    let distinct: BTreeSet<&String> = values.iter().collect();
    (values.len() > 1).then_some(distinct.len() > 1)
}
