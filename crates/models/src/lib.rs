//! AWS's read-only operations as data: what each takes and answers, its pages, endpoints and IAM actions; and apart from
//! them, the few operations that org-operator changes something by.
//!
//! The data is two compressed files, `data/models.pack` and `data/changes.pack`, derived from botocore's models and AWS's
//! service reference by `make models`; `data/README.md` says how. This crate reads it and answers questions about it. It makes no calls, knows no
//! protocol beyond its name, and checks no operation file.

mod catalogue;
mod changes;
mod endpoint;
mod error;
mod operation;
mod pack;
mod resolve;
mod service;
mod shape;

pub use catalogue::{Models, models};
pub use changes::{ChangeModels, change_models};
pub use endpoint::{Endpoint, EndpointError, Listing};
pub use error::{Damaged, ModelError};
pub use operation::{Operation, Pages, Unsupported};
pub use service::{Protocol, Service};
pub use shape::{Kind, Location, Shape, ShapeId, ShapeRef};
