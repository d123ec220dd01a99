//! A table's action granted on a queue.

use cloudcart_cfn::Template;
use cloudcart_cfn::policy::dynamodb::Action;
use cloudcart_cfn::resources::sqs::Queue;

fn main() {
    let mut template = Template::default();
    let queue = template.add("Jobs", Queue::default());
    queue.allow([Action::GetItem]);
}
