//! Keeping below a service's own rate: a token bucket that waits, so that no call is throttled.

use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

/// A bucket of calls.
#[derive(Debug)]
pub(crate) struct RateLimiter {
    per_second: f64,
    burst: f64,
    state: Mutex<Option<(f64, Instant)>>,
}

impl RateLimiter {
    /// At most `per_second` calls, after a burst of `burst`.
    pub(crate) const fn new(per_second: f64, burst: f64) -> Self {
        Self { per_second, burst, state: Mutex::const_new(None) }
    }

    /// Waits until a call may be made. Callers are served in the order they come.
    pub(crate) async fn acquire(&self) {
        let mut state = self.state.lock().await;
        let now = Instant::now();
        let (left, then) = state.unwrap_or((self.burst, now));
        let refilled = left + now.duration_since(then).as_secs_f64() * self.per_second;
        let left = refilled.min(self.burst) - 1.0;
        if left < 0.0 {
            tokio::time::sleep(Duration::from_secs_f64(-left / self.per_second)).await;
        }
        *state = Some((left.max(0.0), Instant::now()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_burst_is_free_and_then_the_rate_holds() {
        let pace = RateLimiter::new(8.0, 12.0);
        let start = Instant::now();
        for _ in 0..12 {
            pace.acquire().await;
        }
        assert_eq!(start.elapsed(), Duration::ZERO);
        for _ in 0..80 {
            pace.acquire().await;
        }
        let waited = start.elapsed().as_secs_f64();
        assert!((9.9..10.2).contains(&waited), "{waited}");
    }
}
