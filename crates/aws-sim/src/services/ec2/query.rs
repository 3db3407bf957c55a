//! EC2's query parameters: filters, page sizes and tokens.

use std::collections::BTreeMap;

use crate::service_error::ServiceError;
use crate::services::handler::{ServiceResult, offset, page};

/// The parameters of a request by name.
pub(super) type Form = BTreeMap<String, String>;

/// A filter: its name and the values of which one must fit.
pub(super) struct Filter {
    pub(super) name: String,
    pub(super) values: Vec<String>,
}

impl Filter {
    /// Whether a value fits; only a star at its end is simulated, which is all that the product uses.
    pub(super) fn fits(&self, text: &str) -> bool {
        let fits = |value: &String| {
            value.strip_suffix('*').map_or(value == text, |start| text.starts_with(start))
        };
        self.values.iter().any(fits)
    }
}

/// The filters of a request, each of which must be one of `known`.
pub(super) fn filters(form: &Form, known: &[&str]) -> ServiceResult<Vec<Filter>> {
    let filter = |n: usize| {
        let name = form.get(&format!("Filter.{n}.Name"))?.clone();
        let value = |m: usize| form.get(&format!("Filter.{n}.Value.{m}")).cloned();
        Some(Filter { name, values: (1..).map_while(value).collect() })
    };
    let filters: Vec<Filter> = (1..).map_while(filter).collect();
    match filters.iter().find(|filter| !known.contains(&filter.name.as_str())) {
        None => Ok(filters),
        Some(Filter { name, .. }) => {
            let text = format!("The filter '{name}' is invalid");
            Err(ServiceError::new(400, "InvalidParameterValue", text))
        }
    }
}

/// The requested page, of at most `most` entries, and the element that names the next one.
pub(super) fn paged<'a, T>(
    all: &'a [T],
    form: &Form,
    most: usize,
) -> ServiceResult<(&'a [T], String)> {
    let from = offset(form.get("NextToken").map_or("", String::as_str))
        .ok_or_else(|| ServiceError::new(400, "InvalidNextToken", "The token is invalid"))?;
    let (page, next) = page(all, from, size(form, most)?);
    Ok((page, next.map_or_else(String::new, |next| format!("<nextToken>{next}</nextToken>"))))
}

/// `MaxResults` is from 5 to 100 for route tables, to 1,000 for interfaces (EC2 API reference).
fn size(form: &Form, most: usize) -> ServiceResult<usize> {
    let Some(text) = form.get("MaxResults") else { return Ok(most) };
    let size = text.parse().ok().filter(|size| (5..=most).contains(size));
    size.ok_or_else(|| {
        let text =
            format!("Value ( {text} ) for parameter maxResults is invalid. Expecting 5..{most}");
        ServiceError::new(400, "InvalidParameterValue", text)
    })
}
