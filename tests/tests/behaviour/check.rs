//! Comparisons that tell what was expected and what came.

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt::Debug;

use aws_sdk_s3::error::ProvideErrorMetadata;
use org_operator_testkit::TestResult;

/// More pages than any fixture has.
const PAGES: usize = 100;

/// The call must be refused with one of `codes`, as the SDK reads the code.
pub(crate) fn refused<T, E>(answer: Result<T, E>, codes: &[&str]) -> TestResult<()>
where
    E: ProvideErrorMetadata + Error,
{
    let expected = codes.join(" or ");
    let Err(error) = answer else {
        return Err(format!("expected {expected}, but the call succeeded").into());
    };
    match error.code() {
        Some(code) if codes.contains(&code) => Ok(()),
        Some(code) => {
            let message = error.message().unwrap_or_default();
            Err(format!("expected {expected}, but came {code}: {message}").into())
        }
        None => Err(format!("expected {expected}, but came no code: {}", text(&error)).into()),
    }
}

/// A failure and its sources on one line; the SDK hides the reason in the sources.
pub(crate) fn text(failure: &dyn Error) -> String {
    let mut text = failure.to_string();
    let mut cause = failure.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

/// What came must be what was expected.
pub(crate) fn equal<T: PartialEq + Debug>(what: &str, found: &T, expected: &T) -> TestResult<()> {
    if found == expected {
        return Ok(());
    }
    Err(format!("{what}: expected {expected:?}, but came {found:?}").into())
}

/// Something must be so.
pub(crate) fn holds(so: bool, otherwise: impl Into<String>) -> TestResult<()> {
    if so { Ok(()) } else { Err(otherwise.into().into()) }
}

/// Every page of a list, by a call that takes a token and gives entries and the next token. Pages
/// may be empty and still have a successor.
pub(crate) async fn pages<T>(
    mut call: impl AsyncFnMut(Option<String>) -> TestResult<(Vec<T>, Option<String>)>,
) -> TestResult<Vec<Vec<T>>> {
    let (mut pages, mut token) = (Vec::new(), None);
    loop {
        let (page, next) = call(token).await?;
        pages.push(page);
        token = next.filter(|token| !token.is_empty());
        if token.is_none() {
            return Ok(pages);
        }
        holds(pages.len() < PAGES, "the pages do not end")?;
    }
}

/// Every page of a list in one.
pub(crate) async fn all<T>(
    call: impl AsyncFnMut(Option<String>) -> TestResult<(Vec<T>, Option<String>)>,
) -> TestResult<Vec<T>> {
    Ok(pages(call).await?.into_iter().flatten().collect())
}

/// No page is larger than `size`, there are several, and together they have every entry once.
pub(crate) fn paged(
    pages: &[Vec<String>],
    size: usize,
    expected: &BTreeSet<String>,
) -> TestResult<()> {
    let largest = pages.iter().map(Vec::len).max().unwrap_or_default();
    holds(largest <= size, format!("a page has {largest} entries, not {size}"))?;
    holds(pages.len() > 1, "there is only one page")?;
    let mut found: Vec<&String> = pages.iter().flatten().collect();
    found.sort_unstable();
    let expected: Vec<&String> = expected.iter().collect();
    equal("all pages", &found, &expected)
}
