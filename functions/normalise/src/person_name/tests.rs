//! Names as people write them.

use proptest::prelude::*;

use super::*;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2000, ..ProptestConfig::default() })]

    /// The quick way is only quicker, and no way makes letters up or panics.
    #[test]
    fn all_ways_read_a_name_alike(text in "([A-Z]?[a-zé'-]{0,5}|[Dd]r\\.?|van|&|und|Jr\\.?|GmbH|[,. ()\"@/])( {0,2}([A-Z][a-z]{0,5}|[A-Z]\\.|de la|y|GmbH|[,()\"' ]|III)){0,4}|\\PC{0,12}") {
        let name = any_name(&text);
        // Signs beyond ASCII that are no letters may stand for a word in the quick way.
        let is_of_letters = text.chars().all(|letter| letter.is_alphanumeric() || letter.is_ascii());
        if let Some(plain) = plain_name(&text).filter(|_| is_of_letters) {
            prop_assert_eq!(&name, &plain);
        }
        let fields = [name.honorific_prefix, name.given_name, name.middle_name, name.family_name, name.honorific_suffix];
        let mut words = fields.iter().flatten().flat_map(|field| field.split(' '));
        let letters_of = |text: &str| text.chars().filter(|letter| letter.is_alphanumeric()).collect::<String>();
        let letters = letters_of(&text);
        prop_assert!(words.all(|word| !word.is_empty() && letters.contains(&letters_of(word))), "{:?}", fields);
        _ = (in_given_name(&text), in_family_name(&text));
    }
}

fn show(name: &PersonName<'_>) -> String {
    let text = |part: &Option<Cow<'_, str>>| part.as_deref().unwrap_or_default().to_owned();
    let fields = [
        ("", &name.honorific_prefix),
        ("", &name.given_name),
        ("", &name.middle_name),
        ("", &name.family_name),
        ("", &name.honorific_suffix),
    ];
    match &name.organization {
        Some(organization) => format!("[{organization}]"),
        None => fields.map(|(_, part)| text(part)).join("|"),
    }
}

/// Each text, and prefix, given name, middle name, family name and suffix, or the company.
fn check(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(show(&full_name(text)), *expected, "{text:?}");
    }
}

#[test]
fn two_plain_words_are_a_given_and_a_family_name() {
    let cases = [
        ("Anna Weber", "|Anna||Weber|"),
        (" anna   weber ", "|anna||weber|"),
        ("Dr.Berg, Jan van", "Dr.|Jan||van Berg|"),
        ("Weber, Anna", "|Anna||Weber|"),
        (" WEBER ,ANNA ", "|ANNA||WEBER|"),
        ("Jürgen Groß-Müller", "|Jürgen||Groß-Müller|"),
        ("Sean O'Malley", "|Sean||O'Malley|"),
        ("Иван Петров", "|Иван||Петров|"),
        ("محمد علي", "|محمد||علي|"),
        ("Eva\u{a0}Holm", "|Eva||Holm|"),
        ("ben smith", "|ben||smith|"),
        ("Al Green", "|Al||Green|"),
        ("Dean Martin", "|Dean||Martin|"),
        ("Don King", "|Don||King|"),
        ("Prince Nelson", "|Prince||Nelson|"),
        ("Sir Duke", "|Sir||Duke|"),
        ("Jack Ma", "|Jack||Ma|"),
        ("Amartya Sen", "|Amartya||Sen|"),
        ("Chidi Mba", "|Chidi||Mba|"),
        ("Maj Sjöwall", "|Maj||Sjöwall|"),
        ("ANA SA", "|ANA||SA|"),
        ("Ana Co", "|Ana||Co|"),
        ("Frank Herr", "|Frank||Herr|"),
        ("Anna Senior", "|Anna||Senior|"),
    ];
    check(&cases);
    for text in ["Anna Weber", "Weber, Anna", "Jürgen Groß-Müller", " anna  weber"] {
        assert!(matches!(full_name(text).given_name, Some(Cow::Borrowed(_))), "{text}");
    }
}

#[test]
fn titles_stand_in_front() {
    check(&[
        ("Dr. Anna Weber", "Dr.|Anna||Weber|"),
        ("Prof. Dr. med. Hans Kuhn", "Prof. Dr. med.|Hans||Kuhn|"),
        ("Prof.Dr.-Ing. Eva Holm", "Prof.Dr.-Ing.|Eva||Holm|"),
        ("Dipl.-Ing. Uwe Kranz", "Dipl.-Ing.|Uwe||Kranz|"),
        ("Herr Otto Lang", "Herr|Otto||Lang|"),
        ("HERR OTTO LANG", "HERR|OTTO||LANG|"),
        ("Frau Dr. Lang", "Frau Dr.|||Lang|"),
        ("Mr Magoo", "Mr|||Magoo|"),
        ("Mme Claire Dubois", "Mme|Claire||Dubois|"),
        ("M. Jean Dubois", "M.|Jean||Dubois|"),
        ("D. José Prado", "D.|José||Prado|"),
        ("M. J. Dubois", "|M. J.||Dubois|"),
        ("M. Dubois", "|M.||Dubois|"),
        ("Sra. Ana García", "Sra.|Ana||García|"),
        ("Sig.ra Lucia Rossi", "Sig.ra|Lucia||Rossi|"),
        ("Dott.ssa Lucia Rossi", "Dott.ssa|Lucia||Rossi|"),
        ("Avv. Marco Neri", "Avv.|Marco||Neri|"),
        ("Dhr. J. de Boer", "Dhr.|J.||de Boer|"),
        ("Pani Ewa Nowak", "Pani|Ewa||Nowak|"),
        ("Sir Arthur Finch", "Sir|Arthur||Finch|"),
        ("Weber, Dr. Anna", "Dr.|Anna||Weber|"),
        ("Dr. Weber, Anna", "Dr.|Anna||Weber|"),
        ("Weber, Frau", "Frau|||Weber|"),
        ("Hans Kuhn Dr.", "Dr.|Hans||Kuhn|"),
        ("Ing. Anna Weber", "Ing.|Anna||Weber|"),
        ("Herr", "|||Herr|"),
    ]);
}

#[test]
fn suffixes_stand_behind() {
    check(&[
        ("John Smith Jr.", "|John||Smith|Jr."),
        ("John Smith, Jr.", "|John||Smith|Jr."),
        ("Smith Jr., John", "|John||Smith|Jr."),
        ("Smith, John, Jr.", "|John||Smith|Jr."),
        ("Tiptree, James, Jr.", "|James||Tiptree|Jr."),
        ("Robert Elder III", "|Robert||Elder|III"),
        ("Jane Holt, MD", "|Jane||Holt|MD"),
        ("Jane Holt MD", "|Jane||Holt|MD"),
        ("Jane Holt, MA", "|Jane||Holt|MA"),
        ("Jane Holt M.A.", "|Jane||Holt|M.A."),
        ("Holt, Jane, M.D., Ph.D.", "|Jane||Holt|M.D. Ph.D."),
        ("Omar Reyes, Ph.D.", "|Omar||Reyes|Ph.D."),
        ("Dr. Jane van Holt, MBA", "Dr.|Jane||van Holt|MBA"),
        ("Hans Otto Kuhn jun", "|Hans Otto||Kuhn|jun"),
        ("Amartya Kumar Sen", "|Amartya Kumar||Sen|"),
        ("Hans Kuhn jun.", "|Hans||Kuhn|jun."),
        ("Hans Kuhn junior", "|Hans||Kuhn|junior"),
        ("Ma, Jack", "|Jack||Ma|"),
        ("Smith Jr.", "|||Smith|Jr."),
    ]);
}

#[test]
fn particles_and_two_surnames_are_of_the_family_name() {
    check(&[
        ("Joke van den Bosch", "|Joke||van den Bosch|"),
        ("Jan Van Der Meulen", "|Jan||Van Der Meulen|"),
        ("Bosch, Joke van den", "|Joke||van den Bosch|"),
        ("Pennie von Bergen Wessels", "|Pennie||von Bergen Wessels|"),
        ("Karl von und zu Berg", "|Karl||von und zu Berg|"),
        ("van den Bosch", "|||van den Bosch|"),
        ("Maria de la Cruz", "|Maria||de la Cruz|"),
        ("Ana dos Santos Silva", "|Ana||dos Santos Silva|"),
        ("Ahmed bin Said", "|Ahmed||bin Said|"),
        ("Ian Mac Gregor", "|Ian||Mac Gregor|"),
        ("Eva St. Clair", "|Eva||St. Clair|"),
        ("Sean O' Brien", "|Sean||O' Brien|"),
        ("Jorge García Pérez", "|Jorge||García Pérez|"),
        ("García Pérez, Jorge", "|Jorge||García Pérez|"),
        ("José Luis Garcia Perez", "|José Luis||Garcia Perez|"),
        ("María del Carmen García López", "|María del Carmen||García López|"),
        ("José Ortega y Gasset", "|José||Ortega y Gasset|"),
        ("Ortega y Gasset, José", "|José||Ortega y Gasset|"),
        ("DE VRIES, PIETER", "|PIETER||DE VRIES|"),
    ]);
}

#[test]
fn given_names_may_be_several_and_initials_are_the_middle_name() {
    check(&[
        ("Mary Ann Lee", "|Mary Ann||Lee|"),
        ("John Q. Public", "|John|Q.|Public|"),
        ("Public, John Q.", "|John|Q.|Public|"),
        ("John James Q R Public", "|John James|Q R|Public|"),
        ("Smith, J.R.", "|J.R.||Smith|"),
        ("D.R. Smith", "|D.R.||Smith|"),
        ("J. R. Smith", "|J. R.||Smith|"),
        ("Jean-Luc Moreau-Petit", "|Jean-Luc||Moreau-Petit|"),
    ]);
}

#[test]
fn one_name_is_the_family_name_and_some_names_begin_with_it() {
    check(&[
        ("Suharto", "|||Suharto|"),
        ("王小明", "|||王小明|"),
        ("王 小明", "|小明||王|"),
        ("山田\u{3000}太郎", "|太郎||山田|"),
        ("Nguyễn Thị Minh Khai", "|Thị Minh Khai||Nguyễn|"),
        ("Minh Nguyễn", "|Minh||Nguyễn|"),
        ("Weber,", "|||Weber|"),
        ("García Pérez,", "|||García Pérez|"),
        (", Anna", "|||Anna|"),
    ]);
}

#[test]
fn notes_and_nicknames_are_no_part_of_the_name() {
    for (text, expected) in [
        ("Robert (Bob) Kline", "|Robert||Kline|"),
        ("William \"Bill\" Trask", "|William||Trask|"),
        ("William “Bill” Trask", "|William||Trask|"),
        ("William 'Bill' Trask", "|William||Trask|"),
        ("Lena Dorn (verstorben)", "|Lena||Dorn|"),
        ("Lena Dorn c/o Uwe Roth", "|Lena||Dorn|"),
        ("Lena Dorn (verst", "|Lena||Dorn|"),
        ("Hilda Roth <hilda@wolkenpost.de>", "|Hilda||Roth|"),
        ("Hilda Roth hilda@wolkenpost.de", "|Hilda||Roth|"),
    ] {
        let name = full_name(text);
        assert_eq!((show(&name).as_str(), name.dropped), (expected, Some(AN_ASIDE)), "{text}");
    }
    check(&[
        ("(Anna Weber)", "|Anna||Weber|"),
        ("\"Anna Weber\"", "|Anna||Weber|"),
        ("Jan 't Hooft", "|Jan||'t Hooft|"),
    ]);
}

#[test]
fn companies_are_no_persons() {
    for company in [
        "Kelpwerk GmbH",
        "KELPWERK GMBH",
        "Kelpwerk GmbH & Co. KG",
        "Müller & Söhne KG",
        "Müller & Söhne",
        "Northyard Holdings, Inc.",
        "Northyard L.L.C.",
        "Carver & Co.",
        "Finch and Sons",
        "Nordlys AS",
        "Nordlys A/S",
        "NORDLYS A/S",
        "Firma Otto Lang",
        "Fa. Lang",
        "Granit AB",
        "Kivi Oy",
        "Turnverein Lindau e.V.",
        "Turnverein Lindau e. V.",
        "Mar Azul, S.A.",
        "Mar Azul S. A.",
        "Pasta Bella S.r.l.",
        "Pasta Bella SpA",
        "Bakker B.V.",
        "Skład Sp. z o.o.",
        "Padaria Sol Ltda.",
        "Boulangerie Roux SARL",
    ] {
        let expected = PersonName { organization: Some(company.into()), ..PersonName::default() };
        assert_eq!(full_name(company), expected);
        assert_eq!(in_family_name(company), Some(expected));
    }
}

#[test]
fn two_people_have_no_given_name() {
    for (text, family) in [
        ("Anna und Peter Vogt", "Vogt"),
        ("Anna & Peter Vogt", "Vogt"),
        ("Anna/Peter Vogt", "Vogt"),
        ("Vogt, Anna und Peter", "Vogt"),
        ("Anna Vogt und Peter Vogt", "Vogt"),
        ("Anna Vogt und Peter Lang", ""),
        ("Anna und Peter", ""),
        ("Mr. and Mrs. Paul Finch", "Finch"),
        ("Mr. and Mrs. Finch", "Finch"),
        ("M. et Mme Dubois", "Dubois"),
        ("Sr. y Sra. López", "López"),
        ("Herr und Frau von Berg", "von Berg"),
        ("Herr Vogt und Frau Lang", ""),
        ("Ana y Pedro López García", "López García"),
        ("Anna e Marco Rossi", "Rossi"),
        ("Jan en Marie de Boer", "de Boer"),
        ("Claire et Paul Dubois", "Dubois"),
    ] {
        let name = full_name(text);
        assert_eq!((show(&name), name.dropped), (format!("|||{family}|"), Some(TWO_PEOPLE)), "{text}");
    }
    check(&[("Familie Vogt", "|||Vogt|"), ("The Finch Family", "|||Finch|"), ("Fam. de Boer", "|||de Boer|")]);
}

#[test]
fn an_address_is_no_name() {
    for text in ["hilda@wolkenpost.de", "<hilda@wolkenpost.de>", " hilda@wolkenpost.de, "] {
        assert_eq!(full_name(text), PersonName { dropped: Some(AN_ADDRESS), ..PersonName::default() }, "{text}");
    }
    assert_eq!(full_name(" ,-"), PersonName { dropped: Some(NO_NAME), ..PersonName::default() });
}

#[test]
fn fields_of_a_name_are_relieved_of_what_is_no_name() {
    let given = |text: &str| in_given_name(text).as_ref().map(show);
    let family = |text: &str| in_family_name(text).as_ref().map(show);
    for (text, expected) in [
        ("Frau Petra", "Frau|Petra|||"),
        ("Dr. Anna Maria", "Dr.|Anna Maria|||"),
        ("Anna, Dr.", "Dr.|Anna|||"),
        ("John Jr.", "|John|||Jr."),
        ("Kelpwerk GmbH", "[Kelpwerk GmbH]"),
        ("Anna & Peter", "||||"),
        ("petra@wolkenpost.de", "||||"),
    ] {
        assert_eq!(given(text).as_deref(), Some(expected), "{text}");
    }
    for (text, expected) in [
        ("Smith Jr.", "|||Smith|Jr."),
        ("Holt, MD", "|||Holt|MD"),
        ("van den Bosch, PhD", "|||van den Bosch|PhD"),
        ("Dr. Weber", "Dr.|||Weber|"),
        ("Elder III", "|||Elder|III"),
    ] {
        assert_eq!(family(text).as_deref(), Some(expected), "{text}");
    }
    for name in [
        "Anna",
        "Anna Maria",
        "Jean-Luc",
        "Dean",
        "Herr",
        "Frau",
        "Dr.",
        "Jr.",
        "J. R.",
        "Mary SL",
        "Md Rahim",
        "Don Carlos",
    ] {
        assert_eq!(given(name), None, "{name}");
    }
    for name in [
        "Weber",
        "Herr",
        "King",
        "van den Bosch",
        "Ortega y Gasset",
        "Costa e Silva",
        "Senior",
        "O\"Neil",
        "Ma",
        "St. Clair",
    ] {
        assert_eq!(family(name), None, "{name}");
    }
}

#[test]
fn names_of_birth_and_typographic_nicknames_are_no_part_of_the_name() {
    let cases = [
        ("Eva Lang geb. Weber", "|Eva||Lang|"),
        ("Eva Lang, geb. Weber", "|Eva||Lang|"),
        ("Lang geb. Weber, Eva", "|Eva||Lang|"),
        ("Lang, Eva geborene Weber", "|Eva||Lang|"),
        ("Claire Petit née Blanc", "|Claire||Petit|"),
        ("Anna Kowalska z domu Nowak", "|Anna||Kowalska|"),
        ("Peter ‘Pit’ Lang", "|Peter||Lang|"),
        ("Sean O‘Malley", "|Sean||O‘Malley|"),
    ];
    check(&cases);
    assert_eq!(full_name("Eva Lang geb. Weber").dropped, Some(AN_ASIDE));
}

#[test]
fn patronymics_are_the_middle_name_wherever_the_family_name_stands() {
    let cases = [
        ("Петров Иван Иванович", "|Иван|Иванович|Петров|"),
        ("Иван Иванович Петров", "|Иван|Иванович|Петров|"),
        ("Петрова, Анна Сергеевна", "|Анна|Сергеевна|Петрова|"),
        ("Шевченко Олена Іванівна", "|Олена|Іванівна|Шевченко|"),
        ("Роман Абрамович", "|Роман||Абрамович|"),
    ];
    check(&cases);
}

#[test]
fn titles_of_more_countries() {
    let cases = [
        ("MUDr. Jan Dvořák", "MUDr.|Jan||Dvořák|"),
        ("JUDr. Ing. Petr Novák", "JUDr. Ing.|Petr||Novák|"),
        ("Univ.-Prof. Dr. Hans Kuhn", "Univ.-Prof. Dr.|Hans||Kuhn|"),
        ("Sayın Ali Kaya", "Sayın|Ali||Kaya|"),
        ("Omar El Sayed", "|Omar||El Sayed|"),
        ("Khalid Al Amin", "|Khalid||Al Amin|"),
        ("Al Gore", "|Al||Gore|"),
        ("Autohaus Meier", "[Autohaus Meier]"),
        ("Hotel Adler", "[Hotel Adler]"),
        ("Universität Bonn", "[Universität Bonn]"),
        ("University of Leeds", "[University of Leeds]"),
    ];
    check(&cases);
}
