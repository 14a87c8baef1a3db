use super::*;

#[test]
fn draws() {
    let full: Report = serde_json::from_str(include_str!("../../examples/full.json")).unwrap();
    let minimal: Report = serde_json::from_str(include_str!("../../examples/minimal.json")).unwrap();
    std::fs::write("/tmp/full.html", page(&full)).unwrap();
    std::fs::write("/tmp/minimal.html", page(&minimal)).unwrap();
}
