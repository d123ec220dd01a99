//! The `desk` function. What it does stands in `cloudcart_handlers::desk`.

fn main() -> std::process::ExitCode {
    cloudcart_handlers::lambda::invoke(cloudcart_handlers::desk::Desk::from_env)
}
