//! A text where a number is asked.

use cloudcart_cfn::sqs;

fn main() {
    let _ = sqs::Queue::new().visibility_timeout("30");
}
