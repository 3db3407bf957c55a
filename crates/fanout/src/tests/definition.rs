//! Requests that bring an operation of their own, and operations that run once per account.

use super::*;

fn definition(name: &str) -> Value {
    json!({
        "name": name, "summary": "every NAT gateway", "service": "ec2",
        "call": "DescribeNatGateways", "rows": "NatGateways[]", "key": ["id"],
        "columns": [{"name": "id", "path": "NatGatewayId", "meaning": "the gateway"}],
    })
}

fn allowing() -> TestFanout {
    let mut fanout = fanout(Ok(organization()));
    fanout.settings.allow_definitions = true;
    fanout
}

#[tokio::test]
async fn a_definition_is_refused_where_the_deployment_does_not_take_any() {
    let request = json!({"Definition": definition("nat-gateways")});
    let refused = planned(&fanout(Ok(organization())), &request).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::InvalidRequest);
    assert!(refused.message().contains("AllowDefinitions=false"), "{refused}");
}

#[tokio::test]
async fn a_definition_is_in_the_plan_and_in_a_file_of_its_own() {
    let fanout = allowing();
    let event = json!({"Definition": definition("nat-gateways")});
    let plan = planned(&fanout, &event).await.unwrap();
    assert_eq!(plan.operation, "nat-gateways");
    assert_eq!(plan.definition.clone().map(Value::Object), Some(definition("nat-gateways")));
    let stored =
        fanout.artifacts.text(&format!("runs/nat-gateways/{}/operation.json", plan.run_id));
    assert_eq!(serde_json::from_str::<Value>(&stored).unwrap(), definition("nat-gateways"));
}

#[tokio::test]
async fn everything_wrong_with_a_definition_is_told_with_the_request() {
    let mut wrong = definition("vpcs");
    wrong["call"] = json!("DescribeNatGateway");
    wrong["columns"][0]["path"] = json!("NatGatewayID");
    let request = json!({"Definition": wrong, "Operation": "public-ips", "Regions": ["eu-wst-1"]});
    let refused = planned(&allowing(), &request).await.unwrap_err().to_string();
    for part in [
        "Operation: got \"public-ips\", allowed: nothing beside Definition",
        "Definition.name: got \"vpcs\", allowed: another name",
        "Definition.call: got `DescribeNatGateway`",
        "nearest: `DescribeNatGateways`",
        "nearest: `eu-west-1`",
    ] {
        assert!(refused.contains(part), "{part} is not in: {refused}");
    }
}

#[tokio::test]
async fn a_definition_that_no_state_can_hold_is_refused() {
    let mut large = definition("nat-gateways");
    large["summary"] = json!("x".repeat(DEFINITION_BYTES));
    let refused = planned(&allowing(), &json!({"Definition": large})).await.unwrap_err();
    assert!(refused.message().contains("at most 65536 bytes"), "{refused}");
}

#[tokio::test]
async fn a_run_with_a_definition_is_resumed_with_that_definition() {
    let fanout = allowing();
    let event = json!({"Definition": definition("nat-gateways")});
    let plan = planned(&fanout, &event).await.unwrap();
    let resume = json!({"ResumeRun": plan.run_id, "Operation": "nat-gateways"});
    let resumed = planned(&fanout, &resume).await.unwrap();
    assert_eq!(resumed.definition, plan.definition);
    assert_eq!(resumed.targets, plan.targets);
}

#[tokio::test]
async fn an_operation_that_runs_once_per_account_has_one_target_there() {
    let fanout = fanout(Ok(organization()));
    let event = json!({"Operation": "iam-role-trusts", "Parameters": {"OnlyForeign": false}});
    let plan = planned(&fanout, &event).await.unwrap();
    assert_eq!(plan.targets, plan.work_items);
    let manifest = fanout.artifacts.text(&plan.manifest.key);
    let items: Vec<WorkItem> = serde_json::from_str(&manifest).unwrap();
    assert!(items.iter().all(|item| item.regions == [Region::global()]));
}

#[tokio::test]
async fn a_parameter_of_another_type_is_refused_with_what_is_allowed() {
    let event = json!({"Operation": "iam-role-trusts", "Parameters": {"OnlyForeign": "no"}});
    let refused = planned(&fanout(Ok(organization())), &event).await.unwrap_err().to_string();
    assert!(refused.contains("Parameters.OnlyForeign: got"), "{refused}");
    assert!(refused.contains("true or false"), "{refused}");
}

#[tokio::test]
async fn a_plan_that_cannot_be_read_is_not_taken_for_none() {
    let fanout = allowing();
    let event = json!({"Definition": definition("nat-gateways")});
    let plan = planned(&fanout, &event).await.unwrap();
    let key = format!("runs/nat-gateways/{}/plan.json", plan.run_id);
    fanout.artifacts.put(&key, b"{\"RunId\": ".to_vec()).await.unwrap();
    let resume = json!({"ResumeRun": plan.run_id, "Operation": "nat-gateways"});
    let refused = planned(&fanout, &resume).await.unwrap_err();
    assert!(refused.message().contains("plan.json"), "{refused}");
}
