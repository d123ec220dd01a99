//! A placeholder of `sub!` that nobody supplies.

use cloudcart_cfn::prelude::*;

fn main() {
    let _: Value<'_, String> = sub!("https://${Api}.example.com/${Stage}", Api = "a1b2c3");
}
