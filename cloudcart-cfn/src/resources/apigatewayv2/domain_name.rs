//! `AWS::ApiGatewayV2::DomainName`.
// Made by `cargo xtask generate` from `schemas/aws-apigatewayv2-domainname.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::ApiGatewayV2::DomainName`. `Ref` gives `DomainName`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-domainname.html>
    DomainName<'stack>: kind::apigatewayv2::DomainName {
        required {
            /// `DomainName`: a text. Create-only: a change replaces the resource.
            domain_name "DomainName": String,
        }
        optional {
            /// `DomainNameConfigurations`: a list.
            domain_name_configurations "DomainNameConfigurations": Vec<Value<'stack, DomainNameConfiguration<'stack>>>,
            /// `MutualTlsAuthentication`: an object.
            mutual_tls_authentication "MutualTlsAuthentication": MutualTlsAuthentication<'stack>,
            /// `RoutingMode`: one of `API_MAPPING_ONLY`, `ROUTING_RULE_ONLY`, `ROUTING_RULE_THEN_API_MAPPING`.
            routing_mode "RoutingMode": RoutingMode,
            /// `Tags`: an object.
            tags "Tags": BTreeMap<String, Value<'stack, String>>,
        }
        attributes {
            /// `DomainNameArn`.
            domain_name_arn "DomainNameArn": Arn<kind::apigatewayv2::DomainName>,
            /// `RegionalDomainName`.
            regional_domain_name "RegionalDomainName": String,
            /// `RegionalHostedZoneId`.
            regional_hosted_zone_id "RegionalHostedZoneId": String,
        }
    }
}

object! {
    /// `DomainNameConfiguration` of [`DomainName`].
    DomainNameConfiguration<'stack> {
        required {}
        optional {
            /// `CertificateArn`: a text.
            certificate_arn "CertificateArn": Arn<kind::certificatemanager::Certificate>,
            /// `CertificateName`: a text.
            certificate_name "CertificateName": String,
            /// `EndpointType`: a text.
            endpoint_type "EndpointType": String,
            /// `IpAddressType`: one of `dualstack`, `ipv4`.
            ip_address_type "IpAddressType": IpAddressType,
            /// `OwnershipVerificationCertificateArn`: a text.
            ownership_verification_certificate_arn "OwnershipVerificationCertificateArn": Arn<kind::certificatemanager::Certificate>,
            /// `SecurityPolicy`: a text.
            security_policy "SecurityPolicy": String,
        }
    }
}

object! {
    /// `MutualTlsAuthentication` of [`DomainName`].
    MutualTlsAuthentication<'stack> {
        required {}
        optional {
            /// `TruststoreUri`: a text.
            truststore_uri "TruststoreUri": String,
            /// `TruststoreVersion`: a text.
            truststore_version "TruststoreVersion": String,
        }
    }
}

enumeration! {
    /// `IpAddressType` of [`DomainName`].
    IpAddressType {
        Dualstack "dualstack",
        Ipv4 "ipv4",
    }
}

enumeration! {
    /// `RoutingMode` of [`DomainName`].
    RoutingMode {
        ApiMappingOnly "API_MAPPING_ONLY",
        RoutingRuleOnly "ROUTING_RULE_ONLY",
        RoutingRuleThenApiMapping "ROUTING_RULE_THEN_API_MAPPING",
    }
}

default_object! {
    DomainNameConfiguration,
    MutualTlsAuthentication,
}
