//! The HTTP API: one integration per function, one route per row of the route table.

use std::collections::BTreeSet;

use cloudcart_cfn::apigatewayv2::api::{Cors, ProtocolType};
use cloudcart_cfn::apigatewayv2::integration::{IntegrationType, PayloadFormatVersion};
use cloudcart_cfn::apigatewayv2::{Api, Integration, Route, Stage};
use cloudcart_cfn::lambda::Permission;
use cloudcart_cfn::policy::lambda::Action::InvokeFunction;
use cloudcart_cfn::prelude::*;
use cloudcart_shop::routes::ROUTES;

use super::PROJECT;
use super::functions::{Functions, word};

/// What a browser's script may send.
const REQUEST_HEADERS: [&str; 6] =
    ["content-type", "idempotency-key", "if-match", "if-none-match", "x-cart-token", "x-order-token"];
/// What a browser's script may read of an answer.
const RESPONSE_HEADERS: [&str; 8] =
    ["etag", "idempotent-replayed", "link", "location", "retry-after", "x-cart-token", "x-next-cursor", "x-request-id"];
/// How long a browser may remember a preflight's answer.
const CORS_MAX_AGE_SECONDS: i64 = 3600;

pub(super) fn add<'stack>(
    stack: &mut Stack<'stack>,
    functions: &Functions<'stack>,
) -> Handle<'stack, kind::apigatewayv2::Api> {
    let api = Api::new()
        .cors_configuration(cors())
        .description("The shop")
        // Not an identity: several APIs may have one name.
        .name(pseudo::stack_name())
        .protocol_type(ProtocolType::Http)
        .tags([PROJECT]);
    let api = stack.add("HttpApi", api);
    for (function, handle) in functions {
        let routes: Vec<_> = ROUTES.iter().filter(|route| route.function == *function).collect();
        if routes.is_empty() {
            continue;
        }
        let integration = Integration::new(&api, IntegrationType::AwsProxy)
            .integration_uri(handle.arn())
            .payload_format_version(PayloadFormatVersion::V2_0);
        let integration = stack.add(format!("{}Integration", word(*function)), integration);
        stack.add(
            format!("{}InvokePermission", word(*function)),
            Permission::new(InvokeFunction.as_str(), handle.reference(), "apigateway.amazonaws.com")
                .source_arn(api.execution_arn()),
        );
        for route in routes {
            let properties = Route::new(&api, route.key()).target(integration.target());
            stack.add(format!("{}Route", route.word), properties);
        }
    }
    stack.add("DefaultStage", Stage::new(&api, "$default").auto_deploy(true).tags([PROJECT]));
    api
}

/// Any origin may call, but without credentials: a cart's or an order's token has to be sent in its header, so that no
/// page can act for a visitor by the cookie that the browser keeps.
fn cors<'stack>() -> Cors<'stack> {
    let methods: BTreeSet<&str> = ROUTES.iter().map(|route| route.method).collect();
    Cors::new()
        .allow_headers(REQUEST_HEADERS)
        .allow_methods(list(methods))
        .allow_origins(["*"])
        .expose_headers(RESPONSE_HEADERS)
        .max_age(int!(CORS_MAX_AGE_SECONDS))
}
