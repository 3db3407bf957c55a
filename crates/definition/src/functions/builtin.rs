//! JMESPath's own functions, which pass by what is absent where they would fail.

use jpx_core::functions::Function;
use jpx_core::interpreter::SearchResult;
use jpx_core::{Context, Runtime};
use serde_json::Value;

/// These have their own meaning for what is absent.
const AS_THEY_ARE: [&str; 4] = ["merge", "not_null", "to_array", "type"];

/// Registers JMESPath's own functions with our rules for what is absent.
pub(super) fn register(runtime: &mut Runtime) {
    runtime.register_builtin_functions();
    let names: Vec<String> = runtime.function_names().map(str::to_owned).collect();
    for name in names.iter().filter(|name| !AS_THEY_ARE.contains(&name.as_str())) {
        if let Some(function) = runtime.deregister_function(name) {
            runtime.register_function(name, Box::new(Tolerant { function, absent: absent(name) }));
        }
    }
    runtime.register_function("join", super::own::sure(join));
}

/// What a function gives for what is absent.
fn absent(name: &str) -> Value {
    match name {
        "length" => Value::from(0),
        "contains" | "starts_with" | "ends_with" => Value::from(false),
        _ => Value::Null,
    }
}

struct Tolerant {
    function: Box<dyn Function>,
    absent: Value,
}

impl Function for Tolerant {
    fn evaluate(&self, args: &[Value], context: &mut Context<'_>) -> SearchResult {
        if args.iter().any(Value::is_null) {
            return Ok(self.absent.clone());
        }
        self.function.evaluate(args, context)
    }
}

/// As JMESPath's, but for any scalars, and without what is absent.
fn join(args: &[Value], _: &Context<'_>) -> Value {
    let (Some(glue), Some(items)) =
        (super::text_of(args, 0), args.get(1).and_then(Value::as_array))
    else {
        return Value::Null;
    };
    let texts: Vec<String> =
        items.iter().filter(|item| !item.is_null()).map(crate::cell::text).collect();
    Value::from(texts.join(glue))
}
