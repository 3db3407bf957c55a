//! The recorded answers of a folder, for the simulated AWS: each request gets what a file of the
//! folder answers to it in its share of the targets. How a session policy refuses a call is the simulation's.

mod recorded_call;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::{Path, PathBuf};

use aws_sim::{Recording, Recordings, Reply, Request};

use crate::call::{Asked, KnownCall};
use crate::fixture::{Answer, ErrorAnswer, Fixture, Shows};
use crate::mistake::Mistake;
use crate::wire::{self, Wire};

use recorded_call::{RecordedCall, hashed};

/// The recorded calls that the simulated AWS answers better by itself, from the organization that it
/// generates: what [`aws_sim::oracle`] knows the rows of.
pub const FROM_THE_ORGANIZATION: [&str; 1] = ["ec2 DescribeRouteTables"];

/// The codes by which services deny access.
const DENIALS: [&str; 3] = ["AccessDenied", "AccessDeniedException", "UnauthorizedOperation"];

/// The account and Region that recorded answers are of.
const RECORDED_ACCOUNT: &str = "111111111111";
const RECORDED_REGION: &str = "eu-west-1";

/// The recorded answers of a folder, each in the account and Region that is asked. They do not change
/// between requests: an answer that a file gives a number of times only, such as to the request that
/// begins something, is not among them. Where several files answer a call, each does in its share of
/// the targets, with all of its answers that the others do not go before in. In a target that is not
/// in use each answers as in its case of nothing, where it has one.
#[derive(Debug)]
pub struct Recorded {
    /// By the name that requests are signed for.
    calls: BTreeMap<String, Vec<RecordedCall>>,
    /// The share of the targets that are in use, from 0 to 1.
    in_use: f64,
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
            let mut recorded = |answer: &Answer, is_empty: bool| {
                let known = match by_name.entry(answer.to.clone()) {
                    Entry::Occupied(there) => there.into_mut(),
                    Entry::Vacant(free) => free.insert(RecordedCall::new(&answer.to)?),
                };
                known.record(&path, answer, is_empty)
            };
            let is_wanted = |answer: &&Answer| !without.contains(&&*answer.to);
            lasting(&fixture).filter(is_wanted).try_for_each(|answer| recorded(answer, false))?;
            of_nothing(&fixture).filter(is_wanted).try_for_each(|answer| recorded(answer, true))?;
        }
        let mut calls = BTreeMap::<String, Vec<RecordedCall>>::new();
        for known in by_name.into_values() {
            let signed_for = known.call.service.signing_name().to_owned();
            calls.entry(signed_for).or_default().push(known);
        }
        Ok(Self { calls, in_use: 1.0 })
    }

    /// The same answers where only a share of the targets, from 0 to 1, has anything in it: most
    /// accounts use few of their Regions.
    #[must_use]
    pub fn in_use(self, share: f64) -> Self {
        Self { in_use: share, ..self }
    }

    fn is_in_use(&self, target: (&str, &str)) -> bool {
        let place = hashed(&target) >> 32;
        f64::from(u32::try_from(place).unwrap_or(u32::MAX)) < self.in_use * f64::from(u32::MAX)
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

/// The answers that a file's case of nothing has of its own, and always gives. Where it denies access it
/// shows that a call is not made, and another operation may make it.
fn of_nothing(fixture: &Fixture) -> impl Iterator<Item = &Answer> {
    let case = fixture.cases.iter().find(|case| case.shows == Shows::Empty && case.fails.is_none());
    let answers = case.into_iter().flat_map(|case| &case.answers);
    let denies = |error: &ErrorAnswer| DENIALS.contains(&error.code.as_str());
    answers
        .filter(move |answer| answer.times.is_none() && !answer.error.as_ref().is_some_and(denies))
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
        let nothing = Some(found).filter(|_| !self.is_in_use(target));
        let page = nothing.and_then(|call| call.page_of_nothing(&asked));
        let reply = reply(in_target(page.or_else(|| found.page(&asked, target))?, target));
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
