//! The `orders` function. What it does stands in `cloudcart_handlers::orders`.

fn main() -> std::process::ExitCode {
    cloudcart_handlers::lambda::serve(cloudcart_handlers::orders::Orders::from_env)
}
