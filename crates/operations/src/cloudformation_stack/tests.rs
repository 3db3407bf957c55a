//! What parameters, states and recorded answers mean, without a stack.

mod answers;
mod pure;
