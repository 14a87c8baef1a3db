//! Exports of systems that many have, as they write them, with invented people: twelve of them, known to all systems.

use super::{field_line, groups};
use crate::data::check;
use crate::data::tests::Scratch;

/// Given name, family name, e-mail address, and the number of the telephone.
const PEOPLE: [(&str, &str); 12] = [
    ("Mara", "Quell"),
    ("Benno", "Stichling"),
    ("Tilda", "Oster"),
    ("Ruben", "Haferland"),
    ("Svea", "Lindqvist"),
    ("Korbinian", "Zeiler"),
    ("Nele", "Brackwede"),
    ("Arvid", "Tamm"),
    ("Jördis", "Möhring"),
    ("Cosmo", "Feldweg"),
    ("Philippa", "Dorn"),
    ("Enno", "Wattenberg"),
];

/// A person, by number.
struct Person {
    number: usize,
    given: &'static str,
    family: &'static str,
    email: String,
    /// The line's number, as dialled in Berlin.
    line: String,
    street: String,
    zip: String,
}

fn people() -> Vec<Person> {
    let plain = |name: &str| name.to_lowercase().replace('ö', "oe");
    let person = |(number, (given, family)): (usize, &(&'static str, &'static str))| Person {
        number: number + 1,
        given,
        family,
        email: format!("{}.{}@mail.zz", plain(given), plain(family)),
        line: format!("70{:02}61", number + 10),
        street: format!("Lindenallee {}", number + 1),
        zip: format!("{}", 10_115 + number),
    };
    PEOPLE.iter().enumerate().map(person).collect()
}

/// A file: its header, and a row for each person.
fn file(header: &str, row: impl Fn(&Person) -> String) -> Vec<u8> {
    let rows: Vec<String> = people().iter().map(row).collect();
    format!("{header}\n{}\n", rows.join("\n")).into_bytes()
}

fn dynamics() -> Vec<u8> {
    file(
        "(Do Not Modify) Contact,(Do Not Modify) Row Checksum,(Do Not Modify) Modified On,Full Name,Email,Business Phone,\
         Mobile Phone,Address 1: Street 1,Address 1: City,Address 1: ZIP/Postal Code,Address 1: Country/Region",
        |Person { number, given, family, email, line, street, zip }| {
            let id = format!("7c41{number:04}-52ab-4c1d-9e00-0a1b2c3d4e5f");
            format!(
                "{id},k7==,{number}/3/2025 9:30 AM,{given} {family},{email},+49 30 {line},,{street},Berlin,{zip},Germany"
            )
        },
    )
}

/// Two people have several addresses and numbers in one cell.
fn google() -> Vec<u8> {
    file(
        "First Name,Middle Name,Last Name,Organization Name,Birthday,Notes,Photo,Labels,E-mail 1 - Label,E-mail 1 - Value,\
         E-mail 2 - Value,Phone 1 - Label,Phone 1 - Value,Address 1 - Street,Address 1 - City,Address 1 - Postal Code,\
         Address 1 - Country",
        |Person { number, given, family, email, line, street, zip }| {
            let has_several = number % 6 == 0;
            let email = if has_several { format!("{email} ::: {given}@else.zz") } else { email.clone() };
            let phone =
                if has_several { format!("+49 30 {line} ::: +49 30 9{line}") } else { format!("+49 30 {line}") };
            format!(
                "{given},,{family},,19{:02}-04-{:02},,,* myContacts,Home,{email},,Mobile,{phone},{street},Berlin,{zip},DE",
                60 + number,
                number + 9
            )
        },
    )
}

fn hubspot() -> Vec<u8> {
    file(
        "\"Record ID\",\"First Name\",\"Last Name\",\"Email\",\"Phone Number\",\"Contact owner\",\"Associated Company\",\
         \"Last Activity Date\",\"Lead Status\",\"Create Date\",\"Last Modified Date\"",
        |Person { number, given, family, email, line, .. }| {
            format!(
                "\"{}\",\"{given}\",\"{family}\",\"{email}\",\"+49 30 {line}\",\"S. Vertrieb\",\"\",\"\",\"OPEN\",\
                 \"2025-01-{number:02} 08:00\",\"2025-02-{:02} 17:20\"",
                number * 100 + 1,
                number + 12
            )
        },
    )
}

fn magento() -> Vec<u8> {
    file(
        "email,_website,_store,confirmation,created_at,created_in,disable_auto_group_change,dob,firstname,gender,group_id,\
         lastname,middlename,password_hash,prefix,store_id,suffix,taxvat,updated_at,website_id,password",
        |Person { number, given, family, email, .. }| {
            let born = format!("19{:02}-04-{:02} 00:00:00", 60 + number, number + 9);
            let updated = format!("2025-03-{number:02} 12:13:14");
            format!(
                "{email},base,default,,2024-01-{number:02} 12:13:14,Default,0,{born},{given},Female,1,{family},,h,,1,,,{updated},1,"
            )
        },
    )
}

fn mailchimp() -> Vec<u8> {
    file(
        "Email Address,First Name,Last Name,Address,Phone Number,Birthday,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,\
         CONFIRM_IP,LATITUDE,LONGITUDE,GMTOFF,DSTOFF,TIMEZONE,CC,REGION,LAST_CHANGED,LEID,EUID,NOTES,TAGS",
        |Person { number, given, family, email, line, street, zip }| {
            let changed = format!("2025-01-{:02} 23:10:00", number + 14);
            format!(
                "{email},{given},{family},\"{street}  Berlin  {zip}\",030 {line},04/{:02},2,2024-05-01 10:00:00,10.0.0.1,\
                 2024-05-01 10:01:00,10.0.0.1,52.5,13.4,1,2,Europe/Berlin,DE,BE,{changed},5120{number:05},c{number:02}d4e5,,\
                 \"\"\"VIP\"\"\"",
                number + 9
            )
        },
    )
}

fn outlook() -> Vec<u8> {
    file(
        "\"Title\",\"First Name\",\"Middle Name\",\"Last Name\",\"Company\",\"Home Street\",\"Home City\",\"Home Postal Code\",\
         \"Home Country/Region\",\"Business Phone\",\"Home Phone\",\"Mobile Phone\",\"Birthday\",\"E-mail Address\",\
         \"E-mail Type\",\"Gender\",\"Notes\"",
        |Person { number, given, family, email, line, street, zip }| {
            format!(
                "\"\",\"{given}\",\"\",\"{family}\",\"\",\"{street}\",\"Berlin\",\"{zip}\",\"Germany\",\"030 7000000\",\
                 \"030 {line}\",\"0151 234560{number:02}\",\"4/{}/19{}\",\"{email}\",\"SMTP\",\"Unspecified\",\"\"",
                number + 12,
                60 + number
            )
        },
    )
}

fn salesforce() -> Vec<u8> {
    file(
        "\"Id\",\"IsDeleted\",\"AccountId\",\"LastName\",\"FirstName\",\"Salutation\",\"MailingStreet\",\"MailingCity\",\
         \"MailingState\",\"MailingPostalCode\",\"MailingCountry\",\"Phone\",\"MobilePhone\",\"Email\",\"Birthdate\",\
         \"OwnerId\",\"CreatedDate\",\"LastModifiedDate\",\"SystemModstamp\"",
        |Person { number, given, family, email, line, street, zip }| {
            let time = format!("2025-03-{number:02}T09:00:00.000+0000");
            format!(
                "\"0037Q00000Zx{number:02}BBW\",\"0\",\"0017Q00000Tt01BBW\",\"{family}\",\"{given}\",\"\",\"{street}\n2. OG\",\
                 \"Berlin\",\"\",\"{zip}\",\"Germany\",\"(030) {line}\",\"\",\"{email}\",\"1970-02-{number:02}\",\
                 \"0057Q000001\",\"{time}\",\"{time}\",\"{time}\""
            )
        },
    )
}

/// One of them is marked as deleted, and known by the other systems.
fn sap() -> Vec<u8> {
    file(
        "KUNNR;NAME1;NAME2;STRAS;ORT01;PSTLZ;LAND1;TELF1;SMTP_ADDR;ERDAT;AEDAT;LOEVM",
        |Person { number, given, family, email, line, street, zip }| {
            let mark = if *number == 5 { "X" } else { "" };
            let email = email.to_uppercase();
            format!(
                "00000420{number:02};{family};{given};{street};Berlin;{zip};DE;030/{line};{email};202401{number:02};202503{number:02};{mark}"
            )
        },
    )
}

/// Values have the apostrophe that keeps a spreadsheet from reading them as numbers.
fn shopify() -> Vec<u8> {
    file(
        "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,Default Address Address1,\
         Default Address Address2,Default Address City,Default Address Province Code,Default Address Country Code,\
         Default Address Zip,Default Address Phone,Phone,Accepts SMS Marketing,Total Spent,Total Orders,Note,Tax Exempt,Tags",
        |Person { number, given, family, email, line, street, zip }| {
            format!(
                "'6100000000{number:03},{given},{family},{email},yes,,{street},,Berlin,'BE,DE,'{zip},'+4930{line},'+4930{line},no,\
                 {number}.00,1,,no,\"vip, new\""
            )
        },
    )
}

fn stripe() -> Vec<u8> {
    file(
        "id,Description,Email,Name,Created (UTC),Delinquent,Card ID,Card Last4,Card Address Line1,Card Address City,\
         Card Address Zip,Card Address Country,Total Spend",
        |Person { number, given, family, email, street, zip, .. }| {
            format!(
                "cus_Rk{number:02}Vw,,{email},{given} {family},2025-03-{number:02} 07:45,false,card_{number},1881,{street},Berlin,\
                 {zip},DE,9.50"
            )
        },
    )
}

/// One object, over many lines, which holds the rows; half of them have a number.
fn zendesk() -> Vec<u8> {
    let row = |Person { number, given, family, email, line, .. }: &Person| {
        let phone = if number % 2 == 0 { "null".to_owned() } else { format!("\"+4930{line}\"") };
        format!(
            "{{\n \"id\": 4200000000{number:02},\n \"name\": \"{given} {family}\",\n \"email\": \"{email}\",\n \"created_at\": \
             \"2024-05-01T10:00:00Z\",\n \"updated_at\": \"2025-03-{number:02}T10:00:00Z\",\n \"phone\": {phone},\n \"active\": \
             true,\n \"tags\": [\"vip\"],\n \"user_fields\": {{}}\n}}"
        )
    };
    let rows: Vec<String> = people().iter().map(row).collect();
    format!("{{\n\"users\": [\n{}\n],\n\"next_page\": null,\n\"count\": 12\n}}\n", rows.join(",\n")).into_bytes()
}

fn exports() -> [(&'static str, Vec<u8>); 11] {
    [
        ("landing/dynamics/contacts.csv", dynamics()),
        ("landing/google/contacts.csv", google()),
        ("landing/hubspot/all-contacts.csv", hubspot()),
        ("landing/magento/customer.csv", magento()),
        ("landing/mailchimp/subscribed_members_export.csv", mailchimp()),
        ("landing/outlook/contacts.csv", outlook()),
        ("landing/salesforce/Contact.csv", salesforce()),
        ("landing/sap/kna1.csv", sap()),
        ("landing/shopify/customers_export.csv", shopify()),
        ("landing/stripe/customers.csv", stripe()),
        ("landing/zendesk/users.json", zendesk()),
    ]
}

/// A folder with some of the exports.
fn folder(sources: &[&str]) -> Scratch {
    let exports = exports();
    let is_wanted = |path: &str| sources.is_empty() || sources.iter().any(|source| path.contains(source));
    let files: Vec<(&str, &[u8])> =
        exports.iter().filter(|(path, _)| is_wanted(path)).map(|(path, bytes)| (*path, bytes.as_slice())).collect();
    Scratch::new(&files)
}

/// What is guessed of one export.
async fn guessed(source: &str) -> String {
    let scratch = folder(&[source]);
    assert!(scratch.init().await.unwrap().document.is_complete);
    scratch.config_text()
}

/// In place of scores.
const RULES: &str = "\n[[match]]\nkey = \"email\"\n[[match]]\nkey = \"phone_number\"\n";

/// Each customer has one account of every system that knows it, so no two people are one.
fn assert_nobody_is_joined(customers: &[Vec<String>]) {
    for accounts in customers {
        let mut systems: Vec<&str> = accounts.iter().filter_map(|account| account.split(':').next()).collect();
        systems.dedup();
        assert_eq!(systems.len(), accounts.len(), "{accounts:?}");
    }
}

/// All exports, with the configuration that is guessed of them.
fn all_exports() -> Scratch {
    let scratch = folder(&[]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    assert!(runtime.block_on(scratch.init()).unwrap().document.is_complete);
    let checked = runtime.block_on(check::check(&scratch.0, false)).unwrap();
    assert!(checked.document.is_sound && checked.report.contains("no fault (11 sources"), "{}", checked.report);
    scratch
}

/// All accounts but the one that is deleted make a customer for each person.
fn assert_all_are_found(customers: &[Vec<String>]) {
    let accounts: usize = customers.iter().map(Vec::len).sum();
    assert_eq!((customers.len(), accounts), (12, 131), "{customers:?}");
}

#[test]
fn the_guess_as_it_is_makes_nobody_of_two_people() {
    let (customers, manifest) = groups(&all_exports());
    assert_eq!((manifest.counts.rejected, manifest.counts.accounts, manifest.counts.deleted), (0, 132, 1));
    assert_nobody_is_joined(&customers);
    let several = ["email", "phone_number"].map(|field| manifest.dropped_values.get(field));
    assert_eq!(several, [None, None], "several in one cell are read: {:?}", manifest.dropped_values);
}

#[test]
fn the_guess_as_it_is_makes_twelve_customers_of_twelve_people() {
    assert_all_are_found(&groups(&all_exports()).0);
}

/// Rules link whoever shares an address or a number, so this shows that the fields are right.
#[test]
fn rules_make_twelve_customers_of_the_guessed_fields() {
    let scratch = all_exports();
    let text = scratch.config_text().replace("\n[score]\n", RULES);
    scratch.write(&[("onefold.toml", text.as_bytes())]);
    let (customers, _) = groups(&scratch);
    assert_all_are_found(&customers);
    assert_nobody_is_joined(&customers);
}

#[tokio::test]
async fn ids_are_those_of_the_system_or_else_addresses() {
    for (source, id) in [
        ("dynamics", "/(Do Not Modify) Contact"),
        ("google", "/E-mail 1 - Value"),
        ("hubspot", "/Record ID"),
        ("magento", "/email"),
        ("mailchimp", "/LEID"),
        ("outlook", "/E-mail Address"),
        ("salesforce", "/Id"),
        ("sap", "/KUNNR"),
        ("shopify", "/Customer ID"),
        ("stripe", "/id"),
        ("zendesk", "/id"),
    ] {
        let text = guessed(source).await;
        assert_eq!(field_line(&text, "id").1, format!("id = \"{id}\""), "{source}");
        let (_, email) = field_line(&text, "email");
        assert!(email.starts_with("email = "), "{source}: an id that is an address is one, too: {email}");
    }
}

#[tokio::test]
async fn times_of_changes_are_told_from_others() {
    for (source, expected) in [
        ("hubspot", "updated_at = { at = \"/Last Modified Date\", as = \"%Y-%m-%d %H:%M\" }"),
        ("magento", "updated_at = { at = \"/updated_at\", as = \"%Y-%m-%d %H:%M:%S\" }"),
        ("mailchimp", "updated_at = { at = \"/LAST_CHANGED\", as = \"%Y-%m-%d %H:%M:%S\" }"),
        ("salesforce", "updated_at = { at = \"/LastModifiedDate\", as = \"rfc3339\" }"),
        ("sap", "updated_at = { at = \"/AEDAT\", as = \"%Y%m%d\" }"),
        ("stripe", "# updated_at = { at = \"/Created (UTC)\", as = \"%Y-%m-%d %H:%M\" }"),
        ("dynamics", "# updated_at = { at = \"/(Do Not Modify) Modified On\", as = \"%m/%d/%Y %I:%M %p\" }"),
        ("zendesk", "updated_at = { at = \"/updated_at\", as = \"rfc3339\" }"),
    ] {
        assert_eq!(field_line(&guessed(source).await, "updated_at").1, expected, "{source}");
    }
    let stripe = guessed("stripe").await;
    assert!(field_line(&stripe, "updated_at").0.starts_with("# unsure: it says when the account was made"), "{stripe}");
    for (source, expected) in [
        ("google", "birthdate = \"/Birthday\""),
        ("magento", "birthdate = { at = \"/dob\", as = \"%Y-%m-%d %H:%M:%S\" }"),
        ("outlook", "birthdate = { at = \"/Birthday\", as = \"%m/%d/%Y\" }"),
    ] {
        assert_eq!(field_line(&guessed(source).await, "birthdate").1, expected, "{source}");
    }
    assert!(!guessed("mailchimp").await.contains("birthdate"), "a day without a year is no birth date");
}

#[tokio::test]
async fn of_columns_that_fit_the_one_whose_values_fit_is_taken() {
    let google = guessed("google").await;
    let (why, line) = field_line(&google, "email");
    assert_eq!(line, "email = \"/E-mail 1 - Value\"");
    assert!(why.contains("10 of 12 values are e-mail addresses; 2 hold several at once"), "{why}");
    assert_eq!(field_line(&google, "phone_number").1, "phone_number = \"/Phone 1 - Value\"");

    let dynamics = guessed("dynamics").await;
    let country = field_line(&dynamics, "address.country");
    assert!(country.0.contains("12 of 12 values are countries"), "{country:?}");
    assert_eq!(country.1, "\"address.country\" = \"/Address 1: Country~1Region\"");
    assert!(!dynamics.contains("\"address.region\""), "{dynamics}");
    assert!(field_line(&dynamics, "phone_number").1.starts_with("# phone_number"), "colleagues share the other one");

    let outlook = guessed("outlook").await;
    assert_eq!(field_line(&outlook, "phone_number").1, "phone_number = [\"/Mobile Phone\", \"/Home Phone\"]");

    let stripe = guessed("stripe").await;
    assert_eq!(field_line(&stripe, "address.country").1, "\"address.country\" = \"/Card Address Country\"");
    assert_eq!(field_line(&stripe, "full_name").1, "full_name = \"/Name\"");
    let shopify = guessed("shopify").await;
    assert_eq!(
        field_line(&shopify, "address.street_address").1,
        "\"address.street_address\" = \"/Default Address Address1\""
    );
}

#[tokio::test]
async fn marks_of_deletion_are_seen() {
    let salesforce = guessed("salesforce").await;
    let expected =
        ("# sure: all 12 values are true or false, 0 of them true".to_owned(), "deleted = \"/IsDeleted\"".to_owned());
    assert_eq!(field_line(&salesforce, "deleted"), expected);
    let sap = guessed("sap").await;
    assert_eq!(field_line(&sap, "deleted").1, "deleted = { at = \"/LOEVM\", equals = \"X\" }");
}

#[tokio::test]
async fn values_are_normalised_by_what_was_tried_on_them() {
    let scratch = folder(&[]);
    scratch.init().await.unwrap();
    let text = scratch.config_text();
    for line in [
        "email = \"email\"",
        "phone_number = \"e164\"",
        "\"address.country\" = \"country\"",
        "\"address.postal_code\" = \"postal_code\"",
        "given_name = [\"collapse\", \"nfc\"]",
    ] {
        let normalise = text.split("[normalise]").nth(1).unwrap();
        assert!(normalise.contains(line), "{line}\n{text}");
    }
    assert!(text.contains("format = \"json\"\nitems = \"/users\""), "{text}");
    assert!(!text.contains("region = \""), "every number has its country: {text}");
}
