//! `AWS::RDS::DBProxy`.
// Made by `cargo xtask generate` from `schemas/aws-rds-dbproxy.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::RDS::DBProxy`. `Ref` gives `DBProxyName`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-rds-dbproxy.html>
    DBProxy<'stack>: kind::rds::DBProxy {
        required {
            /// `DBProxyName`: a text of 1 to 64 characters, pattern `[0-z]*`. Create-only: a change replaces the resource.
            db_proxy_name "DBProxyName": String,
            /// `EngineFamily`: one of `MYSQL`, `POSTGRESQL`, `SQLSERVER`. Create-only: a change replaces the resource.
            engine_family "EngineFamily": EngineFamily,
            /// `RoleArn`: a text of 20 to 2,048 characters.
            role_arn "RoleArn": Arn<kind::iam::Role>,
            /// `VpcSubnetIds`: a list of at least 2 items. Create-only: a change replaces the resource.
            vpc_subnet_ids "VpcSubnetIds": Vec<Value<'stack, Ref<kind::ec2::Subnet>>>,
        }
        optional {
            /// `Auth`: a list of 1 to 200 items.
            auth "Auth": Vec<Value<'stack, AuthFormat<'stack>>>,
            /// `DebugLogging`: true or false.
            debug_logging "DebugLogging": bool,
            /// `DefaultAuthScheme`: one of `IAM_AUTH`, `NONE`.
            default_auth_scheme "DefaultAuthScheme": DefaultAuthScheme,
            /// `EndpointNetworkType`: one of `DUAL`, `IPV4`, `IPV6`. Create-only: a change replaces the resource.
            endpoint_network_type "EndpointNetworkType": EndpointNetworkType,
            /// `IdleClientTimeout`: a whole number.
            idle_client_timeout "IdleClientTimeout": i64,
            /// `RequireTLS`: true or false.
            require_tls "RequireTLS": bool,
            /// `Tags`: a list.
            tags "Tags": Vec<Value<'stack, Tag<'stack>>>,
            /// `TargetConnectionNetworkType`: one of `IPV4`, `IPV6`. Create-only: a change replaces the resource.
            target_connection_network_type "TargetConnectionNetworkType": TargetConnectionNetworkType,
            /// `VpcSecurityGroupIds`: a list of at least 1 item.
            vpc_security_group_ids "VpcSecurityGroupIds": Vec<Value<'stack, Ref<kind::ec2::SecurityGroup>>>,
        }
        attributes {
            /// `DBProxyArn`.
            db_proxy_arn "DBProxyArn": Arn<kind::rds::DBProxy>,
            /// `Endpoint`.
            endpoint "Endpoint": String,
            /// `VpcId`.
            vpc_id "VpcId": Ref<kind::ec2::VPC>,
        }
    }
}

object! {
    /// `AuthFormat` of [`DBProxy`].
    AuthFormat<'stack> {
        required {}
        optional {
            /// `AuthScheme`: `SECRETS`.
            auth_scheme "AuthScheme": AuthScheme,
            /// `ClientPasswordAuthType`: one of `MYSQL_CACHING_SHA2_PASSWORD`, `MYSQL_NATIVE_PASSWORD`, `POSTGRES_MD5`, `POSTGRES_SCRAM_SHA_256`, `SQL_SERVER_AUTHENTICATION`.
            client_password_auth_type "ClientPasswordAuthType": ClientPasswordAuthType,
            /// `Description`: a text of 1 to 1,000 characters.
            description "Description": String,
            /// `IAMAuth`: one of `DISABLED`, `ENABLED`, `REQUIRED`.
            iam_auth "IAMAuth": IAMAuth,
            /// `SecretArn`: a text of 20 to 2,048 characters.
            secret_arn "SecretArn": Arn<kind::secretsmanager::Secret>,
        }
    }
}

enumeration! {
    /// `AuthScheme` of [`DBProxy`].
    AuthScheme {
        Secrets "SECRETS",
    }
}

enumeration! {
    /// `ClientPasswordAuthType` of [`DBProxy`].
    ClientPasswordAuthType {
        MysqlCachingSha2Password "MYSQL_CACHING_SHA2_PASSWORD",
        MysqlNativePassword "MYSQL_NATIVE_PASSWORD",
        PostgresMd5 "POSTGRES_MD5",
        PostgresScramSha256 "POSTGRES_SCRAM_SHA_256",
        SqlServerAuthentication "SQL_SERVER_AUTHENTICATION",
    }
}

enumeration! {
    /// `DefaultAuthScheme` of [`DBProxy`].
    DefaultAuthScheme {
        IamAuth "IAM_AUTH",
        None "NONE",
    }
}

enumeration! {
    /// `EndpointNetworkType` of [`DBProxy`].
    EndpointNetworkType {
        Dual "DUAL",
        Ipv4 "IPV4",
        Ipv6 "IPV6",
    }
}

enumeration! {
    /// `EngineFamily` of [`DBProxy`].
    EngineFamily {
        Mysql "MYSQL",
        Postgresql "POSTGRESQL",
        Sqlserver "SQLSERVER",
    }
}

enumeration! {
    /// `IAMAuth` of [`DBProxy`].
    IAMAuth {
        Disabled "DISABLED",
        Enabled "ENABLED",
        Required "REQUIRED",
    }
}

enumeration! {
    /// `TargetConnectionNetworkType` of [`DBProxy`].
    TargetConnectionNetworkType {
        Ipv4 "IPV4",
        Ipv6 "IPV6",
    }
}

default_object! {
    AuthFormat,
}
