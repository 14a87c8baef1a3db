//! Times of rows that have none, or one that nobody can read.

use onefold_tests::case::{BY_EMAIL, Case, source};
use serde_json::Value;

fn config(updated_at: &str) -> String {
    let fields = format!("email = \"/email\"\nupdated_at = {updated_at}");
    source("crm", "csv", "").replace("email = \"/email\"", &fields) + BY_EMAIL
}

const ROWS: &str = "id,email,note,changed\n1,a@velmora.zz,,--\n2,b@velmora.zz,,0000-00-00 00:00:00\n\
                    3,c@velmora.zz,,null\n4,d@velmora.zz,,\" \"\n5,e@velmora.zz,,2024-05-06 07:08:09\n\
                    6,f@velmora.zz,,0001-01-01 00:00:00\n7,g@velmora.zz,,N/A\n";

#[test]
fn a_time_that_stands_for_none_is_none_and_refuses_no_row() {
    let ran =
        Case::new(&config("{ at = \"/changed\", as = \"%Y-%m-%d %H:%M:%S\" }")).file("crm/a.csv", ROWS).published();
    assert_eq!(ran.ids("crm"), ["1", "2", "3", "4", "5", "6", "7"]);
    assert_eq!(ran.value("crm:5", "/updated_at"), "2024-05-06T07:08:09Z");
    for id in [1, 2, 3, 4, 6, 7] {
        assert_eq!(ran.value(&format!("crm:{id}"), "/updated_at"), &Value::Null, "{id}");
    }
    assert_eq!(ran.dropped["updated_at: a placeholder"], 5, "{:?}", ran.dropped);
}

#[test]
fn a_time_that_cannot_be_read_refuses_its_row_unless_it_counts_as_none() {
    let rows = ROWS.to_owned() + "8,h@velmora.zz,,yesterday\n9,i@velmora.zz,,06.05.2024\n";
    let format = "as = \"%Y-%m-%d %H:%M:%S\"";
    let ran =
        Case::new(&config(&format!("{{ at = \"/changed\", {format} }}"))).file("crm/a.csv", rows.clone()).published();
    let lines: Vec<Option<u64>> = ran.refused("crm").into_iter().map(|(line, _)| line).collect();
    assert_eq!(lines, [Some(9), Some(10)]);
    let none = format!("{{ at = \"/changed\", {format}, unreadable = \"none\", default = \"2020-01-01T00:00:00Z\" }}");
    let ran = Case::new(&config(&none)).file("crm/a.csv", rows).published();
    assert_eq!(ran.ids("crm").len(), 9);
    assert_eq!(ran.value("crm:8", "/updated_at"), "2020-01-01T00:00:00Z", "the value of rows that have none");
    assert_eq!(ran.dropped["updated_at: no time as the source writes them"], 2);
}
