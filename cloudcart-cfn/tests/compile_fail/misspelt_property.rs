//! A property that a queue does not have.

use cloudcart_cfn::{int, sqs};

fn main() {
    let _ = sqs::Queue::new().visibility_timout(int!(30));
}
