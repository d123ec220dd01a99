//! Prints the shop's OpenAPI document, for tools that read files: `cargo run -p cloudcart-shop --example openapi`.
#![allow(clippy::print_stdout, reason = "printing is what it is for")]

fn main() {
    println!("{:#}", cloudcart_shop::openapi::document());
}
