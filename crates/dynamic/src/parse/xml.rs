//! XML bodies. A document is read whole or not at all: one that was cut short is an error.

use std::borrow::Cow;

use org_operator_models::{Kind, Operation, Protocol, Service, Shape, ShapeRef};
use roxmltree::{Document, Node};
use serde_json::{Map, Value};

use super::json::{in_body, unknown_union_member};
use super::{DEPTH, Parsed, Unreadable, scalar};

/// The value of an answer of the query protocol or of EC2's.
pub(super) fn form_answer(
    service: &Service,
    name: &str,
    operation: &Operation,
    root: &ShapeRef,
    body: &[u8],
) -> Parsed {
    let document = read(text(body)?)?;
    let element = document.root_element();
    if element.tag_name().name() != format!("{name}Response") {
        let problem = format!("expected {name}Response, got {}", element.tag_name().name());
        return Err(Unreadable::unexpected(problem));
    }
    match operation.result_wrapper.as_deref().filter(|_| service.protocol == Protocol::Query) {
        None => value(service, root, &[element], 0),
        Some(wrapper) => {
            let inner = child(element, wrapper);
            let result =
                inner.ok_or_else(|| Unreadable::unexpected(format!("no {wrapper} in it")))?;
            value(service, root, &[result], 0)
        }
    }
}

/// The value of a body in the REST protocol.
pub(super) fn body(service: &Service, of: &ShapeRef, bytes: &[u8]) -> Parsed {
    let document = read(text(bytes)?)?;
    let root = document.root_element();
    match lone_member(service.shape(of), root) {
        Some((name, member)) => {
            let found = value(service, member, &[root], 0)?;
            Ok(Value::Object(Map::from_iter([(name.clone(), blank_as_null(found))])))
        }
        None => value(service, of, &[root], 0),
    }
}

/// The value of a body that is one member.
pub(super) fn payload(service: &Service, of: &ShapeRef, bytes: &[u8]) -> Parsed {
    let document = read(text(bytes)?)?;
    value(service, of, &[document.root_element()], 0)
}

/// The one member that a root without elements says: S3 answers so where a bucket is, and says
/// nothing for its first Region.
fn lone_member<'a>(shape: &'a Shape, root: Node<'_, '_>) -> Option<(&'a String, &'a ShapeRef)> {
    let (name, member) = shape.members.first().filter(|_| shape.members.len() == 1)?;
    let is_root = root.tag_name().name() == name && member.location.is_none();
    (is_root && !root.children().any(|n| n.is_element())).then_some((name, member))
}

fn blank_as_null(value: Value) -> Value {
    if value == "" { Value::Null } else { value }
}

pub(super) fn text(bytes: &[u8]) -> Result<&str, Unreadable> {
    std::str::from_utf8(bytes).map_err(|e| Unreadable::NotWhole(format!("no UTF-8 ({e})")))
}

pub(super) fn read(text: &str) -> Result<Document<'_>, Unreadable> {
    Document::parse(text).map_err(|e| Unreadable::NotWhole(format!("no XML document ({e})")))
}

pub(super) fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    node.children().find(|c| c.is_element() && c.tag_name().name() == name)
}

/// The value of the elements of one name: more than one only where a list or map is flattened.
fn value(service: &Service, of: &ShapeRef, nodes: &[Node<'_, '_>], depth: usize) -> Parsed {
    let shape = service.shape(of);
    let Some(node) = nodes.first() else { return Ok(Value::Null) };
    if depth > DEPTH {
        return Err(Unreadable::unexpected("it is nested too deep"));
    }
    match shape.kind {
        Kind::Structure => structure(service, shape, *node, depth),
        Kind::List if of.flattened => list(service, shape, nodes.iter().copied(), depth),
        Kind::List => list(service, shape, elements(*node), depth),
        Kind::Map if of.flattened => map(service, shape, nodes.iter().copied(), depth),
        Kind::Map => map(service, shape, elements(*node), depth),
        kind if elements(*node).next().is_some() => {
            Err(scalar::no(&format!("<{}>…", node.tag_name().name()), kind))
        }
        _ => scalar::value(service, of, &content(*node)),
    }
}

fn elements<'a, 'i>(node: Node<'a, 'i>) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(Node::is_element)
}

/// An element's text; comments may divide it.
fn content<'a>(node: Node<'a, '_>) -> Cow<'a, str> {
    let mut texts = node.children().filter(Node::is_text).filter_map(|n| n.text());
    let first = texts.next().unwrap_or_default();
    match texts.next() {
        None => Cow::Borrowed(first),
        Some(second) => Cow::Owned([first, second].into_iter().chain(texts).collect()),
    }
}

fn structure(service: &Service, shape: &Shape, node: Node<'_, '_>, depth: usize) -> Parsed {
    let children: Vec<(&str, Node<'_, '_>)> =
        elements(node).map(|child| (child.tag_name().name(), child)).collect();
    let mut out = Map::new();
    for (name, member) in shape.members.iter().filter(|(_, member)| in_body(member)) {
        let wire = member_name(service, name, member);
        if let Some(found) = attribute(node, member, wire) {
            out.insert(name.clone(), found.into());
            continue;
        }
        let mut nodes = children.iter().filter(|(tag, _)| *tag == wire).map(|(_, node)| *node);
        let Some(first) = nodes.next() else { continue };
        let parsed = if member.flattened {
            let all: Vec<_> = std::iter::once(first).chain(nodes).collect();
            value(service, member, &all, depth + 1)
        } else {
            value(service, member, &[first], depth + 1)
        };
        let found = parsed.map_err(|e| e.inside(name))?;
        if !found.is_null() {
            out.insert(name.clone(), found);
        }
    }
    if shape.union && out.is_empty() {
        out.extend(unknown_union_member(children.iter().map(|(tag, _)| (*tag).to_owned())));
    }
    Ok(Value::Object(out))
}

/// An XML attribute's value. Its prefix is of the document's choice.
fn attribute<'a>(node: Node<'a, '_>, member: &ShapeRef, wire: &str) -> Option<&'a str> {
    let local = wire.rsplit(':').next().unwrap_or(wire);
    let mut attributes = node.attributes().filter(|_| member.xml_attribute);
    attributes.find(|attribute| attribute.name() == local).map(|attribute| attribute.value())
}

/// A flattened list stands under its items' name.
fn member_name<'a>(service: &'a Service, name: &'a str, member: &'a ShapeRef) -> &'a str {
    let item = service.shape(member).item.as_ref().filter(|_| member.flattened);
    let items_name = item.and_then(|item| item.wire_name.as_deref());
    items_name.unwrap_or_else(|| member.wire_name(name))
}

fn list<'a, 'i: 'a>(
    service: &Service,
    shape: &Shape,
    nodes: impl Iterator<Item = Node<'a, 'i>>,
    depth: usize,
) -> Parsed {
    let Some(item) = &shape.item else { return Ok(Value::Array(Vec::new())) };
    let read = |(index, node)| {
        value(service, item, &[node], depth + 1).map_err(|e| e.inside(&format!("[{index}]")))
    };
    nodes.enumerate().map(read).collect::<Result<Vec<_>, _>>().map(Value::Array)
}

fn map<'a, 'i: 'a>(
    service: &Service,
    shape: &Shape,
    entries: impl Iterator<Item = Node<'a, 'i>>,
    depth: usize,
) -> Parsed {
    let (Some(key), Some(of)) = (&shape.key, &shape.value) else { return Ok(Value::Null) };
    let mut out = Map::new();
    for entry in entries {
        let found_key = child(entry, key.wire_name("key"));
        let key_node =
            found_key.ok_or_else(|| Unreadable::unexpected("an entry of a map has no key"))?;
        let nodes: Vec<_> = child(entry, of.wire_name("value")).into_iter().collect();
        let name = content(key_node);
        let found = value(service, of, &nodes, depth + 1).map_err(|e| e.inside(&name))?;
        out.insert(name.into_owned(), found);
    }
    Ok(Value::Object(out))
}
