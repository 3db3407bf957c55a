//! The bounds of an operation that gives AWS a role: whoever may start runs has that role's permissions,
//! so a deployment names the role, and the stacks that it may be given for. `make policies` writes the
//! statements into the templates.

use crate::CHANGES;

/// The role that a deployment lets its runs give to `CloudFormation`, and for which stacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackBounds {
    /// The name of the role in each account, with its path where it has one.
    pub service_role: String,
    /// How the names of the stacks begin; never empty.
    pub name_prefix: String,
}

impl StackBounds {
    /// The parameters of the templates that name them.
    pub const PARAMETERS: &str = "StackServiceRoleName and StackNamePrefix";

    /// The bounds, or `None` where one of them is not given: then nothing is allowed.
    #[must_use]
    pub fn of(service_role: String, name_prefix: String) -> Option<Self> {
        let is_given = !service_role.is_empty() && !name_prefix.is_empty();
        is_given.then_some(Self { service_role, name_prefix })
    }
}

/// Something of a plan that is outside of what the deployment allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outside {
    /// The parameter of the operation.
    pub field: &'static str,
    /// What came.
    pub came: String,
    /// What is allowed.
    pub allowed: String,
}

/// What a statement of a policy does with what it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It allows it.
    Allow,
    /// It denies it, whatever else allows it.
    Deny,
}

impl Effect {
    /// The word of a policy.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Allow => "Allow",
            Self::Deny => "Deny",
        }
    }
}

/// A statement of the admin role that is there only within bounds. Its texts may have the templates'
/// parameters as `${Name}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statement {
    /// Whether it allows or denies.
    pub effect: Effect,
    /// The IAM actions, in order.
    pub actions: &'static [&'static str],
    /// The one resource, or a pattern of them.
    pub resource: &'static str,
    /// Operator, key and value of each condition.
    pub conditions: &'static [(&'static str, &'static str, &'static str)],
}

/// The statements that the admin role has within bounds and never without.
pub fn bounded_statements() -> impl Iterator<Item = &'static Statement> {
    CHANGES.iter().flat_map(|change| change.bounded_statements())
}
