"""What EC2's operations shall find, and what they shall not; see truth_seeds.py."""

from organization import REGION

NETWORK = {"CidrBlock": "10.1.0.0/16"}


def named(kind, name, **tags):
    tags = [{"Key": key, "Value": value} for key, value in ({"Name": name} | tags).items()]
    return [{"ResourceType": kind, "Tags": tags}]


def network(member, made):
    """A VPC with an internet gateway and two ranges, two subnets, and groups: open, closed, and used by nothing."""
    ec2 = member.filling("ec2")
    made["vpc"] = vpc = ec2.create_vpc(**NETWORK, TagSpecifications=named("vpc", "seeded"))["Vpc"]["VpcId"]
    made["gateway"] = gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(VpcId=vpc, InternetGatewayId=gateway)
    zones = [(f"10.1.{number}.0/24", f"{REGION}{letter}") for number, letter in ((0, "a"), (1, "b"))]
    subnets = [ec2.create_subnet(VpcId=vpc, CidrBlock=cidr, AvailabilityZone=zone) for cidr, zone in zones]
    made["subnet"], made["subnet_b"] = (subnet["Subnet"]["SubnetId"] for subnet in subnets)
    main = [{"Name": "vpc-id", "Values": [vpc]}]
    made["table"] = table = ec2.describe_route_tables(Filters=main)["RouteTables"][0]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    groups(ec2, made)


def second_range(member, made):
    member.filling("ec2").associate_vpc_cidr_block(VpcId=made["vpc"], CidrBlock="10.2.0.0/16")


def groups(ec2, made):
    for name in ("open", "closed", "unused"):
        created = ec2.create_security_group(GroupName=name, Description=f"{name} ü", VpcId=made["vpc"])
        made[name] = created["GroupId"]
    for port, ranges in ((22, "0.0.0.0/0"), (443, "::/0")):
        kind, member = ("Ipv6Ranges", "CidrIpv6") if ":" in ranges else ("IpRanges", "CidrIp")
        rule = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, kind: [{member: ranges, "Description": f"p{port}"}]}
        ec2.authorize_security_group_ingress(GroupId=made["open"], IpPermissions=[rule])
    private = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
    from_group = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": made["open"]}]}
    ec2.authorize_security_group_ingress(GroupId=made["closed"], IpPermissions=[private])
    ec2.authorize_security_group_ingress(GroupId=made["closed"], IpPermissions=[from_group])


def instances(member, made):
    """An instance that runs, one that is stopped and one that is gone, and volumes of all sorts."""
    ec2 = member.filling("ec2")
    wanted = {"ImageId": "ami-12c6146b", "MinCount": 1, "MaxCount": 1, "InstanceType": "t3.micro"}
    wanted |= {"SubnetId": made["subnet"], "SecurityGroupIds": [made["open"]]}
    for name in ("running", "stopped", "terminated"):
        launched = ec2.run_instances(**wanted, TagSpecifications=named("instance", name))
        made[name] = launched["Instances"][0]["InstanceId"]
    ec2.stop_instances(InstanceIds=[made["stopped"]])
    ec2.terminate_instances(InstanceIds=[made["terminated"]])
    zone = {"AvailabilityZone": f"{REGION}a", "Size": 8}
    for kind in ("gp2", "gp3", "gone"):
        given = zone | {"VolumeType": kind.replace("gone", "gp3")}
        made[kind] = ec2.create_volume(**given, TagSpecifications=named("volume", kind, team="a"))["VolumeId"]
    made["attached"] = ec2.create_volume(**zone, VolumeType="gp2")["VolumeId"]
    ec2.attach_volume(VolumeId=made["attached"], InstanceId=made["running"], Device="/dev/sdf")


def snapshots(member, made):
    """A public snapshot, and a private one whose volume is gone."""
    ec2 = member.filling("ec2")
    made["public_snapshot"] = ec2.create_snapshot(VolumeId=made["gp3"], Description="public")["SnapshotId"]
    made["private_snapshot"] = ec2.create_snapshot(VolumeId=made["gone"], Description="private")["SnapshotId"]
    ec2.delete_volume(VolumeId=made["gone"])
    shared = {"CreateVolumePermission": {"Add": [{"Group": "all"}]}}
    ec2.modify_snapshot_attribute(SnapshotId=made["public_snapshot"], Attribute="createVolumePermission", **shared)


def images(member, made):
    """A public image and a private one."""
    ec2 = member.filling("ec2")
    for name in ("public_image", "private_image"):
        made[name] = ec2.create_image(InstanceId=made["running"], Name=name)["ImageId"]
    ec2.modify_image_attribute(ImageId=made["public_image"], LaunchPermission={"Add": [{"Group": "all"}]})


def nat(member, made):
    """A NAT gateway that a route leads to, and one that none leads to."""
    ec2 = member.filling("ec2")
    for name in ("used_nat", "unused_nat"):
        address = ec2.allocate_address(Domain="vpc")["AllocationId"]
        gateway = ec2.create_nat_gateway(SubnetId=made["subnet"], AllocationId=address)["NatGateway"]
        made[name] = gateway["NatGatewayId"]
    table = ec2.create_route_table(VpcId=made["vpc"])["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=made["used_nat"])
    ec2.allocate_address(Domain="vpc")


def flow_logs(member, made):
    given = {"ResourceType": "VPC", "TrafficType": "ALL", "LogDestinationType": "s3"}
    destination = {"LogDestination": f"arn:aws:s3:::first-{member.account}"}
    member.filling("ec2").create_flow_logs(ResourceIds=[made["vpc"]], **given, **destination)


def peering(member, made):
    ec2 = member.filling("ec2")
    other = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    made["peering"] = ec2.create_vpc_peering_connection(VpcId=made["vpc"], PeerVpcId=other)[
        "VpcPeeringConnection"]["VpcPeeringConnectionId"]


def transit_gateway(member, made):
    ec2 = member.filling("ec2")
    gateway = ec2.create_transit_gateway()["TransitGateway"]["TransitGatewayId"]
    ec2.create_transit_gateway_vpc_attachment(TransitGatewayId=gateway, VpcId=made["vpc"], SubnetIds=[made["subnet"]])
