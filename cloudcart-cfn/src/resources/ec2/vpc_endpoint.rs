//! `AWS::EC2::VPCEndpoint`.
// Made by `cargo xtask generate` from `schemas/aws-ec2-vpcendpoint.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::EC2::VPCEndpoint`. `Ref` gives `Id`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-vpcendpoint.html>
    VPCEndpoint<'stack>: kind::ec2::VPCEndpoint {
        required {
            /// `VpcId`: a text. Create-only: a change replaces the resource.
            vpc_id "VpcId": Ref<kind::ec2::VPC>,
        }
        optional {
            /// `DnsOptions`: an object.
            dns_options "DnsOptions": DnsOptionsSpecification<'stack>,
            /// `IpAddressType`: one of `dualstack`, `ipv4`, `ipv6`, `not-specified`.
            ip_address_type "IpAddressType": IpAddressType,
            /// `PolicyDocument`: JSON.
            policy_document "PolicyDocument": PolicyDocument<'stack>,
            /// `PrivateDnsEnabled`: true or false.
            private_dns_enabled "PrivateDnsEnabled": bool,
            /// `ResourceConfigurationArn`: a text. Create-only: a change replaces the resource.
            resource_configuration_arn "ResourceConfigurationArn": String,
            /// `RouteTableIds`: a list.
            route_table_ids "RouteTableIds": Vec<Value<'stack, Ref<kind::ec2::RouteTable>>>,
            /// `SecurityGroupIds`: a list.
            security_group_ids "SecurityGroupIds": Vec<Value<'stack, Ref<kind::ec2::SecurityGroup>>>,
            /// `ServiceName`: a text. Create-only: a change replaces the resource.
            service_name "ServiceName": String,
            /// `ServiceNetworkArn`: a text. Create-only: a change replaces the resource.
            service_network_arn "ServiceNetworkArn": String,
            /// `ServiceRegion`: a text. Create-only: a change replaces the resource.
            service_region "ServiceRegion": String,
            /// `SubnetIds`: a list.
            subnet_ids "SubnetIds": Vec<Value<'stack, Ref<kind::ec2::Subnet>>>,
            /// `Tags`: a list.
            tags "Tags": Vec<Value<'stack, Tag<'stack>>>,
            /// `VpcEndpointType`: one of 6 words. Create-only: a change replaces the resource.
            vpc_endpoint_type "VpcEndpointType": VpcEndpointType,
        }
        attributes {
            /// `CreationTimestamp`.
            creation_timestamp "CreationTimestamp": String,
            /// `DnsEntries`.
            dns_entries "DnsEntries": Vec<Value<'stack, String>>,
            /// `NetworkInterfaceIds`.
            network_interface_ids "NetworkInterfaceIds": Vec<Value<'stack, String>>,
        }
    }
}

object! {
    /// `DnsOptionsSpecification` of [`VPCEndpoint`].
    DnsOptionsSpecification<'stack> {
        required {}
        optional {
            /// `DnsRecordIpType`: one of `dualstack`, `ipv4`, `ipv6`, `not-specified`, `service-defined`.
            dns_record_ip_type "DnsRecordIpType": DnsRecordIpType,
            /// `PrivateDnsOnlyForInboundResolverEndpoint`: one of `AllResolvers`, `NotSpecified`, `OnlyInboundResolver`.
            private_dns_only_for_inbound_resolver_endpoint "PrivateDnsOnlyForInboundResolverEndpoint": PrivateDnsOnlyForInboundResolverEndpoint,
            /// `PrivateDnsPreference`: one of `ALL_DOMAINS`, `SPECIFIED_DOMAINS_ONLY`, `VERIFIED_DOMAINS_AND_SPECIFIED_DOMAINS`, `VERIFIED_DOMAINS_ONLY`. Create-only: a change replaces the resource.
            private_dns_preference "PrivateDnsPreference": PrivateDnsPreference,
            /// `PrivateDnsSpecifiedDomains`: a list of 1 to 10 items. Create-only: a change replaces the resource.
            private_dns_specified_domains "PrivateDnsSpecifiedDomains": Vec<Value<'stack, String>>,
        }
    }
}

enumeration! {
    /// `DnsRecordIpType` of [`VPCEndpoint`].
    DnsRecordIpType {
        Dualstack "dualstack",
        Ipv4 "ipv4",
        Ipv6 "ipv6",
        NotSpecified "not-specified",
        ServiceDefined "service-defined",
    }
}

enumeration! {
    /// `IpAddressType` of [`VPCEndpoint`].
    IpAddressType {
        Dualstack "dualstack",
        Ipv4 "ipv4",
        Ipv6 "ipv6",
        NotSpecified "not-specified",
    }
}

enumeration! {
    /// `PrivateDnsOnlyForInboundResolverEndpoint` of [`VPCEndpoint`].
    PrivateDnsOnlyForInboundResolverEndpoint {
        AllResolvers "AllResolvers",
        NotSpecified "NotSpecified",
        OnlyInboundResolver "OnlyInboundResolver",
    }
}

enumeration! {
    /// `PrivateDnsPreference` of [`VPCEndpoint`].
    PrivateDnsPreference {
        AllDomains "ALL_DOMAINS",
        SpecifiedDomainsOnly "SPECIFIED_DOMAINS_ONLY",
        VerifiedDomainsAndSpecifiedDomains "VERIFIED_DOMAINS_AND_SPECIFIED_DOMAINS",
        VerifiedDomainsOnly "VERIFIED_DOMAINS_ONLY",
    }
}

enumeration! {
    /// `VpcEndpointType` of [`VPCEndpoint`].
    VpcEndpointType {
        Gateway "Gateway",
        GatewayLoadBalancer "GatewayLoadBalancer",
        Interface "Interface",
        Resource "Resource",
        ServiceNetwork "ServiceNetwork",
        Tunnel "Tunnel",
    }
}

default_object! {
    DnsOptionsSpecification,
}
