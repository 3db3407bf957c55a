//! Requests of the REST protocols: paths, query strings, headers, and which member is the body.

use aws_smithy_types::base64;
use org_operator_models::{Kind, Location, Operation, Protocol, Service, Shape, ShapeRef};
use serde_json::{Map, Value};

use super::text::{encode, encode_greedy, plain};
use super::{json, xml};
use crate::request::Request;
use crate::time::Form;

pub(super) fn write(
    service: &Service,
    name: &str,
    operation: &Operation,
    input: &Map<String, Value>,
    request: &mut Request,
) {
    let Some(root) = &operation.input else { return };
    let mut parts = Parts::new(service, &request.uri);
    for (member, value) in input.iter().filter(|(_, value)| !value.is_null()) {
        if let Some(of) = service.shape(root).members.get(member) {
            parts.place(member, of, value, request);
        }
    }
    request.uri = parts.uri();
    body(service, name, root, parts.body, request);
}

/// The parts of a request that members go to.
struct Parts<'a> {
    service: &'a Service,
    path: String,
    /// Names, and values with their equals sign: the model's own pairs may have none.
    pairs: Vec<(String, String)>,
    /// The pairs of maps, which stand back behind those that members are named after.
    map_pairs: Vec<(String, String)>,
    body: Map<String, Value>,
}

impl<'a> Parts<'a> {
    fn new(service: &'a Service, template: &str) -> Self {
        let (path, fixed) = template.split_once('?').unwrap_or((template, ""));
        let split = |pair: &str| {
            let (name, value) = pair.split_at(pair.find('=').unwrap_or(pair.len()));
            (name.to_owned(), value.to_owned())
        };
        let pairs = fixed.split('&').filter(|pair| !pair.is_empty()).map(split).collect();
        Self { service, path: path.to_owned(), pairs, map_pairs: Vec::new(), body: Map::new() }
    }

    fn place(&mut self, name: &str, of: &ShapeRef, value: &Value, request: &mut Request) {
        let key = of.wire_name(name);
        match of.location {
            Some(Location::Uri) => self.label(key, of, value),
            Some(Location::QueryString) => self.query_string(key, of, value),
            Some(Location::Header) => {
                let text = header_text(self.service, of, value);
                request.headers.extend(text.map(|text| (key.to_owned(), text)));
            }
            Some(Location::Headers) => {
                let given = value.as_object().into_iter().flatten();
                request
                    .headers
                    .extend(given.map(|(name, value)| (format!("{key}{name}"), bare(value))));
            }
            Some(Location::StatusCode) | None => {
                self.body.insert(name.to_owned(), value.clone());
            }
        }
    }

    fn label(&mut self, key: &str, of: &ShapeRef, value: &Value) {
        let text = self.text(of, value);
        let one = self.path.replace(&format!("{{{key}}}"), &encode(&text));
        self.path = one.replace(&format!("{{{key}+}}"), &encode_greedy(&text));
    }

    fn query_string(&mut self, key: &str, of: &ShapeRef, value: &Value) {
        match (value, &self.service.shape(of).item) {
            (Value::Object(map), _) => {
                let pairs =
                    map.iter().flat_map(|(name, value)| each(value).map(move |v| (name, v)));
                self.map_pairs.extend(pairs.map(|(name, value)| pair(name, &bare(value))));
            }
            (Value::Array(items), Some(item)) => {
                let texts =
                    items.iter().filter(|v| !v.is_null()).map(|value| self.text(item, value));
                self.pairs.extend(texts.map(|text| pair(key, &text)).collect::<Vec<_>>());
            }
            _ => self.pairs.push(pair(key, &self.text(of, value))),
        }
    }

    fn text(&self, of: &ShapeRef, value: &Value) -> String {
        plain(self.service, of, value, Form::Iso8601)
    }

    fn uri(&mut self) -> String {
        let is_new =
            |(name, _): &(String, String)| !self.pairs.iter().any(|(taken, _)| taken == name);
        let from_maps: Vec<_> = self.map_pairs.drain(..).filter(is_new).collect();
        self.pairs.extend(from_maps);
        let query: Vec<String> =
            self.pairs.iter().map(|(name, value)| format!("{name}{value}")).collect();
        if query.is_empty() {
            self.path.clone()
        } else {
            format!("{}?{}", self.path, query.join("&"))
        }
    }
}

fn pair(name: &str, value: &str) -> (String, String) {
    (encode(name), format!("={}", encode(value)))
}

fn each(value: &Value) -> impl Iterator<Item = &Value> {
    let items = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    items.iter()
}

fn bare(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A header's value; `None` where there is nothing to say.
fn header_text(service: &Service, of: &ShapeRef, value: &Value) -> Option<String> {
    if let (Value::Array(items), Some(item)) = (value, &service.shape(of).item) {
        let quoted = |value: &Value| {
            let text = plain(service, item, value, Form::HttpDate);
            let needs_quotes =
                service.shape(item).kind == Kind::String && text.contains([',', '"']);
            if needs_quotes { format!("\"{}\"", text.replace('"', "\\\"")) } else { text }
        };
        let texts: Vec<String> = items.iter().filter(|v| !v.is_null()).map(quoted).collect();
        return (!items.is_empty()).then(|| texts.join(","));
    }
    if of.json_value {
        return Some(base64::encode(value.to_string()));
    }
    Some(plain(service, of, value, Form::HttpDate))
}

fn body(
    service: &Service,
    name: &str,
    root: &ShapeRef,
    mut given: Map<String, Value>,
    request: &mut Request,
) {
    let shape = service.shape(root);
    if let Some((payload, of)) = payload(shape) {
        return payload_body(service, payload, of, given.remove(payload), request);
    }
    if !shape.members.values().any(|member| member.location.is_none()) {
        return;
    }
    match service.protocol {
        Protocol::RestXml if given.is_empty() => {}
        Protocol::RestXml => {
            let element = root.wire_name.clone().unwrap_or_else(|| format!("{name}Request").into());
            xml_body(service, root, &element, &Value::Object(given), request);
        }
        _ => json_body(&json::structure(service, root, &given), request),
    }
}

/// The member that is the whole body, with its reference.
fn payload(shape: &Shape) -> Option<(&String, &ShapeRef)> {
    let name = shape.payload.as_ref()?;
    Some((name, shape.members.get(name)?))
}

fn payload_body(
    service: &Service,
    name: &str,
    of: &ShapeRef,
    given: Option<Value>,
    request: &mut Request,
) {
    let value = given.unwrap_or_default();
    match (service.shape(of).kind, service.protocol) {
        (Kind::String, _) => {
            request.header_if_absent("content-type", "text/plain");
            request.body = bare_or_empty(&value).into_bytes();
        }
        (Kind::Blob, _) => {
            request.header_if_absent("content-type", "application/octet-stream");
            request.body = base64::decode(bare_or_empty(&value)).unwrap_or_default();
        }
        (_, Protocol::RestXml) if value.is_null() => {}
        (_, Protocol::RestXml) => xml_body(service, of, of.wire_name(name), &value, request),
        _ if value.is_null() => json_body(&Value::Object(Map::new()), request),
        _ => json_body(&json::value(service, of, &value), request),
    }
}

fn bare_or_empty(value: &Value) -> String {
    if value.is_null() { String::new() } else { bare(value) }
}

fn json_body(body: &Value, request: &mut Request) {
    request.header_if_absent("content-type", "application/json");
    request.body = body.to_string().into_bytes();
}

fn xml_body(service: &Service, of: &ShapeRef, element: &str, value: &Value, request: &mut Request) {
    request.header_if_absent("content-type", "application/xml");
    request.body = xml::document(service, of, element, value).into_bytes();
}
