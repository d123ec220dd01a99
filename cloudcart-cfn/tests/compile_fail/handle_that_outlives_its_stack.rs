//! A handle that is kept for after its stack.

use cloudcart_cfn::prelude::*;
use cloudcart_cfn::sqs;

fn main() {
    let mut kept = None;
    Template::build("Orders.", |orders| {
        kept = Some(orders.add("Jobs", sqs::Queue::new()));
    });
}
