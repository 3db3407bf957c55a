//! A service's model: its protocol, operations and shapes. Where it is called is in `endpoint.rs`.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::endpoint::Hosts;
use crate::error::Damaged;
use crate::operation::{Operation, Pages, Unsupported};
use crate::shape::{Kind, Shape, ShapeRef};

/// How a service is spoken to.
#[derive(Debug, Deserialize, Clone, Copy, PartialEq, Eq, Hash)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// EC2's: a form in, XML out.
    Ec2,
    /// AWS's query protocol: a form in, XML out.
    Query,
    /// JSON both ways, the operation named by a header.
    Json,
    /// HTTP methods and paths, bodies of JSON.
    RestJson,
    /// HTTP methods and paths, bodies of XML.
    RestXml,
}

/// The model of one service: everything that calling its read-only operations takes.
#[derive(Debug, Deserialize, Clone, PartialEq)]
pub struct Service {
    /// The name in botocore and the AWS CLI: `ec2`, `elbv2`.
    #[serde(skip)]
    pub name: String,
    /// AWS's service ID: `EC2`, `Elastic Load Balancing v2`.
    #[serde(rename = "id")]
    pub id: String,
    /// The API's version, a date: a request of the form protocols carries it.
    #[serde(rename = "v")]
    pub api_version: String,
    /// How it is spoken to.
    #[serde(rename = "p")]
    pub protocol: Protocol,
    /// The first label of most of its hosts.
    #[serde(rename = "ep")]
    pub endpoint_prefix: String,
    #[serde(rename = "sn")]
    signing_name: Option<String>,
    /// What goes before the operation's name in the header `X-Amz-Target`, in the JSON protocol.
    #[serde(rename = "tp")]
    pub target_prefix: Option<String>,
    /// The version of JSON in the content type of the JSON protocol: `1.0` or `1.1`.
    #[serde(rename = "jv")]
    pub json_version: Option<String>,
    /// Whether a JSON service answers with the error codes of its former query protocol.
    #[serde(rename = "qc", default)]
    pub query_compatible: bool,
    /// The operations that can be called, by name: the read-only ones, or those that change something.
    #[serde(rename = "ops")]
    pub operations: BTreeMap<String, Operation>,
    /// The operations that look read-only by name and are not in `operations`, with the reason.
    #[serde(rename = "no", default)]
    pub unsupported: BTreeMap<String, Unsupported>,
    shapes: Vec<Shape>,
    #[serde(rename = "hosts", default)]
    hosts: Hosts,
    #[serde(skip)]
    pub(crate) changes: bool,
}

impl Service {
    /// Reads one service's compact model, as `scripts/models` writes it.
    ///
    /// # Errors
    /// [`Damaged`] where it is no such model, or a reference in it leads nowhere.
    pub fn read(name: &str, json: &[u8]) -> Result<Self, Damaged> {
        let said = |source| Damaged::Json { document: name.to_owned(), source };
        let mut service: Self = serde_json::from_slice(json).map_err(said)?;
        name.clone_into(&mut service.name);
        service.shapes.shrink_to_fit();
        service.shapes.iter_mut().for_each(Shape::shrink);
        service.check()?;
        Ok(service)
    }

    /// The shape that a reference of this very service uses.
    ///
    /// Reading a model checks every reference, so that those which come from it always lead to a shape.
    #[must_use]
    pub fn shape(&self, reference: &ShapeRef) -> &Shape {
        &self.shapes[reference.shape.0]
    }

    /// Whether its operations are those that change something, and not the read-only ones.
    #[must_use]
    pub fn changes(&self) -> bool {
        self.changes
    }

    /// All shapes, in no order that means anything.
    #[must_use]
    pub fn shapes(&self) -> &[Shape] {
        &self.shapes
    }

    /// The name that signatures have where an endpoint has no other.
    #[must_use]
    pub fn signing_name(&self) -> &str {
        self.signing_name.as_deref().unwrap_or(&self.endpoint_prefix)
    }

    /// The IAM actions that a call of `operation` takes, as AWS's service reference lists them.
    ///
    /// `None` where the reference lists none, so that whoever calls it must say them, and where there is no such operation.
    #[must_use]
    pub fn actions(&self, operation: &str) -> Option<Vec<String>> {
        match &self.operations.get(operation)?.actions {
            None => Some(vec![format!("{}:{operation}", self.signing_name())]),
            Some(none) if none.is_empty() => None,
            Some(listed) => Some(listed.clone()),
        }
    }

    /// The hosts of an operation by partition; those of the service where the operation has none of its own.
    pub(crate) fn hosts(&self, operation: &str) -> &Hosts {
        self.operations.get(operation).and_then(|o| o.hosts.as_ref()).unwrap_or(&self.hosts)
    }

    /// That whoever walks the shapes finds what the kinds promise.
    fn check(&self) -> Result<(), Damaged> {
        let of_operations = self.operations.values().flat_map(|o| o.input.iter().chain(&o.output));
        let lost = |reference: &&ShapeRef| reference.shape.0 >= self.shapes.len();
        if let Some(reference) =
            of_operations.chain(self.shapes.iter().flat_map(references)).find(lost)
        {
            return Err(Damaged::Reference {
                document: self.name.clone(),
                shape: reference.shape.0,
            });
        }
        if let Some(shape) = self.shapes.iter().position(|shape| !is_whole(shape)) {
            return Err(Damaged::Shape { document: self.name.clone(), shape });
        }
        let uneven = |pages: &Pages| pages.input_tokens.len() != pages.output_tokens.len();
        match self.operations.iter().find(|(_, o)| o.pages.as_ref().is_some_and(uneven)) {
            Some((name, _)) => {
                Err(Damaged::Pages { document: self.name.clone(), operation: name.clone() })
            }
            None => Ok(()),
        }
    }
}

fn references(shape: &Shape) -> impl Iterator<Item = &ShapeRef> {
    let boxed = [&shape.item, &shape.key, &shape.value].into_iter().flatten();
    shape.members.values().chain(boxed.map(AsRef::as_ref))
}

/// Whether a list has items, a map keys and values, and a payload is a member.
fn is_whole(shape: &Shape) -> bool {
    let has_payload = shape.payload.as_ref().is_none_or(|name| shape.members.contains_key(name));
    match shape.kind {
        Kind::List => shape.item.is_some(),
        Kind::Map => shape.key.is_some() && shape.value.is_some(),
        _ => has_payload,
    }
}

#[cfg(test)]
mod tests;
