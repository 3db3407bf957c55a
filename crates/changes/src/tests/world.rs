//! A world of rules that processes change: calls fail in every way, and processes die at every point.

use std::collections::BTreeMap;

use super::*;
use crate::{Event, Journal, Line, Made, RowRun, Seen, Settled, Step};

/// The resources, and how often each row really changed one.
#[derive(Debug, Clone, Default)]
pub(crate) struct World {
    pub(crate) rules: BTreeMap<String, Value>,
    pub(crate) effects: BTreeMap<String, u32>,
    made: u32,
}

impl World {
    pub(crate) fn of(rows: &[PlanRow]) -> Self {
        let rules = rows.iter().map(|row| (row.key.key.clone(), row.before.clone()));
        Self { rules: rules.collect(), ..Self::default() }
    }

    fn read(&self, row: &PlanRow) -> Seen {
        let found = match row.action.as_str() {
            "close" => self.rules.get_key_value(&row.key.key),
            _ => self.rules.iter().find(|(_, rule)| rule["Port"] == row.after["Port"]),
        };
        let state = found.map_or(Value::Null, |(_, rule)| rule.clone());
        Seen { state, id: found.map(|(id, _)| id.clone()), ..Seen::default() }
    }

    /// Makes the change, or `None` where AWS refuses it: the rule is gone, or there already.
    fn change(&mut self, row: &PlanRow) -> Option<Made> {
        let id = match row.action.as_str() {
            "close" => self.rules.remove(&row.key.key).map(|_| None),
            _ if self.read(row).id.is_some() => None,
            _ => {
                self.made += 1;
                let id = format!("sgr-new-{}", self.made);
                self.rules.insert(id.clone(), row.after.clone());
                Some(Some(id))
            }
        }?;
        *self.effects.entry(row.key.key.clone()).or_default() += 1;
        Some(Made { request_id: Some("r".to_owned()), id, ..Made::default() })
    }
}

/// A process that applies rows one by one, and the file that outlives it.
pub(crate) struct Process<'a> {
    rows: &'a [PlanRow],
    run: Option<(usize, RowRun<'a>)>,
    next: usize,
    pub(crate) file: Vec<u8>,
    /// What the file says, as it was read at the start and went on since.
    known: Journal,
    time: i64,
    /// Rows of which a reply was lost, or during which the process died.
    pub(crate) unsure: Vec<String>,
}

impl<'a> Process<'a> {
    pub(crate) fn new(rows: &'a [PlanRow]) -> Self {
        Self {
            rows,
            run: None,
            next: 0,
            file: Vec::new(),
            known: Journal::default(),
            time: 0,
            unsure: Vec::new(),
        }
    }

    pub(crate) fn rows(&self) -> &'a [PlanRow] {
        self.rows
    }

    pub(crate) fn journal(&self) -> &Journal {
        &self.known
    }

    pub(crate) fn outcome(&self, row: &PlanRow) -> Settled {
        self.journal().of(&row.key).settled.unwrap()
    }

    /// Begins anew, as a person does after a crash or to go on: only the file is left.
    pub(crate) fn restart(&mut self) {
        if let Some((index, _)) = self.run.take() {
            self.unsure.push(self.rows[index].key.key.clone());
        }
        self.reread();
    }

    fn reread(&mut self) {
        self.known = Journal::read(&self.file);
        self.next = 0;
    }

    fn write(&mut self, row: &PlanRow, settled: Option<Settled>) {
        self.time += 1;
        let line = Line { at: at(self.time), key: row.key.clone(), settled, calls: 1 };
        if self.file.last().is_some_and(|byte| *byte != b'\n') {
            self.file.push(b'\n');
        }
        self.file.extend(line.bytes().unwrap());
        self.known.take(line);
    }

    /// Loses the end of the last line, as a process that dies while it writes.
    fn cut(&mut self) {
        let length = self.file.len();
        self.file.truncate(length - 5);
    }

    /// One step; false where nothing is left to do. `faults` is how many of 100 steps go wrong.
    pub(crate) fn step(&mut self, world: &mut World, rng: &mut fastrand::Rng, faults: u32) -> bool {
        let Some((index, mut run)) = self.take_up() else { return false };
        let row = &self.rows[index];
        let wrong = rng.u32(..100) < faults;
        let dies = wrong && rng.u32(..4) == 0;
        let event = match run.step() {
            Step::Read if wrong => Event::Unread(problem(ErrorKind::Transient, false)),
            Step::Read => Event::Seen(world.read(row)),
            Step::Begin => {
                self.write(row, None);
                Event::Begun
            }
            Step::Change => self.change(row, world, wrong.then(|| rng.u32(..4))),
            Step::Wait(_) => Event::Waited,
            Step::Done(settled) => {
                self.write(row, Some(*settled));
                self.die_or_go_on(dies, rng);
                return true;
            }
        };
        let wrote = matches!(event, Event::Begun);
        run.take(event);
        self.run = Some((index, run));
        if dies {
            if wrote && rng.bool() {
                self.cut();
            }
            self.restart();
        }
        true
    }

    /// The row that is under way, or the next one that has no final outcome.
    fn take_up(&mut self) -> Option<(usize, RowRun<'a>)> {
        if let Some(run) = self.run.take() {
            return Some(run);
        }
        let left = |index: &usize| !self.known.of(&self.rows[*index].key).is_final();
        let rest = (self.next..self.rows.len()).find(left)?;
        self.next = rest + 1;
        let row = &self.rows[rest];
        Some((rest, RowRun::new(row, self.known.of(&row.key).open)))
    }

    fn die_or_go_on(&mut self, dies: bool, rng: &mut fastrand::Rng) {
        if dies {
            if rng.bool() {
                self.cut();
            }
            self.unsure.push(self.rows[self.next - 1].key.key.clone());
            self.reread();
        }
    }

    /// A change that works, is throttled, is refused, or of which the request or the reply is lost.
    fn change(&mut self, row: &PlanRow, world: &mut World, fault: Option<u32>) -> Event {
        assert!(self.journal().of(&row.key).open, "{}: changed without an intent", row.key.key);
        let lost = || Event::NotMade(problem(ErrorKind::Transient, true));
        match fault {
            Some(0) => Event::NotMade(problem(ErrorKind::Throttled, false)),
            Some(1) => Event::NotMade(problem(ErrorKind::AccessDenied, false)),
            Some(2) => {
                self.unsure.push(row.key.key.clone());
                lost()
            }
            Some(_) => {
                self.unsure.push(row.key.key.clone());
                world.change(row);
                lost()
            }
            None => world.change(row).map_or_else(
                || Event::NotMade(problem(ErrorKind::OperationFailed, false)),
                Event::Made,
            ),
        }
    }
}
