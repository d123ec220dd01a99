//! `AWS::EC2::NetworkAclEntry`.
// Made by `cargo xtask generate` from `schemas/aws-ec2-networkaclentry.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::EC2::NetworkAclEntry`. `Ref` gives `Id`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-networkaclentry.html>
    NetworkAclEntry<'stack>: kind::ec2::NetworkAclEntry {
        required {
            /// `NetworkAclId`: a text. Create-only: a change replaces the resource.
            network_acl_id "NetworkAclId": Ref<kind::ec2::NetworkAcl>,
            /// `Protocol`: a whole number.
            protocol "Protocol": i64,
            /// `RuleAction`: one of `allow`, `deny`.
            rule_action "RuleAction": RuleAction,
            /// `RuleNumber`: a whole number. Create-only: a change replaces the resource.
            rule_number "RuleNumber": i64,
        }
        optional {
            /// `CidrBlock`: a text.
            cidr_block "CidrBlock": String,
            /// `Egress`: true or false. Create-only: a change replaces the resource.
            egress "Egress": bool,
            /// `Icmp`: an object.
            icmp "Icmp": Icmp<'stack>,
            /// `Ipv6CidrBlock`: a text.
            ipv6_cidr_block "Ipv6CidrBlock": String,
            /// `PortRange`: an object.
            port_range "PortRange": PortRange<'stack>,
        }
        attributes {}
    }
}

object! {
    /// `Icmp` of [`NetworkAclEntry`].
    Icmp<'stack> {
        required {}
        optional {
            /// `Code`: a whole number.
            code "Code": i64,
            /// `Type`: a whole number.
            r#type "Type": i64,
        }
    }
}

object! {
    /// `PortRange` of [`NetworkAclEntry`].
    PortRange<'stack> {
        required {}
        optional {
            /// `From`: a whole number.
            from "From": i64,
            /// `To`: a whole number.
            to "To": i64,
        }
    }
}

enumeration! {
    /// `RuleAction` of [`NetworkAclEntry`].
    RuleAction {
        Allow "allow",
        Deny "deny",
    }
}

default_object! {
    Icmp,
    PortRange,
}
