//! What the model suggests for a call: its rows, their scalar members, and which of them tell rows apart.

use org_operator_models::Shape;

use super::rows;
use crate::asked::Asked;
use crate::expression::Known;
use crate::fault::{Faults, quoted};
use crate::names::{identifier, snake};
use crate::path::Path;
use crate::types::{Class, Shaped, Type};

/// Columns that every operation has already.
const EVERYWHERE: [&str; 3] = ["account_id", "account_name", "region"];

/// A column that the model or the command line suggests.
#[derive(Debug, Clone)]
pub(super) struct Suggested {
    pub(super) name: String,
    pub(super) path: String,
    pub(super) meaning: String,
}

/// What the model suggests.
#[derive(Debug)]
pub(super) struct Guess {
    pub(super) rows: String,
    pub(super) summary: String,
    columns: Vec<Suggested>,
    /// The column that tells rows apart.
    identifier: Option<String>,
    /// Whether an answer is one row.
    one_row: bool,
}

impl Guess {
    /// What the model suggests for `call` of `service`, with `rows` in place of its own where that is given.
    pub(super) fn of(
        service: &str,
        call: &str,
        rows: Option<&str>,
        has_columns: bool,
        faults: &mut Faults,
    ) -> Option<Self> {
        let (model, operation) = super::model(service, call, faults)?;
        let answer = Type::answer(&model, operation.output.as_ref(), Asked::default());
        let path = match rows {
            Some(path) => path.to_owned(),
            None => rows::path(&answer, &operation, faults)?,
        };
        let typed = Path::read(&Known::default(), &path, &answer, "--rows", faults)?;
        let columns = columns_of(&typed.rows("--rows", faults));
        if columns.is_empty() && !has_columns {
            let came = "an answer in which each member has something that AWS marks as sensitive";
            let allowed =
                "--column NAME=PATH, or a file that says `sensitive = true` of its columns";
            faults.note("call", came, allowed);
        }
        let members: Vec<&str> = columns.iter().map(|column| column.path.as_str()).collect();
        let identifying = identifier(list_name(&path), &members);
        let name_of = |path: &str| {
            columns.iter().find(|column| column.path == path).map(|column| column.name.clone())
        };
        let said = Some(operation.documentation).filter(|text| !text.is_empty());
        Some(Self {
            identifier: identifying.and_then(name_of),
            summary: said.unwrap_or_else(|| format!("{service} {call}")),
            one_row: typed.gives.class() == Class::Object,
            rows: path,
            columns,
        })
    }

    /// The columns of a definition in which `given` are said: those that tell rows apart, and then these.
    pub(super) fn columns(&self, given: &[(String, String)]) -> Vec<Suggested> {
        if given.is_empty() {
            return self.columns.clone();
        }
        let own =
            self.columns.iter().filter(|column| Some(&column.name) == self.identifier.as_ref());
        let kept =
            own.filter(|column| !given.iter().any(|(other, _)| *other == column.name)).cloned();
        let said = given.iter().map(|(name, path)| {
            let (name_said, path_said) = (name.clone(), path.clone());
            Suggested { name: name_said, path: path_said, meaning: quoted(path) }
        });
        kept.chain(said).collect()
    }

    /// The columns that tell rows apart: the identifier, or all where there is none; none where there is one row.
    pub(super) fn key(&self, given: &[(String, String)]) -> Vec<String> {
        match &self.identifier {
            _ if self.one_row => Vec::new(),
            Some(name) => vec![name.clone()],
            None => self.columns(given).into_iter().map(|column| column.name).collect(),
        }
    }
}

/// The name of the list that a path of rows ends with.
fn list_name(path: &str) -> &str {
    let lists =
        path.split(['[', '|', '?', '(']).map(|part| part.trim().trim_start_matches([']', '.']));
    let mut names = lists.filter(|part| {
        !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '.')
    });
    names.next_back().and_then(|name| name.rsplit('.').next()).unwrap_or_default()
}

/// The scalar members of a row as columns; all of them as JSON where none is scalar.
fn columns_of(row: &Type) -> Vec<Suggested> {
    let Some(of) = row.shaped().filter(|of| !of.shape().members.is_empty()) else {
        let (name, path, meaning) = ("value", "@", "the value");
        return vec![Suggested { name: name.into(), path: path.into(), meaning: meaning.into() }];
    };
    let scalar = columns_where(of, |shape| shape.kind.is_scalar());
    if scalar.is_empty() { columns_where(of, |_| true) } else { scalar }
}

fn columns_where(of: &Shaped, wanted: fn(&Shape) -> bool) -> Vec<Suggested> {
    let mut found: Vec<Suggested> = Vec::new();
    for (member, reference) in &of.shape().members {
        let secret = of.member(member).as_ref().and_then(Type::whole).is_some();
        if secret || !wanted(of.service.shape(reference)) {
            continue;
        }
        // The models keep no text about members.
        let meaning = format!("{member}, as {} names it", of.service.name);
        found.push(Suggested { name: column_name(member, &found), path: member.clone(), meaning });
    }
    found
}

fn column_name(member: &str, taken: &[Suggested]) -> String {
    let plain = snake(member);
    let name = if EVERYWHERE.contains(&plain.as_str()) { format!("answer_{plain}") } else { plain };
    let again = |name: &String| taken.iter().any(|column| column.name == *name);
    let numbered = (2..).map(|number| format!("{name}_{number}"));
    [name.clone()].into_iter().chain(numbered).find(|name| !again(name)).unwrap_or(name)
}
