//! The table of the benchmarks: as text for a terminal, and as Markdown.

use std::fmt::Write;

/// A row of the table.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) what: String,
    /// The figure with its unit.
    pub(crate) figure: String,
    /// The goal, or nothing where there is none.
    pub(crate) goal: &'static str,
    /// Whether the figure reaches its goal.
    pub(crate) reached: Option<bool>,
}

impl Row {
    /// A figure without a goal.
    pub(crate) fn new(what: impl Into<String>, figure: impl Into<String>) -> Self {
        Self { what: what.into(), figure: figure.into(), goal: "", reached: None }
    }

    /// A figure with a goal.
    pub(crate) fn goal(mut self, goal: &'static str, reached: bool) -> Self {
        (self.goal, self.reached) = (goal, Some(reached));
        self
    }

    fn verdict(&self) -> &'static str {
        match self.reached {
            Some(true) => "reached",
            Some(false) => "MISSED",
            None => "",
        }
    }
}

/// A part of the table, with a title of its own.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub(crate) title: String,
    pub(crate) rows: Vec<Row>,
}

impl Part {
    /// The part as lines for a terminal.
    pub(crate) fn plain(&self) -> String {
        let width = self.rows.iter().map(|row| row.what.chars().count()).max().unwrap_or(0);
        let mut text = format!("{}\n", self.title);
        for row in &self.rows {
            let goal = if row.goal.is_empty() {
                String::new()
            } else {
                format!("  ({}: {})", row.goal, row.verdict())
            };
            let _ = writeln!(text, "  {:<width$}  {}{goal}", row.what, row.figure);
        }
        text
    }

    /// The part as a section of a page.
    pub(crate) fn markdown(&self) -> String {
        let mut text =
            format!("## {}\n\n| what | figure | goal | |\n|---|---|---|---|\n", self.title);
        for row in &self.rows {
            let Row { what, figure, goal, .. } = row;
            let _ = writeln!(text, "| {what} | {figure} | {goal} | {} |", row.verdict());
        }
        text
    }
}
