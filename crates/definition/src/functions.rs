//! The functions of paths: JMESPath's own and a few more. What is absent has no length, holds nothing and gives nothing.

mod builtin;
mod own;
mod policy;
mod text;
mod time;

use std::sync::LazyLock;

use jpx_core::{Context, Runtime};
use serde_json::Value;

/// What stands for the moment of the run among a path's variables; no path can name it.
pub(crate) const NOW: &str = " now";

/// What goes before a table's name among a path's variables; no path can name it.
pub(crate) const TABLE: &str = " table ";

/// What an argument must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arg {
    Any,
    Text,
    Number,
    List,
    Object,
    /// A timestamp: RFC 3339 text, or seconds or milliseconds since 1970.
    Time,
    TextOrList,
    TextOrNumber,
    /// What has a length.
    Sized,
    /// An expression to evaluate on each item: `&path`.
    Path,
}

/// What a function gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gives {
    Text,
    Number,
    /// A number, of which nothing but the length is asked.
    Count,
    Boolean,
    Texts,
    /// Its first argument, in another order or form.
    First,
    /// An item of its first argument.
    Item,
    /// One of its arguments.
    EitherOf,
    /// A list of what its first argument gives.
    ListOfFirst,
    /// The values of a map.
    Values,
    /// The names and values of a structure or a map.
    Pairs,
    /// The lines of a CSV.
    Lines,
    Any,
}

/// A function, its arguments and what it gives.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Signature {
    pub(crate) name: &'static str,
    pub(crate) takes: &'static [Arg],
    /// How many arguments there must be.
    pub(crate) least: usize,
    /// Whether the last argument may come again.
    pub(crate) repeats: bool,
    pub(crate) gives: Gives,
    /// Whether it depends on the day.
    pub(crate) clock: bool,
    /// How it is written.
    pub(crate) usage: &'static str,
}

const fn of(
    name: &'static str,
    takes: &'static [Arg],
    gives: Gives,
    usage: &'static str,
) -> Signature {
    Signature { name, takes, least: takes.len(), repeats: false, gives, clock: false, usage }
}

const fn optional(signature: Signature, least: usize) -> Signature {
    Signature { least, ..signature }
}

const fn by_the_day(signature: Signature) -> Signature {
    Signature { clock: true, ..signature }
}

/// Every function that a path can call.
pub(crate) const FUNCTIONS: &[Signature] = &[
    of("abs", &[Arg::Number], Gives::Number, "abs(number)"),
    of("avg", &[Arg::List], Gives::Number, "avg(list of numbers)"),
    of("ceil", &[Arg::Number], Gives::Number, "ceil(number)"),
    of(
        "contains",
        &[Arg::TextOrList, Arg::Any],
        Gives::Boolean,
        "contains(list, item) or contains(text, part)",
    ),
    of("ends_with", &[Arg::Text, Arg::Text], Gives::Boolean, "ends_with(text, end)"),
    of("floor", &[Arg::Number], Gives::Number, "floor(number)"),
    of("join", &[Arg::Text, Arg::List], Gives::Text, "join(glue, list)"),
    of("keys", &[Arg::Object], Gives::Texts, "keys(object)"),
    of("length", &[Arg::Sized], Gives::Count, "length(list), of an object or a text"),
    of("map", &[Arg::Path, Arg::List], Gives::ListOfFirst, "map(&path, list)"),
    of("max", &[Arg::List], Gives::Item, "max(list)"),
    of("max_by", &[Arg::List, Arg::Path], Gives::Item, "max_by(list, &path)"),
    Signature { repeats: true, ..of("merge", &[Arg::Object], Gives::Any, "merge(object, …)") },
    of("min", &[Arg::List], Gives::Item, "min(list)"),
    of("min_by", &[Arg::List, Arg::Path], Gives::Item, "min_by(list, &path)"),
    Signature {
        repeats: true,
        ..of("not_null", &[Arg::Any], Gives::EitherOf, "not_null(path, …)")
    },
    of("reverse", &[Arg::TextOrList], Gives::First, "reverse(list or text)"),
    of("sort", &[Arg::List], Gives::First, "sort(list)"),
    of("sort_by", &[Arg::List, Arg::Path], Gives::First, "sort_by(list, &path)"),
    of("starts_with", &[Arg::Text, Arg::Text], Gives::Boolean, "starts_with(text, start)"),
    of("sum", &[Arg::List], Gives::Number, "sum(list of numbers)"),
    of("to_array", &[Arg::Any], Gives::ListOfFirst, "to_array(path)"),
    of("to_number", &[Arg::TextOrNumber], Gives::Number, "to_number(text)"),
    of("to_string", &[Arg::Any], Gives::Text, "to_string(path)"),
    of("type", &[Arg::Any], Gives::Text, "type(path)"),
    of("values", &[Arg::Object], Gives::Values, "values(object)"),
    of("split", &[Arg::Text, Arg::Text], Gives::Texts, "split(text, separator)"),
    by_the_day(of("age_days", &[Arg::Time], Gives::Number, "age_days(timestamp)")),
    by_the_day(of("days_until", &[Arg::Time], Gives::Number, "days_until(timestamp)")),
    of("difference", &[Arg::List, Arg::List], Gives::First, "difference(list, without)"),
    of("unpivot", &[Arg::Object], Gives::Pairs, "unpivot(structure)"),
    of("lookup", &[Arg::Text, Arg::Text], Gives::Text, "lookup('table', text)"),
    of("arn_type", &[Arg::Text], Gives::Text, "arn_type(arn)"),
    optional(
        of(
            "policy_principals",
            &[Arg::Any, Arg::Text],
            Gives::Texts,
            "policy_principals(policy, 'AWS')",
        ),
        1,
    ),
    of("policy_conditions", &[Arg::Any], Gives::Texts, "policy_conditions(policy)"),
    of("csv", &[Arg::Text, Arg::List], Gives::Lines, "csv(text, ['column', …])"),
];

/// The functions as paths call them.
pub(crate) static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    let mut runtime = Runtime::new();
    builtin::register(&mut runtime);
    own::register(&mut runtime);
    runtime
});

/// A text argument, where it is one.
fn text_of(args: &[Value], index: usize) -> Option<&str> {
    args.get(index).and_then(Value::as_str)
}

/// An error that names the function and no value: values can be secret.
fn wrong(context: &Context<'_>, message: &str) -> jpx_core::JmespathError {
    jpx_core::functions::custom_error(context, message)
}
