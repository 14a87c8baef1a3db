//! Persons as they are really kept: a module for each theme.

mod own_fields;
