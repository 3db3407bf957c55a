//! Shapes: the types of inputs and answers, and references to them. Nothing about operations.

use indexmap::IndexMap;
use serde::Deserialize;

/// What a shape is; botocore's scalar types, with those of one JSON form taken together.
#[derive(Debug, Deserialize, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Named members, each with a shape of its own.
    #[serde(rename = "S")]
    Structure,
    /// Any JSON value: the model says nothing of what is inside.
    #[serde(rename = "D")]
    Document,
    /// A sequence of one shape.
    #[serde(rename = "L")]
    List,
    /// Keys and values, each of one shape.
    #[serde(rename = "M")]
    Map,
    /// Text, perhaps one of the shape's `values`.
    #[serde(rename = "s")]
    String,
    /// A whole number of up to 64 bits.
    #[serde(rename = "i")]
    Integer,
    /// A number with a fraction.
    #[serde(rename = "f")]
    Float,
    /// A boolean: true or false.
    #[serde(rename = "b")]
    Boolean,
    /// Bytes; as JSON, their base64 text.
    #[serde(rename = "B")]
    Blob,
    /// A moment; as JSON, RFC 3339 text.
    #[serde(rename = "t")]
    Timestamp,
}

impl Kind {
    /// Whether a value of this kind has nothing inside it: text, a number, a flag, bytes, a moment.
    #[must_use]
    pub const fn is_scalar(self) -> bool {
        !matches!(self, Self::Structure | Self::Document | Self::List | Self::Map)
    }

    /// The kind as a person calls it, with its article left out: `structure`, `list`, `text`, `whole number`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Structure => "structure",
            Self::Document => "JSON document",
            Self::List => "list",
            Self::Map => "map",
            Self::String => "text",
            Self::Integer => "whole number",
            Self::Float => "number",
            Self::Boolean => "boolean",
            Self::Blob => "binary value",
            Self::Timestamp => "timestamp",
        }
    }
}

/// The place of a shape in its service; it means nothing to another service.
#[derive(Debug, Deserialize, Clone, Copy, PartialEq, Eq, Hash)]
#[serde(transparent)]
pub struct ShapeId(pub(crate) usize);

/// One type of a service: its kind, and what that kind has. There are thousands in the memory of a run of
/// many operations: what few of them have is boxed.
#[derive(Debug, Deserialize, Clone, PartialEq)]
pub struct Shape {
    /// What the shape is.
    #[serde(rename = "t")]
    pub kind: Kind,
    /// A structure's members by their names in botocore, in the model's order; empty for every other kind.
    #[serde(rename = "m", default)]
    pub members: IndexMap<String, ShapeRef>,
    /// The names of the members that an input must have.
    #[serde(rename = "r", default)]
    pub required: Vec<String>,
    /// The member that is the whole HTTP body, in the REST protocols.
    #[serde(rename = "p")]
    pub payload: Option<String>,
    /// A list's items; `None` for every other kind.
    #[serde(rename = "i")]
    pub item: Option<Box<ShapeRef>>,
    /// A map's keys; `None` for every other kind.
    #[serde(rename = "k")]
    pub key: Option<Box<ShapeRef>>,
    /// A map's values; `None` for every other kind.
    #[serde(rename = "v")]
    pub value: Option<Box<ShapeRef>>,
    /// The values that a text may have; empty where any may. An answer may have others: a service can be newer.
    #[serde(rename = "e", default)]
    pub values: Vec<String>,
    /// Whether AWS marks it as sensitive.
    #[serde(rename = "x", default)]
    pub sensitive: bool,
    /// The least that a whole number may be.
    #[serde(rename = "mn")]
    pub min: Option<i64>,
    /// The most that a whole number may be.
    #[serde(rename = "mx")]
    pub max: Option<i64>,
    /// Whether exactly one of the members has a value.
    #[serde(rename = "u", default)]
    pub union: bool,
    /// Whether the text is a percent-encoded IAM policy, which botocore answers decoded.
    #[serde(rename = "pe", default)]
    pub encoded_policy: bool,
}

/// A use of a shape, as a member, item, key, value, input or output, with how it goes over the wire.
#[derive(Debug, Deserialize, Clone, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a trait of botocore's models, and any of them go together"
)]
pub struct ShapeRef {
    /// The shape that it uses.
    #[serde(rename = "s")]
    pub shape: ShapeId,
    /// Where the REST protocols put it; `None` for the body.
    #[serde(rename = "l")]
    pub location: Option<Location>,
    /// Its name on the wire (botocore's `locationName`) where that is not the member's.
    #[serde(rename = "n")]
    pub wire_name: Option<Box<str>>,
    /// Its name in a request of EC2's protocol, where that is none of the above.
    #[serde(rename = "Q")]
    pub query_name: Option<Box<str>>,
    /// Whether a list or map has no element of its own around its items.
    #[serde(rename = "f", default)]
    pub flattened: bool,
    /// Whether it is an attribute of its parent's XML element.
    #[serde(rename = "a", default)]
    pub xml_attribute: bool,
    /// The XML namespace that a request must declare on its element, with its prefix where it has one.
    #[serde(rename = "ns")]
    pub xml_namespace: Option<Box<(String, Option<String>)>>,
    /// The wire format of a timestamp (`iso8601`, `rfc822`, `unixTimestamp`) where that is not the protocol's.
    #[serde(rename = "ts")]
    pub timestamp_format: Option<Box<str>>,
    /// Whether the text is a JSON document that a header carries as base64.
    #[serde(rename = "jv", default)]
    pub json_value: bool,
    /// Whether a request without it gets a random one.
    #[serde(rename = "it", default)]
    pub idempotency_token: bool,
}

impl Shape {
    /// Frees the memory that reading has taken beyond what the shape needs.
    pub(crate) fn shrink(&mut self) {
        self.members.shrink_to_fit();
        self.required.shrink_to_fit();
        self.values.shrink_to_fit();
    }
}

impl ShapeRef {
    /// The name on the wire of the member that is called `member`.
    #[must_use]
    pub fn wire_name<'a>(&'a self, member: &'a str) -> &'a str {
        self.wire_name.as_deref().unwrap_or(member)
    }
}

/// Where the REST protocols put a member that is not in the body.
#[derive(Debug, Deserialize, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Location {
    /// A part of the path.
    #[serde(rename = "u")]
    Uri,
    /// A pair of the query string, or every pair of a map.
    #[serde(rename = "q")]
    QueryString,
    /// One header, named by the wire name.
    #[serde(rename = "h")]
    Header,
    /// All headers whose name starts with the wire name, as a map.
    #[serde(rename = "H")]
    Headers,
    /// The answer's HTTP status.
    #[serde(rename = "c")]
    StatusCode,
}
