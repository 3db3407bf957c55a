//! Ids of new runs: the start time and random digits.

use org_operator_core::RunId;
use org_operator_core::model::timestamp::Timestamp;

/// `<UTC time>-<six random hex digits>`, such as `20261122T081530Z-4f7a2c`; ids sort by time.
#[must_use]
pub fn new(now: Timestamp) -> Option<RunId> {
    let text = now.to_string();
    let seconds = text.split('.').next().unwrap_or_default();
    let compact: String = seconds.chars().filter(|c| !"-:".contains(*c)).collect();
    RunId::parse(&format!("{compact}Z-{:06x}", fastrand::u32(..1 << 24)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_starts_with_the_time_and_fits_the_format() {
        let id = new(Timestamp::from_epoch_millis(1_790_000_000_123)).unwrap();
        assert!(id.as_str().starts_with("20260921T141320Z-"), "{id}");
        assert_eq!(id.as_str().len(), 23);
    }
}
