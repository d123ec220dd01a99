//! A queue of one stack in another. Another stack's queue comes in by a parameter, or by `import_value`.

use cloudcart_cfn::prelude::*;
use cloudcart_cfn::sqs;

fn main() {
    Template::build("Orders.", |orders| {
        let queue = orders.add("Jobs", sqs::Queue::new());
        Template::build("Billing.", |billing| {
            billing.output("JobsUrl", Output::new(queue.reference()));
        });
    });
}
