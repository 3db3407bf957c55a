//! A CSV table on its way into an artifact.

use org_operator_core::Error;
use org_operator_core::ports::Upload;
use org_operator_core::report::csv_table::Table;

/// Rows are collected up to about this many bytes before they go to the upload.
const CHUNK: usize = 64 * 1024;

/// A table that is uploaded while it grows.
pub(crate) struct Sheet<U> {
    upload: U,
    table: Table,
}

impl<U: Upload> Sheet<U> {
    /// A sheet with its header.
    pub(crate) fn new<'a>(
        upload: U,
        header: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, Error> {
        Ok(Self { upload, table: Table::new(header)? })
    }

    /// Adds a row.
    pub(crate) async fn row<'a>(
        &mut self,
        cells: impl IntoIterator<Item = &'a str>,
    ) -> Result<(), Error> {
        self.table.row(cells)?;
        if self.table.buffered() >= CHUNK { self.flush().await } else { Ok(()) }
    }

    async fn flush(&mut self) -> Result<(), Error> {
        let bytes = self.table.take()?;
        self.upload.write(&bytes).await
    }

    /// Completes the artifact.
    pub(crate) async fn finish(mut self) -> Result<(), Error> {
        self.flush().await?;
        self.upload.finish().await
    }
}
