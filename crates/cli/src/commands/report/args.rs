//! The options of `org-operator report`.

use std::path::PathBuf;

use clap::Args;
use org_operator_core::model::portal::PortalUrl;

use crate::args::DEFAULT_OUT;

const REPORT_EXAMPLES: &str = "\
Examples:
  org-operator report 20261122T060000Z-4e5f6a --open
  org-operator report --compare OLD_RUN NEW_RUN --open
  org-operator report COMMERCIAL_RUN results-gov/cloudformation-stack/GOV_RUN
  org-operator report results/internet-routes/by-hand     a run that was fetched

Prints the path of the page. It opens from the file, without any server, and makes no request.";

/// `org-operator report`.
#[derive(Debug, Clone, Args)]
#[command(after_help = REPORT_EXAMPLES)]
pub(crate) struct ReportArgs {
    /// The run: its id, or its folder; of several, one page over all of them
    #[arg(value_name = "RUN", required_unless_present = "compare", conflicts_with = "compare")]
    pub(crate) runs: Vec<String>,
    /// The page of NEW with the changes since OLD
    #[arg(long, num_args = 2, value_names = ["OLD", "NEW"])]
    pub(crate) compare: Option<Vec<String>>,
    /// Open the page in the browser
    #[arg(long)]
    pub(crate) open: bool,
    /// The operation, where runs are named by id [default: the one that has such a run]
    #[arg(long, value_name = "NAME")]
    pub(crate) operation: Option<String>,
    /// The access portal of IAM Identity Center: the page is written anew, and its links open through
    /// it, in the right account
    #[arg(long, value_name = "URL", value_parser = portal)]
    pub(crate) portal: Option<PortalUrl>,
    /// Folder of the runs
    #[arg(long, value_name = "DIR", default_value = DEFAULT_OUT)]
    pub(crate) out: PathBuf,
}

/// The address of a portal, or what one may be.
fn portal(text: &str) -> Result<PortalUrl, String> {
    PortalUrl::parse(text).ok_or_else(|| format!("allowed: {}", PortalUrl::ALLOWED))
}
