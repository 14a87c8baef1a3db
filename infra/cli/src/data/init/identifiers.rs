//! Guesses fields of one's own that identify a person, such as a tax number or a loyalty card.

use super::columns::Column;
use super::fields::Sureness;
use super::names::{plain, whose};
use super::search::Search;

/// The fields that are proposed, and the names of columns, in the form of [`plain`].
const IDENTIFIERS: [(&str, &[&str]); 6] = [
    (
        "social_security_number",
        &[
            "ssn",
            "socialsecuritynumber",
            "socialsecurityno",
            "socialsecurity",
            "socsecid",
            "sozialversicherungsnummer",
            "svnr",
            "svnummer",
            "nir",
            "numerosecuritesociale",
            "nino",
            "nationalinsurancenumber",
            "bsn",
        ],
    ),
    (
        "tax_number",
        &[
            "taxid",
            "taxnumber",
            "taxno",
            "steuerid",
            "steuernummer",
            "steueridnr",
            "steueridentifikationsnummer",
            "nif",
            "codicefiscale",
            "cpf",
        ],
    ),
    ("passport_number", &["passportnumber", "passportno", "passport", "passnummer", "reisepassnummer"]),
    (
        "national_id",
        &["nationalid", "nationalidnumber", "idcardnumber", "ausweisnummer", "personalausweisnummer", "dni"],
    ),
    (
        "loyalty_card",
        &[
            "loyaltycard",
            "loyaltycardnumber",
            "loyaltycardno",
            "loyaltynumber",
            "loyaltyno",
            "loyaltyid",
            "membershipnumber",
            "membershipno",
            "bonuscard",
            "kundenkarte",
            "kundenkartennummer",
            "bonuskarte",
            "cartefidelite",
        ],
    ),
    (
        CUSTOMER_NUMBER,
        &[
            "customernumber",
            "customerno",
            "customerid",
            "custno",
            "kundennummer",
            "kundennr",
            "kundenid",
            "numeroclient",
        ],
    ),
];

/// Two systems may each have customer numbers of their own, so this is only proposed.
const CUSTOMER_NUMBER: &str = "customer_number";
/// The fewest values by which a column is judged.
const VALUES_MIN: usize = 10;
/// The fewest letters and digits of a number that is one person's.
const LETTERS_MIN: usize = 5;

/// Whether a field is one that is proposed here.
pub fn is_identifier(field: &str) -> bool {
    IDENTIFIERS.iter().any(|(known, _)| *known == field)
}

impl Search<'_> {
    /// Looks for identifiers by the names of columns. It is in force if nearly all values are numbers that no other row has.
    pub fn identifiers(&mut self) {
        for (field, names) in IDENTIFIERS {
            let is_named =
                |column: &&Column| column.path.last().is_some_and(|last| names.contains(&plain(last).as_str()));
            let is_meant = |column: &&Column| column.lists == 0 && whose(&column.path).is_none();
            let free = self.candidates(field).into_iter().map(|(_, column)| column);
            let Some(column) = free.filter(is_named).find(is_meant) else { continue };
            let (sureness, why) = judge(field, column);
            self.add(field, column, sureness, why);
        }
    }
}

fn judge(field: &str, column: &Column) -> (Sureness, String) {
    let all = column.values.len();
    let said = format!("{all} values, {} differ", column.distinct());
    if field == CUSTOMER_NUMBER {
        return (Sureness::Unsure, format!("{said}; an identifier only if all systems number customers alike"));
    }
    let like_numbers = column.values.iter().filter(|value| is_like_number(value)).count();
    let are_numbers = like_numbers * 10 >= all * 9;
    let are_distinct = column.distinct() * 10 >= all * 9;
    if all < VALUES_MIN || !are_numbers || !are_distinct || column.is_repeated {
        return (Sureness::Unsure, format!("{said}, {like_numbers} look like one person's number"));
    }
    (Sureness::Likely, format!("{said}; the name says that it is one person's"))
}

fn is_like_number(value: &str) -> bool {
    let count = |is_meant: fn(char) -> bool| value.chars().filter(|letter| is_meant(*letter)).count();
    count(char::is_alphanumeric) >= LETTERS_MIN && count(|letter| letter.is_ascii_digit()) * 2 >= LETTERS_MIN
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(field: &str, value: fn(usize) -> String, values: usize) -> Sureness {
        let rows: String = (0..values).map(|row| format!("{row},{}\n", value(row))).collect();
        let scratch =
            crate::data::tests::Scratch::new(&[("landing/crm/a.csv", format!("id,{field}\n{rows}").as_bytes())]);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(scratch.init()).unwrap();
        let text = scratch.config_text();
        let declared = match field {
            "SSN" => "social_security_number",
            "customer_no" => "customer_number",
            _ => "loyalty_card",
        };
        let (in_force, proposed) = (format!("\n{declared} = "), format!("\n# {declared} = "));
        assert_eq!(
            text.contains(&format!("\n[field.{declared}]\nidentifier = true\n")),
            text.contains(&in_force),
            "{text}"
        );
        assert_eq!(
            text.contains(&format!("\n# [field.{declared}]\n# identifier = true\n")),
            text.contains(&proposed),
            "{text}"
        );
        scratch.config();
        if text.contains(&in_force) { Sureness::Likely } else { Sureness::Unsure }
    }

    #[test]
    fn a_number_that_no_two_rows_share_is_an_identifier() {
        assert_eq!(judged("SSN", |row| format!("078-05-1{row:03}"), 40), Sureness::Likely);
        assert_eq!(judged("Loyalty Card", |row| format!("LC{row:06}"), 40), Sureness::Likely);
    }

    #[test]
    fn what_several_share_or_few_show_is_only_proposed() {
        assert_eq!(judged("SSN", |row| format!("078-05-1{:03}", row / 3), 40), Sureness::Unsure);
        assert_eq!(judged("SSN", |row| format!("078-05-1{row:03}"), 5), Sureness::Unsure);
        assert_eq!(judged("loyaltyCard", |row| ["gold", "silver"][row % 2].to_owned(), 40), Sureness::Unsure);
        assert_eq!(judged("customer_no", |row| format!("K{row:06}"), 40), Sureness::Unsure);
    }
}
