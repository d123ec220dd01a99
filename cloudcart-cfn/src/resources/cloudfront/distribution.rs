//! `AWS::CloudFront::Distribution`.
// Made by `cargo xtask generate` from `schemas/aws-cloudfront-distribution.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::CloudFront::Distribution`. `Ref` gives `Id`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudfront-distribution.html>
    Distribution<'stack>: kind::cloudfront::Distribution {
        required {
            /// `DistributionConfig`: an object.
            distribution_config "DistributionConfig": DistributionConfig<'stack>,
        }
        optional {
            /// `Tags`: a list.
            tags "Tags": Vec<Value<'stack, Tag<'stack>>>,
        }
        attributes {
            /// `DomainName`.
            domain_name "DomainName": String,
        }
    }
}

object! {
    /// `CacheBehavior` of [`Distribution`].
    CacheBehavior<'stack> {
        required {
            /// `PathPattern`: a text.
            path_pattern "PathPattern": String,
            /// `TargetOriginId`: a text.
            target_origin_id "TargetOriginId": String,
            /// `ViewerProtocolPolicy`: one of `allow-all`, `https-only`, `redirect-to-https`.
            viewer_protocol_policy "ViewerProtocolPolicy": ViewerProtocolPolicy,
        }
        optional {
            /// `AllowedMethods`: a list.
            allowed_methods "AllowedMethods": Vec<Value<'stack, String>>,
            /// `CachePolicyId`: a text.
            cache_policy_id "CachePolicyId": Ref<kind::cloudfront::CachePolicy>,
            /// `CachedMethods`: a list.
            cached_methods "CachedMethods": Vec<Value<'stack, String>>,
            /// `Compress`: true or false.
            compress "Compress": bool,
            /// `DefaultTTL`: a number.
            default_ttl "DefaultTTL": f64,
            /// `FieldLevelEncryptionId`: a text.
            field_level_encryption_id "FieldLevelEncryptionId": String,
            /// `ForwardedValues`: an object.
            forwarded_values "ForwardedValues": ForwardedValues<'stack>,
            /// `FunctionAssociations`: a list.
            function_associations "FunctionAssociations": Vec<Value<'stack, FunctionAssociation<'stack>>>,
            /// `GrpcConfig`: an object.
            grpc_config "GrpcConfig": GrpcConfig<'stack>,
            /// `LambdaFunctionAssociations`: a list.
            lambda_function_associations "LambdaFunctionAssociations": Vec<Value<'stack, LambdaFunctionAssociation<'stack>>>,
            /// `MaxTTL`: a number.
            max_ttl "MaxTTL": f64,
            /// `MinTTL`: a number.
            min_ttl "MinTTL": f64,
            /// `OriginRequestPolicyId`: a text.
            origin_request_policy_id "OriginRequestPolicyId": Ref<kind::cloudfront::OriginRequestPolicy>,
            /// `RealtimeLogConfigArn`: a text.
            realtime_log_config_arn "RealtimeLogConfigArn": String,
            /// `ResponseHeadersPolicyId`: a text.
            response_headers_policy_id "ResponseHeadersPolicyId": Ref<kind::cloudfront::ResponseHeadersPolicy>,
            /// `SmoothStreaming`: true or false.
            smooth_streaming "SmoothStreaming": bool,
            /// `TrustedKeyGroups`: a list.
            trusted_key_groups "TrustedKeyGroups": Vec<Value<'stack, String>>,
            /// `TrustedSigners`: a list.
            trusted_signers "TrustedSigners": Vec<Value<'stack, String>>,
        }
    }
}

object! {
    /// `CacheTagConfig` of [`Distribution`].
    CacheTagConfig<'stack> {
        required {
            /// `HeaderName`: a text.
            header_name "HeaderName": String,
        }
        optional {}
    }
}

object! {
    /// `ConnectionFunctionAssociation` of [`Distribution`].
    ConnectionFunctionAssociation<'stack> {
        required {
            /// `Id`: a text of 1 to 64 characters.
            id "Id": String,
        }
        optional {}
    }
}

object! {
    /// `Cookies` of [`Distribution`].
    Cookies<'stack> {
        required {
            /// `Forward`: a text.
            forward "Forward": String,
        }
        optional {
            /// `WhitelistedNames`: a list.
            whitelisted_names "WhitelistedNames": Vec<Value<'stack, String>>,
        }
    }
}

object! {
    /// `CustomErrorResponse` of [`Distribution`].
    CustomErrorResponse<'stack> {
        required {
            /// `ErrorCode`: one of 11 numbers.
            error_code "ErrorCode": ErrorCode,
        }
        optional {
            /// `ErrorCachingMinTTL`: a number.
            error_caching_min_ttl "ErrorCachingMinTTL": f64,
            /// `ResponseCode`: one of 12 numbers.
            response_code "ResponseCode": ResponseCode,
            /// `ResponsePagePath`: a text.
            response_page_path "ResponsePagePath": String,
        }
    }
}

object! {
    /// `CustomOriginConfig` of [`Distribution`].
    CustomOriginConfig<'stack> {
        required {
            /// `OriginProtocolPolicy`: one of `http-only`, `https-only`, `match-viewer`.
            origin_protocol_policy "OriginProtocolPolicy": OriginProtocolPolicy,
        }
        optional {
            /// `HTTPPort`: a whole number.
            http_port "HTTPPort": i64,
            /// `HTTPSPort`: a whole number.
            https_port "HTTPSPort": i64,
            /// `IpAddressType`: one of `dualstack`, `ipv4`, `ipv6`.
            ip_address_type "IpAddressType": IpAddressType,
            /// `OriginKeepaliveTimeout`: a whole number.
            origin_keepalive_timeout "OriginKeepaliveTimeout": i64,
            /// `OriginMtlsConfig`: an object.
            origin_mtls_config "OriginMtlsConfig": OriginMtlsConfig<'stack>,
            /// `OriginReadTimeout`: a whole number.
            origin_read_timeout "OriginReadTimeout": i64,
            /// `OriginSSLProtocols`: a list.
            origin_ssl_protocols "OriginSSLProtocols": Vec<Value<'stack, String>>,
        }
    }
}

object! {
    /// `DefaultCacheBehavior` of [`Distribution`].
    DefaultCacheBehavior<'stack> {
        required {
            /// `TargetOriginId`: a text.
            target_origin_id "TargetOriginId": String,
            /// `ViewerProtocolPolicy`: one of `allow-all`, `https-only`, `redirect-to-https`.
            viewer_protocol_policy "ViewerProtocolPolicy": ViewerProtocolPolicy,
        }
        optional {
            /// `AllowedMethods`: a list.
            allowed_methods "AllowedMethods": Vec<Value<'stack, String>>,
            /// `CachePolicyId`: a text.
            cache_policy_id "CachePolicyId": Ref<kind::cloudfront::CachePolicy>,
            /// `CachedMethods`: a list.
            cached_methods "CachedMethods": Vec<Value<'stack, String>>,
            /// `Compress`: true or false.
            compress "Compress": bool,
            /// `DefaultTTL`: a number.
            default_ttl "DefaultTTL": f64,
            /// `FieldLevelEncryptionId`: a text.
            field_level_encryption_id "FieldLevelEncryptionId": String,
            /// `ForwardedValues`: an object.
            forwarded_values "ForwardedValues": ForwardedValues<'stack>,
            /// `FunctionAssociations`: a list.
            function_associations "FunctionAssociations": Vec<Value<'stack, FunctionAssociation<'stack>>>,
            /// `GrpcConfig`: an object.
            grpc_config "GrpcConfig": GrpcConfig<'stack>,
            /// `LambdaFunctionAssociations`: a list.
            lambda_function_associations "LambdaFunctionAssociations": Vec<Value<'stack, LambdaFunctionAssociation<'stack>>>,
            /// `MaxTTL`: a number.
            max_ttl "MaxTTL": f64,
            /// `MinTTL`: a number.
            min_ttl "MinTTL": f64,
            /// `OriginRequestPolicyId`: a text.
            origin_request_policy_id "OriginRequestPolicyId": Ref<kind::cloudfront::OriginRequestPolicy>,
            /// `RealtimeLogConfigArn`: a text.
            realtime_log_config_arn "RealtimeLogConfigArn": String,
            /// `ResponseHeadersPolicyId`: a text.
            response_headers_policy_id "ResponseHeadersPolicyId": Ref<kind::cloudfront::ResponseHeadersPolicy>,
            /// `SmoothStreaming`: true or false.
            smooth_streaming "SmoothStreaming": bool,
            /// `TrustedKeyGroups`: a list.
            trusted_key_groups "TrustedKeyGroups": Vec<Value<'stack, String>>,
            /// `TrustedSigners`: a list.
            trusted_signers "TrustedSigners": Vec<Value<'stack, String>>,
        }
    }
}

object! {
    /// `Definition` of [`Distribution`].
    Definition<'stack> {
        required {}
        optional {
            /// `StringSchema`: an object.
            string_schema "StringSchema": StringSchema<'stack>,
        }
    }
}

object! {
    /// `DistributionConfig` of [`Distribution`].
    DistributionConfig<'stack> {
        required {
            /// `DefaultCacheBehavior`: an object.
            default_cache_behavior "DefaultCacheBehavior": DefaultCacheBehavior<'stack>,
            /// `Enabled`: true or false.
            enabled "Enabled": bool,
        }
        optional {
            /// `Aliases`: a list.
            aliases "Aliases": Vec<Value<'stack, String>>,
            /// `AnycastIpListId`: a text.
            anycast_ip_list_id "AnycastIpListId": String,
            /// `CNAMEs`: a list.
            cnames "CNAMEs": Vec<Value<'stack, String>>,
            /// `CacheBehaviors`: a list.
            cache_behaviors "CacheBehaviors": Vec<Value<'stack, CacheBehavior<'stack>>>,
            /// `CacheTagConfig`: an object.
            cache_tag_config "CacheTagConfig": CacheTagConfig<'stack>,
            /// `Comment`: a text.
            comment "Comment": String,
            /// `ConnectionFunctionAssociation`: an object.
            connection_function_association "ConnectionFunctionAssociation": ConnectionFunctionAssociation<'stack>,
            /// `ConnectionMode`: one of `direct`, `tenant-only`.
            connection_mode "ConnectionMode": ConnectionMode,
            /// `ContinuousDeploymentPolicyId`: a text.
            continuous_deployment_policy_id "ContinuousDeploymentPolicyId": String,
            /// `CustomErrorResponses`: a list.
            custom_error_responses "CustomErrorResponses": Vec<Value<'stack, CustomErrorResponse<'stack>>>,
            /// `CustomOrigin`: an object. Deprecated.
            custom_origin "CustomOrigin": LegacyCustomOrigin<'stack>,
            /// `DefaultRootObject`: a text.
            default_root_object "DefaultRootObject": String,
            /// `HttpVersion`: one of `http1.1`, `http2`, `http2and3`, `http3`.
            http_version "HttpVersion": HttpVersion,
            /// `IPV6Enabled`: true or false.
            ipv6_enabled "IPV6Enabled": bool,
            /// `Logging`: an object.
            logging "Logging": Logging<'stack>,
            /// `OriginGroups`: an object.
            origin_groups "OriginGroups": OriginGroups<'stack>,
            /// `Origins`: a list.
            origins "Origins": Vec<Value<'stack, Origin<'stack>>>,
            /// `PriceClass`: one of `None`, `PriceClass_100`, `PriceClass_200`, `PriceClass_All`.
            price_class "PriceClass": PriceClass,
            /// `Restrictions`: an object.
            restrictions "Restrictions": Restrictions<'stack>,
            /// `S3Origin`: an object. Deprecated.
            s3_origin "S3Origin": LegacyS3Origin<'stack>,
            /// `Staging`: true or false.
            staging "Staging": bool,
            /// `TenantConfig`: an object.
            tenant_config "TenantConfig": TenantConfig<'stack>,
            /// `ViewerCertificate`: an object.
            viewer_certificate "ViewerCertificate": ViewerCertificate<'stack>,
            /// `ViewerMtlsConfig`: an object.
            viewer_mtls_config "ViewerMtlsConfig": ViewerMtlsConfig<'stack>,
            /// `WebACLId`: a text.
            web_acl_id "WebACLId": String,
        }
    }
}

object! {
    /// `ForwardedValues` of [`Distribution`].
    ForwardedValues<'stack> {
        required {
            /// `QueryString`: true or false.
            query_string "QueryString": bool,
        }
        optional {
            /// `Cookies`: an object.
            cookies "Cookies": Cookies<'stack>,
            /// `Headers`: a list.
            headers "Headers": Vec<Value<'stack, String>>,
            /// `QueryStringCacheKeys`: a list.
            query_string_cache_keys "QueryStringCacheKeys": Vec<Value<'stack, String>>,
        }
    }
}

object! {
    /// `FunctionAssociation` of [`Distribution`].
    FunctionAssociation<'stack> {
        required {}
        optional {
            /// `EventType`: one of `viewer-request`, `viewer-response`.
            event_type "EventType": FunctionAssociationEventType,
            /// `FunctionARN`: a text.
            function_arn "FunctionARN": Arn<kind::cloudfront::Function>,
        }
    }
}

object! {
    /// `GeoRestriction` of [`Distribution`].
    GeoRestriction<'stack> {
        required {
            /// `RestrictionType`: one of `blacklist`, `none`, `whitelist`.
            restriction_type "RestrictionType": RestrictionType,
        }
        optional {
            /// `Locations`: a list.
            locations "Locations": Vec<Value<'stack, Location>>,
        }
    }
}

object! {
    /// `GrpcConfig` of [`Distribution`].
    GrpcConfig<'stack> {
        required {
            /// `Enabled`: true or false.
            enabled "Enabled": bool,
        }
        optional {}
    }
}

object! {
    /// `LambdaFunctionAssociation` of [`Distribution`].
    LambdaFunctionAssociation<'stack> {
        required {}
        optional {
            /// `EventType`: one of `origin-request`, `origin-response`, `viewer-request`, `viewer-response`.
            event_type "EventType": LambdaFunctionAssociationEventType,
            /// `IncludeBody`: true or false.
            include_body "IncludeBody": bool,
            /// `LambdaFunctionARN`: a text.
            lambda_function_arn "LambdaFunctionARN": Arn<kind::lambda::Version>,
        }
    }
}

object! {
    /// `LegacyCustomOrigin` of [`Distribution`].
    LegacyCustomOrigin<'stack> {
        required {
            /// `DNSName`: a text.
            dns_name "DNSName": String,
            /// `OriginProtocolPolicy`: a text.
            origin_protocol_policy "OriginProtocolPolicy": String,
            /// `OriginSSLProtocols`: a list.
            origin_ssl_protocols "OriginSSLProtocols": Vec<Value<'stack, String>>,
        }
        optional {
            /// `HTTPPort`: a whole number.
            http_port "HTTPPort": i64,
            /// `HTTPSPort`: a whole number.
            https_port "HTTPSPort": i64,
        }
    }
}

object! {
    /// `LegacyS3Origin` of [`Distribution`].
    LegacyS3Origin<'stack> {
        required {
            /// `DNSName`: a text.
            dns_name "DNSName": String,
        }
        optional {
            /// `OriginAccessIdentity`: a text.
            origin_access_identity "OriginAccessIdentity": String,
        }
    }
}

object! {
    /// `Logging` of [`Distribution`].
    Logging<'stack> {
        required {}
        optional {
            /// `Bucket`: a text.
            bucket "Bucket": String,
            /// `IncludeCookies`: true or false.
            include_cookies "IncludeCookies": bool,
            /// `Prefix`: a text.
            prefix "Prefix": String,
        }
    }
}

object! {
    /// `Origin` of [`Distribution`].
    Origin<'stack> {
        required {
            /// `DomainName`: a text.
            domain_name "DomainName": String,
            /// `Id`: a text.
            id "Id": String,
        }
        optional {
            /// `ConnectionAttempts`: a whole number.
            connection_attempts "ConnectionAttempts": i64,
            /// `ConnectionTimeout`: a whole number.
            connection_timeout "ConnectionTimeout": i64,
            /// `CustomOriginConfig`: an object.
            custom_origin_config "CustomOriginConfig": CustomOriginConfig<'stack>,
            /// `OriginAccessControlId`: a text.
            origin_access_control_id "OriginAccessControlId": Ref<kind::cloudfront::OriginAccessControl>,
            /// `OriginCustomHeaders`: a list.
            origin_custom_headers "OriginCustomHeaders": Vec<Value<'stack, OriginCustomHeader<'stack>>>,
            /// `OriginPath`: a text.
            origin_path "OriginPath": String,
            /// `OriginShield`: an object.
            origin_shield "OriginShield": OriginShield<'stack>,
            /// `ResponseCompletionTimeout`: a whole number.
            response_completion_timeout "ResponseCompletionTimeout": i64,
            /// `S3OriginConfig`: an object.
            s3_origin_config "S3OriginConfig": S3OriginConfig<'stack>,
            /// `VpcOriginConfig`: an object.
            vpc_origin_config "VpcOriginConfig": VpcOriginConfig<'stack>,
        }
    }
}

object! {
    /// `OriginCustomHeader` of [`Distribution`].
    OriginCustomHeader<'stack> {
        required {
            /// `HeaderName`: a text.
            header_name "HeaderName": String,
            /// `HeaderValue`: a text.
            header_value "HeaderValue": String,
        }
        optional {}
    }
}

object! {
    /// `OriginGroup` of [`Distribution`].
    OriginGroup<'stack> {
        required {
            /// `FailoverCriteria`: an object.
            failover_criteria "FailoverCriteria": OriginGroupFailoverCriteria<'stack>,
            /// `Id`: a text.
            id "Id": String,
            /// `Members`: an object.
            members "Members": OriginGroupMembers<'stack>,
        }
        optional {
            /// `SelectionCriteria`: one of `default`, `media-quality-based`.
            selection_criteria "SelectionCriteria": OriginGroupSelectionCriteria,
        }
    }
}

object! {
    /// `OriginGroupFailoverCriteria` of [`Distribution`].
    OriginGroupFailoverCriteria<'stack> {
        required {
            /// `StatusCodes`: an object.
            status_codes "StatusCodes": StatusCodes<'stack>,
        }
        optional {}
    }
}

object! {
    /// `OriginGroupMember` of [`Distribution`].
    OriginGroupMember<'stack> {
        required {
            /// `OriginId`: a text.
            origin_id "OriginId": String,
        }
        optional {}
    }
}

object! {
    /// `OriginGroupMembers` of [`Distribution`].
    OriginGroupMembers<'stack> {
        required {
            /// `Items`: a list of 2 items.
            items "Items": Vec<Value<'stack, OriginGroupMember<'stack>>>,
            /// `Quantity`: a whole number.
            quantity "Quantity": i64,
        }
        optional {}
    }
}

object! {
    /// `OriginGroups` of [`Distribution`].
    OriginGroups<'stack> {
        required {
            /// `Quantity`: a whole number.
            quantity "Quantity": i64,
        }
        optional {
            /// `Items`: a list.
            items "Items": Vec<Value<'stack, OriginGroup<'stack>>>,
        }
    }
}

object! {
    /// `OriginMtlsConfig` of [`Distribution`].
    OriginMtlsConfig<'stack> {
        required {
            /// `ClientCertificateArn`: a text.
            client_certificate_arn "ClientCertificateArn": String,
        }
        optional {}
    }
}

object! {
    /// `OriginShield` of [`Distribution`].
    OriginShield<'stack> {
        required {}
        optional {
            /// `Enabled`: true or false.
            enabled "Enabled": bool,
            /// `OriginShieldRegion`: a text.
            origin_shield_region "OriginShieldRegion": String,
        }
    }
}

object! {
    /// `ParameterDefinition` of [`Distribution`].
    ParameterDefinition<'stack> {
        required {
            /// `Definition`: an object.
            definition "Definition": Definition<'stack>,
            /// `Name`: a text of 1 to 128 characters, pattern `^[a-zA-Z0-9-_]+$`.
            name "Name": String,
        }
        optional {}
    }
}

object! {
    /// `Restrictions` of [`Distribution`].
    Restrictions<'stack> {
        required {
            /// `GeoRestriction`: an object.
            geo_restriction "GeoRestriction": GeoRestriction<'stack>,
        }
        optional {}
    }
}

object! {
    /// `S3OriginConfig` of [`Distribution`].
    S3OriginConfig<'stack> {
        required {}
        optional {
            /// `OriginAccessIdentity`: a text.
            origin_access_identity "OriginAccessIdentity": String,
            /// `OriginReadTimeout`: a whole number.
            origin_read_timeout "OriginReadTimeout": i64,
        }
    }
}

object! {
    /// `StatusCodes` of [`Distribution`].
    StatusCodes<'stack> {
        required {
            /// `Items`: a list of at least 1 item.
            items "Items": Vec<Value<'stack, i64>>,
            /// `Quantity`: a whole number.
            quantity "Quantity": i64,
        }
        optional {}
    }
}

object! {
    /// `StringSchema` of [`Distribution`].
    StringSchema<'stack> {
        required {
            /// `Required`: true or false.
            required "Required": bool,
        }
        optional {
            /// `Comment`: a text.
            comment "Comment": String,
            /// `DefaultValue`: a text of 1 to 256 characters.
            default_value "DefaultValue": String,
        }
    }
}

object! {
    /// `TenantConfig` of [`Distribution`].
    TenantConfig<'stack> {
        required {}
        optional {
            /// `ParameterDefinitions`: a list.
            parameter_definitions "ParameterDefinitions": Vec<Value<'stack, ParameterDefinition<'stack>>>,
        }
    }
}

object! {
    /// `TrustStoreConfig` of [`Distribution`].
    TrustStoreConfig<'stack> {
        required {
            /// `TrustStoreId`: a text.
            trust_store_id "TrustStoreId": String,
        }
        optional {
            /// `AdvertiseTrustStoreCaNames`: true or false.
            advertise_trust_store_ca_names "AdvertiseTrustStoreCaNames": bool,
            /// `IgnoreCertificateExpiry`: true or false.
            ignore_certificate_expiry "IgnoreCertificateExpiry": bool,
        }
    }
}

object! {
    /// `ViewerCertificate` of [`Distribution`].
    ViewerCertificate<'stack> {
        required {}
        optional {
            /// `AcmCertificateArn`: a text.
            acm_certificate_arn "AcmCertificateArn": Arn<kind::certificatemanager::Certificate>,
            /// `CloudFrontDefaultCertificate`: true or false.
            cloud_front_default_certificate "CloudFrontDefaultCertificate": bool,
            /// `IamCertificateId`: a text of up to 32 characters.
            iam_certificate_id "IamCertificateId": String,
            /// `MinimumProtocolVersion`: one of 9 words.
            minimum_protocol_version "MinimumProtocolVersion": MinimumProtocolVersion,
            /// `SslSupportMethod`: one of `sni-only`, `static-ip`, `vip`.
            ssl_support_method "SslSupportMethod": SslSupportMethod,
        }
    }
}

object! {
    /// `ViewerMtlsConfig` of [`Distribution`].
    ViewerMtlsConfig<'stack> {
        required {}
        optional {
            /// `Mode`: one of `optional`, `passthrough`, `required`.
            mode "Mode": ViewerMtlsMode,
            /// `TrustStoreConfig`: an object.
            trust_store_config "TrustStoreConfig": TrustStoreConfig<'stack>,
        }
    }
}

object! {
    /// `VpcOriginConfig` of [`Distribution`].
    VpcOriginConfig<'stack> {
        required {
            /// `VpcOriginId`: a text.
            vpc_origin_id "VpcOriginId": String,
        }
        optional {
            /// `OriginKeepaliveTimeout`: a whole number.
            origin_keepalive_timeout "OriginKeepaliveTimeout": i64,
            /// `OriginReadTimeout`: a whole number.
            origin_read_timeout "OriginReadTimeout": i64,
            /// `OwnerAccountId`: a text.
            owner_account_id "OwnerAccountId": String,
        }
    }
}

enumeration! {
    /// `ConnectionMode` of [`Distribution`].
    ConnectionMode {
        Direct "direct",
        TenantOnly "tenant-only",
    }
}

number_enumeration! {
    /// `ErrorCode` of [`Distribution`].
    ErrorCode {
        400,
        403,
        404,
        405,
        414,
        416,
        500,
        501,
        502,
        503,
        504,
    }
}

enumeration! {
    /// `EventType` of [`Distribution`].
    FunctionAssociationEventType {
        ViewerRequest "viewer-request",
        ViewerResponse "viewer-response",
    }
}

enumeration! {
    /// `HttpVersion` of [`Distribution`].
    HttpVersion {
        Http11 "http1.1",
        Http2 "http2",
        Http2and3 "http2and3",
        Http3 "http3",
    }
}

enumeration! {
    /// `IpAddressType` of [`Distribution`].
    IpAddressType {
        Dualstack "dualstack",
        Ipv4 "ipv4",
        Ipv6 "ipv6",
    }
}

enumeration! {
    /// `EventType` of [`Distribution`].
    LambdaFunctionAssociationEventType {
        OriginRequest "origin-request",
        OriginResponse "origin-response",
        ViewerRequest "viewer-request",
        ViewerResponse "viewer-response",
    }
}

enumeration! {
    /// `Location` of [`Distribution`].
    Location {
        Ad "AD",
        Ae "AE",
        Af "AF",
        Ag "AG",
        Ai "AI",
        Al "AL",
        Am "AM",
        Ao "AO",
        Aq "AQ",
        Ar "AR",
        As "AS",
        At "AT",
        Au "AU",
        Aw "AW",
        Ax "AX",
        Az "AZ",
        Ba "BA",
        Bb "BB",
        Bd "BD",
        Be "BE",
        Bf "BF",
        Bg "BG",
        Bh "BH",
        Bi "BI",
        Bj "BJ",
        Bl "BL",
        Bm "BM",
        Bn "BN",
        Bo "BO",
        Bq "BQ",
        Br "BR",
        Bs "BS",
        Bt "BT",
        Bv "BV",
        Bw "BW",
        By "BY",
        Bz "BZ",
        Ca "CA",
        Cc "CC",
        Cd "CD",
        Cf "CF",
        Cg "CG",
        Ch "CH",
        Ci "CI",
        Ck "CK",
        Cl "CL",
        Cm "CM",
        Cn "CN",
        Co "CO",
        Cr "CR",
        Cu "CU",
        Cv "CV",
        Cw "CW",
        Cx "CX",
        Cy "CY",
        Cz "CZ",
        De "DE",
        Dj "DJ",
        Dk "DK",
        Dm "DM",
        Do "DO",
        Dz "DZ",
        Ec "EC",
        Ee "EE",
        Eg "EG",
        Eh "EH",
        Er "ER",
        Es "ES",
        Et "ET",
        Fi "FI",
        Fj "FJ",
        Fk "FK",
        Fm "FM",
        Fo "FO",
        Fr "FR",
        Ga "GA",
        Gb "GB",
        Gd "GD",
        Ge "GE",
        Gf "GF",
        Gg "GG",
        Gh "GH",
        Gi "GI",
        Gl "GL",
        Gm "GM",
        Gn "GN",
        Gp "GP",
        Gq "GQ",
        Gr "GR",
        Gs "GS",
        Gt "GT",
        Gu "GU",
        Gw "GW",
        Gy "GY",
        Hk "HK",
        Hm "HM",
        Hn "HN",
        Hr "HR",
        Ht "HT",
        Hu "HU",
        Id "ID",
        Ie "IE",
        Il "IL",
        Im "IM",
        In "IN",
        Io "IO",
        Iq "IQ",
        Ir "IR",
        Is "IS",
        It "IT",
        Je "JE",
        Jm "JM",
        Jo "JO",
        Jp "JP",
        Ke "KE",
        Kg "KG",
        Kh "KH",
        Ki "KI",
        Km "KM",
        Kn "KN",
        Kp "KP",
        Kr "KR",
        Kw "KW",
        Ky "KY",
        Kz "KZ",
        La "LA",
        Lb "LB",
        Lc "LC",
        Li "LI",
        Lk "LK",
        Lr "LR",
        Ls "LS",
        Lt "LT",
        Lu "LU",
        Lv "LV",
        Ly "LY",
        Ma "MA",
        Mc "MC",
        Md "MD",
        Me "ME",
        Mf "MF",
        Mg "MG",
        Mh "MH",
        Mk "MK",
        Ml "ML",
        Mm "MM",
        Mn "MN",
        Mo "MO",
        Mp "MP",
        Mq "MQ",
        Mr "MR",
        Ms "MS",
        Mt "MT",
        Mu "MU",
        Mv "MV",
        Mw "MW",
        Mx "MX",
        My "MY",
        Mz "MZ",
        Na "NA",
        Nc "NC",
        Ne "NE",
        Nf "NF",
        Ng "NG",
        Ni "NI",
        Nl "NL",
        No "NO",
        Np "NP",
        Nr "NR",
        Nu "NU",
        Nz "NZ",
        Om "OM",
        Pa "PA",
        Pe "PE",
        Pf "PF",
        Pg "PG",
        Ph "PH",
        Pk "PK",
        Pl "PL",
        Pm "PM",
        Pn "PN",
        Pr "PR",
        Ps "PS",
        Pt "PT",
        Pw "PW",
        Py "PY",
        Qa "QA",
        Re "RE",
        Ro "RO",
        Rs "RS",
        Ru "RU",
        Rw "RW",
        Sa "SA",
        Sb "SB",
        Sc "SC",
        Sd "SD",
        Se "SE",
        Sg "SG",
        Sh "SH",
        Si "SI",
        Sj "SJ",
        Sk "SK",
        Sl "SL",
        Sm "SM",
        Sn "SN",
        So "SO",
        Sr "SR",
        Ss "SS",
        St "ST",
        Sv "SV",
        Sx "SX",
        Sy "SY",
        Sz "SZ",
        Tc "TC",
        Td "TD",
        Tf "TF",
        Tg "TG",
        Th "TH",
        Tj "TJ",
        Tk "TK",
        Tl "TL",
        Tm "TM",
        Tn "TN",
        To "TO",
        Tr "TR",
        Tt "TT",
        Tv "TV",
        Tw "TW",
        Tz "TZ",
        Ua "UA",
        Ug "UG",
        Um "UM",
        Us "US",
        Uy "UY",
        Uz "UZ",
        Va "VA",
        Vc "VC",
        Ve "VE",
        Vg "VG",
        Vi "VI",
        Vn "VN",
        Vu "VU",
        Wf "WF",
        Ws "WS",
        Ye "YE",
        Yt "YT",
        Za "ZA",
        Zm "ZM",
        Zw "ZW",
    }
}

enumeration! {
    /// `MinimumProtocolVersion` of [`Distribution`].
    MinimumProtocolVersion {
        SSLv3 "SSLv3",
        TLSv1 "TLSv1",
        TLSv112016 "TLSv1.1_2016",
        TLSv122018 "TLSv1.2_2018",
        TLSv122019 "TLSv1.2_2019",
        TLSv122021 "TLSv1.2_2021",
        TLSv122025 "TLSv1.2_2025",
        TLSv132025 "TLSv1.3_2025",
        TLSv12016 "TLSv1_2016",
    }
}

enumeration! {
    /// `SelectionCriteria` of [`Distribution`].
    OriginGroupSelectionCriteria {
        Default "default",
        MediaQualityBased "media-quality-based",
    }
}

enumeration! {
    /// `OriginProtocolPolicy` of [`Distribution`].
    OriginProtocolPolicy {
        HttpOnly "http-only",
        HttpsOnly "https-only",
        MatchViewer "match-viewer",
    }
}

enumeration! {
    /// `PriceClass` of [`Distribution`].
    PriceClass {
        None "None",
        PriceClass100 "PriceClass_100",
        PriceClass200 "PriceClass_200",
        PriceClassAll "PriceClass_All",
    }
}

number_enumeration! {
    /// `ResponseCode` of [`Distribution`].
    ResponseCode {
        200,
        400,
        403,
        404,
        405,
        414,
        416,
        500,
        501,
        502,
        503,
        504,
    }
}

enumeration! {
    /// `RestrictionType` of [`Distribution`].
    RestrictionType {
        Blacklist "blacklist",
        None "none",
        Whitelist "whitelist",
    }
}

enumeration! {
    /// `SslSupportMethod` of [`Distribution`].
    SslSupportMethod {
        SniOnly "sni-only",
        StaticIp "static-ip",
        Vip "vip",
    }
}

enumeration! {
    /// `Mode` of [`Distribution`].
    ViewerMtlsMode {
        Optional "optional",
        Passthrough "passthrough",
        Required "required",
    }
}

enumeration! {
    /// `ViewerProtocolPolicy` of [`Distribution`].
    ViewerProtocolPolicy {
        AllowAll "allow-all",
        HttpsOnly "https-only",
        RedirectToHttps "redirect-to-https",
    }
}

default_object! {
    Definition,
    FunctionAssociation,
    LambdaFunctionAssociation,
    Logging,
    OriginShield,
    S3OriginConfig,
    TenantConfig,
    ViewerCertificate,
    ViewerMtlsConfig,
}
