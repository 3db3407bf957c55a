//! What an operation declares about itself. The operations themselves are another crate.

/// Where an operation runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Once in every selected Region of an account.
    Regional,
    /// Once per account, in the Region that serves the partition's global services; records and
    /// outcome have the Region `global`. Planning does not support it yet, so the catalogue's tests
    /// refuse an operation that declares it.
    Global,
}

/// What an operation does to an account, and so which member role it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// It only reads: `operation-readonly`.
    ReadOnly,
    /// It changes something: `operation-admin`.
    Mutating,
}

/// One column of an operation's records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// The column's name in the CSV, `snake_case`.
    pub name: &'static str,
    /// What stands there.
    pub meaning: &'static str,
}

/// The declaration of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spec {
    /// The name in requests and artifacts, `kebab-case`.
    pub name: &'static str,
    /// One line for a person.
    pub summary: &'static str,
    /// Where it runs.
    pub scope: Scope,
    /// What it does.
    pub access: Access,
    /// The IAM actions it calls: the session policy of every run, and the member role's policy.
    pub actions: &'static [&'static str],
    /// The columns of its records, after `account_id`, `account_name` and `region`.
    pub columns: &'static [Column],
    /// The columns that tell two records of one target apart.
    pub key: &'static [&'static str],
}

impl Spec {
    /// The places of the key columns among [`Spec::columns`], in the key's order.
    #[must_use]
    pub fn key_indices(&self) -> Vec<usize> {
        let index = |name: &&str| self.columns.iter().position(|column| column.name == *name);
        self.key.iter().filter_map(index).collect()
    }
}
