"""What boto3 says that the rows of EC2's operations are; see truth_rows.py."""


def pages(client, call, member, **given):
    """The items of all pages of a listing."""
    if not client.can_paginate(call):
        return getattr(client, call)(**given)[member]
    found = []
    for page in client.get_paginator(call).paginate(**given):
        found += page.get(member, [])
    return found


def name_of(thing):
    return {tag["Key"]: tag["Value"] for tag in thing.get("Tags", [])}.get("Name")


def ec2(member, call, listed, **given):
    return pages(member.client("ec2"), call, listed, **given)


def open_security_groups(member):
    for group in ec2(member, "describe_security_groups", "SecurityGroups"):
        for rule in group["IpPermissions"]:
            world = [item["CidrIp"] for item in rule["IpRanges"] if item["CidrIp"] == "0.0.0.0/0"]
            world += [item["CidrIpv6"] for item in rule.get("Ipv6Ranges", []) if item["CidrIpv6"] == "::/0"]
            used = interfaces_with(member, group["GroupId"])
            for source in world:
                yield {
                    "group_id": group["GroupId"], "group_name": group["GroupName"], "vpc_id": group["VpcId"],
                    "protocol": rule["IpProtocol"], "from_port": rule["FromPort"], "to_port": rule["ToPort"],
                    "source": source, "interfaces": used,
                }


def interfaces_with(member, group):
    found = ec2(member, "describe_network_interfaces", "NetworkInterfaces")
    return sum(group in [has["GroupId"] for has in item["Groups"]] for item in found)


def unattached_ebs_volumes(member):
    for item in ec2(member, "describe_volumes", "Volumes"):
        if not item["Attachments"]:
            yield {
                "volume_id": item["VolumeId"], "type": item["VolumeType"], "size_gib": item["Size"],
                "encrypted": item["Encrypted"], "created": item["CreateTime"], "zone": item["AvailabilityZone"],
                "name": name_of(item), "age_days": 0,
            }


def vpcs(member):
    gateways = ec2(member, "describe_internet_gateways", "InternetGateways")
    of = {has["VpcId"]: gateway["InternetGatewayId"] for gateway in gateways for has in gateway["Attachments"]}
    for item in ec2(member, "describe_vpcs", "Vpcs"):
        yield {
            "vpc_id": item["VpcId"], "name": name_of(item), "is_default": item["IsDefault"], "state": item["State"],
            "ipv4_cidrs": [has["CidrBlock"] for has in item["CidrBlockAssociationSet"]],
            "internet_gateway_id": of.get(item["VpcId"]), "tenancy": item["InstanceTenancy"],
        }


def instances(member):
    found = ec2(member, "describe_instances", "Reservations")
    return [instance for reservation in found for instance in reservation["Instances"]]


def ec2_instances(member):
    for item in instances(member):
        if item["State"]["Name"] != "terminated":
            yield {
                "instance_id": item["InstanceId"], "state": item["State"]["Name"], "type": item["InstanceType"],
                "launched": item["LaunchTime"], "vpc_id": item["VpcId"], "private_ip": item["PrivateIpAddress"],
                "public_ip": item.get("PublicIpAddress"), "name": name_of(item),
            }


def unused_nat_gateways(member):
    tables = ec2(member, "describe_route_tables", "RouteTables")
    used = {route.get("NatGatewayId") for table in tables for route in table["Routes"]}
    for item in ec2(member, "describe_nat_gateways", "NatGateways"):
        if item["NatGatewayId"] not in used:
            addresses = [address["PublicIp"] for address in item["NatGatewayAddresses"]]
            yield {
                "nat_gateway_id": item["NatGatewayId"], "connectivity": item.get("ConnectivityType"), "vpc_id": item["VpcId"],
                "subnet_id": item["SubnetId"], "public_ips": addresses, "created": item["CreateTime"], "routes": 0,
            }


def default_vpcs(member):
    for item in ec2(member, "describe_vpcs", "Vpcs"):
        if item["IsDefault"]:
            found = ec2(member, "describe_network_interfaces", "NetworkInterfaces")
            count = [interface["VpcId"] for interface in found].count(item["VpcId"])
            yield {"vpc_id": item["VpcId"], "cidr": item["CidrBlock"], "interfaces": count, "in_use": count > 0}


def vpc_flow_logs(member):
    logs = {item["ResourceId"] for item in ec2(member, "describe_flow_logs", "FlowLogs")}
    for item in ec2(member, "describe_vpcs", "Vpcs"):
        if item["VpcId"] not in logs:
            yield {"vpc_id": item["VpcId"], "is_default": item["IsDefault"], "flow_logs": 0}


def vpc_peerings(member):
    for item in ec2(member, "describe_vpc_peering_connections", "VpcPeeringConnections"):
        asked, asking = item["AccepterVpcInfo"], item["RequesterVpcInfo"]
        yield {
            "peering_id": item["VpcPeeringConnectionId"], "status": item["Status"]["Code"],
            "requester_account": asking["OwnerId"], "requester_vpc": asking["VpcId"], "accepter_vpc": asked["VpcId"],
            "accepter_account": asked["OwnerId"], "crosses_accounts": asking["OwnerId"] != asked["OwnerId"],
        }


def public_amis(member):
    for item in ec2(member, "describe_images", "Images", Owners=[member.account]):
        if item["Public"]:
            yield {"image_id": item["ImageId"], "name": item["Name"], "state": item["State"], "public": True}


def public_ebs_snapshots(member):
    for item in ec2(member, "describe_snapshots", "Snapshots", OwnerIds=[member.account]):
        wanted = {"SnapshotId": item["SnapshotId"], "Attribute": "createVolumePermission"}
        allowed = member.client("ec2").describe_snapshot_attribute(**wanted)["CreateVolumePermissions"]
        if {"Group": "all"} in allowed:
            yield {
                "snapshot_id": item["SnapshotId"], "volume_id": item["VolumeId"], "size_gib": item["VolumeSize"],
                "encrypted": item["Encrypted"], "started": item["StartTime"], "description": item["Description"],
            }


def old_ebs_snapshots(member):
    volumes = {item["VolumeId"] for item in ec2(member, "describe_volumes", "Volumes")}
    listed = ec2(member, "describe_snapshots", "Snapshots", OwnerIds=[member.account])
    # moto lists everybody's.
    for item in (item for item in listed if item["OwnerId"] == member.account):
        yield {
            "snapshot_id": item["SnapshotId"], "volume_id": item["VolumeId"], "volume_exists": item["VolumeId"] in volumes,
            "size_gib": item["VolumeSize"], "started": item["StartTime"], "description": item["Description"], "age_days": 0,
        }


def unused_security_groups(member):
    found = ec2(member, "describe_security_groups", "SecurityGroups")
    pairs = [pair["GroupId"] for group in found for rule in group["IpPermissions"] + group["IpPermissionsEgress"]
             for pair in rule["UserIdGroupPairs"]]
    for group in found:
        if group["GroupId"] not in pairs and not interfaces_with(member, group["GroupId"]):
            yield {
                "group_id": group["GroupId"], "name": group["GroupName"], "vpc_id": group["VpcId"],
                "is_default": group["GroupName"] == "default", "description": group["Description"],
            }


def gp2_volumes(member):
    for item in ec2(member, "describe_volumes", "Volumes"):
        if item["VolumeType"] in ("gp2", "io1", "standard"):
            attached = [has["InstanceId"] for has in item["Attachments"]]
            yield {
                "volume_id": item["VolumeId"], "type": item["VolumeType"], "size_gib": item["Size"], "state": item["State"],
                "instance_id": attached, "created": item["CreateTime"], "zone": item["AvailabilityZone"],
            }


def ssm_unmanaged_instances(member):
    managed = pages(member.client("ssm"), "describe_instance_information", "InstanceInformationList")
    known = {item["InstanceId"] for item in managed}
    for item in instances(member):
        if item["State"]["Name"] == "running" and item["InstanceId"] not in known:
            yield {"instance_id": item["InstanceId"], "image_id": item["ImageId"], "launched": item["LaunchTime"],
                   "name": name_of(item), "ping": None}


def transit_gateway_attachments(member):
    for item in ec2(member, "describe_transit_gateway_attachments", "TransitGatewayAttachments"):
        yield {
            "attachment_id": item["TransitGatewayAttachmentId"], "transit_gateway_id": item["TransitGatewayId"],
            "resource_type": item["ResourceType"], "resource_id": item["ResourceId"], "state": item["State"],
            "resource_owner": item["ResourceOwnerId"], "transit_gateway_owner": item["TransitGatewayOwnerId"],
        }
