//! A source in a target: its listing, then one step after the other, then the cells.

use std::time::Duration;

use serde_json::Value;

use super::Rows;
use super::ask::{self, pages};
use super::row::{Facts, Row, at};
use crate::calls::{Calls, Failure};
use crate::checked::{Checked, CheckedBefore, CheckedSource, Step};
use crate::path::Path;

/// How often a call before the listing is made at the most, and how long is between two.
const TRIES: u32 = 30;
const BETWEEN: Duration = Duration::from_secs(2);

/// What a cell says whose call was refused.
const DENIED: &str = "denied";

impl CheckedSource {
    /// The source's rows, as cells.
    pub(super) async fn run(
        &self,
        facts: &Facts<'_>,
        calls: &dyn Calls,
        checked: &Checked,
    ) -> Result<Rows, Failure> {
        if let Some(before) = &self.before {
            before.run(facts, calls).await?;
        }
        let mut rows = match self.listed(facts, calls).await {
            Err(Failure::Call { failure, .. })
                if failure.code.as_ref().is_some_and(|code| self.answers.contains_key(code)) =>
            {
                let answer =
                    failure.code.as_ref().and_then(|code| self.answers.get(code)?.as_ref());
                return Ok(answer.map(|cells| checked.fixed(cells)).into_iter().collect());
            }
            listed => listed?,
        };
        for step in self.steps.iter().skip(self.without_calls()) {
            rows = match step {
                // What no row asks for need not be called.
                _ if rows.is_empty() => break,
                Step::Keep(path) => kept(path, rows, facts)?,
                Step::Nested(path) => nested(path, rows, facts)?,
                Step::Listing(listing) => listing.run(facts, calls, rows).await?,
                Step::FollowUp(follow_up) => follow_up.run(facts, calls, rows).await?,
            };
        }
        rows.iter().map(|row| self.row_cells(row, facts, checked)).collect()
    }

    /// How many steps there are before the first that calls.
    fn without_calls(&self) -> usize {
        self.steps.iter().take_while(|step| matches!(step, Step::Keep(_) | Step::Nested(_))).count()
    }

    /// The rows of the listing, those that go at once left out as they come.
    async fn listed(&self, facts: &Facts<'_>, calls: &dyn Calls) -> Result<Vec<Row>, Failure> {
        let mut rows = Vec::new();
        let input = Value::Object(facts.input(&self.call.input));
        let mut take = |page: Value| {
            let found = self.rows.list_taken(page, facts).map_err(at("rows"))?;
            let mut new: Vec<Row> = found.into_iter().map(Row::of).collect();
            for step in &self.steps[..self.without_calls()] {
                new = match step {
                    Step::Nested(path) => nested(path, new, facts)?,
                    Step::Keep(path) => kept(path, new, facts)?,
                    Step::Listing(_) | Step::FollowUp(_) => new,
                };
            }
            rows.extend(new);
            Ok(())
        };
        pages(calls, &self.call, &input, &mut take).await?;
        Ok(rows)
    }

    fn row_cells(
        &self,
        row: &Row,
        facts: &Facts<'_>,
        checked: &Checked,
    ) -> Result<Vec<String>, Failure> {
        let names = row.names(facts);
        let cell = |path: &Option<Path>| match path {
            None => Ok(String::new()),
            Some(path) if row.lacks(path) => Ok(DENIED.to_owned()),
            Some(path) => path.of(&row.value, &names).map(|value| crate::cell::text(&value)),
        };
        let columns = checked.columns().iter().zip(&self.cells);
        columns
            .map(|(column, path)| cell(path).map_err(at(&format!("column `{}`", column.name))))
            .collect()
    }
}

/// The rows that hold. One that cannot be told, because a call was refused, stays: it must not vanish silently.
fn kept(path: &Path, rows: Vec<Row>, facts: &Facts<'_>) -> Result<Vec<Row>, Failure> {
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        if row.lacks(path) || path.holds(&row.value, &row.names(facts)).map_err(at("keep"))? {
            found.push(row);
        }
    }
    Ok(found)
}

/// The items of a list in each row, in place of the row.
fn nested(path: &Path, rows: Vec<Row>, facts: &Facts<'_>) -> Result<Vec<Row>, Failure> {
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        if row.lacks(path) {
            let unknown = vec![Value::Null];
            found.extend(row.nested(unknown));
            continue;
        }
        let items = path.list(&row.value, &row.names(facts)).map_err(at("nested"))?;
        found.extend(row.nested(items));
    }
    Ok(found)
}

impl CheckedBefore {
    async fn run(&self, facts: &Facts<'_>, calls: &dyn Calls) -> Result<(), Failure> {
        let input = Value::Object(facts.input(&self.call.input));
        for _ in 0..TRIES {
            let mut done = self.until.is_none();
            let mut take = |page: Value| {
                if let Some(until) = &self.until {
                    done = until.holds(&page, facts).map_err(at("before.until"))?;
                }
                Ok(())
            };
            ask::pages(calls, &self.call, &input, &mut take).await?;
            if done {
                return Ok(());
            }
            calls.pause(BETWEEN).await;
        }
        Err(Failure::Unfinished { operation: self.call.operation.clone(), times: TRIES })
    }
}
