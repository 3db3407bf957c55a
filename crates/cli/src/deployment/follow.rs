//! Following an execution to its end. It goes on by itself: that this machine cannot ask for a while
//! is no reason to give up at once.

use std::time::{Duration, Instant};

use org_operator_core::Error;

use crate::connection::Connection;
use crate::deployment::execution::Execution;
use crate::deployment::state_machine::{Items, PAUSE, StateMachine};
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::printer::{self, Printer};
use crate::output::progress_view::Drawing;
use org_operator_local::progress::short;

/// How long following goes on while AWS gives no answer.
const PATIENCE: Duration = Duration::from_mins(5);

/// Follows a run to its end, with a bar over its work items.
pub(crate) async fn follow(
    connection: &Connection,
    machine: &StateMachine,
    run: &str,
    printer: Printer,
    as_json: bool,
) -> Result<Exit, CliError> {
    let begun = Instant::now();
    let drawing = Drawing::new(printer, 0);
    let mut budget = RetryBudget::default();
    let mut looks = Looks { machine, run, map_run: None };
    loop {
        match looks.look().await {
            Ok(Look::Ended(execution)) => {
                drawing.finish(&format!("ended, followed for {}", short(begun.elapsed())));
                printer::data(format!("{}\n", execution.rendered(run, as_json)).as_bytes())?;
                return Ok(execution.exit());
            }
            Ok(Look::Running(items)) => {
                budget = RetryBudget::default();
                draw(&drawing, items, begun.elapsed());
            }
            Err(failed) if budget.allows(&failed, Instant::now()) => {
                if let Some(text) = budget.warning(&failed) {
                    drawing.above(|| printer.note(&text));
                }
            }
            Err(failed) => {
                let what = "the run cannot be followed; it goes on by itself";
                return Err(connection.error(what, &failed));
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
}

fn draw(drawing: &Drawing, items: Option<Items>, elapsed: Duration) {
    let elapsed = short(elapsed);
    match items {
        Some(Items { total, done }) => {
            drawing.grow(total);
            drawing.draw(done, &format!("{done} of {total} work items, {elapsed}"));
        }
        None => drawing.draw(0, &format!("no work item yet, {elapsed}")),
    }
}

/// What is asked again and again.
struct Looks<'a> {
    machine: &'a StateMachine,
    run: &'a str,
    map_run: Option<String>,
}

enum Look {
    Running(Option<Items>),
    Ended(Box<Execution>),
}

impl Looks<'_> {
    async fn look(&mut self) -> Result<Look, Error> {
        let now = self.machine.execution(self.run).await?;
        if !now.is_running() {
            return Ok(Look::Ended(Box::new(now)));
        }
        if self.map_run.is_none() {
            self.map_run = self.machine.map_run(self.run).await?;
        }
        Ok(Look::Running(match &self.map_run {
            Some(map_run) => self.machine.items(map_run).await?,
            None => None,
        }))
    }
}

/// How long AWS has given no answer.
#[derive(Debug, Default)]
struct RetryBudget {
    since: Option<Instant>,
    said: bool,
}

impl RetryBudget {
    /// Whether to go on after `error`, which came at `now`.
    fn allows(&mut self, error: &Error, now: Instant) -> bool {
        let since = *self.since.get_or_insert(now);
        error.kind().is_retryable() && now.duration_since(since) < PATIENCE
    }

    /// What a person is told, once per time without an answer.
    fn warning(&mut self, error: &Error) -> Option<String> {
        let first = !std::mem::replace(&mut self.said, true);
        let minutes = PATIENCE.as_secs() / 60;
        first.then(|| format!("no answer ({error}); asking again for up to {minutes} minutes"))
    }
}

#[cfg(test)]
mod tests {
    use org_operator_core::ErrorKind;

    use super::*;

    #[test]
    fn only_what_may_pass_is_borne_and_not_for_ever() {
        let (mut budget, start) = (RetryBudget::default(), Instant::now());
        let throttled = Error::new(ErrorKind::Throttled, "x");
        let gone = Error::new(ErrorKind::OperationFailed, "ExecutionDoesNotExist: x");
        let after = |seconds| start + Duration::from_secs(seconds);
        assert!(!budget.allows(&gone, start));
        assert!(budget.allows(&throttled, start) && budget.allows(&throttled, after(299)));
        assert!(budget.warning(&throttled).is_some() && budget.warning(&throttled).is_none());
        assert!(!budget.allows(&throttled, after(300)));
        assert!(RetryBudget::default().allows(&throttled, after(300)));
    }
}
