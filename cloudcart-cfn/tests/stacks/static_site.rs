//! A static site: a private bucket, a distribution before it, a domain.

use cloudcart_cfn::cloudfront::cache_policy::{
    CachePolicyConfig, CookieBehavior, CookiesConfig, HeaderBehavior, HeadersConfig,
    ParametersInCacheKeyAndForwardedToOrigin, QueryStringBehavior, QueryStringsConfig,
};
use cloudcart_cfn::cloudfront::distribution::{
    CustomErrorResponse, DefaultCacheBehavior, DistributionConfig, ErrorCode, HttpVersion, MinimumProtocolVersion,
    Origin, PriceClass, ResponseCode, S3OriginConfig, SslSupportMethod, ViewerCertificate, ViewerProtocolPolicy,
};
use cloudcart_cfn::cloudfront::origin_access_control::{
    OriginAccessControlConfig, OriginAccessControlOriginType, SigningBehavior, SigningProtocol,
};
use cloudcart_cfn::cloudfront::response_headers_policy::{
    ContentSecurityPolicy, ContentTypeOptions, FrameOption, FrameOptions, ReferrerPolicy, ReferrerPolicyReferrerPolicy,
    ResponseHeadersPolicyConfig, SecurityHeadersConfig, StrictTransportSecurity,
};
use cloudcart_cfn::prelude::*;
use cloudcart_cfn::{cloudfront, easy, policy, route53};

pub(crate) fn template() -> Template {
    Template::build("A static site.", |stack| {
        let domain = stack.parameter("Domain", Parameter::text("Domain of the site."));
        let zone = stack.parameter("Zone", Parameter::aws("AWS::Route53::HostedZone::Id", "Zone of the domain."));
        let certificate =
            stack.parameter("CertificateArn", Parameter::text("Certificate of the domain, in us-east-1."));
        let parts = easy::Bucket::new().add_to(stack, "Pages");
        let pages = &parts.bucket;
        let access = stack.add(
            "PagesAccess",
            cloudfront::OriginAccessControl::new(OriginAccessControlConfig::new(
                sub!("${AWS::StackName}-pages"),
                OriginAccessControlOriginType::S3,
                SigningBehavior::Always,
                SigningProtocol::Sigv4,
            )),
        );
        let caching = stack.add(
            "Caching",
            cloudfront::CachePolicy::new(CachePolicyConfig::new(
                86_400,
                31_536_000,
                0,
                sub!("${AWS::StackName}-caching"),
                ParametersInCacheKeyAndForwardedToOrigin::new(
                    CookiesConfig::new(CookieBehavior::None),
                    true,
                    HeadersConfig::new(HeaderBehavior::None),
                    QueryStringsConfig::new(QueryStringBehavior::None),
                )
                .enable_accept_encoding_brotli(true),
            )),
        );
        let headers = stack.add(
            "Headers",
            cloudfront::ResponseHeadersPolicy::new(
                ResponseHeadersPolicyConfig::new(sub!("${AWS::StackName}-headers")).security_headers_config(
                    SecurityHeadersConfig::new()
                        .content_type_options(ContentTypeOptions::new(true))
                        .frame_options(FrameOptions::new(FrameOption::Deny, true))
                        .strict_transport_security(
                            StrictTransportSecurity::new(63_072_000, true).include_subdomains(true).preload(true),
                        )
                        .content_security_policy(ContentSecurityPolicy::new("default-src 'self'", true))
                        .referrer_policy(ReferrerPolicy::new(true, ReferrerPolicyReferrerPolicy::SameOrigin)),
                ),
            ),
        );
        let site = stack.add(
            "Site",
            cloudfront::Distribution::new(
                DistributionConfig::new(
                    DefaultCacheBehavior::new("pages", ViewerProtocolPolicy::RedirectToHttps)
                        .compress(true)
                        .cache_policy_id(&caching)
                        .response_headers_policy_id(&headers),
                    true,
                )
                .aliases([&domain])
                .default_root_object("index.html")
                .http_version(HttpVersion::Http2and3)
                .ipv6_enabled(true)
                .price_class(PriceClass::PriceClass100)
                .custom_error_responses([CustomErrorResponse::new(const { ErrorCode::of(403) })
                    .response_code(const { ResponseCode::of(404) })
                    .response_page_path("/404.html")
                    .error_caching_min_ttl(60)])
                .origins([Origin::new(pages.regional_domain_name(), "pages")
                    .origin_access_control_id(&access)
                    .s3_origin_config(S3OriginConfig::new())])
                .viewer_certificate(
                    ViewerCertificate::new()
                        .acm_certificate_arn(certificate.assume())
                        .minimum_protocol_version(MinimumProtocolVersion::TLSv122021)
                        .ssl_support_method(SslSupportMethod::SniOnly),
                ),
            ),
        );
        let read = Statement::allow([policy::s3::Action::GetObject], [sub!("${Pages}/*", Pages = pages.arn())])
            .principal(Principal::service("cloudfront.amazonaws.com"))
            .when("StringEquals", "AWS:SourceArn", [site.distribution_arn()]);
        parts.add_statement(stack, read);
        for kind in ["A", "AAAA"] {
            stack.add(
                format!("Alias{kind}"),
                route53::RecordSet::new(&domain, kind)
                    .hosted_zone_id(&zone)
                    .alias_target(route53::record_set::AliasTarget::new(site.domain_name(), "Z2FDTNDATAQYW2")),
            );
        }
        stack.output("Url", Output::new(sub!("https://${Domain}", Domain = &domain)));
        stack.output("Bucket", Output::new(pages.reference()));
    })
}
