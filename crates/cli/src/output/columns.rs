//! Small tables for the eye.

use crate::output::printer::line;

/// Rows with their columns aligned, the last one left as it is. A row is one line, whatever is in
/// its cells.
pub(crate) fn aligned(rows: &[Vec<String>]) -> String {
    let lines: Vec<Vec<String>> =
        rows.iter().map(|row| row.iter().map(|cell| line(cell)).collect()).collect();
    let mut widths: Vec<usize> = Vec::new();
    for row in &lines {
        widths.resize(row.len().max(widths.len()), 0);
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(console::measure_text_width(cell));
        }
    }
    let padded = |row: &Vec<String>| {
        let pad = |(cell, width): (&String, &usize)| {
            console::pad_str(cell, *width, console::Alignment::Left, None).into_owned()
        };
        let cells: Vec<String> = row.iter().zip(&widths).map(pad).collect();
        format!("{}\n", cells.join("  ").trim_end())
    };
    lines.iter().map(padded).collect()
}

/// A whole number with its thousands apart: `17,000`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let first = digits.len() % 3;
    let (head, tail) = digits.split_at(first);
    let groups = tail.as_bytes().chunks(3).map(|group| String::from_utf8_lossy(group).into_owned());
    let head = Some(head.to_owned()).filter(|head| !head.is_empty());
    head.into_iter().chain(groups).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_they_must() {
        let rows = [["a", "東京"], ["bbb", "x"]].map(|row| row.map(str::to_owned).to_vec());
        assert_eq!(aligned(&rows), "a    東京\nbbb  x\n");
        let forged = [["a\n111111111111", "allowed"]].map(|row| row.map(str::to_owned).to_vec());
        assert_eq!(aligned(&forged), "a 111111111111  allowed\n");
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
