//! The notification with links that open without signing in: signed and published here, because what
//! the state machine publishes stands in the history of its execution.

use std::time::Duration;

use org_operator_core::contract::handler_output::HandlerOutput;
use org_operator_core::contract::summary::Summary;
use org_operator_core::ports::{LinkSigner, Topic};
use org_operator_core::report::notification::notification;
use org_operator_core::report::shared_link::{SharedLink, pages};
use org_operator_core::{Error, ErrorKind, Region};

/// The most time for signing and publishing: all files of the run are written by then, and what is
/// left of the invocation may be little more.
const LONGEST: Duration = Duration::from_secs(8);

/// What signs the links, where they are published, and for how long they are valid.
#[derive(Debug, Clone)]
pub struct Sharing<S, T> {
    /// What signs the links.
    pub signer: S,
    /// The topic that hears how runs end.
    pub topic: T,
    /// How long a link is valid, at most.
    pub valid: Duration,
}

impl<S: LinkSigner, T: Topic> Sharing<S, T> {
    /// The output of a run that has ended, once its notification is published with links. Where that
    /// fails, the output has the notification without them, and the state machine publishes it.
    pub async fn output(&self, summary: Summary, home: &Region) -> HandlerOutput {
        let publishing = tokio::time::timeout(LONGEST, self.publish(&summary, home)).await;
        let published = publishing.unwrap_or_else(|_| Err(too_slow()));
        let output = HandlerOutput::new(summary, home);
        match published {
            Ok(()) => HandlerOutput { notification: None, ..output },
            Err(error) => {
                tracing::warn!(kind = %error.kind(), "the notification has no links: {error}");
                output
            }
        }
    }

    async fn publish(&self, summary: &Summary, home: &Region) -> Result<(), Error> {
        let mut links = Vec::new();
        for page in pages(summary) {
            let url = self.signer.link(&page.uri, self.valid).await?;
            links.push(SharedLink { name: page.name, url });
        }
        let said = notification(summary, home).with_links(&links, self.valid);
        self.topic.publish(&said).await
    }
}

fn too_slow() -> Error {
    let seconds = LONGEST.as_secs();
    Error::new(ErrorKind::Transient, format!("publishing it took more than {seconds} s"))
}

#[cfg(test)]
#[path = "tests/share.rs"]
mod tests;
