//! A call for each row: a few at once, each bound to its row.

use std::sync::Arc;

use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::{Map, Value};

use super::ask::{Asked, pages_or};
use super::listing::add;
use super::row::{Facts, Row, at};
use crate::calls::{Calls, Failure};
use crate::checked::CheckedFollowUp;
use crate::path::Path;

/// How many rows of a target are followed up at once: services throttle each account and Region.
const AT_ONCE: usize = 8;

impl CheckedFollowUp {
    /// Each row with what the call answered for it, in the rows' order.
    pub(super) async fn run(
        &self,
        facts: &Facts<'_>,
        calls: &dyn Calls,
        rows: Vec<Row>,
    ) -> Result<Vec<Row>, Failure> {
        let input = facts.input(&self.call.input);
        let followed = rows.into_iter().map(|row| self.row(facts, calls, &input, row));
        stream::iter(followed).buffered(AT_ONCE).try_collect().await
    }

    async fn row(
        &self,
        facts: &Facts<'_>,
        calls: &dyn Calls,
        input: &Map<String, Value>,
        row: Row,
    ) -> Result<Row, Failure> {
        if self.paths().any(|path| row.lacks(path)) {
            return Ok(row.refused(&self.name));
        }
        let Some(items) = self.items(facts, &row)? else {
            let nothing = if self.is_list() { Value::Array(Vec::new()) } else { Value::Null };
            return Ok(row.with(&self.name, Arc::new(nothing)));
        };
        let mut found = Vec::new();
        for item in &items {
            let bound = self.bound(facts, &row, item, input)?;
            match self.ask(facts, calls, &bound).await? {
                Some(Value::Array(rows)) if self.rows.is_some() => found.extend(rows),
                Some(answer) => found.push(answer),
                None => return Ok(row.refused(&self.name)),
            }
        }
        let answer =
            if self.is_list() { Value::Array(found) } else { found.pop().unwrap_or(Value::Null) };
        Ok(row.with(&self.name, Arc::new(answer)))
    }

    fn paths(&self) -> impl Iterator<Item = &Path> {
        self.bind.iter().map(|(_, path)| path).chain(&self.when).chain(&self.over)
    }

    /// Whether paths see a list: rows, or the answers of several calls.
    fn is_list(&self) -> bool {
        self.rows.is_some() || self.over.is_some()
    }

    /// What the call is made for: the row, or each item of a list in it; `None` where it is not made.
    fn items(&self, facts: &Facts<'_>, row: &Row) -> Result<Option<Vec<Value>>, Failure> {
        let names = row.names(facts);
        if let Some(when) = &self.when
            && !when.holds(&row.value, &names).map_err(at(&self.place("when")))?
        {
            return Ok(None);
        }
        match &self.over {
            Some(over) => over.list(&row.value, &names).map(Some).map_err(at(&self.place("over"))),
            None => Ok(Some(vec![row.value.clone()])),
        }
    }

    /// The input with the members that come from the row.
    fn bound(
        &self,
        facts: &Facts<'_>,
        row: &Row,
        item: &Value,
        input: &Map<String, Value>,
    ) -> Result<Value, Failure> {
        let names = row.names(facts);
        let mut members = input.clone();
        for (member, path) in &self.bind {
            let place = self.place(&format!("bind.{member}"));
            let value = path.of(item, &names).map_err(at(&place))?;
            if value.is_null() {
                return Err(at(&place)("the row has no value for it".to_owned()));
            }
            members.insert(member.clone(), value);
        }
        Ok(Value::Object(members))
    }

    /// The rows or the answer of one call; `None` where it was refused.
    async fn ask(
        &self,
        facts: &Facts<'_>,
        calls: &dyn Calls,
        input: &Value,
    ) -> Result<Option<Value>, Failure> {
        let place = self.place("rows");
        let mut answer = if self.rows.is_some() { Value::Array(Vec::new()) } else { Value::Null };
        let mut take =
            |page: Value| add(&mut answer, page, self.rows.as_ref(), facts).map_err(at(&place));
        match pages_or(calls, &self.call, input, &self.errors, &mut take).await? {
            Asked::Answered | Asked::Absent => Ok(Some(answer)),
            Asked::Denied => Ok(None),
        }
    }

    fn place(&self, field: &str) -> String {
        format!("each `{}`: {field}", self.name)
    }
}
