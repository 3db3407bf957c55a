//! Functions of timestamps, which depend on the day of the run.

use jpx_core::Context;
use jpx_core::interpreter::SearchResult;
use org_operator_core::model::timestamp::Timestamp;
use serde_json::Value;

use super::{NOW, wrong};

const DAY: i64 = 24 * 60 * 60 * 1000;

/// Below this a number is seconds since 1970, else milliseconds: as milliseconds it is a day of 1973.
const MILLISECONDS: i64 = 100_000_000_000;

/// Whole days since a timestamp.
pub(super) fn age_days(args: &[Value], context: &mut Context<'_>) -> SearchResult {
    days(args, context, |now, time| now - time)
}

/// Whole days until a timestamp; less than 0 where it has passed.
pub(super) fn days_until(args: &[Value], context: &mut Context<'_>) -> SearchResult {
    days(args, context, |now, time| time - now)
}

fn days(args: &[Value], context: &Context<'_>, between: fn(i64, i64) -> i64) -> SearchResult {
    let Some(value) = args.first().filter(|value| !value.is_null() && value.as_str() != Some(""))
    else {
        return Ok(Value::Null);
    };
    let now = context.get_variable(NOW).as_ref().and_then(milliseconds);
    match (now, milliseconds(value)) {
        (Some(now), Some(time)) => Ok(Value::from(between(now, time).div_euclid(DAY))),
        _ => Err(wrong(context, "age_days, days_until: the value is no timestamp")),
    }
}

fn milliseconds(value: &Value) -> Option<i64> {
    match value {
        Value::String(text) => Timestamp::parse(text).map(Timestamp::epoch_millis),
        Value::Number(number) => {
            let whole = number.as_i64()?;
            Some(if whole.abs() < MILLISECONDS { whole * 1000 } else { whole })
        }
        _ => None,
    }
}
