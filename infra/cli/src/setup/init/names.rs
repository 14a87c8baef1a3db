//! What a column's name says about its field: the names that systems use, in some languages.

/// Names of fields, the best first: plain (see [`plain`]), for each field of the configuration.
const NAMES: [(&str, &[&str]); 17] = [
    (
        "id",
        &[
            "id",
            "uid",
            "uuid",
            "guid",
            "customerid",
            "userid",
            "accountid",
            "contactid",
            "memberid",
            "clientid",
            "subscriberid",
            "sid",
            "personid",
            "recordid",
            "externalid",
            "customernumber",
            "customerno",
            "kundennummer",
            "kundennr",
            "kundenid",
            "numeroclient",
            "idclient",
            "idcliente",
            "pk",
        ],
    ),
    (
        "email",
        &["email", "emailaddress", "mail", "mailaddress", "emailadresse", "courriel", "correo", "correoelectronico"],
    ),
    (
        "phone_number",
        &[
            "phonenumber",
            "phone",
            "mobilephone",
            "mobile",
            "mobilenumber",
            "cellphone",
            "cell",
            "telephone",
            "telephonenumber",
            "tel",
            "msisdn",
            "telefon",
            "telefonnummer",
            "handy",
            "handynummer",
            "mobil",
            "rufnummer",
            "telefono",
            "movil",
            "portable",
            "gsm",
            "cellulare",
        ],
    ),
    (
        "given_name",
        &[
            "givenname",
            "firstname",
            "forename",
            "fname",
            "vorname",
            "prenom",
            "nombre",
            "primernombre",
            "first",
            "given",
        ],
    ),
    (
        "family_name",
        &[
            "familyname",
            "lastname",
            "surname",
            "lname",
            "nachname",
            "familienname",
            "zuname",
            "nom",
            "nomdefamille",
            "apellido",
            "apellidos",
            "cognome",
            "last",
            "family",
        ],
    ),
    (
        "full_name",
        &[
            "fullname",
            "name",
            "displayname",
            "customername",
            "contactname",
            "nomcomplet",
            "nombrecompleto",
            "kundenname",
        ],
    ),
    ("gender", &["gender", "sex", "geschlecht", "sexe", "sexo", "genre", "genero", "sesso"]),
    (
        "birthdate",
        &[
            "birthdate",
            "dateofbirth",
            "dob",
            "birthday",
            "bday",
            "born",
            "geburtsdatum",
            "geburtstag",
            "geboren",
            "datedenaissance",
            "datenaissance",
            "naissance",
            "fechadenacimiento",
            "fechanacimiento",
            "datadinascita",
        ],
    ),
    (
        "address.street_address",
        &[
            "streetaddress",
            "street",
            "addressline1",
            "address1",
            "addressline",
            "line1",
            "street1",
            "strasse",
            "anschrift",
            "rue",
            "calle",
            "via",
            "address",
            "adresse",
            "direccion",
            "indirizzo",
            "domicilio",
        ],
    ),
    (
        "address.locality",
        &["locality", "city", "town", "ort", "stadt", "wohnort", "ville", "ciudad", "citta", "localidad"],
    ),
    (
        "address.region",
        &["region", "state", "province", "bundesland", "county", "kanton", "provincia", "departement", "statecode"],
    ),
    (
        "address.postal_code",
        &[
            "postalcode",
            "postcode",
            "zipcode",
            "zip",
            "plz",
            "postleitzahl",
            "codepostal",
            "codigopostal",
            "cp",
            "cap",
            "postnr",
        ],
    ),
    (
        "address.country",
        &["country", "countrycode", "countryiso", "iso2", "land", "laendercode", "landercode", "pays", "pais", "paese"],
    ),
    (
        "updated_at",
        &[
            "updatedat",
            "updated",
            "lastupdated",
            "lastupdate",
            "modifiedat",
            "modified",
            "lastmodified",
            "changedat",
            "lastchanged",
            "changed",
            "updatetime",
            "mtime",
            "geaendertam",
            "geaendert",
            "misajour",
            "timestamp",
            "createdat",
            "created",
            "creationdate",
            "registeredat",
            "registered",
            "signupdate",
            "signedupat",
            "joinedat",
            "subscribedat",
            "erstelltam",
            "angelegtam",
        ],
    ),
    (
        "interests",
        &[
            "interests",
            "interest",
            "hobbies",
            "hobby",
            "topics",
            "interessen",
            "centresdinteret",
            "interets",
            "intereses",
            "tags",
        ],
    ),
    (
        "salary",
        &[
            "salary",
            "income",
            "annualincome",
            "wage",
            "gehalt",
            "einkommen",
            "salaire",
            "revenu",
            "salario",
            "stipendio",
        ],
    ),
    ("location", &[]),
];

const LATITUDES: &[&str] = &["latitude", "lat", "breitengrad"];
const LONGITUDES: &[&str] = &["longitude", "lon", "lng", "long", "laengengrad"];

/// Objects within a row that are somebody or something else.
const OTHERS: [&str; 14] = [
    "company",
    "firma",
    "employer",
    "organisation",
    "organization",
    "product",
    "item",
    "order",
    "manager",
    "owner",
    "parent",
    "partner",
    "device",
    "agent",
];

/// How well a name fits a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// Not at all.
    None,
    /// A word of it does, or it is within something else: less, the further down the list.
    Partly(i32),
    /// It is one of the field's names: less, the further down the list.
    Wholly(i32),
}

/// How well the names that lead to a column fit a field; the source's name may stand before `id`.
pub fn fit(field: &str, path: &[String], source: &str) -> Fit {
    let Some(last) = path.last() else { return Fit::None };
    let names = match field {
        "location.latitude" => LATITUDES,
        "location.longitude" => LONGITUDES,
        _ => NAMES.iter().find(|(name, _)| *name == field).map_or(&[][..], |(_, names)| names),
    };
    let rank = |text: &str| names.iter().position(|name| *name == text).map(|rank| -(rank as i32));
    let depth = path.len() as i32;
    let within_another = path[..path.len() - 1].iter().any(|name| OTHERS.contains(&plain(name).as_str()));
    let whole = rank(&plain(last)).or_else(|| {
        let of_source = [source, source.strip_suffix('s').unwrap_or(source)].map(|source| plain(source) + "id");
        (field == "id" && of_source.contains(&plain(last))).then_some(0)
    });
    if let Some(rank) = whole {
        let rank = rank - depth;
        return if within_another { Fit::Partly(rank) } else { Fit::Wholly(rank) };
    }
    let words = words(last);
    let of_a_word = words.iter().filter_map(|word| rank(word)).max();
    let of_two = words.windows(2).filter_map(|pair| rank(&pair.concat())).max();
    of_two.or(of_a_word).filter(|_| !within_another).map_or(Fit::None, |rank| Fit::Partly(rank - depth))
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

/// A small letter of Latin-1 without its accent; German umlauts in two letters, as column names have them.
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
        let fits = NAMES.iter().map(|(field, _)| (fit(field, &path, "shop"), *field));
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
    fn what_was_changed_last_beats_what_was_made_first() {
        let fit = |name: &str| fit("updated_at", &[name.to_owned()], "crm");
        assert!(fit("updated_at") > fit("modified") && fit("modified") > fit("created_at"));
    }
}
