//! How many files and connections the process may have open at the same time.

/// What a run can use: two connections for each of the widest run's targets, as many that wait to be
/// used again, and files. macOS allows no process more (`OPEN_MAX`).
#[cfg(unix)]
const ENOUGH: u64 = 10_240;

/// How many files this process may open, where there is a limit. It is raised as far as the system
/// lets every process raise its own: macOS begins with 256, most distributions of Linux with 1,024.
#[cfg(unix)]
pub(crate) fn allowed() -> Option<u64> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: raised(limit.current, limit.maximum), ..limit };
    let was_raised = raised != limit && setrlimit(Resource::Nofile, raised).is_ok();
    if was_raised { raised.current } else { limit.current }
}

/// How many files this process may open, where there is a limit.
#[cfg(not(unix))]
pub(crate) fn allowed() -> Option<u64> {
    None
}

/// The limit to set where `current` is in force and the system allows `most`; `None` is no limit.
#[cfg(unix)]
fn raised(current: Option<u64>, most: Option<u64>) -> Option<u64> {
    let current = current?;
    Some(current.max(most.map_or(ENOUGH, |most| most.min(ENOUGH))))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_low_limit_is_raised_within_what_is_allowed_and_a_high_one_stays() {
        assert_eq!(raised(Some(256), None), Some(ENOUGH));
        assert_eq!(raised(Some(1_024), Some(4_096)), Some(4_096));
        assert_eq!(raised(Some(1_024), Some(1_048_576)), Some(ENOUGH));
        assert_eq!(raised(Some(65_536), Some(1_048_576)), Some(65_536));
        assert_eq!(raised(None, None), None);
    }

    #[test]
    fn the_process_gets_what_it_raises_its_limit_to() {
        let now = allowed();
        let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
        assert_eq!(limit.current, now);
        assert_eq!(now, raised(limit.current, limit.maximum));
    }
}
