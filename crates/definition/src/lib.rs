//! Operations as files: what a file says, checked against AWS's models, and run over any client.
//!
//! FORMAT.md is the reference of the format. Reading gives a [`definition::Definition`], checking a [`Checked`], and
//! running it rows. [`Client`] is the one place that speaks to AWS;
//! everything else takes [`calls::Calls`].

mod asked;
pub mod calls;
mod cell;
mod check;
mod checked;
mod client;
pub mod definition;
mod expression;
mod fault;
mod fields;
mod find;
mod functions;
mod infer;
mod lists;
mod names;
mod parameters;
mod path;
mod probe;
mod read;
mod redact;
mod run;
mod shared;
mod source_text;
mod types;
mod write;

pub use check::{check, read_json, read_toml};
pub use checked::Checked;
pub use client::Client;
pub use definition::Definition;
pub use fault::{Fault, Faults, Lines};
pub use find::{Found, find};
pub use infer::{Overrides, infer};
pub use parameters::Parameters;
pub use probe::Probe;
pub use redact::{REDACTED, without_sensitive};
pub use run::{Rows, Target};
pub use shared::{Listing, SharedListings};
pub use source_text::{json_of_toml, toml_with_lines};
pub use write::{to_json, to_toml};
