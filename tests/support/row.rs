//! Rows of three systems that know the same people in different ways, and how their files write them.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// The systems.
pub const SOURCES: [&str; 3] = ["crm", "list", "shop"];

/// The fields that hold text, by full name, but for `full_name`, which only the shop has.
pub const TEXT_FIELDS: [&str; 11] = [
    "given_name",
    "family_name",
    "gender",
    "email",
    "phone_number",
    "birthdate",
    "address.street_address",
    "address.locality",
    "address.region",
    "address.postal_code",
    "address.country",
];

/// Text fields that only some settings have: a standard one that not all records have, and two of one's own, of which `ssn`
/// is an identifier. The list has none of them.
pub const MORE_FIELDS: [&str; 3] = ["middle_name", "nick", "ssn"];

/// The fields that only names fill, by name.
pub const NAME_FIELDS: [&str; 4] = ["middle_name", "honorific_prefix", "honorific_suffix", "organization"];

/// What a system says about a person at some time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// One of [`SOURCES`].
    pub source: &'static str,
    /// The id within the source.
    pub id: String,
    /// Milliseconds since the epoch; whole seconds but for the shop.
    pub updated_at: Option<i64>,
    /// When the row's file came.
    pub received_at: i64,
    /// Text as the source gives it, by full name; the shop has `full_name` in place of both names.
    pub texts: BTreeMap<&'static str, String>,
    /// Further e-mail addresses and phone numbers, by field; the list has one more of each at most.
    pub more: BTreeMap<&'static str, Vec<String>>,
    /// Text as the source gives it.
    pub salary: Option<String>,
    /// Items without blanks around them.
    pub interests: Vec<String>,
    /// `attributes.device`; the shop has none.
    pub device: Option<String>,
    /// What says whether the account is deleted: true or false in the CRM and the shop, a status in the list.
    pub mark: Option<&'static str>,
}

impl Row {
    /// A row without values.
    pub fn new(source: &'static str, id: &str) -> Self {
        Self { source, id: id.to_owned(), ..Self::default() }
    }

    /// The row with a text value.
    pub fn with(mut self, field: &'static str, text: &str) -> Self {
        self.texts.insert(field, text.to_owned());
        self
    }

    /// The row with a further e-mail address or phone number.
    pub fn with_more(mut self, field: &'static str, text: &str) -> Self {
        self.more.entry(field).or_default().push(text.to_owned());
        self
    }

    /// All texts of a field, the first one first.
    pub fn all_texts(&self, field: &str) -> Vec<&String> {
        self.texts.get(field).into_iter().chain(self.more.get(field).into_iter().flatten()).collect()
    }

    /// The row at a time, in seconds since the epoch.
    pub fn at(mut self, seconds: i64) -> Self {
        self.updated_at = Some(seconds * 1000);
        self
    }

    /// The row with a mark of deletion.
    pub fn marked(mut self, mark: &'static str) -> Self {
        self.mark = Some(mark);
        self
    }

    /// `<source>:<id>`
    pub fn reference(&self) -> String {
        format!("{}:{}", self.source, self.id)
    }

    /// Its time. The CRM's mapping has a default.
    pub fn time(&self) -> Option<i64> {
        if self.source == "crm" { self.updated_at.or(Some(0)) } else { self.updated_at }
    }

    /// The country of phone numbers without any.
    pub fn region(&self) -> Option<&'static str> {
        (self.source != "list").then_some("US")
    }

    /// The row in the format of its source, with a line end.
    pub fn line(&self) -> String {
        match self.source {
            "crm" => self.crm(),
            "shop" => self.shop(),
            _ => self.list(),
        }
    }

    /// JSON Lines; what is missing is null.
    fn crm(&self) -> String {
        let mut row = json!({
            "id": self.id,
            "updatedAt": self.updated_at.map(rfc3339),
            "pay": self.salary,
            "likes": self.interests.join("; "),
            "device": self.device,
            "gone": self.mark,
            "more": {"not": ["read", null, {"email": "never@read.de"}]},
        });
        let more = MORE_FIELDS.into_iter().filter(|field| self.texts.contains_key(field));
        for field in TEXT_FIELDS.into_iter().chain(more) {
            row[field] = match self.more.get(field) {
                Some(more) => {
                    json!(std::iter::once(self.texts.get(field)).chain(more.iter().map(Some)).collect::<Vec<_>>())
                }
                None => json!(self.texts.get(field)),
            };
        }
        format!("{row}\n")
    }

    /// JSON Lines, nested; what is missing is left out.
    fn shop(&self) -> String {
        let text = |field: &str| self.texts.get(field).map(|text| json!(text));
        let object = |members: &[(&str, Option<Value>)]| -> Value {
            let members = members.iter().filter_map(|(name, value)| Some(((*name).to_owned(), value.clone()?)));
            Value::Object(members.collect::<Map<String, Value>>())
        };
        // Ids that are numbers are written as such, where that keeps them as they are.
        let id = match self.id.parse::<u64>() {
            Ok(number) if number.to_string() == self.id => json!(number),
            _ => json!(self.id),
        };
        let pay =
            self.salary.as_ref().map(|salary| salary.parse::<f64>().map_or(json!(salary), |number| json!(number)));
        let mark = self.mark.map(|mark| match mark {
            "true" | "false" => json!(mark == "true"),
            "1" | "0" => json!(u64::from(mark == "1")),
            _ => json!(mark),
        });
        let email = if self.more.contains_key("email") { Some(json!(self.all_texts("email"))) } else { text("email") };
        let phones = self
            .more
            .get("phone_number")
            .map(|phones| json!(phones.iter().map(|phone| json!({"kind": "other", "no": phone})).collect::<Vec<_>>()));
        let contact = [("email", email), ("mobile", text("phone_number")), ("phones", phones)];
        let row = object(&[
            ("customer_id", Some(id)),
            ("name", text("full_name")),
            ("sex", text("gender")),
            ("born", text("birthdate")),
            ("contact", Some(object(&contact))),
            (
                "address",
                Some(object(&[
                    ("line1", text("address.street_address")),
                    ("city", text("address.locality")),
                    ("region", text("address.region")),
                    ("postcode", text("address.postal_code")),
                    ("country", text("address.country")),
                ])),
            ),
            ("interests", (!self.interests.is_empty()).then(|| json!(self.interests))),
            ("created", self.updated_at.map(|time| json!(time))),
            ("pay", pay),
            ("middle", text("middle_name")),
            ("nick", text("nick")),
            ("tax", text("ssn").map(|number| json!({"number": number}))),
            ("state", Some(object(&[("deleted", mark)]))),
        ]);
        format!("{row}\n")
    }

    /// CSV; fields are quoted where they must be.
    fn list(&self) -> String {
        let time = self.updated_at.map(|time| rfc3339(time).replace('T', " ").replace('Z', "")).unwrap_or_default();
        let mut fields =
            vec![self.id.clone(), time, self.salary.clone().unwrap_or_default(), self.interests.join(" ;")];
        fields.push(self.device.clone().unwrap_or_default());
        fields.push(self.mark.unwrap_or_default().to_owned());
        fields.extend(TEXT_FIELDS.map(|field| self.texts.get(field).cloned().unwrap_or_default()));
        let more = |field: &str| self.more.get(field).and_then(|more| more.first()).cloned().unwrap_or_default();
        fields.extend(["email", "phone_number"].map(more));
        let quoted = fields.iter().map(|field| {
            let must = field.contains([',', '"', '\n', '\r']);
            if must { format!("\"{}\"", field.replace('"', "\"\"")) } else { field.clone() }
        });
        quoted.collect::<Vec<_>>().join(",") + "\n"
    }
}

/// What a file of a source begins with.
pub fn header(source: &str) -> String {
    if source == "list" {
        format!("id,changed,pay,likes,device,status,{},email_2,phone_number_2\n", TEXT_FIELDS.join(","))
    } else {
        String::new()
    }
}

/// The name of a file of a source.
pub fn file_name(source: &str, name: &str) -> String {
    format!("{name}.{}", if source == "list" { "csv" } else { "jsonl" })
}

/// A file of rows of one source.
pub fn file<'r>(source: &str, rows: impl IntoIterator<Item = &'r Row>) -> String {
    header(source) + &rows.into_iter().map(Row::line).collect::<String>()
}

/// A time as RFC 3339 in UTC, counted up from 1970 year by year and month by month.
pub fn rfc3339(milliseconds: i64) -> String {
    let (mut days, of_day) = (milliseconds.div_euclid(86_400_000), milliseconds.rem_euclid(86_400_000));
    assert!(days >= 0, "no test needs a time before 1970");
    let is_leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let mut year = 1970;
    while days >= 365 + i64::from(is_leap(year)) {
        days -= 365 + i64::from(is_leap(year));
        year += 1;
    }
    let mut month = 0;
    let lengths = [31, 28 + i64::from(is_leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    while days >= lengths[month] {
        days -= lengths[month];
        month += 1;
    }
    let (seconds, milliseconds) = (of_day / 1000, of_day % 1000);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let fraction = format!(".{milliseconds:03}");
    let fraction = if milliseconds == 0 { "" } else { fraction.trim_end_matches('0') };
    format!("{year:04}-{:02}-{:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z", month + 1, days + 1)
}
