//! `AWS::Lambda::Permission`.
// Made by `cargo xtask generate` from `schemas/aws-lambda-permission.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::Lambda::Permission`. `Ref` gives `Id`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-permission.html>
    Permission<'stack>: kind::lambda::Permission {
        required {
            /// `Action`: a text of 1 to 256 characters, pattern `^(lambda:[*]|lambda:[a-zA-Z]+|[*])$`. Create-only: a change replaces the resource.
            action "Action": String,
            /// `FunctionName`: a text of 1 to 140 characters. Create-only: a change replaces the resource.
            function_name "FunctionName": String,
            /// `Principal`: a text of 1 to 256 characters, pattern `^.*$`. Create-only: a change replaces the resource.
            principal "Principal": String,
        }
        optional {
            /// `EventSourceToken`: a text of 1 to 256 characters, pattern `^[a-zA-Z0-9._\-]+$`. Create-only: a change replaces the resource.
            event_source_token "EventSourceToken": String,
            /// `FunctionUrlAuthType`: one of `AWS_IAM`, `NONE`. Create-only: a change replaces the resource.
            function_url_auth_type "FunctionUrlAuthType": FunctionUrlAuthType,
            /// `InvokedViaFunctionUrl`: true or false. Create-only: a change replaces the resource.
            invoked_via_function_url "InvokedViaFunctionUrl": bool,
            /// `PrincipalOrgID`: a text of 12 to 34 characters, pattern `^o-[a-z0-9]{10,32}$`. Create-only: a change replaces the resource.
            principal_org_id "PrincipalOrgID": String,
            /// `SourceAccount`: a text of 12 characters, pattern `^\d{12}$`. Create-only: a change replaces the resource.
            source_account "SourceAccount": String,
            /// `SourceArn`: a text of 12 to 1,024 characters. Create-only: a change replaces the resource.
            source_arn "SourceArn": String,
        }
        attributes {}
    }
}

enumeration! {
    /// `FunctionUrlAuthType` of [`Permission`].
    FunctionUrlAuthType {
        AwsIam "AWS_IAM",
        None "NONE",
    }
}
