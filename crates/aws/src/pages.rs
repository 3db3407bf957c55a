//! Reading every page of a list below a rate limit. Which list it is, and what its items mean, is the
//! caller's part.

use aws_smithy_async::future::pagination_stream::PaginationStream;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use org_operator_core::{Error, ErrorKind};

use crate::failure::own;
use crate::rate_limiter::RateLimiter;

/// Why a list could not be read to its end.
pub(crate) enum ListError<E> {
    /// A call for a page failed.
    Call(E),
    /// An item could not be read.
    Item(Error),
}

/// Reads all of `pages`, one token of `rate` per page, and returns the items that `items` finds in
/// each. A page may be empty and still have a successor.
///
/// `next_token` tells the last page: the stream itself would report the end only when it is polled
/// again, after another token, which doubles the wait for a list of one page.
pub(crate) async fn read_all<P, T, E>(
    mut pages: PaginationStream<Result<P, E>>,
    rate: &RateLimiter,
    next_token: impl Fn(&P) -> Option<&str>,
    items: impl Fn(&P) -> Result<Vec<T>, Error>,
) -> Result<Vec<T>, ListError<E>> {
    let mut all = Vec::new();
    loop {
        rate.acquire().await;
        let Some(received) = pages.next().await else { return Ok(all) };
        let page = received.map_err(ListError::Call)?;
        all.extend(items(&page).map_err(ListError::Item)?);
        if next_token(&page).is_none_or(str::is_empty) {
            return Ok(all);
        }
    }
}

/// Our error for a list that could not be read to its end while `doing` something.
pub(crate) fn list_error<E>(error: ListError<SdkError<E, HttpResponse>>, doing: &str) -> Error
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    match error {
        ListError::Call(error) => own(doing, &error),
        ListError::Item(error) => error,
    }
}

/// The error of an item without a readable id; dropping it would leave a gap in the list.
pub(crate) fn unreadable(item: &str) -> Error {
    Error::new(ErrorKind::OperationFailed, format!("AWS gave {item} without a valid id"))
}
