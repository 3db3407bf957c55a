//! The ledger in DynamoDB: consistent queries by partition, and batched writes that resend what
//! DynamoDB left unprocessed. Items are converted in `ledger_items`.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use org_operator_core::contract::ledger::{Entry, LedgerPartition, LedgerRecord, outcome_prefix};
use org_operator_core::outcome::FAILED;
use org_operator_core::ports::{LedgerReader, LedgerWriter, Outcomes, Page};
use org_operator_core::{Error, ErrorKind, Outcome, Verdict};

use crate::failure::own;
use crate::ledger_items::{Item, STATUS, entry, outcome_item, record_item, sort_key};

/// `BatchWriteItem` accepts at most this many items (DynamoDB API reference).
pub(crate) const BATCH: usize = 25;
/// How often unprocessed items are resent, with a wait that doubles each time: 6 s altogether, less
/// than the reserve of an invocation for writing.
const RESENDS: u32 = 7;
/// Holds where the target has no outcome yet, or one that is FAILED.
const NOT_FINAL: &str = "attribute_not_exists(#s) OR #s = :f";
/// The wait before the first resend.
const FIRST_WAIT: Duration = Duration::from_millis(50);

/// The ledger in one DynamoDB table.
#[derive(Debug, Clone)]
pub struct DynamoDbLedger {
    pub(crate) client: Client,
    pub(crate) table: String,
}

impl DynamoDbLedger {
    /// The ledger in the table called `table`.
    #[must_use]
    pub fn new(config: &SdkConfig, table: &str) -> Self {
        Self { client: Client::new(config), table: table.to_owned() }
    }

    /// One page of a partition's entries: those that start with `prefix`, after the key `after`.
    async fn query(
        &self,
        partition: &LedgerPartition,
        prefix: Option<String>,
        after: Option<String>,
        most: Option<u16>,
    ) -> Result<Page, Error> {
        let run = AttributeValue::S(partition.partition_key());
        let condition =
            if prefix.is_some() { "#r = :r AND begins_with(#e, :e)" } else { "#r = :r" };
        let mut query = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression(condition)
            .expression_attribute_names("#r", "Run")
            .expression_attribute_values(":r", run.clone())
            .set_limit(most.map(i32::from))
            .set_exclusive_start_key(after.map(|entry| key(run, entry)));
        if let Some(prefix) = prefix {
            query = query
                .expression_attribute_names("#e", "Entry")
                .expression_attribute_values(":e", AttributeValue::S(prefix));
        }
        let answer = query.send().await.map_err(|e| own("reading the ledger", &e))?;
        let entries = answer.items().iter().map(entry).collect::<Result<_, _>>()?;
        let next = answer.last_evaluated_key().and_then(sort_key).map(str::to_owned);
        Ok(Page { entries, next })
    }

    pub(crate) async fn write(&self, items: Vec<Item>) -> Result<(), Error> {
        let requests = items.into_iter().map(put_request).collect::<Result<Vec<_>, _>>()?;
        let mut unprocessed = self.send(requests).await?;
        let mut wait = FIRST_WAIT;
        for _ in 0..RESENDS {
            if unprocessed.is_empty() {
                return Ok(());
            }
            tracing::debug!(unprocessed = unprocessed.len(), "resending to DynamoDB");
            tokio::time::sleep(wait).await;
            wait *= 2;
            unprocessed = self.send(unprocessed).await?;
        }
        if unprocessed.is_empty() {
            return Ok(());
        }
        let message = format!("DynamoDB left {} items unprocessed", unprocessed.len());
        Err(Error::new(ErrorKind::Throttled, message))
    }

    /// Sends one batch and returns what DynamoDB did not process.
    async fn send(&self, batch: Vec<WriteRequest>) -> Result<Vec<WriteRequest>, Error> {
        let sent = self.client.batch_write_item().request_items(&self.table, batch).send().await;
        let output = sent.map_err(|e| own("writing records to the ledger", &e))?;
        let tables = output.unprocessed_items;
        Ok(tables.and_then(|mut tables| tables.remove(&self.table)).unwrap_or_default())
    }
}

/// The primary key of an entry.
pub(crate) fn key(run: AttributeValue, entry: String) -> Item {
    let attributes = [("Run", run), ("Entry", AttributeValue::S(entry))];
    attributes.map(|(name, value)| (name.to_owned(), value)).into()
}

/// Whether the write was refused because its condition does not hold.
pub(crate) fn is_condition_failed(error: &SdkError<PutItemError, HttpResponse>) -> bool {
    error.as_service_error().is_some_and(PutItemError::is_conditional_check_failed_exception)
}

fn put_request(item: Item) -> Result<WriteRequest, Error> {
    let put = PutRequest::builder().set_item(Some(item)).build();
    let request = put.map_err(Error::internal)?;
    Ok(WriteRequest::builder().put_request(request).build())
}

impl Outcomes for DynamoDbLedger {
    async fn outcomes(&self, partition: &LedgerPartition) -> Result<Vec<Outcome>, Error> {
        let mut outcomes = Vec::new();
        let mut after = None;
        loop {
            let page = self.query(partition, Some(outcome_prefix()), after, None).await?;
            outcomes.extend(page.entries.into_iter().filter_map(|entry| match entry {
                Entry::Outcome(outcome) => Some(outcome),
                _ => None,
            }));
            after = page.next;
            if after.is_none() {
                return Ok(outcomes);
            }
        }
    }
}

impl LedgerWriter for DynamoDbLedger {
    async fn put_records(
        &self,
        partition: &LedgerPartition,
        records: &[LedgerRecord],
        expires_at: i64,
    ) -> Result<(), Error> {
        for batch in records.chunks(BATCH) {
            self.write(batch.iter().map(|r| record_item(partition, r, expires_at)).collect())
                .await?;
        }
        Ok(())
    }

    async fn put_outcome(
        &self,
        partition: &LedgerPartition,
        outcome: &Outcome,
        expires_at: i64,
    ) -> Result<(), Error> {
        let item = outcome_item(partition, outcome, expires_at);
        let mut put = self.client.put_item().table_name(&self.table).set_item(Some(item));
        if outcome.verdict != Verdict::Succeeded {
            put = put
                .condition_expression(NOT_FINAL)
                .expression_attribute_names("#s", STATUS)
                .expression_attribute_values(":f", AttributeValue::S(FAILED.to_owned()));
        }
        match put.send().await {
            Ok(_) => Ok(()),
            Err(error) if is_condition_failed(&error) => Ok(()),
            Err(error) => Err(own("writing an outcome to the ledger", &error)),
        }
    }
}

impl LedgerReader for DynamoDbLedger {
    async fn page(
        &self,
        partition: &LedgerPartition,
        after: Option<String>,
    ) -> Result<Page, Error> {
        self.query(partition, None, after, None).await
    }

    async fn first_page(&self, partition: &LedgerPartition, most: u16) -> Result<Page, Error> {
        self.query(partition, None, None, Some(most)).await
    }
}

#[cfg(test)]
mod tests {
    use org_operator_core::{AccountId, Record, Region, RunId};

    use super::*;
    use crate::replay::{answering, bodies};

    const BACK: &str = r#"{"UnprocessedItems":{"table":[{"PutRequest":{"Item":{
        "Run":{"S":"r#111111111111"},"Entry":{"S":"record#eu-west-1#7"}}}}]}}"#;

    fn partition() -> LedgerPartition {
        let account = AccountId::parse("111111111111").unwrap();
        LedgerPartition { run: RunId::parse("r").unwrap(), operation: None, account }
    }

    fn records(count: usize) -> Vec<LedgerRecord> {
        let record = |n: usize| LedgerRecord {
            region: Region::parse("eu-west-1").unwrap(),
            attempt: "a".to_owned(),
            record: Record { key: n.to_string(), cells: vec![n.to_string()] },
        };
        (0..count).map(record).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn only_unprocessed_items_are_resent() {
        let (client, config) = answering(&[(200, BACK), (200, BACK), (200, "{}"), (200, "{}")]);
        let ledger = DynamoDbLedger::new(&config, "table");
        ledger.put_records(&partition(), &records(26), 9).await.unwrap();
        let puts =
            bodies(&client).iter().map(|b| b.matches("PutRequest").count()).collect::<Vec<_>>();
        assert_eq!(puts, [25, 1, 1, 1]);
        assert!(bodies(&client)[1].contains("record#eu-west-1#7"));
    }

    #[tokio::test(start_paused = true)]
    async fn items_that_stay_unprocessed_are_throttled_and_not_lost() {
        let (_, config) = answering(&[(200, BACK); 9]);
        let ledger = DynamoDbLedger::new(&config, "table");
        let error = ledger.put_records(&partition(), &records(1), 9).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Throttled);
    }

    fn outcome(verdict: Verdict) -> Outcome {
        let at = org_operator_core::model::timestamp::Timestamp::from_epoch_millis(1_000);
        Outcome {
            region: Region::parse("eu-west-1").unwrap(),
            verdict,
            attempts: 1,
            started_at: at,
            ended_at: at,
            records: 0,
            calls: 1,
            attempt: "late".to_owned(),
            unexplained: false,
        }
    }

    #[tokio::test]
    async fn a_late_failure_does_not_replace_a_final_outcome() {
        let answered = r#"{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","message":"The conditional request failed"}"#;
        let (client, config) = answering(&[(400, answered), (200, "{}")]);
        let ledger = DynamoDbLedger::new(&config, "table");
        let failed = outcome(Verdict::of(ErrorKind::Transient, "late"));
        assert_eq!(ledger.put_outcome(&partition(), &failed, 9).await, Ok(()));
        ledger.put_outcome(&partition(), &outcome(Verdict::Succeeded), 9).await.unwrap();
        let sent = bodies(&client);
        assert!(sent[0].contains(NOT_FINAL) && !sent[1].contains("Condition"), "{sent:?}");
    }

    #[tokio::test]
    async fn a_query_is_consistent_and_continues_after_each_page() {
        let page = r#"{"Items":[],"LastEvaluatedKey":{"Run":{"S":"r"},"Entry":{"S":"outcome#x"}}}"#;
        let (client, config) = answering(&[(200, page), (200, r#"{"Items":[]}"#)]);
        let ledger = DynamoDbLedger::new(&config, "table");
        assert_eq!(ledger.outcomes(&partition()).await, Ok(Vec::new()));
        let sent = bodies(&client);
        assert!(sent[0].contains("\"ConsistentRead\":true"), "{}", sent[0]);
        assert!(
            sent[1].contains("\"ExclusiveStartKey\"") && sent[1].contains("outcome#x"),
            "{}",
            sent[1]
        );
    }
}
