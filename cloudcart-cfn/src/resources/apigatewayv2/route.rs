//! `AWS::ApiGatewayV2::Route`.
// Made by `cargo xtask generate` from `schemas/aws-apigatewayv2-route.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::ApiGatewayV2::Route`. `Ref` gives `RouteId`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-route.html>
    Route<'stack>: kind::apigatewayv2::Route {
        required {
            /// `ApiId`: a text. Create-only: a change replaces the resource.
            api_id "ApiId": Ref<kind::apigatewayv2::Api>,
            /// `RouteKey`: a text.
            route_key "RouteKey": String,
        }
        optional {
            /// `ApiKeyRequired`: true or false.
            api_key_required "ApiKeyRequired": bool,
            /// `AuthorizationScopes`: a list.
            authorization_scopes "AuthorizationScopes": Vec<Value<'stack, String>>,
            /// `AuthorizationType`: one of `AWS_IAM`, `CUSTOM`, `JWT`, `NONE`.
            authorization_type "AuthorizationType": AuthorizationType,
            /// `AuthorizerId`: a text. Write-only: it cannot be read back.
            authorizer_id "AuthorizerId": Ref<kind::apigatewayv2::Authorizer>,
            /// `ModelSelectionExpression`: a text.
            model_selection_expression "ModelSelectionExpression": String,
            /// `OperationName`: a text.
            operation_name "OperationName": String,
            /// `RequestModels`: an object.
            request_models "RequestModels": BTreeMap<String, Value<'stack, String>>,
            /// `RequestParameters`: an object. Write-only: it cannot be read back.
            request_parameters "RequestParameters": BTreeMap<String, Value<'stack, ParameterConstraints<'stack>>>,
            /// `RouteResponseSelectionExpression`: a text.
            route_response_selection_expression "RouteResponseSelectionExpression": String,
            /// `Target`: a text.
            target "Target": String,
        }
        attributes {
            /// `RouteId`: what `Ref` gives.
            route_id "RouteId": Ref<kind::apigatewayv2::Route>,
        }
    }
}

object! {
    /// `ParameterConstraints` of [`Route`].
    ParameterConstraints<'stack> {
        required {
            /// `Required`: true or false.
            required "Required": bool,
        }
        optional {}
    }
}

enumeration! {
    /// `AuthorizationType` of [`Route`].
    AuthorizationType {
        AwsIam "AWS_IAM",
        Custom "CUSTOM",
        Jwt "JWT",
        None "NONE",
    }
}
