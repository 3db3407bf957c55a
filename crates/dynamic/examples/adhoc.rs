//! ad hoc
#![allow(clippy::all, clippy::pedantic, clippy::unwrap_used, clippy::print_stdout, missing_docs)]
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::test_util::infallible_client_fn;
use aws_smithy_types::body::SdkBody;
use org_operator_dynamic::*;
use serde_json::{Value, json};
use std::time::{Duration, Instant, UNIX_EPOCH};

fn cpu() -> Duration {
    let t = std::fs::read_to_string("/proc/self/schedstat").unwrap();
    Duration::from_nanos(t.split(' ').next().unwrap().parse().unwrap())
}
fn config(body: String) -> SdkConfig {
    let c = infallible_client_fn(move |_r: http::Request<SdkBody>| {
        http::Response::builder().status(200).body(SdkBody::from(body.clone())).unwrap()
    });
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
            "AKID",
            "SECRET",
            Some("T".into()),
            None,
            "t",
        )))
        .identity_cache(aws_config::identity::IdentityCache::lazy().build())
        .http_client(c)
        .build()
}
fn time<T>(name: &str, n: u32, mut f: impl FnMut() -> T) {
    let s = cpu();
    for _ in 0..n {
        std::hint::black_box(f());
    }
    println!("{name}: {:?}", (cpu() - s) / n);
}

fn main() {
    let mode = std::env::args().nth(1).unwrap();
    let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    if mode == "sign" {
        return sign(&rt);
    }
    let s = Instant::now();
    let call = Call::new("ec2", "DescribeVpcs").unwrap();
    println!("first Call::new ec2 {:?}", s.elapsed());
    time("Call::new", 1000, || Call::new("ec2", "DescribeVpcs").unwrap());
    let sts = "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult><Arn>a</Arn><UserId>u</UserId><Account>1</Account></GetCallerIdentityResult></GetCallerIdentityResponse>".to_owned();
    let cfg = config(sts);
    time("Connection::new", 10000, || Connection::new(&cfg));
    let con = Connection::new(&cfg);
    time("at", 10000, || call.at(&con).unwrap());
    let dynsts = Call::new("sts", "GetCallerIdentity").unwrap();
    let bound = dynsts.at(&con).unwrap();
    rt.block_on(bound.send(&json!({}))).unwrap();
    for _ in 0..2 {
        time("dynamic sts send", 5000, || rt.block_on(bound.send(&json!({}))).unwrap());
        time("dynamic sts connection+at+send", 5000, || {
            let con = Connection::new(&cfg);
            let b = dynsts.at(&con).unwrap();
            rt.block_on(b.send(&json!({}))).unwrap()
        });
        let typed = aws_sdk_sts::Client::new(&cfg);
        time("typed sts send", 5000, || rt.block_on(typed.get_caller_identity().send()).unwrap());
        time("typed sts client+send", 5000, || {
            let typed = aws_sdk_sts::Client::from_conf(
                aws_sdk_sts::config::Builder::from(&cfg)
                    .retry_partition(
                        aws_smithy_runtime::client::retries::RetryPartition::custom("t").build(),
                    )
                    .build(),
            );
            rt.block_on(typed.get_caller_identity().send()).unwrap()
        });
    }
    let route = "<item><destinationCidrBlock>10.0.0.0/16</destinationCidrBlock><gatewayId>local</gatewayId><state>active</state><origin>CreateRouteTable</origin></item>".repeat(6);
    let table = format!(
        "<item><routeTableId>rtb-1</routeTableId><vpcId>vpc-1</vpcId><ownerId>1</ownerId><routeSet>{route}</routeSet><associationSet><item><routeTableAssociationId>a</routeTableAssociationId><routeTableId>rtb</routeTableId><main>true</main></item></associationSet><propagatingVgwSet/><tagSet><item><key>Name</key><value>x</value></item></tagSet></item>"
    );
    let rts = Call::new("ec2", "DescribeRouteTables").unwrap();
    for n in [1usize, 10, 100, 1000] {
        let body = format!(
            "<DescribeRouteTablesResponse><requestId>1</requestId><routeTableSet>{}</routeTableSet></DescribeRouteTablesResponse>",
            table.repeat(n)
        );
        println!("{} bytes", body.len());
        let a = Answer { status: 200, headers: vec![], body: body.as_bytes() };
        time(&format!("parse only {n}"), (20000 / n) as u32, || {
            roxmltree::Document::parse(&body).unwrap().root_element().tag_name().name().len()
        });
        {
            let v = rts.read(&a).unwrap();
            let t: Vec<Value> = (0..(2000 / n).max(5)).map(|_| v.clone()).collect();
            let s = cpu();
            let k = t.len() as u32;
            drop(t);
            println!("drop only {n}: {:?}", (cpu() - s) / k);
            time(&format!("clone+drop {n}"), (20000 / n) as u32, || v.clone());
        }
        time(&format!("read {n} route tables"), (20000 / n) as u32, || rts.read(&a).unwrap());
    }
    let _: Value = json!(0);
}

fn sign(rt: &tokio::runtime::Runtime) {
    let out = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let o = out.clone();
    let c = infallible_client_fn(move |r: http::Request<SdkBody>| {
        let h: Vec<(String, String)> = r
            .headers()
            .iter()
            .map(|(k, v)| (k.to_string(), v.to_str().unwrap().to_owned()))
            .collect();
        o.lock().unwrap().push(json!({"method": r.method().as_str(), "uri": r.uri().to_string(), "headers": h, "body": String::from_utf8_lossy(r.body().bytes().unwrap())}));
        http::Response::builder().status(400).body(SdkBody::empty()).unwrap()
    });
    let cfg = config(String::new())
        .into_builder()
        .http_client(c)
        .time_source(aws_smithy_async::time::StaticTimeSource::new(
            UNIX_EPOCH + Duration::from_secs(1_764_000_000),
        ))
        .build();
    for (s, op, i) in [
        (
            "ec2",
            "DescribeVpcs",
            json!({"Filters": [{"Name": "tag:a b/ü", "Values": ["x+y", "z"]}]}),
        ),
        ("iam", "ListRoles", json!({})),
        ("sts", "GetCallerIdentity", json!({})),
        ("dynamodb", "ListTables", json!({})),
        ("logs", "DescribeLogGroups", json!({"logGroupNamePrefix": "/aws/ü"})),
        (
            "lambda",
            "GetPolicy",
            json!({"FunctionName": "arn:aws:lambda:eu-west-1:1:function:f", "Qualifier": "a b"}),
        ),
        ("s3", "ListBuckets", json!({})),
        ("s3", "ListObjectsV2", json!({"Bucket": "b", "Prefix": "a b/ü+~"})),
        ("s3", "HeadObject", json!({"Bucket": "b", "Key": "a//b c/ü+~*'()!"})),
        ("s3", "GetBucketPolicy", json!({"Bucket": "b"})),
        (
            "route53",
            "ListResourceRecordSets",
            json!({"HostedZoneId": "Z1", "StartRecordName": "a.b."}),
        ),
        ("apigateway", "GetResources", json!({"restApiId": "x", "embed": ["methods"]})),
        (
            "eks",
            "ListTagsForResource",
            json!({"resourceArn": "arn:aws:eks:eu-west-1:1:cluster/a b"}),
        ),
        ("glacier", "ListVaults", json!({})),
        ("cloudfront", "ListDistributions", json!({})),
        ("iotsitewise", "ListAssetModels", json!({})),
        ("opensearch", "ListDomainNames", json!({})),
        ("rds", "DescribeDBInstances", json!({"Filters": [{"Name": "engine", "Values": ["a"]}]})),
        ("sqs", "ListQueues", json!({})),
        ("backup", "ListBackupVaults", json!({})),
        ("s3control", "ListAccessPoints", json!({"AccountId": "123456789012"})),
        ("s3control", "GetPublicAccessBlock", json!({"AccountId": "123456789012"})),
        (
            "route53",
            "ListTagsForResources",
            json!({"ResourceType":"hostedzone","ResourceIds":["Z1"]}),
        ),
        ("organizations", "DescribeOrganization", json!({})),
        ("wafv2", "ListWebACLs", json!({"Scope":"REGIONAL"})),
        ("resourcegroupstaggingapi", "GetResources", json!({})),
    ] {
        let call = match Call::new(s, op) {
            Ok(c) => c,
            Err(e) => {
                eprintln!("{e}");
                continue;
            }
        };
        match call.at(&Connection::new(&cfg)) {
            Ok(b) => {
                if let Err(e @ Error::Input(_)) = rt.block_on(b.send(&i)) {
                    eprintln!("{s} {op} {e}");
                }
            }
            Err(e) => eprintln!("{e}"),
        }
    }
    println!("{}", serde_json::to_string(&*out.lock().unwrap()).unwrap());
}
