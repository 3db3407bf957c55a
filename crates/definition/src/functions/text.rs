//! Functions of texts: parts, ARNs, CSV.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jpx_core::Context;
use jpx_core::interpreter::SearchResult;
use serde_json::{Map, Value};

use super::{text_of, wrong};

/// The parts of a text between the separators.
pub(super) fn split(args: &[Value], _: &Context<'_>) -> Value {
    let (Some(text), Some(separator)) = (text_of(args, 0), text_of(args, 1)) else {
        return Value::Null;
    };
    let parts = if separator.is_empty() { vec![text] } else { text.split(separator).collect() };
    Value::from(parts)
}

/// The service and the type of resource of an ARN: `ec2:instance`; the service alone where an ARN has no type.
pub(super) fn arn_type(args: &[Value], _: &Context<'_>) -> Value {
    text_of(args, 0).and_then(type_of_arn).map_or(Value::Null, Value::from)
}

fn type_of_arn(arn: &str) -> Option<String> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let [_, _, service, _, _, resource] = parts.as_slice() else { return None };
    let kind = match *service {
        "s3" => Some(if resource.contains('/') { "object" } else { "bucket" }),
        // API Gateway writes paths: /restapis/abc.
        _ => resource.trim_start_matches('/').split_once([':', '/']).map(|(kind, _)| kind),
    };
    Some(kind.map_or_else(|| (*service).to_owned(), |kind| format!("{service}:{kind}")))
}

/// The lines of a CSV with a header, as objects with the columns that are asked for.
pub(super) fn csv(args: &[Value], context: &mut Context<'_>) -> SearchResult {
    let Some(text) = text_of(args, 0) else { return Ok(Value::Null) };
    let names =
        args.get(1).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let names: Vec<&str> = names.collect();
    lines(&bytes(text), &names).map_err(|message| wrong(context, &message))
}

/// AWS answers with bytes as base64 text.
fn bytes(text: &str) -> Vec<u8> {
    STANDARD.decode(text.trim()).unwrap_or_else(|_| text.as_bytes().to_vec())
}

fn lines(bytes: &[u8], names: &[&str]) -> Result<Value, String> {
    let mut reader = csv::Reader::from_reader(bytes);
    let header = reader.headers().map_err(|_| "csv: the text has no header")?.clone();
    let place = |name: &&str| {
        header.iter().position(|column| column == *name).ok_or(format!("csv: no column `{name}`"))
    };
    let places: Vec<usize> = names.iter().map(place).collect::<Result<_, _>>()?;
    let mut rows = Vec::new();
    for record in reader.records() {
        let row =
            record.map_err(|_| "csv: a line has another number of columns than the header")?;
        let cells =
            names.iter().zip(&places).map(|(name, at)| ((*name).to_owned(), row.get(*at).into()));
        rows.push(Value::Object(cells.collect::<Map<_, _>>()));
    }
    Ok(Value::Array(rows))
}
