//! The `cart` function. What it does stands in `cloudcart_handlers::cart`.

fn main() -> std::process::ExitCode {
    cloudcart_handlers::lambda::serve(cloudcart_handlers::cart::CartFunction::from_env)
}
