//! `AWS::Cognito::UserPoolResourceServer`.
// Made by `cargo xtask generate` from `schemas/aws-cognito-userpoolresourceserver.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::Cognito::UserPoolResourceServer`. `Ref` gives `Identifier`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cognito-userpoolresourceserver.html>
    UserPoolResourceServer<'stack>: kind::cognito::UserPoolResourceServer {
        required {
            /// `Identifier`: a text of 1 to 256 characters, pattern `^[\x21\x23-\x5B\x5D-\x7E]+$`. Create-only: a change replaces the resource.
            identifier "Identifier": String,
            /// `Name`: a text of 1 to 256 characters, pattern `^[\w\s+=,.@-]+$`.
            name "Name": String,
            /// `UserPoolId`: a text of 1 to 55 characters, pattern `^[\w-]+_[0-9a-zA-Z]+$`. Create-only: a change replaces the resource.
            user_pool_id "UserPoolId": Ref<kind::cognito::UserPool>,
        }
        optional {
            /// `Scopes`: a list of up to 100 items.
            scopes "Scopes": Vec<Value<'stack, ResourceServerScopeType<'stack>>>,
        }
        attributes {}
    }
}

object! {
    /// `ResourceServerScopeType` of [`UserPoolResourceServer`].
    ResourceServerScopeType<'stack> {
        required {
            /// `ScopeDescription`: a text of 1 to 256 characters.
            scope_description "ScopeDescription": String,
            /// `ScopeName`: a text of 1 to 256 characters, pattern `^[\x21\x23-\x2E\x30-\x5B\x5D-\x7E]+$`.
            scope_name "ScopeName": String,
        }
        optional {}
    }
}
