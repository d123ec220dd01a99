//! `AWS::CloudFront::CachePolicy`.
// Made by `cargo xtask generate` from `schemas/aws-cloudfront-cachepolicy.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::CloudFront::CachePolicy`. `Ref` gives `Id`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudfront-cachepolicy.html>
    CachePolicy<'stack>: kind::cloudfront::CachePolicy {
        required {
            /// `CachePolicyConfig`: an object.
            cache_policy_config "CachePolicyConfig": CachePolicyConfig<'stack>,
        }
        optional {}
        attributes {
            /// `LastModifiedTime`.
            last_modified_time "LastModifiedTime": String,
        }
    }
}

object! {
    /// `CachePolicyConfig` of [`CachePolicy`].
    CachePolicyConfig<'stack> {
        required {
            /// `DefaultTTL`: a number, at least 0.
            default_ttl "DefaultTTL": f64,
            /// `MaxTTL`: a number, at least 0.
            max_ttl "MaxTTL": f64,
            /// `MinTTL`: a number, at least 0.
            min_ttl "MinTTL": f64,
            /// `Name`: a text.
            name "Name": String,
            /// `ParametersInCacheKeyAndForwardedToOrigin`: an object.
            parameters_in_cache_key_and_forwarded_to_origin "ParametersInCacheKeyAndForwardedToOrigin": ParametersInCacheKeyAndForwardedToOrigin<'stack>,
        }
        optional {
            /// `Comment`: a text.
            comment "Comment": String,
        }
    }
}

object! {
    /// `CookiesConfig` of [`CachePolicy`].
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
    /// `HeadersConfig` of [`CachePolicy`].
    HeadersConfig<'stack> {
        required {
            /// `HeaderBehavior`: one of `none`, `whitelist`.
            header_behavior "HeaderBehavior": HeaderBehavior,
        }
        optional {
            /// `Headers`: a list.
            headers "Headers": Vec<Value<'stack, String>>,
        }
    }
}

object! {
    /// `ParametersInCacheKeyAndForwardedToOrigin` of [`CachePolicy`].
    ParametersInCacheKeyAndForwardedToOrigin<'stack> {
        required {
            /// `CookiesConfig`: an object.
            cookies_config "CookiesConfig": CookiesConfig<'stack>,
            /// `EnableAcceptEncodingGzip`: true or false.
            enable_accept_encoding_gzip "EnableAcceptEncodingGzip": bool,
            /// `HeadersConfig`: an object.
            headers_config "HeadersConfig": HeadersConfig<'stack>,
            /// `QueryStringsConfig`: an object.
            query_strings_config "QueryStringsConfig": QueryStringsConfig<'stack>,
        }
        optional {
            /// `EnableAcceptEncodingBrotli`: true or false.
            enable_accept_encoding_brotli "EnableAcceptEncodingBrotli": bool,
        }
    }
}

object! {
    /// `QueryStringsConfig` of [`CachePolicy`].
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
    /// `CookieBehavior` of [`CachePolicy`].
    CookieBehavior {
        All "all",
        AllExcept "allExcept",
        None "none",
        Whitelist "whitelist",
    }
}

enumeration! {
    /// `HeaderBehavior` of [`CachePolicy`].
    HeaderBehavior {
        None "none",
        Whitelist "whitelist",
    }
}

enumeration! {
    /// `QueryStringBehavior` of [`CachePolicy`].
    QueryStringBehavior {
        All "all",
        AllExcept "allExcept",
        None "none",
        Whitelist "whitelist",
    }
}
