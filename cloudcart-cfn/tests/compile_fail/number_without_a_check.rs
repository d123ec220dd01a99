//! A bare number where the schema gives a range.

use cloudcart_cfn::sqs;

fn main() {
    let _ = sqs::Queue::new().visibility_timeout(30);
}
