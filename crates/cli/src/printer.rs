//! The one place that prints: data to stdout, everything else to stderr.
//!
//! What is printed is decided by others. A reader that goes away (`| head`) is no error.

use std::cell::Cell;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::exit::Exit;
use crate::trouble::Trouble;

/// Where nothing can be drawn over, a line comes this often.
const LINES_APART: Duration = Duration::from_secs(10);
const BAR: &str = "{bar:30} {msg}";
const PLAIN: &str = "{msg}";

/// Prints.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Printer {
    quiet: bool,
    seen: bool,
}

/// Prints what clap says about a command line: help to stdout, faults to stderr.
pub(crate) fn usage(said: &clap::Error) -> ExitCode {
    let _ = said.print();
    let exit = if said.use_stderr() { Exit::Usage } else { Exit::Complete };
    exit.into()
}

/// A line that is not data, and that quiet does not silence.
pub(crate) fn always(text: &str) {
    let _ = writeln!(io::stderr(), "{}", shown(text));
}

/// What does not work.
pub(crate) fn trouble(trouble: &Trouble) {
    let Trouble { what, why, remedy, .. } = trouble;
    let label = console::style("error:").for_stderr().red().bold();
    let _ = writeln!(io::stderr(), "{label} {}", shown(what));
    let _ = writeln!(io::stderr(), "  why: {}\n   do: {}", shown(why), shown(remedy));
}

/// Data, as it is.
pub(crate) fn data(bytes: &[u8]) -> Result<(), Trouble> {
    match io::stdout().write_all(bytes) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Trouble::machine("the output cannot be written", &error))
        }
        _ => Ok(()),
    }
}

impl Printer {
    /// A printer; a quiet one prints data and errors only.
    pub(crate) fn new(quiet: bool) -> Self {
        Self { quiet, seen: io::stdout().is_terminal() }
    }

    /// A line that is not data.
    pub(crate) fn note(self, text: &str) {
        if !self.quiet {
            always(text);
        }
    }

    /// Whether data goes to a person's screen.
    pub(crate) fn data_is_seen(self) -> bool {
        self.seen
    }

    /// A bar over `total` targets on a terminal, else a line now and then.
    pub(crate) fn progress(self, total: u64) -> Drawing {
        let terminal = io::stderr().is_terminal() && !self.quiet;
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::hidden());
        if terminal {
            bar.set_draw_target(ProgressDrawTarget::stderr());
            let template = if console::colors_enabled_stderr() { BAR } else { PLAIN };
            bar.set_style(
                ProgressStyle::with_template(template)
                    .unwrap_or_else(|_| ProgressStyle::default_bar()),
            );
        }
        Drawing { printer: self, bar, terminal, last: Cell::new(None) }
    }
}

/// A run's progress as it is drawn.
#[derive(Debug)]
pub(crate) struct Drawing {
    printer: Printer,
    bar: ProgressBar,
    terminal: bool,
    last: Cell<Option<Instant>>,
}

impl Drawing {
    /// How often to draw.
    pub(crate) fn pause(&self) -> Duration {
        if self.terminal { Duration::from_millis(100) } else { LINES_APART }
    }

    /// Sets how many there are.
    pub(crate) fn grow(&self, total: u64) {
        self.bar.set_length(total);
    }

    /// Draws that `done` are done, in words `text`; as a line only now and then.
    pub(crate) fn draw(&self, done: u64, text: &str) {
        if self.terminal {
            self.bar.set_position(done);
            self.bar.set_message(text.to_owned());
        } else if self.last.get().is_none_or(|last| last.elapsed() >= LINES_APART) {
            self.last.set(Some(Instant::now()));
            self.printer.note(text);
        }
    }

    /// Prints something above the bar.
    pub(crate) fn above(&self, print: impl FnOnce()) {
        self.bar.suspend(print);
    }

    /// Leaves the last state as a line.
    pub(crate) fn finish(&self, text: &str) {
        self.bar.finish_and_clear();
        self.printer.note(text);
    }
}

/// `text` without control characters: names are people's text and must not steer a terminal.
pub(crate) fn shown(text: &str) -> String {
    let harmless = |c: char| if c.is_control() && c != '\n' { '\u{fffd}' } else { c };
    text.chars().map(harmless).collect()
}
