//! `AWS::Cognito::UserPoolDomain`.
// Made by `cargo xtask generate` from `schemas/aws-cognito-userpooldomain.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::Cognito::UserPoolDomain`. `Ref` gives `Domain`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cognito-userpooldomain.html>
    UserPoolDomain<'stack>: kind::cognito::UserPoolDomain {
        required {
            /// `Domain`: a text of 1 to 63 characters. Create-only: a change replaces the resource.
            domain "Domain": String,
            /// `UserPoolId`: a text of 1 to 55 characters, pattern `^[\w-]+_[0-9a-zA-Z]+$`. Create-only: a change replaces the resource.
            user_pool_id "UserPoolId": Ref<kind::cognito::UserPool>,
        }
        optional {
            /// `CustomDomainConfig`: an object.
            custom_domain_config "CustomDomainConfig": CustomDomainConfigType<'stack>,
            /// `ManagedLoginVersion`: a whole number. Write-only: it cannot be read back.
            managed_login_version "ManagedLoginVersion": i64,
            /// `Routing`: an object.
            routing "Routing": RoutingType<'stack>,
        }
        attributes {
            /// `CloudFrontDistribution`.
            cloud_front_distribution "CloudFrontDistribution": String,
        }
    }
}

object! {
    /// `CustomDomainConfigType` of [`UserPoolDomain`].
    CustomDomainConfigType<'stack> {
        required {}
        optional {
            /// `CertificateArn`: a text of 20 to 2,048 characters.
            certificate_arn "CertificateArn": Arn<kind::certificatemanager::Certificate>,
            /// `SecurityPolicy`: one of `TLS_V1`, `TLS_V1_2_2021`, `TLS_V1_3_2025`.
            security_policy "SecurityPolicy": SecurityPolicy,
        }
    }
}

object! {
    /// `FailoverType` of [`UserPoolDomain`].
    FailoverType<'stack> {
        required {
            /// `PrimaryRoute53HealthCheckId`: a text of up to 64 characters.
            primary_route53_health_check_id "PrimaryRoute53HealthCheckId": String,
            /// `SecondaryRegion`: a text of 5 to 32 characters.
            secondary_region "SecondaryRegion": String,
        }
        optional {}
    }
}

object! {
    /// `RoutingType` of [`UserPoolDomain`].
    RoutingType<'stack> {
        required {}
        optional {
            /// `Failover`: an object.
            failover "Failover": FailoverType<'stack>,
        }
    }
}

enumeration! {
    /// `SecurityPolicy` of [`UserPoolDomain`].
    SecurityPolicy {
        TlsV1 "TLS_V1",
        TlsV122021 "TLS_V1_2_2021",
        TlsV132025 "TLS_V1_3_2025",
    }
}

default_object! {
    CustomDomainConfigType,
    RoutingType,
}
