//! What few accounts have: the standard text fields that are not basic, fields of one's own, and further values.

use std::borrow::Cow;

use onefold_normalise::field::{BASIC_FIELDS, TEXT_FIELDS, TextField};

use crate::json;

const LATER_FIELDS: usize = TEXT_FIELDS - BASIC_FIELDS;

/// The member of an account's text that has a birth date that is none.
pub(super) const WRITTEN_BIRTHDATE: &str = "written_birthdate";

/// A name that an account's text gives, and a value.
type Named<'a, T> = (Cow<'a, str>, T);

/// The text values of an account but for the first ones of basic fields.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct MoreTexts<'a> {
    /// The first values of the standard fields behind the basic ones.
    later: [Option<Cow<'a, str>>; LATER_FIELDS],
    /// The first values of fields of one's own, sorted by name. An account's text may name fields that no configuration
    /// declares any more.
    own: Vec<Named<'a, Cow<'a, str>>>,
    /// Day, month and year of birth as they were written, where no calendar has such a day.
    pub(super) written_birthdate: Option<Cow<'a, str>>,
    /// The values behind the first one, by field in the order of [`TextField`]. No list is empty.
    others: Vec<Named<'a, Vec<Cow<'a, str>>>>,
}

impl<'a> MoreTexts<'a> {
    pub(super) fn is_empty(&self) -> bool {
        self.later.iter().all(Option::is_none)
            && self.own.is_empty()
            && self.others.is_empty()
            && self.written_birthdate.is_none()
    }

    /// The first value of a field that is not basic.
    pub(super) fn first(&self, field: TextField) -> Option<&str> {
        match field {
            TextField::Own(own) => self.place(own.name()).ok().map(|place| self.own[place].1.as_ref()),
            _ => self.later[field.index() - BASIC_FIELDS].as_deref(),
        }
    }

    /// Sets or clears the first value of a field that is not basic.
    pub(super) fn set_first(&mut self, field: TextField, value: Option<Cow<'a, str>>) {
        match field {
            TextField::Own(own) => self.set_own(Cow::Borrowed(own.name()), value),
            _ => self.later[field.index() - BASIC_FIELDS] = value,
        }
    }

    /// Sets or clears the first value of the own field of a name.
    pub(super) fn set_own(&mut self, name: Cow<'a, str>, value: Option<Cow<'a, str>>) {
        match (self.place(&name), value) {
            (Ok(place), Some(value)) => self.own[place].1 = value,
            (Ok(place), None) => _ = self.own.remove(place),
            (Err(place), Some(value)) => self.own.insert(place, (name, value)),
            (Err(_), None) => {}
        }
    }

    /// Adds a value of the own field of a name, unless it has it.
    pub(super) fn push_own(&mut self, name: Cow<'a, str>, value: Cow<'a, str>) {
        let Ok(place) = self.place(&name) else { return self.set_own(name, Some(value)) };
        if self.own[place].1 != value && self.others(&name).iter().all(|known| *known != value) {
            self.push_other(name, value);
        }
    }

    fn place(&self, name: &str) -> Result<usize, usize> {
        self.own.binary_search_by(|(known, _)| known.as_ref().cmp(name))
    }

    /// The values of a field behind the first one.
    pub(super) fn others(&self, field: &str) -> &[Cow<'a, str>] {
        self.others.iter().find(|(known, _)| known == field).map_or(&[], |(_, values)| values)
    }

    pub(super) fn has_others(&self) -> bool {
        !self.others.is_empty()
    }

    /// The values behind the first ones, with the names of their fields, in the order in which they are written.
    pub(super) fn all_others(&self) -> impl Iterator<Item = (&str, &str)> {
        self.others.iter().flat_map(|(name, values)| values.iter().map(move |value| (name.as_ref(), value.as_ref())))
    }

    /// Adds a value behind the last one.
    pub(super) fn push_other(&mut self, field: Cow<'a, str>, value: Cow<'a, str>) {
        match self.others.binary_search_by(|(known, _)| order(known).cmp(&order(&field))) {
            Ok(place) => self.others[place].1.push(value),
            Err(place) => self.others.insert(place, (field, vec![value])),
        }
    }

    pub(super) fn clear_others(&mut self, field: &str) {
        self.others.retain(|(known, _)| known != field);
    }

    /// Appends the fields that stand in front of the address.
    pub(super) fn write_firsts(&self, out: &mut Vec<u8>) {
        for (field, value) in TextField::ALL[BASIC_FIELDS..].iter().zip(&self.later) {
            if let Some(value) = value {
                out.extend_from_slice(field.json_name().as_bytes());
                json::push_string(out, value);
            }
        }
        for (name, value) in &self.own {
            json::push_member(out, name, value);
        }
        if let Some(date) = &self.written_birthdate {
            json::push_member(out, WRITTEN_BIRTHDATE, date);
        }
    }

    /// Appends `"other_values":{…}`, if there are any.
    pub(super) fn write_others(&self, out: &mut Vec<u8>) {
        if self.others.is_empty() {
            return;
        }
        json::push_name(out, "other_values");
        out.push(b'{');
        for (name, values) in &self.others {
            json::push_name(out, name);
            json::push_strings(out, values.iter().map(AsRef::as_ref));
        }
        out.push(b'}');
    }
}

/// Standard fields come first, then those of one's own by name.
fn order(name: &str) -> (usize, &str) {
    (TextField::from_name(name).map_or(TEXT_FIELDS, TextField::index), name)
}
