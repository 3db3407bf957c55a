//! The clock of the machine behind the clock port.

use std::time::{SystemTime, UNIX_EPOCH};

use org_operator_core::model::timestamp::Timestamp;
use org_operator_core::ports::Clock;

/// Reads the machine's clock, in milliseconds since 1970.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_epoch_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}
