//! The same without a mistake.

use cloudcart_cfn::prelude::*;
use cloudcart_cfn::{lambda, sqs};

fn main() {
    Template::build("A function.", |stack| {
        let role = stack.parameter("Role", Parameter::text("ARN of the role.")).assume();
        let code = lambda::function::Code::new();
        let worker = stack.add("Worker", lambda::Function::new(code, role).memory_size(int!(128)));
        let jobs = stack.add("Jobs", sqs::Queue::new().visibility_timeout(int!(30)));
        stack.output("Both", Output::new(sub!("${Worker} ${Jobs}", Worker = worker.arn(), Jobs = jobs.arn())));
    });
}
