//! Compares a column's name with the names of fields.

use super::words::{AMOUNTS, AT_WORK, FIELDS, OTHERS, SOMEBODY_ELSE, WHOLE_IDS};

/// How well a name fits a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// Not at all.
    None,
    /// One of its words is a name of the field, or all of it is but the object around it is something else's. The greater the
    /// number, the better: the name is early in the list and not deep in the row.
    Partly(i32),
    /// It is one of the field's names. The number is as above.
    Wholly(i32),
}

/// How well the names on the way to a column fit a field. The source's name may stand before `id`.
pub fn fit(field: &str, path: &[String], source: &str) -> Fit {
    let Some(last) = path.last() else { return Fit::None };
    let names = FIELDS.iter().find(|(name, _)| *name == field).map_or(&[][..], |(_, names)| names);
    let rank = |text: &str| names.iter().position(|name| *name == text).map(|rank| -(rank as i32));
    let depth = path.len() as i32;
    let is_within_another = path[..path.len() - 1].iter().any(|name| OTHERS.contains(&plain(name).as_str()));
    let is_id = field == "id";
    let whole = rank(&plain(last)).or_else(|| (is_id && is_id_of(source, &plain(last))).then_some(0));
    if is_id && whole.is_none() && WHOLE_IDS.contains(&plain(last).as_str()) {
        return Fit::Partly(i32::MIN);
    }
    if let Some(rank) = whole {
        let rank = rank - depth;
        return if is_within_another { Fit::Partly(rank) } else { Fit::Wholly(rank) };
    }
    let words = words(last);
    let of_a_word = words.iter().filter_map(|word| rank(word)).max();
    let of_two = words.windows(2).filter_map(|pair| rank(&pair.concat())).max();
    of_two.or(of_a_word).filter(|_| !is_within_another).map_or(Fit::None, |rank| Fit::Partly(rank - depth))
}

/// The names on the way to a list, the last one as that of a single item: `emails` as `email`.
pub fn singular(path: &[String]) -> Vec<String> {
    let Some((last, outer)) = path.split_last() else { return Vec::new() };
    let ending = if last.to_lowercase().ends_with("sses") { "es" } else { "s" };
    let one = last.strip_suffix(ending).unwrap_or(last).to_owned();
    outer.iter().cloned().chain([one]).collect()
}

/// Whether a name is the source's, with or without a plural s, followed by `id`.
fn is_id_of(source: &str, name: &str) -> bool {
    [source, source.strip_suffix('s').unwrap_or(source)].iter().any(|source| name == plain(source) + "id")
}

/// The word by which a column is somebody else's than the customer's.
pub fn whose(path: &[String]) -> Option<String> {
    path.iter().flat_map(|name| words(name)).find(|word| SOMEBODY_ELSE.contains(&word.as_str()))
}

/// Whether a name has a word of work.
pub fn is_at_work(path: &[String]) -> bool {
    path.iter().flat_map(|name| words(name)).any(|word| AT_WORK.contains(&word.as_str()))
}

/// Whether a name has a word of an amount.
pub fn is_amount(path: &[String]) -> bool {
    path.iter().flat_map(|name| words(name)).any(|word| AMOUNTS.contains(&word.as_str()))
}

/// A name in small letters without accents and separators: `E-Mail_Address` and `emailAddress` are `emailaddress`.
pub fn plain(name: &str) -> String {
    words(name).concat()
}

/// The words of a name, in small letters without accents.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_small = false;
    for letter in name.chars() {
        let is_new = !letter.is_alphanumeric() || (letter.is_uppercase() && was_small);
        if is_new && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        was_small = letter.is_lowercase() || letter.is_numeric();
        if let Some(word) = words.last_mut().filter(|_| letter.is_alphanumeric()) {
            word.extend(letter.to_lowercase().flat_map(without_accent));
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// A small letter of Latin-1 without its accent. German umlauts become two letters, as in names of columns.
fn without_accent(letter: char) -> impl Iterator<Item = char> {
    let plain = match letter {
        'ä' => "ae",
        'ö' => "oe",
        'ü' => "ue",
        'ß' => "ss",
        'à' | 'á' | 'â' | 'ã' | 'å' => "a",
        'ç' => "c",
        'è' | 'é' | 'ê' | 'ë' => "e",
        'ì' | 'í' | 'î' | 'ï' => "i",
        'ñ' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ø' => "o",
        'ù' | 'ú' | 'û' => "u",
        _ => "",
    };
    plain.chars().chain(plain.is_empty().then_some(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The field that a name fits best.
    fn best(path: &[&str]) -> Option<(&'static str, bool)> {
        let path: Vec<String> = path.iter().map(|name| (*name).to_owned()).collect();
        let fits = FIELDS.iter().map(|(field, _)| (fit(field, &path, "shop"), *field));
        let (fit, field) = fits.max_by_key(|(fit, _)| *fit)?;
        (fit != Fit::None).then_some((field, matches!(fit, Fit::Wholly(_))))
    }

    #[test]
    fn names_of_many_systems_are_known() {
        let cases = [
            ("email", "email"),
            ("e_mail", "email"),
            ("mail", "email"),
            ("Email Address", "email"),
            ("E-Mail-Adresse", "email"),
            ("firstName", "given_name"),
            ("FIRST_NAME", "given_name"),
            ("Vorname", "given_name"),
            ("prénom", "given_name"),
            ("Nachname", "family_name"),
            ("zip", "address.postal_code"),
            ("PLZ", "address.postal_code"),
            ("Straße", "address.street_address"),
            ("Telefonnummer", "phone_number"),
            ("shopId", "id"),
            ("updatedAt", "updated_at"),
            ("date_of_birth", "birthdate"),
            ("Geburtsdatum", "birthdate"),
        ];
        for (name, field) in cases {
            assert_eq!(best(&[name]), Some((field, true)), "{name}");
        }
    }

    #[test]
    fn a_word_of_a_name_fits_partly_and_names_within_others_do_not_wholly() {
        assert_eq!(best(&["billing_email"]), Some(("email", false)));
        assert_eq!(best(&["company", "name"]), Some(("full_name", false)));
        assert_eq!(best(&["contact", "mobile"]), Some(("phone_number", true)));
        assert_eq!(best(&["ltv"]), None);
        assert_eq!(best(&["optIn"]), None);
    }

    #[test]
    fn what_was_made_first_is_no_change() {
        let fit = |field: &str, name: &str| fit(field, &[name.to_owned()], "crm");
        assert!(fit("updated_at", "updated_at") > fit("updated_at", "modified"));
        for name in ["created_at", "Created (UTC)", "subscribed_at", "ERDAT"] {
            assert_eq!(fit("updated_at", name), Fit::None, "{name}");
            assert!(fit("created", name) > Fit::None, "{name}");
        }
    }

    #[test]
    fn a_number_is_an_id_only_as_a_whole_name() {
        let fit = |name: &str| fit("id", &[name.to_owned()], "crm");
        assert!(fit("Number") > Fit::None && fit("record id") > fit("Number"));
        assert_eq!((fit("number_of_orders"), fit("Phone Number"), fit("zip code")), (Fit::None, Fit::None, Fit::None));
    }

    #[test]
    fn somebody_elses_are_told() {
        let path = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(whose(&path(&["Account Owner Email"])).as_deref(), Some("owner"));
        assert_eq!(whose(&path(&["manager", "email"])).as_deref(), Some("manager"));
        assert_eq!(whose(&path(&["contact", "email"])), None);
        assert!(is_at_work(&path(&["Business Phone"])) && !is_at_work(&path(&["Network"])));
        assert!(is_amount(&path(&["total_spent"])) && !is_amount(&path(&["country"])));
    }
}
