//! A route without its key.

use cloudcart_cfn::apigatewayv2::Route;
use cloudcart_cfn::prelude::*;

fn main() {
    Template::build("An API.", |stack| {
        let api = stack.parameter("Api", Parameter::text("Id of the API."));
        stack.add("Route", Route::new(api.assume()));
    });
}
