//! `AWS::Cognito::UserPoolClient`.
// Made by `cargo xtask generate` from `schemas/aws-cognito-userpoolclient.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::Cognito::UserPoolClient`. `Ref` gives `ClientId`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cognito-userpoolclient.html>
    UserPoolClient<'stack>: kind::cognito::UserPoolClient {
        required {
            /// `UserPoolId`: a text of 1 to 55 characters, pattern `^[\w-]+_[0-9a-zA-Z]+$`. Create-only: a change replaces the resource.
            user_pool_id "UserPoolId": Ref<kind::cognito::UserPool>,
        }
        optional {
            /// `AccessTokenValidity`: a whole number, 1 to 86,400.
            access_token_validity "AccessTokenValidity": Int<1, 86_400>,
            /// `AllowedOAuthFlows`: a list of up to 3 items.
            allowed_oauth_flows "AllowedOAuthFlows": Vec<Value<'stack, AllowedOAuthFlow>>,
            /// `AllowedOAuthFlowsUserPoolClient`: true or false.
            allowed_oauth_flows_user_pool_client "AllowedOAuthFlowsUserPoolClient": bool,
            /// `AllowedOAuthScopes`: a list of up to 50 items.
            allowed_oauth_scopes "AllowedOAuthScopes": Vec<Value<'stack, String>>,
            /// `AnalyticsConfiguration`: an object.
            analytics_configuration "AnalyticsConfiguration": AnalyticsConfiguration<'stack>,
            /// `AuthSessionValidity`: a whole number, 3 to 15.
            auth_session_validity "AuthSessionValidity": Int<3, 15>,
            /// `CallbackURLs`: a list of up to 100 items.
            callback_urls "CallbackURLs": Vec<Value<'stack, String>>,
            /// `ClientName`: a text of 1 to 128 characters, pattern `^[\w\s+=,.@-]+$`.
            client_name "ClientName": String,
            /// `DefaultRedirectURI`: a text of 1 to 1,024 characters, pattern `^[\p{L}\p{M}\p{S}\p{N}\p{P}]+$`.
            default_redirect_uri "DefaultRedirectURI": String,
            /// `EnablePropagateAdditionalUserContextData`: true or false.
            enable_propagate_additional_user_context_data "EnablePropagateAdditionalUserContextData": bool,
            /// `EnableTokenRevocation`: true or false.
            enable_token_revocation "EnableTokenRevocation": bool,
            /// `ExplicitAuthFlows`: a list.
            explicit_auth_flows "ExplicitAuthFlows": Vec<Value<'stack, ExplicitAuthFlow>>,
            /// `GenerateSecret`: true or false. Create-only: a change replaces the resource.
            generate_secret "GenerateSecret": bool,
            /// `IdTokenValidity`: a whole number, 1 to 86,400.
            id_token_validity "IdTokenValidity": Int<1, 86_400>,
            /// `LogoutURLs`: a list of up to 100 items.
            logout_urls "LogoutURLs": Vec<Value<'stack, String>>,
            /// `PreventUserExistenceErrors`: one of `ENABLED`, `LEGACY`.
            prevent_user_existence_errors "PreventUserExistenceErrors": PreventUserExistenceErrors,
            /// `ReadAttributes`: a list.
            read_attributes "ReadAttributes": Vec<Value<'stack, String>>,
            /// `RefreshTokenRotation`: an object.
            refresh_token_rotation "RefreshTokenRotation": RefreshTokenRotation<'stack>,
            /// `RefreshTokenValidity`: a whole number, 1 to 315,360,000.
            refresh_token_validity "RefreshTokenValidity": Int<1, 315_360_000>,
            /// `SupportedIdentityProviders`: a list.
            supported_identity_providers "SupportedIdentityProviders": Vec<Value<'stack, String>>,
            /// `TokenValidityUnits`: an object.
            token_validity_units "TokenValidityUnits": TokenValidityUnits<'stack>,
            /// `WriteAttributes`: a list.
            write_attributes "WriteAttributes": Vec<Value<'stack, String>>,
        }
        attributes {
            /// `ClientId`: what `Ref` gives.
            client_id "ClientId": Ref<kind::cognito::UserPoolClient>,
            /// `ClientSecret`.
            client_secret "ClientSecret": String,
            /// `Name`.
            name "Name": String,
        }
    }
}

object! {
    /// `AnalyticsConfiguration` of [`UserPoolClient`].
    AnalyticsConfiguration<'stack> {
        required {}
        optional {
            /// `ApplicationArn`: a text of 20 to 2,048 characters.
            application_arn "ApplicationArn": String,
            /// `ApplicationId`: a text, pattern `^[0-9a-fA-F]+$`.
            application_id "ApplicationId": String,
            /// `ExternalId`: a text of up to 131,072 characters.
            external_id "ExternalId": String,
            /// `RoleArn`: a text of 20 to 2,048 characters.
            role_arn "RoleArn": Arn<kind::iam::Role>,
            /// `UserDataShared`: true or false.
            user_data_shared "UserDataShared": bool,
        }
    }
}

object! {
    /// `RefreshTokenRotation` of [`UserPoolClient`].
    RefreshTokenRotation<'stack> {
        required {}
        optional {
            /// `Feature`: one of `DISABLED`, `ENABLED`.
            feature "Feature": Feature,
            /// `RetryGracePeriodSeconds`: a whole number, 0 to 60.
            retry_grace_period_seconds "RetryGracePeriodSeconds": Int<0, 60>,
        }
    }
}

object! {
    /// `TokenValidityUnits` of [`UserPoolClient`].
    TokenValidityUnits<'stack> {
        required {}
        optional {
            /// `AccessToken`: one of `days`, `hours`, `minutes`, `seconds`.
            access_token "AccessToken": AccessToken,
            /// `IdToken`: one of `days`, `hours`, `minutes`, `seconds`.
            id_token "IdToken": IdToken,
            /// `RefreshToken`: one of `days`, `hours`, `minutes`, `seconds`.
            refresh_token "RefreshToken": RefreshToken,
        }
    }
}

enumeration! {
    /// `AccessToken` of [`UserPoolClient`].
    AccessToken {
        Days "days",
        Hours "hours",
        Minutes "minutes",
        Seconds "seconds",
    }
}

enumeration! {
    /// `AllowedOAuthFlow` of [`UserPoolClient`].
    AllowedOAuthFlow {
        ClientCredentials "client_credentials",
        Code "code",
        Implicit "implicit",
    }
}

enumeration! {
    /// `ExplicitAuthFlow` of [`UserPoolClient`].
    ExplicitAuthFlow {
        AdminNoSrpAuth "ADMIN_NO_SRP_AUTH",
        AllowAdminUserPasswordAuth "ALLOW_ADMIN_USER_PASSWORD_AUTH",
        AllowCustomAuth "ALLOW_CUSTOM_AUTH",
        AllowRefreshTokenAuth "ALLOW_REFRESH_TOKEN_AUTH",
        AllowUserAuth "ALLOW_USER_AUTH",
        AllowUserPasswordAuth "ALLOW_USER_PASSWORD_AUTH",
        AllowUserSrpAuth "ALLOW_USER_SRP_AUTH",
        CustomAuthFlowOnly "CUSTOM_AUTH_FLOW_ONLY",
        UserPasswordAuth "USER_PASSWORD_AUTH",
    }
}

enumeration! {
    /// `Feature` of [`UserPoolClient`].
    Feature {
        Disabled "DISABLED",
        Enabled "ENABLED",
    }
}

enumeration! {
    /// `IdToken` of [`UserPoolClient`].
    IdToken {
        Days "days",
        Hours "hours",
        Minutes "minutes",
        Seconds "seconds",
    }
}

enumeration! {
    /// `PreventUserExistenceErrors` of [`UserPoolClient`].
    PreventUserExistenceErrors {
        Enabled "ENABLED",
        Legacy "LEGACY",
    }
}

enumeration! {
    /// `RefreshToken` of [`UserPoolClient`].
    RefreshToken {
        Days "days",
        Hours "hours",
        Minutes "minutes",
        Seconds "seconds",
    }
}

default_object! {
    AnalyticsConfiguration,
    RefreshTokenRotation,
    TokenValidityUnits,
}
