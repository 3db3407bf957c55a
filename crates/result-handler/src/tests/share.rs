//! Notifications with links to share, and what becomes of one that cannot be published so.

use std::sync::Mutex;

use org_operator_core::contract::handler_output::Notification;

use super::*;

/// Signs by writing the seconds behind the address.
struct Signer;

impl LinkSigner for Signer {
    async fn link(&self, uri: &str, valid: Duration) -> Result<String, Error> {
        Ok(format!("https://signed/{uri}?{}", valid.as_secs()))
    }
}

/// A topic that is told, refuses, or never answers.
enum Heard {
    Told(Mutex<Vec<Notification>>),
    Refuses,
    NeverAnswers,
}

impl Topic for Heard {
    async fn publish(&self, notification: &Notification) -> Result<(), Error> {
        match self {
            Self::Told(told) => {
                told.lock().unwrap().push(notification.clone());
                Ok(())
            }
            Self::Refuses => Err(Error::new(ErrorKind::AccessDenied, "not authorized")),
            Self::NeverAnswers => std::future::pending().await,
        }
    }
}

fn summary() -> Summary {
    let text = serde_json::json!({
        "RunId": "run-7", "Status": "COMPLETE", "Targets": 1, "Succeeded": 1, "Skipped": 0,
        "Failed": 0, "Records": 0, "Added": null, "Removed": null, "Operation": "vpcs",
        "Artifacts": ["s3://b/runs/vpcs/run-7/vpcs.csv", "s3://b/runs/vpcs/run-7/report.html"],
        "PreviousRunId": null, "Accounts": 1, "ApiCalls": 1, "Errors": {}, "FirstFailures": [],
        "FirstChanges": [], "StartedAt": null, "EndedAt": null, "DurationMs": null,
    });
    serde_json::from_value(text).unwrap()
}

async fn output(topic: &Sharing<Signer, Heard>) -> HandlerOutput {
    topic.output(summary(), &Region::parse("eu-west-1").unwrap()).await
}

fn sharing(topic: Heard) -> Sharing<Signer, Heard> {
    Sharing { signer: Signer, topic, valid: Duration::from_hours(4) }
}

#[tokio::test]
async fn a_published_link_is_in_no_part_of_the_output() {
    let sharing = sharing(Heard::Told(Mutex::default()));
    let output = output(&sharing).await;
    assert_eq!(output.notification, None);
    assert!(!serde_json::to_string(&output).unwrap().contains("signed"), "{output:?}");
    let Heard::Told(told) = &sharing.topic else { panic!("another topic") };
    let told = told.lock().unwrap();
    assert_eq!(told.len(), 1);
    let link = "vpcs: https://signed/s3://b/runs/vpcs/run-7/report.html?14400";
    assert!(told[0].message.contains(link), "{}", told[0].message);
    assert!(told[0].message.starts_with("Run run-7 of vpcs is COMPLETE."), "{}", told[0].message);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_published_with_links_is_left_to_the_state_machine_without() {
    for topic in [Heard::Refuses, Heard::NeverAnswers] {
        let output = output(&sharing(topic)).await;
        let left = output.notification.unwrap();
        assert!(
            left.message.contains("report.html") && !left.message.contains("signed"),
            "{left:?}"
        );
    }
}
