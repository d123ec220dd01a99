//! The ARN of a resource that has none.

use cloudcart_cfn::apigatewayv2::Route;
use cloudcart_cfn::prelude::*;

fn main() {
    Template::build("An API.", |stack| {
        let route = stack.add("Route", Route::new(Ref::literal("a1b2c3"), "GET /"));
        let _ = route.arn();
    });
}
