// Links to the console: to the resource in its Region, through Identity Center's portal where its address is known,
// so that they open in the right account.

"use strict";

const VPC = (page, key) => (region, id) => `/vpcconsole/home?region=${region}#${page}:${key}=${encodeURIComponent(id)}`;
const EC2 = (page, key) => (region, id) => `/ec2/home?region=${region}#${page}:${key}=${encodeURIComponent(id)}`;
const PAGES = [
  [/^vpc-[0-9a-f]+$/, VPC("VpcDetails", "VpcId")],
  [/^rtb-[0-9a-f]+$/, VPC("RouteTableDetails", "RouteTableId")],
  [/^igw-[0-9a-f]+$/, VPC("InternetGateway", "internetGatewayId")],
  [/^subnet-[0-9a-f]+$/, VPC("SubnetDetails", "subnetId")],
  [/^nat-[0-9a-f]+$/, VPC("NatGatewayDetails", "natGatewayId")],
  [/^eipalloc-[0-9a-f]+$/, EC2("ElasticIpDetails", "AllocationId")],
  [/^eni-[0-9a-f]+$/, EC2("NetworkInterface", "networkInterfaceId")],
  [/^i-[0-9a-f]+$/, EC2("InstanceDetails", "instanceId")],
  [/^vol-[0-9a-f]+$/, EC2("VolumeDetails", "volumeId")],
  [/^snap-[0-9a-f]+$/, EC2("SnapshotDetails", "snapshotId")],
  [/^sg-[0-9a-f]+$/, EC2("SecurityGroup", "groupId")],
];
const HOSTS = { aws: "console.aws.amazon.com", "aws-us-gov": "console.amazonaws-us-gov.com", "aws-cn": "console.amazonaws.cn" };

const HOMES = { aws: "us-east-1", "aws-us-gov": "us-gov-west-1", "aws-cn": "cn-north-1" };

function consoleAddress(account, region, id) {
  const page = PAGES.find(([form]) => form.test(id));
  const host = HOSTS[data.meta.partition];
  // What an operation finds once per account is shown wherever the console opens.
  const place = region === "global" ? HOMES[data.meta.partition] : region;
  if (!page || !host || !/^[a-z0-9-]+$/.test(place)) return undefined;
  const address = `https://${place}.${host}${page[1](place, id)}`;
  const portal = data.meta.portal;
  if (!portal) return address;
  const role = data.meta.portal_role ? `&role_name=${encodeURIComponent(data.meta.portal_role)}` : "";
  return `${portal}#/console?account_id=${account}${role}&destination=${encodeURIComponent(address)}`;
}

/** `text`, as a link where it is the id of something that the console shows. */
function linked(text, row) {
  const account = data.accounts[data.rows.account[row]].id;
  const address = consoleAddress(account, data.regions[data.rows.region[row]], text);
  if (!address) return document.createTextNode(cut(text, 2000));
  return element("a", text, { href: address, rel: "noreferrer noopener", target: "_blank" });
}
