//! The table of the benchmarks, for a terminal and for a page.

use std::fmt::Write;

/// A row: what was measured, the figure, and the goal where there is one.
#[derive(Debug, Clone)]
pub struct Row {
    /// What was measured.
    pub what: String,
    /// What came out, with its unit.
    pub figure: String,
    /// What it must reach, or nothing.
    pub goal: &'static str,
    /// Whether it reaches it, where there is a goal.
    pub reached: Option<bool>,
}

impl Row {
    /// A figure without a goal.
    pub fn new(what: impl Into<String>, figure: impl Into<String>) -> Self {
        Self { what: what.into(), figure: figure.into(), goal: "", reached: None }
    }

    /// A figure with a goal.
    #[must_use]
    pub fn goal(mut self, goal: &'static str, reached: bool) -> Self {
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

/// A part of the table.
#[derive(Debug, Clone)]
pub struct Part {
    /// What it is about.
    pub title: String,
    /// Its rows.
    pub rows: Vec<Row>,
}

impl Part {
    /// Whether a wall time misses its goal.
    #[must_use]
    pub fn is_late(&self) -> bool {
        self.rows.iter().any(|row| row.reached == Some(false) && row.what.contains("wall time"))
    }

    /// The part as lines for a terminal.
    #[must_use]
    pub fn plain(&self) -> String {
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
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut text =
            format!("## {}\n\n| what | figure | goal | |\n|---|---|---|---|\n", self.title);
        for row in &self.rows {
            let Row { what, figure, goal, .. } = row;
            let _ = writeln!(text, "| {what} | {figure} | {goal} | {} |", row.verdict());
        }
        text
    }
}
