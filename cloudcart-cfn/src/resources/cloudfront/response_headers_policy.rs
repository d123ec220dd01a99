//! `AWS::CloudFront::ResponseHeadersPolicy`.
// Made by `cargo xtask generate` from `schemas/aws-cloudfront-responseheaderspolicy.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::CloudFront::ResponseHeadersPolicy`. `Ref` gives `Id`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudfront-responseheaderspolicy.html>
    ResponseHeadersPolicy<'stack>: kind::cloudfront::ResponseHeadersPolicy {
        required {
            /// `ResponseHeadersPolicyConfig`: an object.
            response_headers_policy_config "ResponseHeadersPolicyConfig": ResponseHeadersPolicyConfig<'stack>,
        }
        optional {}
        attributes {
            /// `LastModifiedTime`.
            last_modified_time "LastModifiedTime": String,
        }
    }
}

object! {
    /// `AccessControlAllowHeaders` of [`ResponseHeadersPolicy`].
    AccessControlAllowHeaders<'stack> {
        required {
            /// `Items`: a list of at least 1 item.
            items "Items": Vec<Value<'stack, String>>,
        }
        optional {}
    }
}

object! {
    /// `AccessControlAllowMethods` of [`ResponseHeadersPolicy`].
    AccessControlAllowMethods<'stack> {
        required {
            /// `Items`: a list of at least 1 item.
            items "Items": Vec<Value<'stack, Item>>,
        }
        optional {}
    }
}

object! {
    /// `AccessControlAllowOrigins` of [`ResponseHeadersPolicy`].
    AccessControlAllowOrigins<'stack> {
        required {
            /// `Items`: a list of at least 1 item.
            items "Items": Vec<Value<'stack, String>>,
        }
        optional {}
    }
}

object! {
    /// `AccessControlExposeHeaders` of [`ResponseHeadersPolicy`].
    AccessControlExposeHeaders<'stack> {
        required {
            /// `Items`: a list.
            items "Items": Vec<Value<'stack, String>>,
        }
        optional {}
    }
}

object! {
    /// `ContentSecurityPolicy` of [`ResponseHeadersPolicy`].
    ContentSecurityPolicy<'stack> {
        required {
            /// `ContentSecurityPolicy`: a text.
            content_security_policy "ContentSecurityPolicy": String,
            /// `Override`: true or false.
            r#override "Override": bool,
        }
        optional {}
    }
}

object! {
    /// `ContentTypeOptions` of [`ResponseHeadersPolicy`].
    ContentTypeOptions<'stack> {
        required {
            /// `Override`: true or false.
            r#override "Override": bool,
        }
        optional {}
    }
}

object! {
    /// `CorsConfig` of [`ResponseHeadersPolicy`].
    CorsConfig<'stack> {
        required {
            /// `AccessControlAllowCredentials`: true or false.
            access_control_allow_credentials "AccessControlAllowCredentials": bool,
            /// `AccessControlAllowHeaders`: an object.
            access_control_allow_headers "AccessControlAllowHeaders": AccessControlAllowHeaders<'stack>,
            /// `AccessControlAllowMethods`: an object.
            access_control_allow_methods "AccessControlAllowMethods": AccessControlAllowMethods<'stack>,
            /// `AccessControlAllowOrigins`: an object.
            access_control_allow_origins "AccessControlAllowOrigins": AccessControlAllowOrigins<'stack>,
            /// `OriginOverride`: true or false.
            origin_override "OriginOverride": bool,
        }
        optional {
            /// `AccessControlExposeHeaders`: an object.
            access_control_expose_headers "AccessControlExposeHeaders": AccessControlExposeHeaders<'stack>,
            /// `AccessControlMaxAgeSec`: a whole number.
            access_control_max_age_sec "AccessControlMaxAgeSec": i64,
        }
    }
}

object! {
    /// `CustomHeader` of [`ResponseHeadersPolicy`].
    CustomHeader<'stack> {
        required {
            /// `Header`: a text.
            header "Header": String,
            /// `Override`: true or false.
            r#override "Override": bool,
            /// `Value`: a text.
            value "Value": String,
        }
        optional {}
    }
}

object! {
    /// `CustomHeadersConfig` of [`ResponseHeadersPolicy`].
    CustomHeadersConfig<'stack> {
        required {
            /// `Items`: a list.
            items "Items": Vec<Value<'stack, CustomHeader<'stack>>>,
        }
        optional {}
    }
}

object! {
    /// `FrameOptions` of [`ResponseHeadersPolicy`].
    FrameOptions<'stack> {
        required {
            /// `FrameOption`: one of `DENY`, `SAMEORIGIN`.
            frame_option "FrameOption": FrameOption,
            /// `Override`: true or false.
            r#override "Override": bool,
        }
        optional {}
    }
}

object! {
    /// `ReferrerPolicy` of [`ResponseHeadersPolicy`].
    ReferrerPolicy<'stack> {
        required {
            /// `Override`: true or false.
            r#override "Override": bool,
            /// `ReferrerPolicy`: one of 8 words.
            referrer_policy "ReferrerPolicy": ReferrerPolicyReferrerPolicy,
        }
        optional {}
    }
}

object! {
    /// `RemoveHeader` of [`ResponseHeadersPolicy`].
    RemoveHeader<'stack> {
        required {
            /// `Header`: a text.
            header "Header": String,
        }
        optional {}
    }
}

object! {
    /// `RemoveHeadersConfig` of [`ResponseHeadersPolicy`].
    RemoveHeadersConfig<'stack> {
        required {
            /// `Items`: a list.
            items "Items": Vec<Value<'stack, RemoveHeader<'stack>>>,
        }
        optional {}
    }
}

object! {
    /// `ResponseHeadersPolicyConfig` of [`ResponseHeadersPolicy`].
    ResponseHeadersPolicyConfig<'stack> {
        required {
            /// `Name`: a text.
            name "Name": String,
        }
        optional {
            /// `Comment`: a text of up to 128 characters.
            comment "Comment": String,
            /// `CorsConfig`: an object.
            cors_config "CorsConfig": CorsConfig<'stack>,
            /// `CustomHeadersConfig`: an object.
            custom_headers_config "CustomHeadersConfig": CustomHeadersConfig<'stack>,
            /// `RemoveHeadersConfig`: an object.
            remove_headers_config "RemoveHeadersConfig": RemoveHeadersConfig<'stack>,
            /// `SecurityHeadersConfig`: an object.
            security_headers_config "SecurityHeadersConfig": SecurityHeadersConfig<'stack>,
            /// `ServerTimingHeadersConfig`: an object.
            server_timing_headers_config "ServerTimingHeadersConfig": ServerTimingHeadersConfig<'stack>,
        }
    }
}

object! {
    /// `SecurityHeadersConfig` of [`ResponseHeadersPolicy`].
    SecurityHeadersConfig<'stack> {
        required {}
        optional {
            /// `ContentSecurityPolicy`: an object.
            content_security_policy "ContentSecurityPolicy": ContentSecurityPolicy<'stack>,
            /// `ContentTypeOptions`: an object.
            content_type_options "ContentTypeOptions": ContentTypeOptions<'stack>,
            /// `FrameOptions`: an object.
            frame_options "FrameOptions": FrameOptions<'stack>,
            /// `ReferrerPolicy`: an object.
            referrer_policy "ReferrerPolicy": ReferrerPolicy<'stack>,
            /// `StrictTransportSecurity`: an object.
            strict_transport_security "StrictTransportSecurity": StrictTransportSecurity<'stack>,
            /// `XSSProtection`: an object.
            xss_protection "XSSProtection": XSSProtection<'stack>,
        }
    }
}

object! {
    /// `ServerTimingHeadersConfig` of [`ResponseHeadersPolicy`].
    ServerTimingHeadersConfig<'stack> {
        required {
            /// `Enabled`: true or false.
            enabled "Enabled": bool,
        }
        optional {
            /// `SamplingRate`: a number, 0 to 100.
            sampling_rate "SamplingRate": f64,
        }
    }
}

object! {
    /// `StrictTransportSecurity` of [`ResponseHeadersPolicy`].
    StrictTransportSecurity<'stack> {
        required {
            /// `AccessControlMaxAgeSec`: a whole number.
            access_control_max_age_sec "AccessControlMaxAgeSec": i64,
            /// `Override`: true or false.
            r#override "Override": bool,
        }
        optional {
            /// `IncludeSubdomains`: true or false.
            include_subdomains "IncludeSubdomains": bool,
            /// `Preload`: true or false.
            preload "Preload": bool,
        }
    }
}

object! {
    /// `XSSProtection` of [`ResponseHeadersPolicy`].
    XSSProtection<'stack> {
        required {
            /// `Override`: true or false.
            r#override "Override": bool,
            /// `Protection`: true or false.
            protection "Protection": bool,
        }
        optional {
            /// `ModeBlock`: true or false.
            mode_block "ModeBlock": bool,
            /// `ReportUri`: a text.
            report_uri "ReportUri": String,
        }
    }
}

enumeration! {
    /// `FrameOption` of [`ResponseHeadersPolicy`].
    FrameOption {
        Deny "DENY",
        Sameorigin "SAMEORIGIN",
    }
}

enumeration! {
    /// `Item` of [`ResponseHeadersPolicy`].
    Item {
        All "ALL",
        Delete "DELETE",
        Get "GET",
        Head "HEAD",
        Options "OPTIONS",
        Patch "PATCH",
        Post "POST",
        Put "PUT",
    }
}

enumeration! {
    /// `ReferrerPolicy` of [`ResponseHeadersPolicy`].
    ReferrerPolicyReferrerPolicy {
        NoReferrer "no-referrer",
        NoReferrerWhenDowngrade "no-referrer-when-downgrade",
        Origin "origin",
        OriginWhenCrossOrigin "origin-when-cross-origin",
        SameOrigin "same-origin",
        StrictOrigin "strict-origin",
        StrictOriginWhenCrossOrigin "strict-origin-when-cross-origin",
        UnsafeUrl "unsafe-url",
    }
}

default_object! {
    SecurityHeadersConfig,
}
