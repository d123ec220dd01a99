//! `AWS::CloudFront::OriginAccessControl`.
// Made by `cargo xtask generate` from `schemas/aws-cloudfront-originaccesscontrol.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::CloudFront::OriginAccessControl`. `Ref` gives `Id`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudfront-originaccesscontrol.html>
    OriginAccessControl<'stack>: kind::cloudfront::OriginAccessControl {
        required {
            /// `OriginAccessControlConfig`: an object.
            origin_access_control_config "OriginAccessControlConfig": OriginAccessControlConfig<'stack>,
        }
        optional {}
        attributes {}
    }
}

object! {
    /// `OriginAccessControlConfig` of [`OriginAccessControl`].
    OriginAccessControlConfig<'stack> {
        required {
            /// `Name`: a text.
            name "Name": String,
            /// `OriginAccessControlOriginType`: a text, pattern `^(s3|mediastore|lambda|mediapackagev2)$`.
            origin_access_control_origin_type "OriginAccessControlOriginType": String,
            /// `SigningBehavior`: a text, pattern `^(never|no-override|always|always-amz-auth)$`.
            signing_behavior "SigningBehavior": String,
            /// `SigningProtocol`: a text, pattern `^(sigv4|sigv4a)$`.
            signing_protocol "SigningProtocol": String,
        }
        optional {
            /// `Description`: a text.
            description "Description": String,
        }
    }
}
