//! Operations as files: what a file says, checked against AWS's models, and run over any client.
#![cfg_attr(not(test), allow(unused))]
pub mod definition;
