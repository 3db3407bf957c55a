//! A client for every read-only AWS API, and for the few calls that change something, directed by the models of `org-operator-models`.
//!
//! A [`Call`] is one operation of one service, prepared once. Bound to the [`Connection`] of an
//! account and Region it is sent over the SDK's own runtime: signed, retried, timed out and counted as
//! a typed client's calls are. A [`ChangeCall`] is one of the few operations that change something, sent
//! once. Answers are JSON in botocore's shape. What the answers mean, and which
//! accounts and Regions are asked, is decided elsewhere.
//!
//! Writing requests (`serialize`) and reading answers (`parse`) are pure and never panic, whatever
//! bytes come; everything that waits is in `call.rs`.

mod call;
mod change;
mod codec;
mod connection;
mod customize;
mod error;
mod failure;
mod input;
mod lookup;
mod pages;
mod parse;
mod place;
mod places;
mod request;
mod retries;
mod serialize;
mod time;
mod wire;

pub use call::{BoundCall, Call};
pub use change::{BoundChange, ChangeCall};
pub use connection::Connection;
pub use error::{CallError, Error, PlaceError};
pub use pages::PagesError;
pub use parse::{Answer, Refusal, Unreadable, answers_raw};
pub use request::Request;
pub use wire::Answered;
