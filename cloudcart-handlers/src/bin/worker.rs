//! The `worker` function. What it does stands in `cloudcart_handlers::worker`.

fn main() -> std::process::ExitCode {
    cloudcart_handlers::lambda::work(cloudcart_handlers::worker::Worker::from_env)
}
