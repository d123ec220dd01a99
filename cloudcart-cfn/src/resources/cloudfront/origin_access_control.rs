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
            /// `OriginAccessControlOriginType`: one of `lambda`, `mediapackagev2`, `mediastore`, `s3`.
            origin_access_control_origin_type "OriginAccessControlOriginType": OriginAccessControlOriginType,
            /// `SigningBehavior`: one of `always`, `always-amz-auth`, `never`, `no-override`.
            signing_behavior "SigningBehavior": SigningBehavior,
            /// `SigningProtocol`: one of `sigv4`, `sigv4a`.
            signing_protocol "SigningProtocol": SigningProtocol,
        }
        optional {
            /// `Description`: a text.
            description "Description": String,
        }
    }
}

enumeration! {
    /// `OriginAccessControlOriginType` of [`OriginAccessControl`].
    OriginAccessControlOriginType {
        Lambda "lambda",
        Mediapackagev2 "mediapackagev2",
        Mediastore "mediastore",
        S3 "s3",
    }
}

enumeration! {
    /// `SigningBehavior` of [`OriginAccessControl`].
    SigningBehavior {
        Always "always",
        AlwaysAmzAuth "always-amz-auth",
        Never "never",
        NoOverride "no-override",
    }
}

enumeration! {
    /// `SigningProtocol` of [`OriginAccessControl`].
    SigningProtocol {
        Sigv4 "sigv4",
        Sigv4a "sigv4a",
    }
}
