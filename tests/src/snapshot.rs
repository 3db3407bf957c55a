//! What a command said, with what differs from run to run masked: for snapshots.

use crate::command::Said;

/// All of it, with what differs from run to run masked. Accounts have other ids each time, so lines
/// about them come in another order: `sorted` puts them in one.
#[must_use]
pub fn told(said: &Said, sorted: bool) -> String {
    let code = said.code.map_or_else(|| "none".to_owned(), |code| code.to_string());
    let lines = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(masked).collect();
        if sorted {
            lines.sort();
        }
        lines.iter().flat_map(|line| ["| ", line, "\n"]).collect::<String>()
    };
    format!("exit {code}\nstdout\n{}stderr\n{}", lines(&said.stdout), lines(&said.stderr))
}

/// Ids, times and rates replaced by words.
fn masked(line: &str) -> String {
    let word = |word: &str| {
        let inner = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        let digits = inner.bytes().filter(u8::is_ascii_digit).count();
        let masked = match inner {
            _ if inner.len() == 12 && digits == 12 => "ACCOUNT",
            _ if inner.len() == 23 && inner.as_bytes()[15] == b'Z' => "RUN",
            _ if inner.starts_with("org-operator-2") => "SESSION",
            _ if inner.starts_with("ou-") || inner.starts_with("r-") => "UNIT",
            _ if inner.ends_with("/s") && digits > 0 => "RATE",
            _ => return word.to_owned(),
        };
        word.replace(inner, masked)
    };
    let pieces = line.split_inclusive([' ', '/', ':']);
    let joined: String = pieces
        .flat_map(|piece| {
            let end = piece.trim_end_matches([' ', '/', ':']).len();
            [word(&piece[..end]), piece[end..].to_owned()]
        })
        .collect();
    timeless(&joined)
}

/// `…, in 0.1 s` without the time, `298/s` without the rate.
fn timeless(line: &str) -> String {
    let before = |text: &str, mark: &str| text.split(mark).next().unwrap_or_default().to_owned();
    if line.contains(" targets: ") && line.contains(", in ") {
        let counts = before(line, ", in ");
        let cut = counts.rfind(", ").unwrap_or(counts.len());
        return format!("{}, RATE, in TIME", &counts[..cut]);
    }
    line.to_owned()
}
