//! The one place that prints: data to stdout, everything else to stderr.
//!
//! What is printed is decided by others. A reader that goes away (`| head`) is no error.

use std::io::{self, IsTerminal, Write};

use crate::error::CliError;
use crate::exit::Exit;

/// Prints notes, unless `--quiet` was given.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Printer {
    quiet: bool,
    seen: bool,
}

/// Prints what clap says about a command line: help to stdout, violations to stderr.
pub(crate) fn usage(said: &clap::Error) -> Exit {
    let _ = said.print();
    if said.use_stderr() { Exit::Usage } else { Exit::Complete }
}

/// A line that is not data, and that quiet does not silence.
pub(crate) fn always(text: &str) {
    let _ = writeln!(io::stderr(), "{}", line(text));
}

/// What does not work.
pub(crate) fn error(error: &CliError) {
    let CliError { summary, cause, hint, .. } = error;
    let label = console::style("error:").for_stderr().red().bold();
    let _ = writeln!(io::stderr(), "{label} {}", line(summary));
    let _ = writeln!(io::stderr(), "  cause: {}\n   hint: {}", line(cause), line(hint));
}

/// Prints data to stdout: unchanged for a program, harmless on a terminal. `bytes` are whole lines,
/// so that no character is cut.
pub(crate) fn data(bytes: &[u8]) -> Result<(), CliError> {
    write(bytes).map_err(|error| CliError::local("the output cannot be written", &error))
}

/// The same as [`data`], with the system's own error.
pub(crate) fn write(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout();
    let written = if out.is_terminal() {
        out.write_all(harmless_lines(&String::from_utf8_lossy(bytes)).as_bytes())
    } else {
        out.write_all(bytes)
    };
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
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

    /// Whether lines that are not data are wanted.
    pub(crate) fn speaks(self) -> bool {
        !self.quiet
    }
}

/// `text` on one line: names are people's text, and must neither steer a terminal nor look like
/// lines of ours.
pub(crate) fn line(text: &str) -> String {
    text.chars().map(|c| if c.is_whitespace() { ' ' } else { harmless(c) }).collect()
}

/// `text` as a terminal may have it: lines stay lines.
fn harmless_lines(text: &str) -> String {
    text.chars().map(|c| if matches!(c, '\n' | '\t') { c } else { harmless(c) }).collect()
}

/// What steers a terminal is shown as a character of no meaning: control characters, and those that
/// permit the direction of what follows (Unicode UAX #9).
fn harmless(c: char) -> char {
    let permits = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if c.is_control() || permits { char::REPLACEMENT_CHARACTER } else { c }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_line_whatever_is_in_it() {
        let name = "Shop\n111111111111\tOpen\u{1b}[2J\u{9b}31m\r\u{2028}x\u{202e}y";
        let line = line(name);
        assert_eq!(line, "Shop 111111111111 Open\u{fffd}[2J\u{fffd}31m  x\u{fffd}y");
        assert_eq!(super::line("Zürich 東京"), "Zürich 東京");
    }

    #[test]
    fn lines_stay_lines_on_a_screen() {
        assert_eq!(harmless_lines("a\tb\nc\u{1b}[2J\rd\n"), "a\tb\nc\u{fffd}[2J\u{fffd}d\n");
    }
}
