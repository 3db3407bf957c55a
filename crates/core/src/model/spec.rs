//! What an operation declares about itself. The operations themselves are another crate.

use serde_json::Value;

use crate::model::region::Region;

/// Where an operation runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Scope {
    /// Once in every selected Region of an account.
    #[default]
    Regional,
    /// Once per account, signed for the Region that serves the partition's global services; records
    /// and outcome have the Region `global`.
    Global,
}

impl Scope {
    /// Whether an operation of this scope is asked in `region`, which is `global` or a Region proper.
    #[must_use]
    pub fn asks(self, region: &Region) -> bool {
        region.is_global() == (self == Self::Global)
    }
}

/// What an operation does to an account, and so which member role it needs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Access {
    /// It only reads: `operation-readonly`.
    #[default]
    ReadOnly,
    /// It changes something: `operation-admin`.
    Mutating,
}

/// One column of an operation's records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Column {
    /// The column's name in the CSV, `snake_case`.
    pub name: String,
    /// What stands there.
    pub meaning: String,
    /// Whether the cell follows from the day of the run, as an age does: a change of it is no change
    /// of the record.
    pub computed: bool,
}

impl Column {
    /// A column whose cells are what AWS answered.
    #[must_use]
    pub fn new(name: &str, meaning: &str) -> Self {
        Self { name: name.to_owned(), meaning: meaning.to_owned(), computed: false }
    }
}

/// What a run can set of an operation.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// The name in a request's `Parameters`, `PascalCase`.
    pub name: String,
    /// What it does.
    pub meaning: String,
    /// What its value must be, in words: `text`, `integer`, `boolean` or `list`.
    pub kind: &'static str,
    /// Its value where a run sets none; `None` where a run must set it.
    pub default: Option<Value>,
    /// The values that it may have; empty for any of its kind.
    pub allowed: Vec<Value>,
}

/// A list that a report shows of an operation's records, beside their tree: each item once, however many
/// records tell of it. Names are those of columns, or `region`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct List {
    /// What is listed, for a person: `VPC peerings`.
    pub title: String,
    /// The column whose cells are the items.
    pub of: String,
    /// The columns that are shown beside an item.
    pub about: Vec<String>,
    /// The columns of each line below an item, as of the two ends of a peering; of the lines that begin
    /// alike, the one that tells most is shown.
    pub lines: Vec<Vec<String>>,
}

/// What the documentation says about an operation beyond its columns; any of it may be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Documentation {
    /// The question in words.
    pub question: Option<String>,
    /// The suite that it belongs to: `inventory`, `network`, `security` or `cost`.
    pub suite: Option<String>,
    /// What the operation does not see, a sentence each.
    pub not_seen: Vec<String>,
    /// A row as an example, one cell per column.
    pub example: Vec<String>,
}

/// The declaration of an operation.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Spec {
    /// The name in requests and artifacts, `kebab-case`.
    pub name: String,
    /// One line for a person.
    pub summary: String,
    /// The services that it calls, as botocore and the AWS CLI name them.
    pub services: Vec<String>,
    /// Where it runs.
    pub scope: Scope,
    /// What it does.
    pub access: Access,
    /// The IAM actions it calls: the session policy of every run, and the member role's policy.
    pub actions: Vec<String>,
    /// The columns of its records, after `account_id`, `account_name` and `region`.
    pub columns: Vec<Column>,
    /// The columns that tell two records of one target apart; empty where a target has at most one.
    pub key: Vec<String>,
    /// What a run can set.
    pub parameters: Vec<Parameter>,
    /// The lists that a report shows of the records.
    pub lists: Vec<List>,
    /// What the documentation says beyond that.
    pub documentation: Documentation,
}

impl Spec {
    /// The declaration of an operation that reads in every Region, without columns yet.
    #[must_use]
    pub fn read_only<'a>(
        name: &str,
        summary: &str,
        actions: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let actions: Vec<String> = actions.into_iter().map(str::to_owned).collect();
        let prefixes = actions.iter().filter_map(|action| action.split(':').next());
        let mut services: Vec<String> = prefixes.map(str::to_owned).collect();
        services.dedup();
        let (name, summary) = (name.to_owned(), summary.to_owned());
        Self { name, summary, services, actions, ..Self::default() }
    }

    /// The same declaration with `columns`, each a name and its meaning, of which `key` tells two
    /// records of one target apart.
    #[must_use]
    pub fn with_columns(self, columns: &[(&str, &str)], key: &[&str]) -> Self {
        let declared = columns.iter().map(|(name, meaning)| Column::new(name, meaning));
        let key = key.iter().map(|name| (*name).to_owned()).collect();
        Self { columns: declared.collect(), key, ..self }
    }

    /// The same declaration with what the documentation says.
    #[must_use]
    pub fn documented(self, suite: &str, question: &str, not_seen: &[&str]) -> Self {
        let documentation = Documentation {
            question: Some(question.to_owned()),
            suite: Some(suite.to_owned()),
            not_seen: not_seen.iter().map(|sentence| (*sentence).to_owned()).collect(),
            example: Vec::new(),
        };
        Self { documentation, ..self }
    }

    /// The same declaration with a row as an example, one cell per column.
    #[must_use]
    pub fn with_example(mut self, cells: &[&str]) -> Self {
        self.documentation.example = cells.iter().map(|cell| (*cell).to_owned()).collect();
        self
    }

    /// The places of the key columns among [`Spec::columns`], in the key's order.
    #[must_use]
    pub fn key_indices(&self) -> Vec<usize> {
        let index = |name: &String| self.columns.iter().position(|column| column.name == *name);
        self.key.iter().filter_map(index).collect()
    }

    /// The places of the computed columns among [`Spec::columns`].
    #[must_use]
    pub fn computed_indices(&self) -> Vec<usize> {
        let columns = self.columns.iter().enumerate();
        columns.filter(|(_, column)| column.computed).map(|(index, _)| index).collect()
    }
}
