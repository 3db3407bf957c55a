//! Who may work in an account, and for how long.

use org_operator_testkit::memory::MemoryLedger;

use super::*;

struct PausedClock(Instant);

impl Clock for PausedClock {
    fn now(&self) -> Timestamp {
        let passed = i64::try_from(self.0.elapsed().as_millis()).unwrap();
        Timestamp::from_epoch_millis(1_790_000_000_000 + passed)
    }
}

fn lease<'a>(
    ledger: &'a MemoryLedger,
    clock: &'a PausedClock,
    holder: &'a str,
) -> Lease<'a, MemoryLedger, PausedClock> {
    Lease { ledger, clock, partition: "p", holder, expires_at: 9 }
}

fn in_seconds(seconds: u64) -> Instant {
    Instant::now() + Duration::from_secs(seconds)
}

#[tokio::test(start_paused = true)]
async fn a_second_worker_waits_for_the_first() {
    let (ledger, clock) = (MemoryLedger::new(), PausedClock(Instant::now()));
    let (one, other) = (lease(&ledger, &clock, "one"), lease(&ledger, &clock, "other"));
    let at_work = async {
        tokio::time::sleep(Duration::from_mins(10)).await;
        Ok(Instant::now())
    };
    let first = one.held(in_seconds(900), at_work);
    let second = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        other.held(in_seconds(900), async { Ok(Instant::now()) }).await
    };
    let (first, second) = tokio::join!(first, second);
    assert!(second.unwrap() >= first.unwrap());
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_died_is_waited_for_no_longer_than_its_mark_lasts() {
    let (ledger, clock) = (MemoryLedger::new(), PausedClock(Instant::now()));
    let never = std::future::pending::<Result<(), Error>>();
    let held = lease(&ledger, &clock, "dead");
    let dead = held.held(in_seconds(900), never);
    assert!(tokio::time::timeout(Duration::from_secs(50), dead).await.is_err());
    let died = Instant::now();
    let next = lease(&ledger, &clock, "next");
    let begun = next.held(in_seconds(900), async { Ok(Instant::now()) }).await.unwrap();
    let waited = begun - died;
    assert!(waited > Duration::from_mins(1) && waited <= LASTS + LOOKS, "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn a_worker_without_time_to_wait_says_so() {
    let (ledger, clock) = (MemoryLedger::new(), PausedClock(Instant::now()));
    let other = lease(&ledger, &clock, "other");
    other.acquire(in_seconds(900)).await.unwrap();
    let late = lease(&ledger, &clock, "late").held(in_seconds(8), async { Ok(()) }).await;
    assert_eq!(late.unwrap_err().kind(), ErrorKind::DeadlineExceeded);
}

#[tokio::test(start_paused = true)]
async fn a_worker_whose_mark_was_taken_stops() {
    let (ledger, clock) = (MemoryLedger::new(), PausedClock(Instant::now()));
    let one = lease(&ledger, &clock, "one");
    let never = std::future::pending::<Result<(), Error>>();
    let stolen = async {
        tokio::time::sleep(Duration::from_secs(5)).await;
        lease(&ledger, &clock, "thief").swap("thief", "one", LASTS).await
    };
    let (first, stolen) = tokio::join!(one.held(in_seconds(900), never), stolen);
    assert_eq!(stolen, Ok(true));
    assert_eq!(first.unwrap_err().kind(), ErrorKind::Transient);
}
