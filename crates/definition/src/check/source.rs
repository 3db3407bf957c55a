//! A source: its listing, then its other paths and calls in the order in which a run can have them.

use super::Checking;
use super::call::Called;
use super::plan::{Plan, Waiting};
use crate::checked::{CheckedBefore, CheckedSource};
use crate::definition::{Before, Definition, Source};
use crate::expression::Known;
use crate::fault::quoted;
use crate::path::{Path, Typed};
use crate::types::{Class, Type};

/// What goes before the fields of a source in places.
pub(super) fn place(definition: &Definition, index: usize) -> String {
    if definition.union { format!("sources[{index}].") } else { String::new() }
}

impl Checking<'_> {
    /// Every source that is right.
    pub(super) fn sources(&mut self) -> Vec<CheckedSource> {
        let definition = self.definition;
        let sources = definition.sources.iter().enumerate();
        sources
            .filter_map(|(index, source)| self.source(source, &place(definition, index)))
            .collect()
    }

    fn source(&mut self, source: &Source, place: &str) -> Option<CheckedSource> {
        let before = source
            .before
            .as_ref()
            .and_then(|before| self.before(before, &format!("{place}before.")));
        let called = self.call(&source.request, &[], place)?;
        self.note_scope(&called);
        let known = self.known();
        let rows = self.rows_of(&known, &called, &source.rows, place)?;
        let row = rows.rows(&format!("{place}rows"), &mut self.faults);
        let mut plan = Plan::of(place, known, row);
        let mut waiting = Waiting::of(source);
        self.settle(&mut plan, &mut waiting);
        while let Some(call) = waiting.next(&plan) {
            self.call_beside(&mut plan, call);
            self.settle(&mut plan, &mut waiting);
        }
        let cells = self.cells(&plan, source);
        let (steps, answers) = (plan.finished(), source.answers.clone());
        // The call before it may change the answer: an earlier one will not do.
        let call = if before.is_some() { called.finished() } else { called.finished_shareable() };
        Some(CheckedSource { before, call, rows: rows.path, steps, answers, cells })
    }

    fn before(&mut self, before: &Before, place: &str) -> Option<CheckedBefore> {
        let called = self.call(&before.request, &[], place)?;
        let known = self.known();
        let at = format!("{place}until");
        let until = before
            .until
            .as_ref()
            .and_then(|text| self.condition(&known, text, &called.answer, &at));
        Some(CheckedBefore { call: called.finished(), until })
    }

    /// A path that is right but for what is noted.
    pub(super) fn path(
        &mut self,
        known: &Known,
        text: &str,
        on: &Type,
        place: &str,
    ) -> Option<Typed> {
        Path::read(known, text, on, place, &mut self.faults)
    }

    /// A path of which it only matters whether it holds.
    pub(super) fn condition(
        &mut self,
        known: &Known,
        text: &str,
        on: &Type,
        place: &str,
    ) -> Option<Path> {
        let typed = self.path(known, text, on, place)?;
        typed.gives.exists();
        Some(typed.path)
    }

    /// The path of rows in the answer of a call.
    pub(super) fn rows_of(
        &mut self,
        known: &Known,
        called: &Called,
        text: &str,
        place: &str,
    ) -> Option<Typed> {
        // That it is missing was noted where it was read.
        if text.is_empty() {
            return None;
        }
        let at = format!("{place}rows");
        let typed = self.path(known, text, &called.answer, &at)?;
        if called.paged && typed.gives.class() == Class::Object {
            let allowed = "a list in it: the answer comes in pages, and each would be a row";
            self.faults.note(
                &at,
                format!("{}, which gives {}", quoted(text), typed.gives.describe()),
                allowed,
            );
        }
        Some(typed)
    }

    fn cells(&mut self, plan: &Plan<'_>, source: &Source) -> Vec<Option<Path>> {
        let columns = 0..self.definition.columns.len();
        columns.map(|index| self.cell(plan, source, index)).collect()
    }

    fn cell(&mut self, plan: &Plan<'_>, source: &Source, index: usize) -> Option<Path> {
        let definition = self.definition;
        let column = &definition.columns[index];
        let (name, text) = source.cells.get_key_value(&column.name)?;
        let in_union = format!("{}cells.{name}", plan.place);
        let at = if definition.union { in_union } else { format!("columns[{index}].path") };
        let typed = self.path(&plan.known, text, &plan.row, &at)?;
        let inside = typed.gives.whole();
        if let Some(what) = typed.sensitive.or(inside).filter(|_| !column.sensitive) {
            let inner = if what.is_empty() { String::new() } else { format!("{what} in ") };
            let came = format!("{inner}{}, which AWS marks as sensitive", quoted(text));
            self.faults.note(&at, came, "another path, or `sensitive = true` beside it");
        }
        if typed.path.by_the_day() && !column.computed {
            self.faults.note(
                &at,
                format!("{}, which changes every day", quoted(text)),
                "`computed = true` beside it",
            );
        }
        if definition.key.contains(name)
            && typed.path.variables().any(|call| plan.may_be_denied(call))
        {
            self.faults.note(
                &at,
                quoted(text),
                "for a key a path without a call that may be denied",
            );
        }
        Some(typed.path)
    }
}
