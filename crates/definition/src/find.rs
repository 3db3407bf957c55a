//! Finds what can be asked: operations of the catalogue, services, calls.

use std::collections::BTreeMap;

use org_operator_models::{Damaged, Models, models};

/// Something that a word was found in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Found {
    /// An operation of the catalogue.
    Operation {
        /// The operation's name in the catalogue.
        name: String,
        /// What it gives, in one line.
        summary: String,
    },
    /// A service, with how many calls it has.
    Service {
        /// Its name in files and on the command line.
        name: String,
        /// How many read-only calls it has.
        calls: usize,
    },
    /// A call of a service.
    Call {
        /// The service's name.
        service: String,
        /// The call's name.
        call: String,
        /// What AWS says that it does; empty where AWS says nothing.
        documentation: String,
    },
}

/// What has `word` in its name, whatever its case: operations of `catalogue` (names and summaries), services, calls.
///
/// # Errors
/// [`Damaged`] where the models of this program are.
pub fn find<'a>(
    word: &str,
    catalogue: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<Vec<Found>, Damaged> {
    let wanted = plain(word);
    let has = |text: &str| !wanted.is_empty() && plain(text).contains(&wanted);
    let of_catalogue = catalogue.into_iter().filter(|(name, summary)| has(name) || has(summary));
    let mut found: Vec<Found> = of_catalogue
        .map(|(name, summary)| Found::Operation { name: name.into(), summary: summary.into() })
        .collect();
    let known = models()?;
    for service in known.services() {
        let calls = calls(known, service)?;
        if has(service) {
            found.push(Found::Service { name: service.to_owned(), calls: calls.len() });
        }
        let named = calls.into_iter().filter(|(call, _)| has(call));
        found.extend(named.map(|(call, documentation)| Found::Call {
            service: service.to_owned(),
            call,
            documentation,
        }));
    }
    found.sort();
    Ok(found)
}

fn calls(models: &Models, service: &str) -> Result<BTreeMap<String, String>, Damaged> {
    match models.operations(service) {
        Ok(calls) => Ok(calls),
        Err(org_operator_models::ModelError::Damaged(damaged)) => Err(damaged),
        // A service of the list is known.
        Err(_) => Ok(BTreeMap::new()),
    }
}

/// A text for comparing: `nat-gateway`, `nat gateway` and `NatGateway` are one.
fn plain(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}
