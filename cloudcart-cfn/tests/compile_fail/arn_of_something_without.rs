//! The ARN of a resource that has none.

use cloudcart_cfn::Template;
use cloudcart_cfn::resources::apigatewayv2::Api;

fn main() {
    let mut template = Template::default();
    let api = template.add("Api", Api::default());
    let _ = api.arn();
}
