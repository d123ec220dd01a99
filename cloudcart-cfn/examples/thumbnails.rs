//! A stack that has nothing to do with a shop: pictures come into a bucket, jobs into a queue, a function makes thumbnails of
//! them and a table remembers what is done.
//!
//! `cargo run -p cloudcart-cfn --example thumbnails` prints the template.

use cloudcart_cfn::easy;
use cloudcart_cfn::prelude::*;
use cloudcart_cfn::sns;

fn main() {
    let template = Template::build("Thumbnails: pictures, jobs, a function that does them, what is done.", |stack| {
        let code = stack.parameter("CodeBucket", Parameter::text("Bucket that holds the function's zip."));
        let key = stack.parameter("CodeKey", Parameter::text("Key of the function's zip."));

        let pictures = easy::Bucket::new().add_to(stack, "Pictures").bucket;
        let done = easy::Table::new("pictureId").time_to_live("forgetAt").add_to(stack, "Done");
        let jobs = easy::Queue::new().consumer_timeout(int!(60)).add_to(stack, "Jobs");

        let worker = easy::Function::from_s3(code, key)
            .memory(int!(512))
            .timeout(int!(60))
            .grant(pictures.get("originals/*").env("PICTURES_BUCKET"))
            .grant(pictures.put("thumbnails/*"))
            .grant(done.write().env("DONE_TABLE"))
            .consume(&jobs.queue)
            .add_to(stack, "Worker");

        let alarms = stack.add("Alarms", sns::Topic::new());
        easy::Alarm::on_messages(&jobs.dead_letters).notify(&alarms).add_to(stack, "JobsFail");
        easy::Alarm::on_errors(&worker.function).notify(&alarms).add_to(stack, "WorkerFails");

        stack.output("JobsUrl", Output::new(jobs.queue.reference()).described("Where to send jobs."));
        stack.output("Pictures", Output::new(pictures.reference()).described("Where to put pictures."));
    });

    for finding in template.check() {
        eprintln_finding(&finding.to_string());
    }
    #[expect(clippy::print_stdout, reason = "printing is what this example is for")]
    {
        print!("{}", template.to_json());
    }
}

#[expect(clippy::print_stderr, reason = "printing is what this example is for")]
fn eprintln_finding(finding: &str) {
    eprintln!("{finding}");
}
