//! The recorded answers of a folder, for the simulated AWS: each request gets what every file of the
//! folder answers to it, one after the other. How a session policy refuses a call is the simulation's.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use aws_sim::{Recording, Recordings, Reply, Request};

use crate::call::{Asked, KnownCall};
use crate::fixture::{Answer, ErrorAnswer, Fixture};
use crate::mistake::Mistake;
use crate::wire::{self, Wire};

/// The recorded calls that the simulated AWS answers better by itself, from the organization that it
/// generates: what [`aws_sim::oracle`] knows the rows of.
pub const FROM_THE_ORGANIZATION: [&str; 1] = ["ec2 DescribeRouteTables"];

/// The recorded answers of a folder. They do not change between requests: an answer that a file gives
/// a number of times only, such as to the request that begins something, is not among them.
#[derive(Debug)]
pub struct Recorded {
    /// By the name that requests are signed for.
    calls: BTreeMap<String, Vec<RecordedCall>>,
}

/// A call, with the answers of each file that has any to it.
#[derive(Debug)]
struct RecordedCall {
    call: KnownCall,
    actions: Vec<String>,
    of_files: Vec<Vec<Answer>>,
    /// What was written already, by the place of the answer that each file gives.
    written: Mutex<Written>,
}

/// Pages by the places of the answers that they are of.
type Written = BTreeMap<Vec<Option<usize>>, Arc<Vec<Wire>>>;

impl Recorded {
    /// The answers of the first cases of all files in `folder`, but not those to the calls `without`,
    /// such as `ec2 DescribeRouteTables`, which the simulation answers from its own organization.
    ///
    /// # Errors
    /// [`Mistake`] where the folder or a file cannot be read, or a call is none of the models.
    pub fn in_folder(folder: &Path, without: &[&str]) -> Result<Self, Mistake> {
        let mut by_call = BTreeMap::<String, Vec<Vec<Answer>>>::new();
        for path in files(folder)? {
            for (to, answers) in by_call_of(&fixture(&path)?) {
                by_call.entry(to).or_default().push(answers);
            }
        }
        let mut calls = BTreeMap::<String, Vec<RecordedCall>>::new();
        by_call.retain(|to, _| !without.contains(&to.as_str()));
        for (to, of_files) in by_call {
            let call = RecordedCall::new(KnownCall::find(&to)?, of_files);
            calls.entry(call.call.service.signing_name().to_owned()).or_default().push(call);
        }
        Ok(Self { calls })
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> Mistake {
    Mistake::File { file: path.display().to_string(), reason: error.to_string() }
}

/// The files of a folder, by name.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Mistake> {
    let entries = std::fs::read_dir(folder).map_err(|error| unreadable(folder, &error))?;
    let found: Result<Vec<PathBuf>, _> = entries.map(|entry| entry.map(|e| e.path())).collect();
    let mut paths = found.map_err(|error| unreadable(folder, &error))?;
    paths.sort();
    Ok(paths)
}

fn fixture(path: &Path) -> Result<Fixture, Mistake> {
    let text = std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
    Fixture::read(&path.display().to_string(), &text)
}

/// The lasting answers of a file's first case, by call.
fn by_call_of(fixture: &Fixture) -> BTreeMap<String, Vec<Answer>> {
    let mut by_call = BTreeMap::<String, Vec<Answer>>::new();
    let answers = fixture.cases.first().into_iter().flat_map(|case| fixture.answers_of(case));
    for answer in answers.filter(|answer| answer.times.is_none()) {
        by_call.entry(answer.to.clone()).or_default().push(answer.clone());
    }
    by_call
}

impl RecordedCall {
    fn new(call: KnownCall, of_files: Vec<Vec<Answer>>) -> Self {
        let actions = call.service.actions(&call.name).unwrap_or_default();
        Self { call, actions, of_files, written: Mutex::default() }
    }

    /// The page that `asked` gets, or nothing where no file has an answer to it.
    fn page(&self, asked: &Asked) -> Option<Wire> {
        let first = |answers: &Vec<Answer>| answers.iter().position(|a| asked.has(&a.asking));
        let places: Vec<Option<usize>> = self.of_files.iter().map(first).collect();
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        let pages = match written.get(&places) {
            Some(known) => known.clone(),
            None => {
                let made = Arc::new(self.pages(&places)?);
                written.insert(places, made.clone());
                made
            }
        };
        pages.get(asked.page(pages.len())).cloned()
    }

    /// The pages of the answers at these places. Where nothing but refusals is there, the first.
    fn pages(&self, places: &[Option<usize>]) -> Option<Vec<Wire>> {
        let of_files = self.of_files.iter().zip(places);
        let given = of_files.filter_map(|(answers, place)| answers.get((*place)?));
        let (refused, granted): (Vec<&Answer>, Vec<&Answer>) =
            given.partition(|answer| answer.error.is_some());
        let chosen =
            if granted.is_empty() { refused.into_iter().take(1).collect() } else { granted };
        let whole = self.call.pages(&chosen);
        // An answer without pages is of one file only.
        whole.or_else(|_| self.call.pages(chosen.get(..1).unwrap_or_default())).ok()
    }
}

fn asked(request: &Request) -> Asked {
    let pair = |(name, value): (&String, &String)| format!("{name}={value}");
    let query = request.query.iter().map(pair).collect::<Vec<_>>().join("&");
    let target = request.header("x-amz-target");
    Asked::new(&request.method, &request.path, target, &query, &request.body)
}

fn reply(wire: Wire) -> Reply {
    let start = wire.body.as_bytes().first();
    let kind = if start == Some(&b'<') { "text/xml" } else { "application/x-amz-json-1.1" };
    let plain = Reply::new(wire.status, kind, wire.body);
    wire.headers.iter().fold(plain, |reply, (name, value)| reply.with_header(name, value))
}

impl Recordings for Recorded {
    fn find(&self, signed_for: &str, request: &Request) -> Option<Recording> {
        let asked = asked(request);
        let found = self.calls.get(signed_for)?.iter().find(|known| known.call.is(&asked))?;
        let reply = reply(found.page(&asked)?);
        let KnownCall { service, name } = &found.call;
        let (service, operation) = (service.name.clone(), name.clone());
        Some(Recording { service, operation, actions: found.actions.clone(), reply })
    }

    fn refusal(&self, service: &str, status: u16, code: &str, message: &str) -> Option<Reply> {
        let mut all = self.calls.values().flatten();
        let found = all.find(|known| known.call.service.name == service)?;
        let (code, message) = (code.to_owned(), message.to_owned());
        let error = ErrorAnswer { status, code, message };
        Some(reply(wire::error(&found.call.service, &error)))
    }
}
