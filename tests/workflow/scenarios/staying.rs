//! A local cloud that stays up, and runs that find it.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::command::{Answered, command, folder, onefold};
use crate::scenarios::turn;
use crate::upcloud::UpCloud;
use crate::{data, tools};

#[test]
fn the_local_cloud_has_what_the_template_says() {
    let _turn = turn();
    let cloud = UpCloud::boot();
    let template = Command::new(tools::tool("python3"))
        .arg(tools::project().join("tests/agreement/read_template.py"))
        .arg(tools::project().join("infra/template.yaml"))
        .output()
        .expect("python3 starts");
    let template: Value = serde_json::from_slice(&template.stdout).expect("the template");
    let resources = template["Resources"].as_object().expect("resources").iter();
    // Whatever has a condition is left out there.
    let unconditional = resources.filter(|(_, resource)| resource["Condition"].is_null());
    let expected: BTreeSet<String> = unconditional.map(|(name, _)| name.clone()).collect();
    let there = cloud.resources("onefold");
    let missing: Vec<_> = expected.difference(&there).collect();
    assert!(expected.len() > 20 && missing.is_empty(), "{missing:?} of the template are not in {there:?}");
}

#[test]
fn runs_find_the_cloud_that_is_up_and_do_not_meet() {
    let _turn = turn();
    let mut cloud = UpCloud::boot();
    let data = data::everything("staying-data");
    let outs = ["staying-one", "staying-two"].map(folder);
    let both = outs.each_ref().map(|out| run(&data, out).stdout(Stdio::piped()).spawn().expect("the command starts"));
    for run in both {
        let done = run.wait_with_output().expect("it ends");
        let text = String::from_utf8_lossy(&done.stdout).into_owned();
        let code = done.status.code().unwrap_or(-1);
        Answered { code, text }.exits(0).says(cloud.endpoint()).says("rows read");
    }
    let again = onefold(run(&data, &outs[0]).get_args()).exits(0).says(cloud.endpoint());
    again.says("deployed in 0.0 s").says("building on the version of").says("Nothing new");
    assert!(!cloud.has_published(), "the stack of the cloud itself is left alone");

    onefold(["local", "up"]).exits(1).says("onefold local down");
    onefold(["local", "down"]).exits(0).says(cloud.endpoint());
    onefold(["local", "down"]).exits(1).says("no local cloud is up");
    assert!(cloud.is_over());
}

fn run(data: &Path, out: &Path) -> Command {
    let mut run = command();
    run.args(["local", "run", "--data"]).arg(data).arg("--out").arg(out);
    run
}
