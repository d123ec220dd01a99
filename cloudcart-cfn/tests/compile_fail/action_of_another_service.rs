//! A table's action granted on a queue.

use cloudcart_cfn::policy::dynamodb::Action;
use cloudcart_cfn::prelude::*;
use cloudcart_cfn::sqs;

fn main() {
    Template::build("A queue.", |stack| {
        let queue = stack.add("Jobs", sqs::Queue::new());
        queue.allow([Action::GetItem]);
    });
}
