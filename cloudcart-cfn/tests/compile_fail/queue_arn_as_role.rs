//! A queue's ARN where a role's is asked.

use cloudcart_cfn::prelude::*;
use cloudcart_cfn::{lambda, sqs};

fn main() {
    Template::build("A function.", |stack| {
        let queue = stack.add("Jobs", sqs::Queue::new());
        stack.add("Worker", lambda::Function::new(lambda::function::Code::new(), queue.arn()));
    });
}
