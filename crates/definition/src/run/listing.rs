//! A second listing in a target: asked for once, matched with each row.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use serde_json::Value;

use super::ask::{Asked, pages_or};
use super::row::{Facts, Row, at};
use crate::calls::{Calls, Failure};
use crate::checked::CheckedListing;
use crate::path::Path;

impl CheckedListing {
    /// Each row with what the listing has for it.
    pub(super) async fn run(
        &self,
        facts: &Facts<'_>,
        calls: &dyn Calls,
        rows: Vec<Row>,
    ) -> Result<Vec<Row>, Failure> {
        let Some(answer) = self.ask(facts, calls).await? else {
            return Ok(rows.into_iter().map(|row| row.refused(&self.name)).collect());
        };
        match (&self.on, answer) {
            (Some((left, right)), Value::Array(items)) => {
                self.matched(rows, left, right, &items, facts)
            }
            (_, whole) => {
                let shared = Arc::new(whole);
                Ok(rows.into_iter().map(|row| row.with(&self.name, shared.clone())).collect())
            }
        }
    }

    /// The listing's rows, or its answer; `None` where it was refused.
    async fn ask(&self, facts: &Facts<'_>, calls: &dyn Calls) -> Result<Option<Value>, Failure> {
        let place = format!("with `{}`: rows", self.name);
        let input = Value::Object(facts.input(&self.call.input));
        let mut answer = if self.rows.is_some() { Value::Array(Vec::new()) } else { Value::Null };
        let mut take =
            |page: Value| add(&mut answer, page, self.rows.as_ref(), facts).map_err(at(&place));
        match pages_or(calls, &self.call, &input, &self.errors, &mut take).await? {
            Asked::Answered | Asked::Absent => Ok(Some(answer)),
            Asked::Denied => Ok(None),
        }
    }

    fn matched(
        &self,
        rows: Vec<Row>,
        left: &Path,
        right: &Path,
        items: &[Value],
        facts: &Facts<'_>,
    ) -> Result<Vec<Row>, Failure> {
        let place = format!("with `{}`: on", self.name);
        let index = index(right, items, facts).map_err(at(&place))?;
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            if row.lacks(left) {
                found.push(row.refused(&self.name));
                continue;
            }
            let wanted = left.of(&row.value, &row.names(facts)).map_err(at(&place))?;
            // Each item once, in the listing's order, however many values the two have in common.
            let places: BTreeSet<usize> =
                keys(&wanted).iter().filter_map(|key| index.get(key)).flatten().copied().collect();
            let matching =
                places.into_iter().filter_map(|place| items.get(place)).cloned().collect();
            found.push(row.with(&self.name, Arc::new(Value::Array(matching))));
        }
        Ok(found)
    }
}

/// Puts a page to the rows that there are, or in the place of the answer.
pub(super) fn add(
    answer: &mut Value,
    page: Value,
    rows: Option<&Path>,
    facts: &Facts<'_>,
) -> Result<(), String> {
    match (rows, &mut *answer) {
        (Some(path), Value::Array(items)) => items.extend(path.list_taken(page, facts)?),
        _ => *answer = page,
    }
    Ok(())
}

/// Where among `items` each value of the path is.
fn index(
    path: &Path,
    items: &[Value],
    facts: &Facts<'_>,
) -> Result<HashMap<String, Vec<usize>>, String> {
    let mut found: HashMap<String, Vec<usize>> = HashMap::new();
    for (place, item) in items.iter().enumerate() {
        for key in keys(&path.of(item, facts)?) {
            found.entry(key).or_default().push(place);
        }
    }
    Ok(found)
}

/// What can be matched: a value, or each item of a list; nothing where it is absent or empty.
fn keys(value: &Value) -> Vec<String> {
    let items = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    items.iter().map(crate::cell::text).filter(|key| !key.is_empty()).collect()
}
