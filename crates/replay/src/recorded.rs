//! The recorded answers of a folder, for the simulated AWS: each request gets what a file of the
//! folder answers to it in its share of the targets. How a session policy refuses a call is the simulation's.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use aws_sim::{Recording, Recordings, Reply, Request};

use crate::call::{Asked, KnownCall};
use crate::fixture::{Answer, ErrorAnswer, Fixture};
use crate::mistake::Mistake;
use crate::wire::{self, Wire};

/// The recorded calls that the simulated AWS answers better by itself, from the organization that it
/// generates: what [`aws_sim::oracle`] knows the rows of.
pub const FROM_THE_ORGANIZATION: [&str; 1] = ["ec2 DescribeRouteTables"];

/// The account and Region that recorded answers are of.
const RECORDED_ACCOUNT: &str = "111111111111";
const RECORDED_REGION: &str = "eu-west-1";

/// The recorded answers of a folder, each in the account and Region that is asked. They do not change
/// between requests: an answer that a file gives a number of times only, such as to the request that
/// begins something, is not among them. Where several files answer a call, each does in its share of
/// the targets, with all of its answers that the others do not go before in.
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
    /// By the file's path.
    of_files: BTreeMap<PathBuf, Vec<Prepared>>,
}

/// An answer, ready to be sent.
#[derive(Debug)]
struct Prepared {
    asking: Vec<String>,
    pages: Vec<Wire>,
}

impl Recorded {
    /// The answers of the first cases of all files in `folder`, but not those to the calls `without`,
    /// such as `ec2 DescribeRouteTables`, which the simulation answers from its own organization.
    ///
    /// # Errors
    /// [`Mistake`] where the folder or a file cannot be read, or an answer does not fit its call.
    pub fn in_folder(folder: &Path, without: &[&str]) -> Result<Self, Mistake> {
        let mut by_name = BTreeMap::<String, RecordedCall>::new();
        for path in files(folder)? {
            let fixture = fixture(&path)?;
            let answers = lasting(&fixture).filter(|answer| !without.contains(&&*answer.to));
            for answer in answers {
                let known = match by_name.entry(answer.to.clone()) {
                    Entry::Occupied(there) => there.into_mut(),
                    Entry::Vacant(free) => free.insert(RecordedCall::new(&answer.to)?),
                };
                let (asking, pages) = (answer.asking.clone(), known.call.pages(answer)?);
                let of_file = known.of_files.entry(path.clone()).or_default();
                of_file.push(Prepared { asking, pages });
            }
        }
        let mut calls = BTreeMap::<String, Vec<RecordedCall>>::new();
        for known in by_name.into_values() {
            let signed_for = known.call.service.signing_name().to_owned();
            calls.entry(signed_for).or_default().push(known);
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

/// The answers of a file's first case that are always given.
fn lasting(fixture: &Fixture) -> impl Iterator<Item = &Answer> {
    let answers = fixture.cases.first().into_iter().flat_map(|case| fixture.answers_of(case));
    answers.filter(|answer| answer.times.is_none())
}

impl RecordedCall {
    fn new(to: &str) -> Result<Self, Mistake> {
        let call = KnownCall::find(to)?;
        let actions = call.service.actions(&call.name).unwrap_or_default();
        Ok(Self { call, actions, of_files: BTreeMap::new() })
    }

    /// The page that `asked` gets in a target, or nothing where no file has an answer to it.
    fn page(&self, asked: &Asked, target: (&str, &str)) -> Option<&Wire> {
        let of_file = |(path, answers): (&'_ PathBuf, &'_ Vec<Prepared>)| {
            let at = answers.iter().position(|answer| asked.has(&answer.asking))?;
            Some((turn(path, target), path.clone(), at))
        };
        let (_, path, at) = self.of_files.iter().filter_map(of_file).min()?;
        let pages = &self.of_files.get(&path)?.get(at)?.pages;
        pages.get(asked.page(pages.len()))
    }
}

/// A file's place among others in a target: the lowest goes first.
fn turn(path: &Path, target: (&str, &str)) -> u64 {
    let mut hasher = DefaultHasher::new();
    (path.file_name(), target).hash(&mut hasher);
    hasher.finish()
}

/// A request as the recordings know it.
fn asked(request: &Request, (account, region): (&str, &str)) -> Asked {
    let pair = |(name, value): (&String, &String)| format!("{name}={value}");
    let query = request.query.iter().map(pair).collect::<Vec<_>>().join("&");
    let target = request.header("x-amz-target");
    let sent = Asked::new(&request.method, &request.path, target, &query, &request.body);
    let recorded =
        |text: &str| text.replace(account, RECORDED_ACCOUNT).replace(region, RECORDED_REGION);
    Asked { path: recorded(&sent.path), said: recorded(&sent.said), ..sent }
}

/// An answer that was recorded, in the account and Region that are asked.
fn in_target(wire: &Wire, (account, region): (&str, &str)) -> Wire {
    let body = wire.body.replace(RECORDED_ACCOUNT, account).replace(RECORDED_REGION, region);
    Wire { body, ..wire.clone() }
}

fn reply(wire: Wire) -> Reply {
    let start = wire.body.as_bytes().first();
    let kind = if start == Some(&b'<') { "text/xml" } else { "application/x-amz-json-1.1" };
    let plain = Reply::new(wire.status, kind, wire.body);
    wire.headers.iter().fold(plain, |reply, (name, value)| reply.with_header(name, value))
}

impl Recordings for Recorded {
    fn find(&self, signed_for: &str, target: (&str, &str), request: &Request) -> Option<Recording> {
        let asked = asked(request, target);
        let found = self.calls.get(signed_for)?.iter().find(|known| known.call.is(&asked))?;
        let reply = reply(in_target(found.page(&asked, target)?, target));
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

#[cfg(test)]
mod tests;
