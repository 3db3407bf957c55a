//! The end of reading an input: its value, or one error with every violation.

use crate::error::Error;
use crate::input::violation::Violations;

impl Violations {
    /// `value` where nothing is wrong, else one error with every violation; `input` names the
    /// input in its message, such as `request`.
    ///
    /// # Errors
    /// `InvalidRequest` when a violation was noted, or `value` is missing.
    pub fn into_result<T>(self, input: &str, value: Option<T>) -> Result<T, Error> {
        match value {
            Some(value) if self.is_empty() => Ok(value),
            _ => Err(Error::violations(input, self)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Detail, ErrorKind};

    #[test]
    fn one_error_has_every_violation_as_text_and_as_data() {
        let mut violations = Violations::default();
        violations.note_text("A", "nothing", "a value");
        violations.note_text("B", "7", "a string");
        let error = violations.clone().into_result("request", Some(1)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        let text = "invalid request: A: got nothing, allowed: a value; B: got 7, allowed: a string";
        assert_eq!(error.message(), text);
        assert_eq!(error.detail(), Some(&Detail::Violations(violations)));
        assert_eq!(Violations::default().into_result("request", Some(1)), Ok(1));
    }
}
