//! `AWS::CloudFront::OriginRequestPolicy`.
// Made by `cargo xtask generate` from `schemas/aws-cloudfront-originrequestpolicy.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::CloudFront::OriginRequestPolicy`. `Ref` gives `Id`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudfront-originrequestpolicy.html>
    OriginRequestPolicy<'stack>: kind::cloudfront::OriginRequestPolicy {
        required {
            /// `OriginRequestPolicyConfig`: an object.
            origin_request_policy_config "OriginRequestPolicyConfig": OriginRequestPolicyConfig<'stack>,
        }
        optional {}
        attributes {
            /// `LastModifiedTime`.
            last_modified_time "LastModifiedTime": String,
        }
    }
}

object! {
    /// `CookiesConfig` of [`OriginRequestPolicy`].
    CookiesConfig<'stack> {
        required {
            /// `CookieBehavior`: one of `all`, `allExcept`, `none`, `whitelist`.
            cookie_behavior "CookieBehavior": CookieBehavior,
        }
        optional {
            /// `Cookies`: a list.
            cookies "Cookies": Vec<Value<'stack, String>>,
        }
    }
}

object! {
    /// `HeadersConfig` of [`OriginRequestPolicy`].
    HeadersConfig<'stack> {
        required {
            /// `HeaderBehavior`: one of `allExcept`, `allViewer`, `allViewerAndWhitelistCloudFront`, `none`, `whitelist`.
            header_behavior "HeaderBehavior": HeaderBehavior,
        }
        optional {
            /// `Headers`: a list.
            headers "Headers": Vec<Value<'stack, String>>,
        }
    }
}

object! {
    /// `OriginRequestPolicyConfig` of [`OriginRequestPolicy`].
    OriginRequestPolicyConfig<'stack> {
        required {
            /// `CookiesConfig`: an object.
            cookies_config "CookiesConfig": CookiesConfig<'stack>,
            /// `HeadersConfig`: an object.
            headers_config "HeadersConfig": HeadersConfig<'stack>,
            /// `Name`: a text.
            name "Name": String,
            /// `QueryStringsConfig`: an object.
            query_strings_config "QueryStringsConfig": QueryStringsConfig<'stack>,
        }
        optional {
            /// `Comment`: a text.
            comment "Comment": String,
        }
    }
}

object! {
    /// `QueryStringsConfig` of [`OriginRequestPolicy`].
    QueryStringsConfig<'stack> {
        required {
            /// `QueryStringBehavior`: one of `all`, `allExcept`, `none`, `whitelist`.
            query_string_behavior "QueryStringBehavior": QueryStringBehavior,
        }
        optional {
            /// `QueryStrings`: a list.
            query_strings "QueryStrings": Vec<Value<'stack, String>>,
        }
    }
}

enumeration! {
    /// `CookieBehavior` of [`OriginRequestPolicy`].
    CookieBehavior {
        All "all",
        AllExcept "allExcept",
        None "none",
        Whitelist "whitelist",
    }
}

enumeration! {
    /// `HeaderBehavior` of [`OriginRequestPolicy`].
    HeaderBehavior {
        AllExcept "allExcept",
        AllViewer "allViewer",
        AllViewerAndWhitelistCloudFront "allViewerAndWhitelistCloudFront",
        None "none",
        Whitelist "whitelist",
    }
}

enumeration! {
    /// `QueryStringBehavior` of [`OriginRequestPolicy`].
    QueryStringBehavior {
        All "all",
        AllExcept "allExcept",
        None "none",
        Whitelist "whitelist",
    }
}
