//! The run's answer as one HTML page: it opens from a file, makes no request, and shows verdict,
//! coverage, failures, changes, records and topology.
//!
//! [`Page`] is written as a run streams past, so memory does not grow with it. What a run is, and
//! where the page goes, is known by others; the page's own scripts and styles are in `page/`.

mod block;
mod frame;
mod index;
mod page;
mod target;

pub use index::{Address, Index, IndexRow};
pub use page::{Column, List, Meta, Page};
pub use target::Target;
