//! Which list of an answer is meant where nobody says it.

use org_operator_models::{Kind, Operation};

use crate::expression::Known;
use crate::fault::Faults;
use crate::path::Path;
use crate::types::{Class, Shaped, Type};

/// The path of the one list of an answer; of the answer itself where it has none.
pub(super) fn path(answer: &Type, operation: &Operation, faults: &mut Faults) -> Option<String> {
    let pages = operation.pages.iter().flat_map(|pages| &pages.results);
    let mut lists: Vec<String> = pages.filter(|path| is_list(answer, path)).cloned().collect();
    if lists.len() != 1 {
        lists = lists_of(answer, operation.pages.is_some());
    }
    match lists.as_slice() {
        [one] => Some(format!("{one}[]")),
        [] => Some(only_structure(answer).unwrap_or_else(|| "@".to_owned())),
        several => {
            let paths: Vec<String> = several.iter().map(|path| format!("{path}[]")).collect();
            faults.note(
                "--rows",
                "nothing, and the answer has several lists",
                format!("one of {}", paths.join(", ")),
            );
            None
        }
    }
}

fn is_list(answer: &Type, path: &str) -> bool {
    let mut problems = Faults::default();
    let typed = Path::read(&Known::default(), path, answer, "", &mut problems);
    typed.is_some_and(|typed| typed.gives.class() == Class::List) && problems.is_empty()
}

/// The lists among an answer's members, or in the only structure that it has.
fn lists_of(answer: &Type, paged: bool) -> Vec<String> {
    let Some(root) = answer.shaped() else { return Vec::new() };
    let here = members(root, Kind::List);
    let structures = members(root, Kind::Structure);
    let ([only], true) = (structures.as_slice(), here.is_empty()) else { return here };
    let inner = root.member(only);
    let Some(inner) = inner.as_ref().and_then(Type::shaped) else { return Vec::new() };
    let inside = members(inner, Kind::List);
    let is_wrapping = paged || (inside.len() == 1 && scalars(inner) <= WRAPPING_SCALARS);
    let wanted = inside.iter().filter(|_| is_wrapping);
    wanted.map(|list| format!("{only}.{list}")).collect()
}

/// Scalar members that a structure around a list has at most, where it does not come in pages: what has
/// more, or several lists, is itself the thing that was asked for.
const WRAPPING_SCALARS: usize = 2;

fn scalars(of: &Shaped) -> usize {
    let shapes = of.shape().members.values().map(|reference| of.service.shape(reference));
    shapes.filter(|shape| shape.kind.is_scalar()).count()
}

/// The only member of an answer, where that is a structure.
fn only_structure(answer: &Type) -> Option<String> {
    let of = answer.shaped()?;
    let names: Vec<&String> = of.shape().members.keys().collect();
    match names.as_slice() {
        [only] => (kind_of(of, only) == Some(Kind::Structure)).then(|| (*only).clone()),
        _ => None,
    }
}

fn members(of: &Shaped, kind: Kind) -> Vec<String> {
    of.shape().members.keys().filter(|name| kind_of(of, name) == Some(kind)).cloned().collect()
}

fn kind_of(of: &Shaped, member: &str) -> Option<Kind> {
    of.shape().members.get(member).map(|reference| of.service.shape(reference).kind)
}
