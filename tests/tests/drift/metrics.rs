//! The metrics that alarms and dashboard show are the ones that the functions emit.

use org_operator_core::report::metrics;
use org_operator_core::report::metrics::NAMESPACE;
use org_operator_tests::files::{resources, template};
use serde_json::Value;

use super::{Names, strings};

/// The names of the metrics in `OrgOperator` that the template's alarms and its dashboard show.
fn shown_metrics() -> Names {
    let observability = template("observability.yaml");
    let alarms = resources(&observability, "AWS::CloudWatch::Alarm");
    let ours = alarms.values().filter(|alarm| alarm["Namespace"] == NAMESPACE);
    let mut shown: Names = ours.flat_map(|alarm| strings(&alarm["MetricName"])).collect();
    for dashboard in resources(&observability, "AWS::CloudWatch::Dashboard").values() {
        let body = dashboard["DashboardBody"].as_str().expect("a body");
        let body: Value = serde_json::from_str(body).expect("the dashboard is JSON");
        for widget in body["widgets"].as_array().expect("widgets") {
            let mut namespace = String::new();
            for metric in widget["properties"]["metrics"].as_array().expect("metrics") {
                // `...` repeats the line above whole, `.` its field.
                let [Value::String(first), Value::String(name), ..] =
                    &metric.as_array().unwrap()[..]
                else {
                    continue;
                };
                if first == "..." {
                    continue;
                }
                if first != "." {
                    namespace.clone_from(first);
                }
                if namespace == NAMESPACE && name != "." {
                    shown.insert(name.clone());
                }
            }
        }
    }
    shown
}

#[test]
fn alarms_and_dashboard_show_metrics_that_the_functions_emit() {
    let shown = shown_metrics();
    assert!(shown.len() > 6, "{shown:?}");
    let emitted = |name: &String| metrics::name::ALL.contains(&name.as_str());
    let unknown: Names = shown.into_iter().filter(|name| !emitted(name)).collect();
    assert_eq!(unknown, Names::new(), "nothing emits these");
}
