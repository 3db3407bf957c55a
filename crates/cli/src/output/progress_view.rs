//! How far something is: a bar on a terminal, elsewhere a line now and then. What is told is
//! decided by others.

use std::cell::Cell;
use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::output::printer::Printer;

/// Where nothing can be drawn over, a line comes this often.
const LINES_APART: Duration = Duration::from_secs(10);
/// Ticks come a little early by the clock: a line must not wait for the next one for that.
const EARLY: Duration = Duration::from_secs(1);
const BAR: &str = "{bar:30} {msg}";
const PLAIN: &str = "{msg}";

/// How far something is, as it is drawn.
#[derive(Debug)]
pub(crate) struct Drawing {
    printer: Printer,
    bar: ProgressBar,
    terminal: bool,
    last: Cell<Option<Instant>>,
}

impl Drawing {
    /// Nothing drawn yet of `total`.
    pub(crate) fn new(printer: Printer, total: u64) -> Self {
        let terminal = io::stderr().is_terminal() && printer.speaks();
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::hidden());
        if terminal {
            bar.set_draw_target(ProgressDrawTarget::stderr());
            let template = if console::colors_enabled_stderr() { BAR } else { PLAIN };
            let style = ProgressStyle::with_template(template);
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        }
        Self { printer, bar, terminal, last: Cell::new(None) }
    }

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
        } else if self.is_time() {
            self.last.set(Some(Instant::now()));
            self.printer.note(text);
        }
    }

    fn is_time(&self) -> bool {
        self.last.get().is_none_or(|last| last.elapsed() + EARLY >= LINES_APART)
    }

    /// Waits for `working` and draws what `now` tells meanwhile; leaves nothing.
    pub(crate) async fn until<T>(
        &self,
        working: impl Future<Output = T>,
        now: impl Fn() -> (u64, String),
    ) -> T {
        let mut ticks = tokio::time::interval(self.pause());
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        // The first comes at once: there is nothing to say yet.
        ticks.tick().await;
        let mut working = std::pin::pin!(working);
        loop {
            tokio::select! {
                biased;
                done = &mut working => {
                    self.bar.finish_and_clear();
                    return done;
                }
                _ = ticks.tick() => {
                    let (done, text) = now();
                    self.draw(done, &text);
                }
            }
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
