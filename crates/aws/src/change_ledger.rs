//! The ledger's items of runs that change something, in DynamoDB: each has a stamp by which a writer
//! knows that nobody else wrote in between. What the items mean is not known here.

use org_operator_core::contract::change_item::ChangeItem;
use org_operator_core::ports::ChangeLedger;
use org_operator_core::{Error, ErrorKind};

use crate::failure::own;
use crate::ledger::{BATCH, DynamoDbLedger, is_condition_failed, key};
use crate::ledger_items::{Item, number, string, text};

const STAMP: &str = "Stamp";
const BODY: &str = "Body";
/// Holds where there is no item yet, or one with the stamp `:f`.
const UNCHANGED: &str = "attribute_not_exists(#s) OR #s = :f";

impl ChangeLedger for DynamoDbLedger {
    async fn change_items(
        &self,
        partition: &str,
        prefix: &str,
        most: Option<u16>,
    ) -> Result<Vec<ChangeItem>, Error> {
        let most = most.map(usize::from);
        let (mut items, mut after) = (Vec::new(), None);
        loop {
            let left = most.map(|most| most - items.len());
            let (page, next) = self.change_page(partition, prefix, left, after).await?;
            items.extend(page);
            after = next;
            if after.is_none() || most.is_some_and(|most| items.len() >= most) {
                return Ok(items);
            }
        }
    }

    async fn put_change_items(
        &self,
        partition: &str,
        items: &[ChangeItem],
        expires_at: i64,
    ) -> Result<(), Error> {
        for batch in items.chunks(BATCH) {
            self.write(batch.iter().map(|item| stored(partition, item, expires_at)).collect())
                .await?;
        }
        Ok(())
    }

    async fn swap_change_item(
        &self,
        partition: &str,
        item: &ChangeItem,
        expected: &str,
        expires_at: i64,
    ) -> Result<bool, Error> {
        let put = self.client.put_item().table_name(&self.table);
        let put = put
            .set_item(Some(stored(partition, item, expires_at)))
            .condition_expression(UNCHANGED)
            .expression_attribute_names("#s", STAMP)
            .expression_attribute_values(":f", text(expected));
        match put.send().await {
            Ok(_) => Ok(true),
            Err(error) if is_condition_failed(&error) => Ok(false),
            Err(error) => Err(own("writing to the ledger", &error)),
        }
    }
}

impl DynamoDbLedger {
    /// One page of a partition's items, and the sort key to go on after.
    async fn change_page(
        &self,
        partition: &str,
        prefix: &str,
        most: Option<usize>,
        after: Option<String>,
    ) -> Result<(Vec<ChangeItem>, Option<String>), Error> {
        let mut query = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression("#r = :r")
            .expression_attribute_names("#r", "Run")
            .expression_attribute_values(":r", text(partition))
            .set_limit(most.and_then(|most| i32::try_from(most).ok()))
            .set_exclusive_start_key(after.map(|entry| key(text(partition), entry)));
        if !prefix.is_empty() {
            query = query
                .key_condition_expression("#r = :r AND begins_with(#e, :e)")
                .expression_attribute_names("#e", "Entry")
                .expression_attribute_values(":e", text(prefix));
        }
        let answer = query.send().await.map_err(|e| own("reading the ledger", &e))?;
        let items = answer.items().iter().map(read).collect::<Result<_, _>>()?;
        let next = answer.last_evaluated_key().and_then(|key| string(key, "Entry"));
        Ok((items, next))
    }
}

fn stored(partition: &str, item: &ChangeItem, expires_at: i64) -> Item {
    let attributes = [
        ("Run", text(partition)),
        ("Entry", text(&item.entry)),
        (STAMP, text(&item.stamp)),
        (BODY, text(&item.body)),
        ("ExpiresAt", number(expires_at)),
    ];
    attributes.map(|(name, value)| (name.to_owned(), value)).into()
}

fn read(item: &Item) -> Result<ChangeItem, Error> {
    let whole = || {
        let (entry, stamp) = (string(item, "Entry")?, string(item, STAMP)?);
        Some(ChangeItem { entry, stamp, body: string(item, BODY)? })
    };
    whole().ok_or_else(|| {
        let entry = string(item, "Entry").unwrap_or_default();
        let message = format!("the ledger has an entry `{entry}` that cannot be read");
        Error::new(ErrorKind::OperationFailed, message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::{answering, bodies};

    fn item(stamp: &str) -> ChangeItem {
        ChangeItem {
            entry: "state#1".to_owned(),
            stamp: stamp.to_owned(),
            body: r#"{"Open":true}"#.to_owned(),
        }
    }

    #[tokio::test]
    async fn a_swap_says_whether_the_item_was_the_expected_one() {
        let other = r#"{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","message":"The conditional request failed"}"#;
        let (client, config) = answering(&[(200, "{}"), (400, other)]);
        let ledger = DynamoDbLedger::new(&config, "table");
        assert_eq!(ledger.swap_change_item("r#changes#1", &item("b"), "a", 9).await, Ok(true));
        assert_eq!(ledger.swap_change_item("r#changes#1", &item("c"), "a", 9).await, Ok(false));
        let sent = &bodies(&client)[0];
        assert!(sent.contains(UNCHANGED) && sent.contains(r#"":f":{"S":"a"}"#), "{sent}");
    }

    #[tokio::test]
    async fn items_read_back_over_pages_up_to_the_number_that_is_wanted() {
        let stored = r#"{"Run":{"S":"p"},"Entry":{"S":"state#1"},"Stamp":{"S":"a"},"Body":{"S":"{\"Open\":true}"}}"#;
        let page = format!(
            r#"{{"Items":[{stored}],"LastEvaluatedKey":{{"Run":{{"S":"p"}},"Entry":{{"S":"state#1"}}}}}}"#
        );
        let (client, config) = answering(&[(200, &page), (200, &page), (200, &page)]);
        let ledger = DynamoDbLedger::new(&config, "table");
        let found = ledger.change_items("p", "state#", Some(2)).await.unwrap();
        assert_eq!(found, [item("a"), item("a")]);
        let sent = bodies(&client);
        assert_eq!(sent.len(), 2, "no more than is wanted");
        assert!(sent[0].contains("begins_with") && sent[0].contains("\"ConsistentRead\":true"));
    }

    #[tokio::test]
    async fn an_item_that_cannot_be_read_is_an_error() {
        let strange = r#"{"Items":[{"Run":{"S":"p"},"Entry":{"S":"task"}}]}"#;
        let (_, config) = answering(&[(200, strange)]);
        let ledger = DynamoDbLedger::new(&config, "table");
        let error = ledger.change_items("p", "", None).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OperationFailed);
    }
}
