//! What to do and type next, after a run that did not publish.

use onefold_lake::RunId;

use super::CommandContext;

/// After the gate held a version back.
pub fn after_the_gate(context: &CommandContext, run: Option<&RunId>) -> String {
    if context.is_ephemeral {
        return "Look at OUT/held. Then repeat the command, with --publish-anyway or with what is wrong put right; what OUT \
                held it still holds."
            .to_owned();
    }
    let run = run.map_or_else(|| "RUN".to_owned(), ToString::to_string);
    let (fetch, publish) = (command_line(context, "fetch"), command_line(context, "publish"));
    format!("Look at it, and publish it as it is if it is right:\n  {fetch} --run {run} LOOK\n  {publish} {run}")
}

/// After a failure. There is no run yet if Plan failed, which mostly is due to something in the data folder.
pub fn after_a_failure(context: &CommandContext, run: Option<&RunId>) -> String {
    let mut advice = if context.is_ephemeral {
        "Put it right and repeat the command; what OUT held it still holds.".to_owned()
    } else {
        let command = command_line(context, "start");
        match run {
            Some(run) => format!("Put it right, and take the run up where it stopped:\n  {command} --resume {run}"),
            None => format!("Put it right, and start again:\n  {command}"),
        }
    };
    if run.is_none() {
        advice.push_str("\nTo see every fault of a data folder at its place, without a run:\n  onefold check DATA");
    }
    advice
}

/// The start of a command for the same stack.
fn command_line(context: &CommandContext, verb: &str) -> String {
    let cloud = &context.cloud;
    let mut command = format!("onefold {verb}");
    if let Some(endpoint) = &cloud.endpoint {
        command.push_str(&format!(" --endpoint {endpoint}"));
    }
    if cloud.stack != "onefold" {
        command.push_str(&format!(" --stack {}", cloud.stack));
    }
    command
}
