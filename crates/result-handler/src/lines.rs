//! An artifact read line by line, however its bytes come.

use org_operator_core::Error;
use org_operator_core::ports::Download;

/// Where a line of the artifact ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// At each line feed: JSON Lines, where text has none.
    Plain,
    /// At a line feed outside quotes: CSV.
    Quoted,
}

/// The lines of an artifact.
pub(crate) struct Lines<D> {
    download: D,
    ending: Ending,
    buffer: Vec<u8>,
    /// Where in the buffer the next line begins.
    start: usize,
    /// Where in the buffer no line has ended yet, and whether that is inside quotes.
    scanned: usize,
    inside: bool,
}

impl<D: Download> Lines<D> {
    pub(crate) fn new(download: D, ending: Ending) -> Self {
        Self { download, ending, buffer: Vec::new(), start: 0, scanned: 0, inside: false }
    }

    /// The next line without its end, or `None` behind the last.
    pub(crate) async fn next(&mut self) -> Result<Option<Vec<u8>>, Error> {
        loop {
            if let Some(line) = self.buffered() {
                return Ok(Some(line));
            }
            // Once per chunk, not per line: what has been read moves out of the way.
            self.buffer.drain(..self.start);
            self.scanned -= std::mem::take(&mut self.start);
            match self.download.chunk().await? {
                Some(chunk) => self.buffer.extend(chunk),
                None if self.buffer.is_empty() => return Ok(None),
                None => {
                    self.scanned = 0;
                    return Ok(Some(std::mem::take(&mut self.buffer)));
                }
            }
        }
    }

    fn buffered(&mut self) -> Option<Vec<u8>> {
        while let Some(byte) = self.buffer.get(self.scanned) {
            if *byte == b'"' && self.ending == Ending::Quoted {
                self.inside = !self.inside;
            } else if *byte == b'\n' && !self.inside {
                let line = self.buffer[self.start..self.scanned].to_vec();
                self.scanned += 1;
                self.start = self.scanned;
                return Some(line);
            }
            self.scanned += 1;
        }
        None
    }
}
