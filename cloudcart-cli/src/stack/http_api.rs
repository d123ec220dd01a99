//! The HTTP API: one integration per function, one route per row of the route table.

use std::collections::{BTreeMap, BTreeSet};

use cloudcart_cfn::policy::lambda::Action::InvokeFunction;
use cloudcart_cfn::prelude::*;
use cloudcart_cfn::resources::apigatewayv2::{
    Api, Cors, Integration, IntegrationType, PayloadFormatVersion, ProtocolType, Route, Stage,
};
use cloudcart_cfn::resources::lambda::Permission;
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
const CORS_MAX_AGE_SECONDS: u32 = 3600;

pub(super) fn add(template: &mut Template, functions: &Functions) -> Handle<Api> {
    let tags = || Some(BTreeMap::from([(PROJECT.0.to_owned(), Value::from(PROJECT.1))]).into());
    let api = template.add(
        "HttpApi",
        Api {
            cors_configuration: Some(cors().into()),
            description: Some("The shop".into()),
            // Not an identity: several APIs may have one name.
            name: Some(pseudo::stack_name()),
            protocol_type: Some(ProtocolType::Http.into()),
            tags: tags(),
            ..Api::default()
        },
    );
    for (function, handle) in functions {
        let routes: Vec<_> = ROUTES.iter().filter(|route| route.function == *function).collect();
        if routes.is_empty() {
            continue;
        }
        let integration = template.add(
            format!("{}Integration", word(*function)),
            Integration {
                integration_uri: Some(handle.arn().into()),
                payload_format_version: Some(PayloadFormatVersion::V2.into()),
                ..Integration::new(api.reference(), IntegrationType::AwsProxy)
            },
        );
        template.add(
            format!("{}InvokePermission", word(*function)),
            Permission {
                source_arn: Some(api.execution_arn()),
                ..Permission::new(InvokeFunction.as_str(), handle.reference(), "apigateway.amazonaws.com")
            },
        );
        for route in routes {
            template.add(
                format!("{}Route", route.word),
                Route { target: Some(integration.target()), ..Route::new(api.reference(), route.key()) },
            );
        }
    }
    template.add(
        "DefaultStage",
        Stage { auto_deploy: Some(true.into()), tags: tags(), ..Stage::new(api.reference(), "$default") },
    );
    api
}

/// Any origin may call, but without credentials: a cart's or an order's token has to be sent in its header, so that no
/// page can act for a visitor by the cookie that the browser keeps.
fn cors() -> Cors {
    let methods: BTreeSet<&str> = ROUTES.iter().map(|route| route.method).collect();
    Cors {
        allow_headers: Some(list(REQUEST_HEADERS)),
        allow_methods: Some(list(methods)),
        allow_origins: Some(list(["*"])),
        expose_headers: Some(list(RESPONSE_HEADERS)),
        max_age: Some(CORS_MAX_AGE_SECONDS.into()),
        ..Cors::default()
    }
}
