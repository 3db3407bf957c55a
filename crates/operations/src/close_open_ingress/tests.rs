//! Recorded responses: what a plan has, what a row is now, and which requests change it.

use org_operator_changes::{Inverse, RowKey};
use org_operator_core::{AccountId, ErrorKind, Region};
use serde_json::{Value, json};

use super::*;
use crate::replay::{ACCOUNT, DENIED, request_bodies, target_with};

fn answer(call: &str, body: &str) -> (u16, String) {
    (200, format!("<{call}Response>{body}</{call}Response>"))
}

fn rules(items: &[String]) -> (u16, String) {
    let set = format!("<securityGroupRuleSet>{}</securityGroupRuleSet>", items.concat());
    answer("DescribeSecurityGroupRules", &set)
}

fn rule(id: &str, ports: (i32, i32), more: &str) -> String {
    let (from, to) = ports;
    let owner = if more.contains("groupOwnerId") {
        ""
    } else {
        "<groupOwnerId>111111111111</groupOwnerId>"
    };
    let egress = if more.contains("isEgress") { "" } else { "<isEgress>false</isEgress>" };
    let source = if more.contains("cidrIpv") { "" } else { "<cidrIpv4>0.0.0.0/0</cidrIpv4>" };
    let protocol = if more.contains("ipProtocol") { "" } else { "<ipProtocol>tcp</ipProtocol>" };
    let group = if more.contains("<groupId>") { "" } else { "<groupId>sg-1</groupId>" };
    format!(
        "<item><securityGroupRuleId>{id}</securityGroupRuleId>{group}{owner}{egress}{protocol}\
         <fromPort>{from}</fromPort><toPort>{to}</toPort>{source}{more}</item>"
    )
}

fn groups() -> (u16, String) {
    let stack = tag("aws:cloudformation:stack-name", "web");
    let set = format!(
        "<securityGroupInfo><item><groupId>sg-1</groupId><groupName>web</groupName><vpcId>vpc-1</vpcId>\
         <tagSet>{stack}</tagSet></item></securityGroupInfo>"
    );
    answer("DescribeSecurityGroups", &set)
}

fn tag(key: &str, value: &str) -> String {
    format!("<item><key>{key}</key><value>{value}</value></item>")
}

fn interfaces() -> (u16, String) {
    let group = "<groupSet><item><groupId>sg-1</groupId></item></groupSet>";
    let set = format!("<networkInterfaceSet><item>{group}</item></networkInterfaceSet>");
    answer("DescribeNetworkInterfaces", &set)
}

/// The rows of a plan over `items`, each as id, action and reason.
async fn planned(parameters: Value, items: &[String]) -> Vec<[String; 3]> {
    let (_, mut target) = target_with(&[rules(items), groups(), interfaces()]);
    target.parameters = std::sync::Arc::new(parameters.as_object().cloned().unwrap_or_default());
    let rows = CloseOpenIngress.run(&target).await.unwrap();
    rows.into_iter().map(|row| [row[0].clone(), row[1].clone(), row[2].clone()]).collect()
}

#[tokio::test]
async fn rules_of_the_internet_on_the_ports_are_rows_and_others_are_not() {
    let items = [
        rule("sgr-1", (22, 22), ""),
        rule("sgr-2", (22, 22), "<cidrIpv6>::/0</cidrIpv6>"),
        rule("sgr-3", (443, 443), ""),
        rule("sgr-4", (22, 22), "<cidrIpv4>10.0.0.0/8</cidrIpv4>"),
        rule("sgr-5", (22, 22), "<isEgress>true</isEgress>"),
        rule("sgr-6", (22, 22), "<groupOwnerId>222222222222</groupOwnerId>"),
        rule("sgr-7", (22, 22), "<ipProtocol>icmp</ipProtocol>"),
    ];
    let rows = planned(json!({"Ports": 22}), &items).await;
    assert_eq!(rows, [["sgr-1", "close", "open to 0.0.0.0/0"], ["sgr-2", "close", "open to ::/0"]]);
}

#[tokio::test]
async fn wide_rules_and_kept_ones_are_skipped_with_the_reason() {
    let kept = format!("<tagSet>{}</tagSet>", tag("keep", "yes"));
    let items = [
        rule("sgr-1", (0, 65_535), ""),
        rule("sgr-2", (-1, -1), "<ipProtocol>-1</ipProtocol>"),
        rule("sgr-3", (22, 22), &kept),
        rule("sgr-4", (22, 22), "<groupId>sg-9</groupId>"),
        rule("sgr-5", (22, 25), ""),
    ];
    let parameters = json!({"Ports": "22, 23-25", "KeepTag": "keep=yes", "KeepGroups": ["sg-9"]});
    let rows = planned(parameters, &items).await;
    let wide = "it opens other ports, too; WideRules is skip";
    assert_eq!(rows[0], ["sgr-1", "skip", wide]);
    assert_eq!(rows[1], ["sgr-2", "skip", wide]);
    assert_eq!(rows[2], ["sgr-3", "skip", "KeepTag: it has the tag keep"]);
    assert_eq!(rows[3], ["sgr-4", "skip", "KeepGroups names the group"]);
    assert_eq!(rows[4], ["sgr-5", "close", "open to 0.0.0.0/0"]);
    let all = planned(json!({"Ports": [22], "WideRules": "close"}), &items[..2]).await;
    assert!(all.iter().all(|row| row[1] == "close"), "{all:?}");
}

#[tokio::test]
async fn a_row_says_what_it_was_what_is_behind_it_and_how_it_is_taken_back() {
    let described = rule("sgr-1", (22, 22), "<description>ssh</description>");
    let (_, mut target) = target_with(&[rules(&[described]), groups(), interfaces()]);
    target.parameters = std::sync::Arc::new(json!({"Ports": 22}).as_object().cloned().unwrap());
    let rows = CloseOpenIngress.run(&target).await.unwrap();
    assert_eq!(rows[0], EXAMPLE);
    assert_eq!(serde_json::from_str::<Value>(&rows[0][13]).unwrap(), state());
}

#[test]
fn wrong_parameters_are_refused_together_and_ports_are_required() {
    let refused = |given: Value| {
        let mut violations = Violations::default();
        CloseOpenIngress.check_parameters(given.as_object().unwrap(), &mut violations);
        violations.to_string()
    };
    assert!(refused(json!({})).contains("Parameters.Ports: got nothing"));
    for wrong in [json!(70_000), json!("22-"), json!("25-22"), json!([]), json!(true), json!("")] {
        assert!(refused(json!({"Ports": wrong})).contains("Parameters.Ports"), "{wrong}");
    }
    let all = refused(json!({"Port": 22, "WideRules": "all", "KeepTag": 1, "KeepGroups": [1]}));
    for name in ["Port: ", "Ports: ", "WideRules: ", "KeepTag: ", "KeepGroups: "] {
        assert!(all.contains(&format!("Parameters.{name}")), "{name} in {all}");
    }
    assert_eq!(refused(json!({"Ports": [22, "3389", "8000-8010"], "KeepGroups": "sg-1,sg-2"})), "");
}

fn state() -> Value {
    json!({
        "GroupId": "sg-1", "Protocol": "tcp", "FromPort": 22, "ToPort": 22, "Source": "0.0.0.0/0",
        "Description": "ssh", "Tags": {},
    })
}

fn row(action: &str, key: &str) -> PlanRow {
    let (before, after) =
        if action == CLOSE { (state(), Value::Null) } else { (Value::Null, state()) };
    PlanRow {
        key: RowKey {
            account_id: AccountId::parse(ACCOUNT).unwrap(),
            region: Region::parse("eu-west-1").unwrap(),
            key: key.to_owned(),
        },
        account_name: "shop".to_owned(),
        action: action.to_owned(),
        before,
        after,
        reason: String::new(),
        inverse: None::<Inverse>,
    }
}

#[tokio::test]
async fn a_rule_is_read_by_its_id_and_with_the_tags_of_its_group() {
    let described = rule("sgr-1", (22, 22), "<description>ssh</description>");
    let pages = [rules(std::slice::from_ref(&described)), groups()];
    let (_, target) = target_with(&pages);
    let seen = CloseOpenIngress.read(&target, &row(CLOSE, "sgr-1")).await.unwrap();
    assert_eq!(seen.state, state());
    assert!(seen.tags.contains("aws:cloudformation:stack-name"));
    let (_, gone) = target_with(&pages);
    let seen = CloseOpenIngress.read(&gone, &row(CLOSE, "sgr-2")).await.unwrap();
    assert_eq!(seen.state, Value::Null);
    let (_, reopened) = target_with(&pages);
    let seen = CloseOpenIngress.read(&reopened, &row(OPEN, "sg-1/tcp")).await.unwrap();
    assert_eq!((seen.state, seen.id.as_deref()), (state(), Some("sgr-1")));
}

#[tokio::test]
async fn a_rule_whose_group_is_gone_is_gone() {
    let error = "<Response><Errors><Error><Code>InvalidGroup.NotFound</Code><Message>no</Message>\
                 </Error></Errors></Response>";
    let (_, target) = target_with(&[rules(&[]), (400, error.to_owned())]);
    let seen = CloseOpenIngress.read(&target, &row(CLOSE, "sgr-1")).await.unwrap();
    assert_eq!(seen, Seen::default());
}

#[tokio::test]
async fn a_rule_is_revoked_by_its_id_only_and_opened_with_description_and_tags() {
    let done = "<return>true</return>";
    let (client, target) = target_with(&[answer("RevokeSecurityGroupIngress", done)]);
    let made = CloseOpenIngress.change(&target, &row(CLOSE, "sgr-1")).await.unwrap();
    assert_eq!(made, Made::default());
    let body = request_bodies(&client).concat();
    assert!(body.contains("GroupId=sg-1&SecurityGroupRuleId.1=sgr-1"), "{body}");
    assert!(!body.contains("IpPermissions"), "{body}");
    let id = "<securityGroupRuleSet><item><securityGroupRuleId>sgr-9</securityGroupRuleId></item>\
              </securityGroupRuleSet>";
    let opened = format!("{done}{id}");
    let (client, target) = target_with(&[answer("AuthorizeSecurityGroupIngress", &opened)]);
    let mut again = row(OPEN, "sg-1/tcp");
    again.after["Tags"] = json!({"team": "web"});
    let made = CloseOpenIngress.change(&target, &again).await.unwrap();
    assert_eq!(made.id.as_deref(), Some("sgr-9"));
    let body = request_bodies(&client).concat();
    for part in ["IpRanges.1.Description=ssh", "ResourceType=security-group-rule", "Key=team&"] {
        assert!(body.contains(part), "{part} in {body}");
    }
}

#[tokio::test]
async fn what_may_have_happened_is_told_from_what_was_refused() {
    let problem = async |status: u16, body: &str| {
        let (client, target) = target_with(&[(status, body.to_owned())]);
        let problem = CloseOpenIngress.change(&target, &row(CLOSE, "sgr-1")).await.unwrap_err();
        assert_eq!(client.actual_requests().count(), 1, "a change is sent once");
        (problem.kind, problem.may_have_happened)
    };
    assert_eq!(problem(403, DENIED).await, (ErrorKind::AccessDenied, false));
    let throttled = DENIED.replace("UnauthorizedOperation", "RequestLimitExceeded");
    assert_eq!(problem(503, &throttled).await, (ErrorKind::Throttled, false));
    assert_eq!(problem(500, "").await, (ErrorKind::Transient, true));
    let cut = "<RevokeSecurityGroupIngressResponse><return>tr";
    assert!(problem(200, cut).await.1, "a success that was cut has happened");
    let nothing = "<RevokeSecurityGroupIngressResponse><return>false</return>\
                   </RevokeSecurityGroupIngressResponse>";
    assert_eq!(problem(200, nothing).await, (ErrorKind::OperationFailed, true));
}

#[test]
fn the_session_may_do_what_the_plans_rows_need_and_no_more() {
    let actions = |words: &[&str]| CloseOpenIngress.actions(&words.iter().copied().collect());
    let close = actions(&[CLOSE, SKIP]).unwrap();
    assert!(close.contains(&"ec2:RevokeSecurityGroupIngress".to_owned()), "{close:?}");
    assert!(!close.iter().any(|action| action.contains("Authorize")), "{close:?}");
    assert!(actions(&[OPEN]).unwrap().contains(&"ec2:CreateTags".to_owned()));
    assert_eq!(actions(&["delete"]), None);
}
