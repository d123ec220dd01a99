//! A queue's ARN where a role's is asked.

use cloudcart_cfn::prelude::*;
use cloudcart_cfn::resources::lambda::{Code, Function};
use cloudcart_cfn::resources::sqs::Queue;

fn main() {
    let mut template = Template::default();
    let queue = template.add("Jobs", Queue::default());
    let mut function = Function::new(Code::default(), Arn::literal("arn:aws:iam::123456789012:role/worker"));
    function.role = queue.arn();
    template.add("Worker", function);
}
