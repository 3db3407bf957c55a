//! What can be wrong: a pack that is damaged, a service that is unknown or cannot be spoken to. Not endpoints.

use crate::operation::Unsupported;

/// The pack, or a document of it, is not what `make models` writes.
#[derive(Debug, thiserror::Error)]
pub enum Damaged {
    /// It does not start with the line and the index that a pack starts with.
    #[error("the models have no readable {0}")]
    Header(&'static str),
    /// A document is not in the pack.
    #[error("the models lack the document {0}")]
    Missing(String),
    /// The index puts a document where the pack has ended.
    #[error("the document {0} of the models is cut off")]
    Cut(String),
    /// A document does not inflate, or not to the length that the index gives.
    #[error("the document {0} of the models does not inflate")]
    Deflate(String),
    /// A document is not the JSON that it should be.
    #[error("the document {document} of the models: {source}")]
    Json {
        /// Which document it is.
        document: String,
        /// What the JSON reader said.
        source: serde_json::Error,
    },
    /// A reference in a service's model leads to no shape.
    #[error("the document {document} of the models has no shape {shape}")]
    Reference {
        /// Which document it is.
        document: String,
        /// The number that no shape has.
        shape: usize,
    },
    /// A list has no items, a map no keys or values, or a payload is no member.
    #[error(
        "the document {document} of the models has a shape {shape} without what its kind needs"
    )]
    Shape {
        /// Which document it is.
        document: String,
        /// The shape's number.
        shape: usize,
    },
    /// An operation's pages have more tokens in the input than in the answer, or fewer.
    #[error("the document {document} of the models pairs no tokens in the pages of {operation}")]
    Pages {
        /// Which document it is.
        document: String,
        /// The operation's name.
        operation: String,
    },
}

/// A service's model cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// There is no service of that name.
    #[error("there is no service `{service}`{}; the models are of {version}", hint(nearest.as_ref()))]
    Unknown {
        /// The name that was asked for.
        service: String,
        /// The name that it is nearest to, if any is near.
        nearest: Option<String>,
        /// What the models were made from.
        version: String,
    },
    /// There is such a service, but none of its operations can be called.
    #[error("`{service}` {}", reason.reason())]
    Unsupported {
        /// The service's name.
        service: String,
        /// Why it cannot be spoken to.
        reason: Unsupported,
    },
    /// The models in this program are damaged.
    #[error(transparent)]
    Damaged(#[from] Damaged),
}

fn hint(nearest: Option<&String>) -> String {
    nearest.map_or_else(String::new, |name| format!("; nearest: `{name}`"))
}
