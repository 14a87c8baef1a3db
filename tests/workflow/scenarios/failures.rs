//! Runs that fail: they say at which stage and why, publish nothing, and can be taken up again.

use crate::data;
use crate::scenarios::turn;
use crate::upcloud::UpCloud;

#[test]
fn failed_runs_publish_nothing_and_are_taken_up_again() {
    let _turn = turn();
    let cloud = UpCloud::boot_with_s3();
    let data = data::everything("failures-data");
    cloud.onefold(&["push", data.to_str().expect("a path of UTF-8")]).exits(0);

    a_source_that_is_cut_off(&cloud);
    a_table_that_changes_on_the_way(&cloud);
}

/// The stage that reads a source names the object; a whole one in its place is read by the next run.
fn a_source_that_is_cut_off(cloud: &UpCloud) {
    let object = "landing/shop/late.jsonl.zst";
    let rows = "{\"customer_id\":900003,\"name\":\"Late Shopper\",\"created\":1767225600000}\n";
    let whole = zstd::encode_all(rows.as_bytes(), 1).expect("zstd");
    cloud.lake.put(object, &whole[..whole.len() - 4]);
    cloud.onefold(&["start"]).exits(1).says("failed in Extract").says("Onefold.InvalidInput").says(object);
    assert!(!cloud.has_published());
    cloud.lake.put(object, whole);
}

/// A chunk that cannot be translated fails the run at once, and says why.
fn a_table_that_changes_on_the_way(cloud: &UpCloud) {
    let table = "reference/gender.csv";
    let run = cloud.plan();
    let as_planned = cloud.lake.get(table);
    cloud.lake.put(table, [as_planned.as_slice(), b"Zz,f,1\n"].concat());

    let resume = ["start", "--resume", &run];
    let failed = cloud.onefold(&resume).exits(1).says("failed in Settle").says("Onefold.DeadLetter");
    let failed = failed.says(&format!("the raw chunk raw/{run}/")).says("was changed while the run was under way");
    failed.says(&format!("--resume {run}"));
    assert!(!cloud.has_published());
    assert!(cloud.lake.objects(&format!("raw/{run}/")).len() >= 3, "a chunk of each source");

    // Other chunks may still be given up: that must not fail the next task.
    cloud.lake.put(table, as_planned);
    cloud.onefold(&resume).exits(0).says("rows read");
    let current = String::from_utf8(cloud.lake.get("processed/CURRENT")).expect("UTF-8");
    assert!(current.contains(&run), "{current}");
    cloud.onefold(&["start"]).exits(0).says("Nothing new");
}
