//! The benchmarks: each part measures, and gives rows of one table.
//!
//! Figures are ratios where there is something to compare with. Nothing here decides whether a figure
//! is good: the table has the goal beside it.

pub mod command;
pub mod process;
pub mod projection;
pub mod start;
pub mod steps;
pub mod table;
