//! What is supplied to `sub!` has no placeholder.

use cloudcart_cfn::prelude::*;

fn main() {
    let _: Value<'_, String> = sub!("https://example.com/", Api = "a1b2c3");
}
