//! Values that could not be used, by source and field. A field can be lost as a whole while no row is refused: all phone
//! numbers of a source whose country nothing says.

use std::collections::BTreeMap;

use onefold_config::{Config, Publish};
use onefold_lake::version::manifest::SourceCounts;
use onefold_rows::translate::lost;

/// The fewest lost values of a field for which their share counts. Fewer are seen at once in the run's summary.
const LOST_MIN: u64 = 30;

/// The limits that fields of sources exceed, one message each. Placeholders are no values, so they do not count.
pub(crate) fn gate(sources: &BTreeMap<String, SourceCounts>, config: &Config) -> Vec<String> {
    let of_source = |(source, counts): (&String, &SourceCounts)| -> Vec<String> {
        let fields = config.text_fields.iter().map(|field| field.name());
        fields.filter_map(|field| fault(source, counts, field, &config.publish)).collect()
    };
    sources.iter().flat_map(of_source).collect()
}

fn fault(source: &str, counts: &SourceCounts, field: &str, limits: &Publish) -> Option<String> {
    let lost = lost(&counts.dropped_values, field);
    let all = lost + counts.kept_values.get(field).copied().unwrap_or_default();
    let ratio = limits.max_dropped_ratio_of.get(field).copied().unwrap_or(limits.max_dropped_ratio);
    if lost < LOST_MIN || lost as f64 <= ratio * all as f64 {
        return None;
    }
    let share = if lost == all { format!("all {all}") } else { format!("{lost} of {all}") };
    Some(format!(
        "{share} values of {field} of the source {source:?} could not be used, more than max_dropped_ratio = {ratio} allows; \
         `onefold try {source}` shows rows with them, and [normalise] or [source.fields] says how they are read"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(limit: &str) -> Config {
        let source = "[[source]]\nname = \"a\"\nformat = \"csv\"\n[source.fields]\nid = \"/id\"\n";
        let text =
            format!("{source}[[match]]\nkey = \"email\"\n[field.card]\n[publish]\nmax_dropped_ratio = {limit}\n");
        Config::parse(&text).unwrap()
    }

    fn faults(dropped: &[(&str, u64)], kept: u64, config: &Config) -> Vec<String> {
        let dropped_values = dropped.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect();
        let kept_values = [("phone_number".to_owned(), kept)].into();
        let counts = SourceCounts { dropped_values, kept_values, ..SourceCounts::default() };
        gate(&[("crm".to_owned(), counts)].into(), config)
    }

    #[test]
    fn a_field_that_is_lost_as_a_whole_closes_the_gate() {
        let limits = config("0.95");
        for (dropped, kept, is_closed) in [
            (&[("phone_number", 40)][..], 0, true),
            (&[("phone_number", 29)], 0, false),
            (&[("phone_number", 95)], 5, false),
            (&[("phone_number", 96)], 4, true),
            (&[("phone_number", 20), ("phone_number: a list or an object", 20)], 0, true),
            (&[("phone_number: a placeholder", 4000)], 0, false),
            (&[("phone_number: control characters taken out", 4000)], 4000, false),
            (&[("card", 40)], 0, true),
            (&[("crm: no column for /phone", 4000)], 0, false),
            (&[], 0, false),
        ] {
            assert_eq!(!faults(dropped, kept, &limits).is_empty(), is_closed, "{dropped:?}");
        }
        let told = faults(&[("phone_number", 40)], 0, &limits);
        assert!(
            told[0].starts_with("all 40 values of phone_number of the source \"crm\" could not be used"),
            "{told:?}"
        );
    }

    #[test]
    fn a_field_can_have_its_own_limit() {
        let own = config("{ phone_number = 0.1 }");
        assert_eq!(faults(&[("phone_number", 40)], 100, &own).len(), 1);
        assert!(faults(&[("phone_number", 40)], 0, &config("{ phone_number = 1.0 }")).is_empty());
        assert!(faults(&[("phone_number", 40)], 0, &config("1.0")).is_empty());
    }
}
