//! The pipeline's configuration that tests run under, as text for Onefold and as values for the oracle.

/// What tests vary.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The fields of each match rule.
    pub rules: Vec<Vec<&'static str>>,
    /// Conditions: the rule's number, `if_agree` or `unless_differ`, and the field.
    pub conditions: Vec<(usize, &'static str, &'static str)>,
    /// `[guard] max_accounts_per_key`
    pub max_accounts_per_key: usize,
    /// The sources that are snapshots.
    pub snapshots: Vec<&'static str>,
    /// Limits of single rules, by the rule's number.
    pub own_limits: Vec<(usize, usize)>,
    /// `[guard] max_share_per_key`
    pub max_share_per_key: Option<f64>,
    /// E-mail addresses that are nobody's.
    pub blocked_emails: Vec<&'static str>,
    /// `[guard] max_distinct`: field and limit.
    pub max_distinct: Vec<(&'static str, usize)>,
    /// `[guard] max_distinct` of given names that begin with the same three letters, or as names agree.
    pub max_distinct_alike: Option<usize>,
    /// `[guard] max_accounts_per_customer`
    pub max_accounts_per_customer: Option<usize>,
    /// `[guard] max_per_source`: source and limit; `unique_persons` of the source if the limit is 1.
    pub max_per_source: Vec<(&'static str, usize)>,
    /// The sources between which a rule links, by the rule's number.
    pub between: Vec<(usize, Vec<&'static str>)>,
    /// The rules, by number, whose conditions take names as they are.
    pub exact: Vec<usize>,
    /// `[survive] default`
    pub survive_default: &'static str,
    /// Rules of single fields.
    pub survive: Vec<(&'static str, &'static str)>,
    /// Fields that survive together, and their rule; `None` if the configuration names no units.
    pub unit: Option<(Vec<&'static str>, &'static str)>,
    /// Whether there are the fields [`MORE_FIELDS`](crate::row::MORE_FIELDS).
    pub has_more_fields: bool,
    /// `[score] threshold`, in bits; `None` if only rules decide.
    pub scores: Option<i32>,
    /// `[export] parquet`
    pub exports: bool,
    /// Corrections: pairs of references.
    pub always: Vec<[&'static str; 2]>,
    /// Corrections: pairs of references.
    pub never: Vec<[&'static str; 2]>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            rules: vec![vec!["email"], vec!["phone_number"], vec!["family_name", "birthdate"]],
            conditions: Vec::new(),
            max_accounts_per_key: 4,
            snapshots: Vec::new(),
            own_limits: Vec::new(),
            max_share_per_key: None,
            blocked_emails: Vec::new(),
            max_distinct: Vec::new(),
            max_distinct_alike: None,
            max_accounts_per_customer: None,
            max_per_source: Vec::new(),
            between: Vec::new(),
            exact: Vec::new(),
            survive_default: "latest",
            survive: Vec::new(),
            unit: None,
            has_more_fields: false,
            scores: None,
            exports: false,
            always: Vec::new(),
            never: Vec::new(),
        }
    }
}

/// Name, gender and how sure it is. Rows below 0.9 are not used, so Zoë has none and Bob is there once.
const GENDERS: [(&str, &str, f64); 5] =
    [("Anna", "f", 0.9), ("Bob", "m", 0.99), ("Bob", "f", 0.01), ("Jürgen", "m", 1.0), ("Zoë", "f", 0.8999)];

/// Country, postal code, latitude and longitude; where there is none, the first three characters may know.
const PLACES: [(&str, &str, f64, f64); 2] = [("DE", "01234", 51.0, 13.75), ("US", "01234", 42.5, -72.0)];

/// First three characters of a postal code, latitude and longitude.
const LOCATIONS: [(&str, f64, f64); 2] = [("012", 47.0, 7.5), ("999", -1.25, 100.0)];

/// Device, country and salary, in place of what the source gave.
const SALARIES: [(&str, &str, f64); 2] = [("ios", "DE", 70000.0), ("an\"droid", "US", 81000.5)];

/// An address, its SHA-256 as `sha256sum` gives it, and interests as they were bought.
const BOUGHT: [(&str, &str, &str); 2] = [
    ("anna@gmail.com", "7dad900140d08b66a8e4f0aaeaf8f7dbb33d391f959e963d8fbd392719a11c99", "sailing| art |art"),
    ("bob@x.de", "A1081BDC32C02FE816C43C40A7A133DB282060800A13CDB7D3EC468FFB87B89E", "golf"),
];

impl Settings {
    /// The configuration's text.
    pub fn config(&self) -> String {
        let rules: String = (0..self.rules.len()).map(|number| self.rule(number)).collect();
        let sources = self.snapshots.iter().fold(SOURCES_TEXT.to_owned(), |text, source| {
            let name = format!("name = \"{source}\"\n");
            text.replace(&name, &format!("{name}snapshot = true\n"))
        });
        let sources = if self.has_more_fields { with_more_fields(&sources) } else { sources };
        let unique = self.max_per_source.iter().filter(|(_, most)| *most == 1);
        let sources = unique.fold(sources, |text, (source, _)| {
            let name = format!("name = \"{source}\"\n");
            text.replace(&name, &format!("{name}unique_persons = true\n"))
        });
        let scores = self.scores.map(|threshold| format!("[score]\nthreshold = {threshold}\n")).unwrap_or_default();
        let export = if self.exports { "[export]\nparquet = true\n" } else { "" };
        format!("{sources}\n{rules}\n{}\n{}\n{scores}{export}", self.guard(), self.survive())
    }

    fn survive(&self) -> String {
        let mut text = format!("[survive]\ndefault = {:?}\n", self.survive_default);
        if let Some((fields, rule)) = &self.unit {
            text += &format!("units = [{{ fields = {fields:?}, rule = {rule:?} }}]\n");
        }
        for (field, rule) in &self.survive {
            text += &format!("{field:?} = {rule:?}\n");
        }
        text
    }

    fn rule(&self, number: usize) -> String {
        let mut text = format!("[[match]]\nkey = {:?}\n", self.rules[number]);
        for demand in ["if_agree", "unless_differ"] {
            let of_rule = self.conditions.iter().filter(|(rule, named, _)| *rule == number && *named == demand);
            let exact = self.exact.contains(&number);
            let written = |field: &str| {
                if exact { format!("{{ field = {field:?}, exact = true }}") } else { format!("{field:?}") }
            };
            let fields: Vec<String> = of_rule.map(|(_, _, field)| written(field)).collect();
            text += &format!("{demand} = [{}]\n", fields.join(", "));
        }
        if let Some((_, sources)) = self.between.iter().find(|(rule, _)| *rule == number) {
            text += &format!("between = {sources:?}\n");
        }
        if let Some((_, limit)) = self.own_limits.iter().find(|(rule, _)| *rule == number) {
            text += &format!("max_accounts_per_key = {limit}\n");
        }
        text
    }

    fn guard(&self) -> String {
        let mut text = format!("[guard]\nmax_accounts_per_key = {}\n", self.max_accounts_per_key);
        text += &format!("builtin_blocked_values = false\nblocked_values = {{ email = {:?} }}\n", self.blocked_emails);
        if let Some(share) = self.max_share_per_key {
            text += &format!("max_share_per_key = {share:?}\n");
        }
        if let Some(most) = self.max_accounts_per_customer {
            text += &format!("max_accounts_per_customer = {most}\n");
        }
        let several = self.max_per_source.iter().filter(|(_, most)| *most > 1);
        let several: Vec<String> = several.map(|(source, most)| format!("{source} = {most}")).collect();
        text += &format!("max_per_source = {{ {} }}\n", several.join(", "));
        text + &self.distinct()
    }

    fn distinct(&self) -> String {
        let Some(alike) = self.max_distinct_alike else {
            let limits = self.max_distinct.iter().map(|(field, most)| format!("{field} = {most}"));
            return format!("max_distinct = {{ {} }}\n", limits.collect::<Vec<_>>().join(", "));
        };
        let exact = self.max_distinct.iter();
        let exact = exact.map(|(field, most)| format!("{{ field = {field:?}, exact = true, most = {most} }}, "));
        let alike = format!("{{ field = \"given_name\", as = \"prefix:3\", most = {alike} }}");
        format!("max_distinct = [{}{alike}]\n", exact.collect::<String>())
    }

    /// The files of corrections: name and CSV.
    pub fn corrections(&self) -> [(&'static str, String); 2] {
        let lines = |kind: &str, pairs: &[[&str; 2]]| -> String {
            pairs.iter().map(|[left, right]| format!("{kind},{left},{right}\n")).collect()
        };
        [
            ("always", format!("kind,left,right\n{}", lines("always", &self.always))),
            ("never", format!("kind,left,right\n{}", lines("never", &self.never))),
        ]
    }

    /// The reference tables: name and CSV.
    pub fn tables(&self) -> [(&'static str, String); 5] {
        let genders: String = GENDERS.iter().map(|(name, gender, sure)| format!("{name},{gender},{sure}\n")).collect();
        let places: String = PLACES
            .iter()
            .map(|(country, code, latitude, longitude)| format!("{latitude},{country},{longitude},{code}\n"))
            .collect();
        let salaries: String = SALARIES
            .iter()
            .map(|(device, country, salary)| format!("\"{}\",{country},{salary}\n", device.replace('"', "\"\"")))
            .collect();
        let bought: String = BOUGHT.iter().map(|(_, digest, interests)| format!("{digest},{interests}\n")).collect();
        let locations: String =
            LOCATIONS.iter().map(|(zip3, latitude, longitude)| format!("{zip3},{longitude},{latitude}\n")).collect();
        [
            ("gender", format!("name,gender,probability\n{genders}")),
            ("places", format!("latitude,country,longitude,postal_code\n{places}")),
            ("zip3", format!("zip3,lon,lat\n{locations}")),
            ("pay", format!("device,country,salary\n{salaries}")),
            ("bought", format!("email_sha256,interests\n{bought}")),
        ]
    }

    /// The source's trust.
    pub fn trust_of(&self, source: &str) -> i64 {
        if source == "list" { 2 } else { 1 }
    }

    /// The gender of a given name.
    pub fn gender_of(&self, name: &str) -> Option<&'static str> {
        let mut sure = GENDERS.iter().filter(|(_, _, probability)| *probability >= 0.9);
        sure.find(|(known, ..)| *known == name).map(|(_, gender, _)| *gender)
    }

    /// Latitude and longitude of a country and a postal code.
    pub fn place_of(&self, country: &str, code: &str) -> Option<(f64, f64)> {
        PLACES.iter().find(|place| (place.0, place.1) == (country, code)).map(|place| (place.2, place.3))
    }

    /// The salary of a device and a country.
    pub fn salary_of(&self, device: &str, country: &str) -> Option<f64> {
        SALARIES.iter().find(|known| (known.0, known.1) == (device, country)).map(|known| known.2)
    }

    /// The interests of an e-mail address.
    pub fn interests_of(&self, email: &str) -> Option<Vec<&'static str>> {
        let (.., interests) = BOUGHT.iter().find(|(known, ..)| *known == email)?;
        Some(interests.split('|').map(str::trim).collect())
    }

    /// Latitude and longitude.
    pub fn location_of(&self, zip3: &str) -> Option<(f64, f64)> {
        LOCATIONS.iter().find(|(known, ..)| *known == zip3).map(|(_, latitude, longitude)| (*latitude, *longitude))
    }
}

/// The text of the sources with [`MORE_FIELDS`](crate::row::MORE_FIELDS).
fn with_more_fields(sources: &str) -> String {
    let of_crm = "middle_name = \"/middle_name\"\nssn = \"/ssn\"\nnick = \"/nick\"\n";
    let of_shop = "middle_name = \"/middle\"\nssn = \"/tax/number\"\nnick = { at = \"/nick\", default = \"you\" }\n";
    let of_both = sources
        .replacen("id = \"/id\"\ngiven_name", &format!("id = \"/id\"\n{of_crm}given_name"), 1)
        .replace("id = \"/customer_id\"\n", &format!("id = \"/customer_id\"\n{of_shop}"));
    let own =
        "[field.ssn]\nidentifier = true\nnormalise = [\"trim\", \"digits_only\"]\n[field.nick]\nnormalise = \"trim\"\n";
    format!("{of_both}\n{own}")
}

const SOURCES_TEXT: &str = r#"
[[source]]
name = "crm"
format = "jsonl"
trust = 1
region = "US"
required = false
[source.fields]
id = "/id"
given_name = "/given_name"
family_name = "/family_name"
gender = "/gender"
email = "/email"
phone_number = "/phone_number"
birthdate = "/birthdate"
"address.street_address" = "/address.street_address"
"address.locality" = "/address.locality"
"address.region" = "/address.region"
"address.postal_code" = "/address.postal_code"
"address.country" = "/address.country"
salary = "/pay"
interests = { at = "/likes", split = ";" }
"attributes.device" = "/device"
deleted = "/gone"
updated_at = { at = "/updatedAt", as = "rfc3339", default = "1970-01-01T00:00:00Z" }

[[source]]
name = "list"
format = "csv"
trust = 2
required = false
[source.fields]
id = "/id"
given_name = "/given_name"
family_name = "/family_name"
gender = "/gender"
email = ["/email", "/email_2"]
phone_number = ["/phone_number", "/phone_number_2"]
birthdate = "/birthdate"
"address.street_address" = "/address.street_address"
"address.locality" = "/address.locality"
"address.region" = "/address.region"
"address.postal_code" = "/address.postal_code"
"address.country" = "/address.country"
salary = "/pay"
interests = { at = "/likes", split = ";" }
"attributes.device" = "/device"
deleted = { at = "/status", equals = ["closed", "erased"] }
updated_at = { at = "/changed", as = "%Y-%m-%d %H:%M:%S" }

[[source]]
name = "shop"
format = "jsonl"
trust = 1
region = "US"
required = false
[source.fields]
id = "/customer_id"
full_name = "/name"
gender = "/sex"
birthdate = "/born"
email = "/contact/email"
phone_number = ["/contact/mobile", "/contact/phones/*/no"]
"address.street_address" = "/address/line1"
"address.locality" = "/address/city"
"address.region" = "/address/region"
"address.postal_code" = "/address/postcode"
"address.country" = "/address/country"
salary = "/pay"
interests = "/interests"
deleted = ["/state/never", "/state/deleted"]
updated_at = { at = "/created", as = "unix_ms" }

[normalise]
given_name = ["trim", "capitalise"]
family_name = ["trim", "capitalise"]
email = ["trim", "lowercase", "untag", "gmail"]
phone_number = "digits"
"address.country" = ["trim", "uppercase"]

[[enrich]]
field = "gender"
table = "gender"
on = "given_name"
threshold = { column = "probability", min = 0.9 }

[[enrich]]
field = "location"
table = "places"
on = ["address.country", "address.postal_code"]
key = ["country", "postal_code"]

[[enrich]]
field = "location"
table = "zip3"
on = "address.postal_code"
prefix = 3
key = "zip3"
columns = { latitude = "lat", longitude = "lon" }

[[enrich]]
field = "salary"
table = "pay"
on = ["attributes.device", "address.country"]
overwrite = true

[[enrich]]
field = "interests"
table = "bought"
on = "email"
hash = "sha256"
split = "|"

[publish]
max_reject_ratio = 1.0
max_customer_drop_ratio = 1.0
"#;
