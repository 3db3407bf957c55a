//! A token bucket that delays calls so that they stay below a service's published rate.

use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

/// A token bucket; each call takes one token.
#[derive(Debug)]
pub(crate) struct RateLimiter {
    per_second: f64,
    burst: f64,
    /// Tokens left, and when they were counted; `None` before the first call.
    state: Mutex<Option<(f64, Instant)>>,
}

impl RateLimiter {
    /// Allows `burst` calls at once and `per_second` calls a second after that.
    pub(crate) const fn new(per_second: f64, burst: f64) -> Self {
        Self { per_second, burst, state: Mutex::const_new(None) }
    }

    /// Waits for a token. Callers are served in the order of their calls.
    pub(crate) async fn acquire(&self) {
        let mut state = self.state.lock().await;
        let now = Instant::now();
        let (left, then) = state.unwrap_or((self.burst, now));
        let refilled = left + now.duration_since(then).as_secs_f64() * self.per_second;
        let remaining = refilled.min(self.burst) - 1.0;
        if remaining < 0.0 {
            tokio::time::sleep(Duration::from_secs_f64(-remaining / self.per_second)).await;
        }
        *state = Some((remaining.max(0.0), Instant::now()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn calls_beyond_the_burst_wait_for_the_rate() {
        let limiter = RateLimiter::new(8.0, 12.0);
        let start = Instant::now();
        for _ in 0..12 {
            limiter.acquire().await;
        }
        assert_eq!(start.elapsed(), Duration::ZERO);
        for _ in 0..80 {
            limiter.acquire().await;
        }
        let waited = start.elapsed().as_secs_f64();
        assert!((9.9..10.2).contains(&waited), "{waited}");
    }
}
