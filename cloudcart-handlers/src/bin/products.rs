//! The `products` function. What it does stands in `cloudcart_handlers::products`.

fn main() -> std::process::ExitCode {
    cloudcart_handlers::lambda::serve(cloudcart_handlers::products::Products::from_env)
}
