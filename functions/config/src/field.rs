//! Text fields: the standard ones, and those that `[field.<name>]` declares.

use onefold_normalise::field::{OwnField, TextField, TextFieldSet};

use crate::{Config, Mapping, Target};

/// A field that the configuration declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeclaredField {
    /// The field.
    pub field: OwnField,
    /// Whether one person may have many values, each of which is theirs alone; otherwise it is one text a person.
    pub identifier: bool,
}

/// What the names of a source may fill beside the given and the family name. Only a full name has a middle name.
const OF_NAMES: [TextField; 3] = [TextField::HonorificPrefix, TextField::HonorificSuffix, TextField::Organization];

impl Config {
    /// The text field of a full name, standard or declared.
    pub fn text_field(&self, name: &str) -> Option<TextField> {
        text_field(&self.text_fields, name)
    }

    /// The declared fields that are identifiers, by name.
    pub fn identifiers(&self) -> impl Iterator<Item = TextField> {
        self.own_fields.iter().filter(|own| own.identifier).map(|own| TextField::Own(own.field))
    }

    /// The text fields that every customer's record has, with or without a value: the basic ones, those that are declared,
    /// and those of the others that a source or a table may fill.
    pub fn record_fields(&self) -> TextFieldSet {
        let own = self.own_fields.iter().map(|own| TextField::Own(own.field));
        let mapped = self.sources.iter().flat_map(|source| source.mapping.texts.iter().map(|text| text.field));
        let enriched = self.enrich.iter().filter_map(|enrich| match enrich.target {
            Target::Text(field) => Some(field),
            _ => None,
        });
        TextField::BASIC.into_iter().chain(own).chain(mapped).chain(enriched).chain(self.fields_of_names()).collect()
    }

    /// The fields beside the given and the family name that names may fill, if any source has names.
    fn fields_of_names(&self) -> impl Iterator<Item = TextField> {
        let has_any = |is_so: fn(&Mapping) -> bool| self.sources.iter().any(move |source| is_so(&source.mapping));
        let of_names = OF_NAMES.into_iter().filter(move |_| has_any(Mapping::has_names));
        of_names.chain(has_any(|mapping| mapping.full_name.is_some()).then_some(TextField::MiddleName))
    }

    /// The fields of [`Config::record_fields`] in the order of the record: those before the address, and its members.
    pub fn fields_of_record(&self) -> Vec<TextField> {
        let set = self.record_fields();
        let own = self.own_fields.iter().map(|own| TextField::Own(own.field));
        let all = TextField::PLAIN.into_iter().chain(own).chain(TextField::ADDRESS);
        all.filter(|field| set.contains(*field)).collect()
    }
}

/// The field of a full name among some.
pub(crate) fn text_field(fields: &[TextField], name: &str) -> Option<TextField> {
    fields.iter().copied().find(|field| field.name() == name)
}
