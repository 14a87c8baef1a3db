//! CloudFormation, as far as the local cloud needs it. Its requests are forms and its answers XML.

use std::time::Duration;

use aws_config::SdkConfig;
use onefold_shell::SignedClient;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::time::sleep;

use crate::error::Error;

/// Between two looks at a stack.
const PAUSE: Duration = Duration::from_millis(30);

/// CloudFormation, with the region and the credentials of a configuration.
#[derive(Clone, Debug)]
pub struct Stacks(SignedClient);

impl Stacks {
    /// CloudFormation in a region, with the credentials and settings of `config`.
    pub fn new(config: &SdkConfig, region: &str) -> Self {
        Self(SignedClient::new(config, region, "cloudformation"))
    }

    /// Creates a stack and waits until it is complete.
    ///
    /// # Errors
    /// Also if a resource could not be created: with the first one, and why.
    pub async fn create(&self, stack: &str, template_url: &str, parameters: &[(String, String)]) -> Result<(), Error> {
        let mut form = vec![("StackName".to_owned(), stack.to_owned())];
        form.push(("TemplateURL".to_owned(), template_url.to_owned()));
        form.push(("Capabilities.member.1".to_owned(), "CAPABILITY_IAM".to_owned()));
        for (number, (name, value)) in (1..).zip(parameters) {
            form.push((format!("Parameters.member.{number}.ParameterKey"), name.clone()));
            form.push((format!("Parameters.member.{number}.ParameterValue"), value.clone()));
        }
        self.call("CreateStack", form).await?;
        match self.settled(stack).await?.as_str() {
            "CREATE_COMPLETE" => Ok(()),
            state => Err(Error::Deploy { reason: self.failure(stack).await?.unwrap_or_else(|| state.to_owned()) }),
        }
    }

    /// Removes a stack and waits until it is gone.
    pub async fn remove(&self, stack: &str) -> Result<(), Error> {
        self.call("DeleteStack", vec![("StackName".to_owned(), stack.to_owned())]).await?;
        // It has no state once it is gone.
        let state = self.settled(stack).await.unwrap_or_default();
        if state.ends_with("_FAILED") {
            return Err(Error::Deploy { reason: format!("the stack {stack} cannot be removed") });
        }
        Ok(())
    }

    /// The state of a stack in which nothing is under way.
    async fn settled(&self, stack: &str) -> Result<String, Error> {
        loop {
            let described = self.call("DescribeStacks", vec![("StackName".to_owned(), stack.to_owned())]).await?;
            let state = element(&described, "StackStatus").unwrap_or_default();
            if !state.ends_with("_IN_PROGRESS") {
                return Ok(state);
            }
            sleep(PAUSE).await;
        }
    }

    /// The first resource of a stack that failed, and why.
    async fn failure(&self, stack: &str) -> Result<Option<String>, Error> {
        let events = self.call("DescribeStackEvents", vec![("StackName".to_owned(), stack.to_owned())]).await?;
        Ok(first_failure(&events))
    }

    async fn call(&self, operation: &'static str, mut form: Vec<(String, String)>) -> Result<String, Error> {
        form.push(("Action".to_owned(), operation.to_owned()));
        form.push(("Version".to_owned(), "2010-05-15".to_owned()));
        let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let pairs: Vec<String> =
            form.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
        let headers = &[("content-type", "application/x-www-form-urlencoded")];
        let answer = self.0.post(operation, "/".to_owned(), headers, pairs.join("&").into_bytes()).await;
        let answer = answer.map_err(Error::call(format!("deploy ({operation})")))?;
        Ok(String::from_utf8_lossy(&answer.body).into_owned())
    }
}

/// The first failure among the events of a stack, which come in the order from last to first.
fn first_failure(events: &str) -> Option<String> {
    let failed = |event: &&str| element(event, "ResourceStatus").is_some_and(|state| state.ends_with("_FAILED"));
    let event = events.split("<member>").filter(failed).last()?;
    let resource = element(event, "LogicalResourceId").unwrap_or_default();
    Some(format!("{resource}: {}", element(event, "ResourceStatusReason").unwrap_or_default()))
}

/// The text of the first element of a name.
fn element(xml: &str, name: &str) -> Option<String> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    let (text, _) = rest.split_once(&format!("</{name}>"))?;
    let names = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")];
    Some(names.into_iter().fold(text.to_owned(), |text, (name, letter)| text.replace(name, letter)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_failure_is_told() {
        let event = |resource: &str, state: &str, reason: &str| {
            format!(
                "<member><LogicalResourceId>{resource}</LogicalResourceId><ResourceStatus>{state}</ResourceStatus>\
                 <ResourceStatusReason>{reason}</ResourceStatusReason></member>"
            )
        };
        let events = [
            event("onefold", "CREATE_FAILED", "a resource failed"),
            event("Queue", "CREATE_FAILED", "no &lt;such&gt; key &amp;amp;"),
            event("Bucket", "CREATE_COMPLETE", ""),
        ];
        assert_eq!(first_failure(&events.concat()).as_deref(), Some("Queue: no <such> key &amp;"));
        assert_eq!(first_failure(&events[2]), None);
    }
}
