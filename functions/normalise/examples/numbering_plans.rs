//! Writes `src/tables/numbering_plans.tsv`, the numbering plans of libphonenumber as rlibphonenumber has them. Its
//! argument is the path of rlibphonenumber's `metadata.bin`:
//!
//! `cargo run -p onefold-normalise --example numbering_plans -- <metadata.bin> > functions/normalise/src/tables/numbering_plans.tsv`

// The library reads these fields itself and hides them from its users.
#![allow(deprecated)]

use prost::Message;
use rlibphonenumber::{PhoneMetadata, PhoneMetadataCollection, PhoneNumberDesc};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("give the path of metadata.bin")?;
    let mut plans = PhoneMetadataCollection::decode(&std::fs::read(path)?[..])?.metadata;
    plans.retain(|plan| plan.id != "001");
    // The library asks a calling code's main country first, and the others in the order of the metadata.
    plans.sort_by_key(|plan| (plan.country_code(), !plan.main_country_for_code()));
    for plan in &plans {
        println!("{}", line(plan));
    }
    Ok(())
}

/// Country, calling code, national prefix, international prefix, leading digits; then the general description and those
/// of the types of numbers.
fn line(plan: &PhoneMetadata) -> String {
    let mut columns = vec![
        plan.id.clone(),
        plan.country_code().to_string(),
        pattern(plan.national_prefix_for_parsing.as_deref()).to_owned(),
        pattern(plan.international_prefix.as_deref()).to_owned(),
        pattern(plan.leading_digits.as_deref()).to_owned(),
    ];
    let descriptions = [
        &plan.general_desc,
        &plan.premium_rate,
        &plan.toll_free,
        &plan.shared_cost,
        &plan.voip,
        &plan.personal_number,
        &plan.pager,
        &plan.uan,
        &plan.voicemail,
        &plan.fixed_line,
        &plan.mobile,
    ];
    columns.extend(descriptions.into_iter().flatten().filter_map(description));
    columns.join("\t")
}

/// The possible lengths, if there are any, and the pattern.
fn description(description: &PhoneNumberDesc) -> Option<String> {
    let lengths: Vec<String> = description.possible_length.iter().map(i32::to_string).collect();
    let pattern = pattern(description.national_number_pattern.as_deref());
    (!pattern.is_empty()).then(|| format!("{} {pattern}", lengths.join(",")))
}

/// A pattern without its anchors.
fn pattern(anchored: Option<&str>) -> &str {
    let anchored = anchored.unwrap_or_default();
    anchored.strip_prefix("^(?:").and_then(|rest| rest.strip_suffix(")$")).unwrap_or(anchored)
}
