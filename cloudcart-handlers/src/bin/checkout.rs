//! The `checkout` function. What it does stands in `cloudcart_handlers::checkout`.

fn main() -> std::process::ExitCode {
    cloudcart_handlers::lambda::serve(cloudcart_handlers::checkout::Checkout::from_env)
}
