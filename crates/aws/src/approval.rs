//! Reading the ledger's entry of a run that waits for approval. Answering it is the command's part.

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use org_operator_core::contract::approval::{Approval, ENTRY, Proposal, TaskToken};
use org_operator_core::{Error, RunId};

use crate::failure::own;
use crate::ledger_items::Item;

/// What `run` waits with in the ledger called `table`, or `None` where it never asked for approval.
///
/// # Errors
/// What DynamoDB answered, with the action; `Internal` where the entry is none of ours.
pub async fn approval(
    config: &SdkConfig,
    table: &str,
    run: &RunId,
) -> Result<Option<Approval>, Error> {
    let key = |text: &str| AttributeValue::S(text.to_owned());
    let get = Client::new(config).get_item().table_name(table).consistent_read(true);
    let asked = get.key("Run", key(run.as_str())).key("Entry", key(ENTRY)).send().await;
    let error = |e| own("reading the ledger", &e).with_action("dynamodb:GetItem");
    asked.map_err(error)?.item().map(of_item).transpose()
}

fn of_item(item: &Item) -> Result<Approval, Error> {
    let text = |name: &str| {
        let value = item.get(name).and_then(|value| value.as_s().ok());
        value.ok_or_else(|| Error::internal(format!("the ledger's approval has no `{name}`")))
    };
    Ok(Approval {
        token: TaskToken::new(text("TaskToken")?.clone()),
        proposal: Proposal::parse(text("Plan")?, text("Request")?)?,
        asked_at: text("AskedAt")?.clone(),
    })
}
