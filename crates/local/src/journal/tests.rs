//! The journal: what is written is read, whatever was cut.

use org_operator_core::model::timestamp::Timestamp;
use org_operator_core::{ErrorKind, Record, Region, RunId, Verdict};

use super::*;

fn partition() -> LedgerPartition {
    let account = AccountId::parse("111111111111").unwrap();
    LedgerPartition { run: RunId::parse("r").unwrap(), operation: None, account }
}

fn region(number: usize) -> Region {
    Region::parse(&format!("xx-made-{number}")).unwrap()
}

fn outcome(number: usize, verdict: Verdict, attempt: &str) -> Outcome {
    let now = Timestamp::from_epoch_millis(1_790_000_000_123);
    Outcome {
        region: region(number),
        verdict,
        attempts: 2,
        started_at: now,
        ended_at: now,
        records: 1,
        calls: 3,
        attempt: attempt.to_owned(),
        unexplained: false,
    }
}

fn record(number: usize, key: &str, attempt: &str) -> LedgerRecord {
    let cells = vec!["a\n\"b\"".to_owned(), key.to_owned()];
    let record = Record { key: key.to_owned(), cells };
    LedgerRecord { region: region(number), attempt: attempt.to_owned(), record }
}

fn journal(folder: &Path) -> Journal {
    Journal::new(&folder.join("journal"), Arc::new(Progress::new(1)))
}

async fn all(journal: &Journal) -> Vec<Entry> {
    journal.page(&partition(), None).await.unwrap().entries
}

#[tokio::test]
async fn entries_read_back_sorted_and_the_last_of_a_key_wins() {
    let folder = tempfile::tempdir().unwrap();
    let journal = journal(folder.path());
    assert_eq!(journal.outcomes(&partition()).await, Ok(Vec::new()));
    let failed = Verdict::of(ErrorKind::Throttled, "slow down");
    let failure = WorkerFailure {
        first_region: region(1),
        error: "Throttled".to_owned(),
        cause: "{}".to_owned(),
    };
    journal.put_failure(&partition(), &failure).unwrap();
    journal
        .put_records(&partition(), &[record(1, "b", "1"), record(1, "a", "1")], 0)
        .await
        .unwrap();
    journal.put_outcome(&partition(), &outcome(1, failed, "1"), 0).await.unwrap();
    journal.put_records(&partition(), &[record(1, "a", "2")], 0).await.unwrap();
    let last = outcome(1, Verdict::Succeeded, "2");
    journal.put_outcome(&partition(), &last, 0).await.unwrap();
    let expected = [
        Entry::Outcome(last.clone()),
        Entry::Record(record(1, "a", "2")),
        Entry::Record(record(1, "b", "1")),
        Entry::WorkerFailure(failure),
    ];
    assert_eq!(all(&journal).await, expected);
    assert_eq!(journal.outcomes(&partition()).await, Ok(vec![last]));
    let after = journal.page(&partition(), Some("record#xx-made-1#a".to_owned())).await.unwrap();
    assert_eq!(after.entries, expected[2..]);
}

#[tokio::test]
async fn a_line_cut_anywhere_is_ignored_and_never_spoils_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let whole = journal(folder.path());
    whole.put_outcome(&partition(), &outcome(1, Verdict::Succeeded, "1"), 0).await.unwrap();
    let first = fs::read(whole.path(&partition())).unwrap();
    whole.put_records(&partition(), &[record(2, "ä", "1")], 0).await.unwrap();
    whole.put_outcome(&partition(), &outcome(2, Verdict::Succeeded, "1"), 0).await.unwrap();
    let both = fs::read(whole.path(&partition())).unwrap();
    for cut in first.len()..both.len() {
        fs::write(whole.path(&partition()), &both[..cut]).unwrap();
        let resumed = journal(folder.path());
        let before = all(&resumed).await;
        assert!(!before.is_empty() && before.len() <= 3, "cut at {cut}");
        resumed.put_outcome(&partition(), &outcome(3, Verdict::Succeeded, "2"), 0).await.unwrap();
        resumed.put_outcome(&partition(), &outcome(4, Verdict::Succeeded, "2"), 0).await.unwrap();
        let now = all(&resumed).await;
        assert!(now.contains(&Entry::Outcome(outcome(4, Verdict::Succeeded, "2"))), "cut at {cut}");
        assert!(now.contains(&Entry::Outcome(outcome(1, Verdict::Succeeded, "1"))));
        assert!(now.contains(&Entry::Outcome(outcome(3, Verdict::Succeeded, "2"))), "cut at {cut}");
    }
}

#[tokio::test]
async fn records_are_written_with_their_outcome_and_before_it() {
    let folder = tempfile::tempdir().unwrap();
    let journal = journal(folder.path());
    journal.put_records(&partition(), &[record(1, "a", "1")], 0).await.unwrap();
    journal.put_records(&partition(), &[record(2, "b", "1")], 0).await.unwrap();
    assert!(!journal.path(&partition()).exists());
    // Another work item of the account ends: what waits here is kept.
    journal.forget(&partition().account);
    journal.put_outcome(&partition(), &outcome(2, Verdict::Succeeded, "1"), 0).await.unwrap();
    let written = fs::read_to_string(journal.path(&partition())).unwrap();
    let entries: Vec<&str> = written.lines().map(|line| line.split('"').nth(3).unwrap()).collect();
    assert_eq!(entries, ["record#xx-made-2#b", "outcome#xx-made-2"]);
}

/// How many times five rounds over `count` operations of an account open a file, in a process that may
/// open `files`: files that were moved away are written on where they are still open.
async fn opened(count: usize, files: Option<u64>) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal { appends: Arc::new(Appends::new(files)), ..journal(folder.path()) };
    let mut opened = 0;
    for round in 1..=5 {
        for operation in 0..count {
            let partition =
                LedgerPartition { operation: Some(format!("op-{operation}")), ..partition() };
            journal
                .put_outcome(&partition, &outcome(round, Verdict::Succeeded, "1"), 0)
                .await
                .unwrap();
            let path = journal.path(&partition);
            let moved = folder.path().join(format!("{operation}-{round}"));
            opened += usize::from(fs::rename(&path, &moved).is_ok());
        }
    }
    opened
}

#[tokio::test]
async fn the_files_of_an_accounts_operations_stay_open_as_far_as_the_process_may() {
    assert_eq!(opened(8, None).await, 8);
    assert_eq!(opened(8, Some(4_096)).await, 8);
    assert_eq!(opened(1, Some(1_024)).await, 1);
    assert_eq!(opened(2, Some(1_024)).await, 10);
    assert_eq!(opened(9, None).await, 45);
}

#[tokio::test]
async fn the_file_stays_open_until_the_account_is_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let journal = journal(folder.path());
    journal.put_outcome(&partition(), &outcome(1, Verdict::Succeeded, "1"), 0).await.unwrap();
    let (path, moved) = (journal.path(&partition()), folder.path().join("moved"));
    fs::rename(&path, &moved).unwrap();
    journal.put_outcome(&partition(), &outcome(2, Verdict::Succeeded, "1"), 0).await.unwrap();
    journal.forget(&partition().account);
    journal.put_outcome(&partition(), &outcome(3, Verdict::Succeeded, "1"), 0).await.unwrap();
    let lines = |path: &Path| fs::read_to_string(path).unwrap().lines().count();
    assert_eq!((lines(&moved), lines(&path)), (2, 1));
}
