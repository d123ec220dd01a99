//! The `sweeper` function. What it does stands in `cloudcart_handlers::sweeper`.

fn main() -> std::process::ExitCode {
    cloudcart_handlers::lambda::invoke(cloudcart_handlers::sweeper::Sweeper::from_env)
}
