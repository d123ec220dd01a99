//! `AWS::EC2::Route`.
// Made by `cargo xtask generate` from `schemas/aws-ec2-route.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::EC2::Route`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-route.html>
    Route<'stack>: kind::ec2::Route {
        required {
            /// `RouteTableId`: a text. Create-only: a change replaces the resource.
            route_table_id "RouteTableId": Ref<kind::ec2::RouteTable>,
        }
        optional {
            /// `CarrierGatewayId`: a text.
            carrier_gateway_id "CarrierGatewayId": String,
            /// `CoreNetworkArn`: a text.
            core_network_arn "CoreNetworkArn": String,
            /// `DestinationCidrBlock`: a text. Create-only: a change replaces the resource.
            destination_cidr_block "DestinationCidrBlock": String,
            /// `DestinationIpv6CidrBlock`: a text. Create-only: a change replaces the resource.
            destination_ipv6_cidr_block "DestinationIpv6CidrBlock": String,
            /// `DestinationPrefixListId`: a text. Create-only: a change replaces the resource.
            destination_prefix_list_id "DestinationPrefixListId": String,
            /// `EgressOnlyInternetGatewayId`: a text.
            egress_only_internet_gateway_id "EgressOnlyInternetGatewayId": String,
            /// `GatewayId`: a text.
            gateway_id "GatewayId": String,
            /// `InstanceId`: a text.
            instance_id "InstanceId": String,
            /// `LocalGatewayId`: a text.
            local_gateway_id "LocalGatewayId": String,
            /// `NatGatewayId`: a text.
            nat_gateway_id "NatGatewayId": Ref<kind::ec2::NatGateway>,
            /// `NetworkInterfaceId`: a text.
            network_interface_id "NetworkInterfaceId": String,
            /// `OdbNetworkArn`: a text.
            odb_network_arn "OdbNetworkArn": String,
            /// `TransitGatewayId`: a text.
            transit_gateway_id "TransitGatewayId": String,
            /// `VpcEndpointId`: a text.
            vpc_endpoint_id "VpcEndpointId": Ref<kind::ec2::VPCEndpoint>,
            /// `VpcPeeringConnectionId`: a text.
            vpc_peering_connection_id "VpcPeeringConnectionId": String,
        }
        attributes {
            /// `CidrBlock`.
            cidr_block "CidrBlock": String,
        }
    }
}
