//! The small stack of `docs/comparison.md`: an API that takes orders, a queue, a worker, a table, an alarm.
//!
//! `cargo run -p cloudcart-cfn --example orders` prints the template.

use cloudcart_cfn::easy;
use cloudcart_cfn::logs::log_group::RetentionInDays;
use cloudcart_cfn::prelude::*;

/// The stack.
pub fn orders() -> Template {
    Template::build("Orders: an API, a queue, a worker and a table.", |stack| {
        let bucket = stack.parameter("CodeBucket", Parameter::text("Bucket of the functions' zips."));
        let key = stack.parameter("CodeKey", Parameter::text("Key of the functions' zip."));

        let orders = easy::Table::new("orderId").sorted_index("byUser", "userId", "placedAt").add_to(stack, "Orders");
        let jobs = easy::Queue::new().consumer_timeout(int!(30)).add_to(stack, "Jobs");

        let function = || {
            easy::Function::from_s3(&bucket, &key).timeout(int!(30)).log_retention(const { RetentionInDays::of(14) })
        };
        function().grant(orders.read_write().env("TABLE_NAME")).consume(&jobs.queue).add_to(stack, "Worker");
        let api = function().grant(jobs.queue.send().env("QUEUE_URL")).add_to(stack, "Api");

        let http = easy::HttpApi::new()
            .route("POST /orders", &api.function)
            .route("GET /orders/{id}", &api.function)
            .add_to(stack, "Http");
        easy::Alarm::on_messages(&jobs.dead_letters)
            .customize(|alarm| alarm.period(int!(300)))
            .add_to(stack, "DeadLettersAlarm");

        stack.output("ApiUrl", Output::new(http.api.api_endpoint()));
        stack.output("JobsUrl", Output::new(jobs.queue.reference()));
    })
}

fn main() {
    #[expect(clippy::print_stdout, reason = "printing is what this example is for")]
    {
        print!("{}", orders().to_json());
    }
}
