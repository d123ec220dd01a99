//! A route without its key.

use cloudcart_cfn::resources::apigatewayv2::Route;
use cloudcart_cfn::{Ref, Value};

fn main() {
    let _ = Route {
        api_id: Value::Literal(Ref::literal("a1b2c3")),
        authorization_scopes: None,
        authorization_type: None,
        authorizer_id: None,
        operation_name: None,
        target: None,
    };
}
