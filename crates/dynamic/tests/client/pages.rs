//! Pages: to the end, as they come, and never round and round.

use std::ops::ControlFlow;

use org_operator_dynamic::{BoundCall, Error, PagesError};
use serde_json::{Value, json};

use crate::support::{Aws, Canned, ok, vpcs};

/// All pages of a call, and how the walk ended.
async fn walk(call: &BoundCall, input: Value) -> (Vec<Value>, Result<(), Error>) {
    let mut pages = Vec::new();
    let ended = call
        .pages(&input, |page| {
            pages.push(page);
            Ok::<_, Error>(ControlFlow::Continue(()))
        })
        .await;
    (pages, ended)
}

#[tokio::test]
async fn every_page_is_asked_for_with_the_token_of_the_one_before() {
    let aws = Aws::answering([vpcs(&["a"], Some("t1")), vpcs(&[], Some("t2")), vpcs(&["b"], None)]);
    let call = aws.call("ec2", "DescribeVpcs", "eu-west-1");
    let (pages, ended) = walk(&call, json!({"MaxResults": 5})).await;
    ended.unwrap();
    let ids: Vec<&Value> = pages
        .iter()
        .flat_map(|page| page["Vpcs"].as_array().unwrap())
        .map(|v| &v["VpcId"])
        .collect();
    assert_eq!(ids, ["a", "b"]);
    let bodies: Vec<String> = aws.sent().into_iter().map(|sent| sent.body).collect();
    let first = "Action=DescribeVpcs&Version=2016-11-15&MaxResults=5";
    assert_eq!(
        bodies,
        [first.to_owned(), format!("{first}&NextToken=t1"), format!("{first}&NextToken=t2")]
    );
}

#[tokio::test]
async fn a_token_that_came_before_is_an_error_and_the_pages_until_then_came() {
    for tokens in [["x", "x", "x"], ["x", "y", "x"]] {
        let aws = Aws::answering(tokens.map(|token| vpcs(&["a"], Some(token))));
        let (pages, ended) = walk(&aws.call("ec2", "DescribeVpcs", "eu-west-1"), json!({})).await;
        let Err(Error::Pages(PagesError::SameToken(count))) = ended else { panic!("{ended:?}") };
        assert_eq!(count, pages.len());
    }
}

#[tokio::test]
async fn an_empty_token_ends_the_pages() {
    let aws = Aws::answering([vpcs(&["a"], Some(""))]);
    let (pages, ended) = walk(&aws.call("ec2", "DescribeVpcs", "eu-west-1"), json!({})).await;
    ended.unwrap();
    assert_eq!(pages.len(), 1);
}

#[tokio::test]
async fn who_has_seen_enough_is_asked_nothing_more() {
    let aws = Aws::answering([vpcs(&["a"], Some("t1"))]);
    let call = aws.call("ec2", "DescribeVpcs", "eu-west-1");
    call.pages(&json!({}), |_| Ok::<_, Error>(ControlFlow::Break(()))).await.unwrap();
    assert_eq!(aws.sent().len(), 1);
}

#[derive(Debug)]
enum Own {
    Full,
    Call(Error),
}

impl From<Error> for Own {
    fn from(error: Error) -> Self {
        Self::Call(error)
    }
}

#[tokio::test]
async fn an_error_of_the_one_who_takes_the_pages_ends_them() {
    let aws = Aws::answering([vpcs(&["a"], Some("t1"))]);
    let call = aws.call("ec2", "DescribeVpcs", "eu-west-1");
    let ended = call.pages(&json!({}), |_| Err(Own::Full)).await;
    assert!(matches!(ended, Err(Own::Full)), "{ended:?}");
    let ended = call.pages(&json!({"Nope": 1}), |_| Err(Own::Full)).await;
    assert!(matches!(ended, Err(Own::Call(Error::Input(_)))), "{ended:?}");
}

#[tokio::test]
async fn a_page_that_is_refused_fails_the_walk() {
    let aws = Aws::answering([vpcs(&["a"], Some("t1")), Canned(400, vec![], String::new())]);
    let (pages, ended) = walk(&aws.call("ec2", "DescribeVpcs", "eu-west-1"), json!({})).await;
    assert_eq!(pages.len(), 1);
    assert!(matches!(ended, Err(Error::Refused(_))), "{ended:?}");
}

#[tokio::test]
async fn pages_that_botocore_publishes_no_paginator_for_are_walked_too() {
    let page = |id: &str, token: &str| {
        ok(format!("{{\"items\":[{{\"id\":\"{id}\"}}],\"position\":\"{token}\"}}"))
    };
    let aws = Aws::answering([page("a", "p1"), page("b", "")]);
    let call = aws.call("apigateway", "GetDomainNameAccessAssociations", "eu-west-1");
    let (pages, ended) = walk(&call, json!({})).await;
    ended.unwrap();
    assert_eq!(pages.len(), 2, "{pages:?}");
    assert!(aws.sent()[1].uri.ends_with("?position=p1"));
}

#[tokio::test]
async fn an_answer_that_says_whether_there_is_more_is_believed() {
    let page = |truncated: bool, marker: &str| {
        ok(format!(
            "<ListRolesResponse><ListRolesResult><Roles/><IsTruncated>{truncated}</IsTruncated>\
             <Marker>{marker}</Marker></ListRolesResult></ListRolesResponse>"
        ))
    };
    let aws = Aws::answering([page(true, "m1"), page(false, "m2")]);
    let (pages, ended) = walk(&aws.call("iam", "ListRoles", "us-east-1"), json!({})).await;
    ended.unwrap();
    assert_eq!(pages.len(), 2);
    assert!(aws.sent()[1].body.ends_with("&Marker=m1"));
}

#[tokio::test]
async fn a_token_may_be_the_last_items_key() {
    let page = |key: &str, truncated: bool| {
        ok(format!(
            "<ListBucketResult><IsTruncated>{truncated}</IsTruncated><EncodingType>url</EncodingType>\
             <Contents><Key>{key}</Key></Contents></ListBucketResult>"
        ))
    };
    let aws = Aws::answering([page("a%20b%2Fc", true), page("d", false)]);
    let call = aws.call("s3", "ListObjects", "eu-west-1");
    let (pages, ended) = walk(&call, json!({"Bucket": "bucket"})).await;
    ended.unwrap();
    assert_eq!(pages[0]["Contents"][0]["Key"], "a b/c");
    let uri = "https://s3.eu-west-1.amazonaws.com/bucket?marker=a%20b%2Fc&encoding-type=url";
    assert_eq!(aws.sent()[1].uri, uri);
}

#[tokio::test]
async fn a_call_without_pages_is_one_page() {
    let aws = Aws::answering([ok("{\"AccountLimit\":{\"TotalCodeSize\":1}}")]);
    let call = aws.call("lambda", "GetAccountSettings", "eu-west-1");
    let (pages, ended) = walk(&call, json!({})).await;
    ended.unwrap();
    assert_eq!(pages, [json!({"AccountLimit": {"TotalCodeSize": 1}})]);
}
