//! What the dynamic client costs beside the EC2 SDK's typed one: the same question three ways, by the
//! real command.

use org_operator_testkit::TestResult;

use super::measurement::{FILE, Load};
use super::table::{Part, Row};

/// (j) `internet-routes` in Rust, as a file, and its call by `ask`, over 500 accounts.
pub(crate) fn part() -> TestResult<Part> {
    let load = Load { concurrency: Some(64), ..Load::of(500) };
    let typed = load.measure()?.cpu_per_target();
    let file = Load { options: &["--file", FILE], ..load }.measure()?.cpu_per_target();
    let ask = Load { command: &["ask", "ec2", "DescribeRouteTables"], ..load };
    let asked = ask.measure_any()?.cpu_per_target();
    let beside = |what: &str, cpu: f64| {
        let ratio = cpu / typed;
        Row::new(format!("{what}: CPU per target"), format!("{cpu:.2} ms, {ratio:.2} of typed"))
            .goal("<= 1 of typed", ratio <= 1.0)
    };
    let rows = vec![
        Row::new("internet-routes, typed client: CPU per target", format!("{typed:.2} ms")),
        beside("the same as a file, dynamic client", file),
        beside("ask ec2 DescribeRouteTables, with every scalar column", asked),
    ];
    Ok(Part {
        title: "(j) The dynamic client beside the typed one, 500 accounts x 17 Regions".to_owned(),
        rows,
    })
}
