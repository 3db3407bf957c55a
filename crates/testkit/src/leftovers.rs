//! What a demo account has besides its routes, for other operations to find, and beside it what they
//! must not find: security groups and volumes, made through EC2's own API.

use aws_config::SdkConfig;
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{IpPermission, IpRange, ResourceType, Tag, TagSpecification, VolumeType};
use futures_util::future::try_join;

use crate::network::Layout;
use crate::{TestError, TestResult};

/// The columns of `open-security-groups` that are known of a rule when it is made.
pub const OPEN_COLUMNS: [&str; 6] =
    ["group_id", "group_name", "protocol", "from_port", "to_port", "source"];

/// An ingress rule that is open to the whole internet: its cells of [`OPEN_COLUMNS`].
pub type OpenRule = [String; 6];

const WORLD: &str = "0.0.0.0/0";
const INSIDE: &str = "10.0.0.0/8";

/// Makes what an account has in a Region with a network of `layout`; tells which rules are open.
///
/// # Errors
/// What EC2 answered.
pub async fn make(config: &SdkConfig, layout: Layout) -> TestResult<Vec<OpenRule>> {
    let ec2 = Client::new(config);
    let region = config.region().map_or("", |region| region.as_ref());
    match layout {
        Layout::MainToInternet => {
            let open = group(&ec2, "bastion", 22, WORLD);
            let (rule, ()) = try_join(open, volume(&ec2, region, "left over", 100)).await?;
            Ok(vec![rule])
        }
        Layout::PublicSubnets => Ok(vec![group(&ec2, "web", 443, WORLD).await?]),
        Layout::Private => {
            let closed = group(&ec2, "inside", 5432, INSIDE);
            try_join(closed, volume(&ec2, region, "restored", 8)).await?;
            Ok(Vec::new())
        }
        Layout::Empty => Ok(Vec::new()),
    }
}

/// A security group with one rule: TCP at `port`, from the addresses of `source`.
async fn group(ec2: &Client, name: &str, port: i32, source: &str) -> Result<OpenRule, TestError> {
    let create = ec2.create_security_group().group_name(name).description("of the demo");
    let id = create.send().await?.group_id.ok_or("no security group")?;
    let range = IpRange::builder().cidr_ip(source).description("of the demo").build();
    let rule = IpPermission::builder().ip_protocol("tcp").from_port(port).to_port(port);
    let allow = ec2.authorize_security_group_ingress().group_id(&id);
    allow.ip_permissions(rule.ip_ranges(range).build()).send().await?;
    let text = port.to_string();
    Ok([&id, name, "tcp", &text, &text, source].map(str::to_owned))
}

/// A volume that is attached to nothing.
async fn volume(ec2: &Client, region: &str, name: &str, gib: i32) -> Result<(), TestError> {
    let tag = Tag::builder().key("Name").value(name).build();
    let tags = TagSpecification::builder().resource_type(ResourceType::Volume).tags(tag).build();
    let create = ec2.create_volume().availability_zone(format!("{region}a")).size(gib);
    create.volume_type(VolumeType::Gp2).tag_specifications(tags).send().await?;
    Ok(())
}
