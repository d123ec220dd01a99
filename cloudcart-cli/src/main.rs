//! The `cloudcart` command, with the shop's own stack.

fn main() -> std::process::ExitCode {
    cloudcart_cli::run(&cloudcart_cli::shop_app::app())
}
