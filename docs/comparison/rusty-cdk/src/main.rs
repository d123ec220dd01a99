//! `orders orders|queues [REPEAT]`: prints the template, or the milliseconds of each of REPEAT renders.

mod orders;

use rusty_cdk::sqs::QueueBuilder;
use rusty_cdk::stack::StackBuilder;
use rusty_cdk::visibility_timeout;
use rusty_cdk::wrappers::VisibilityTimeout;
use std::env::args;
use std::time::Instant;

fn queues() -> String {
    let mut stack = StackBuilder::new();
    for i in 0..500 {
        QueueBuilder::new(&format!("Queue{i}"))
            .standard_queue()
            .visibility_timeout(visibility_timeout!(180))
            .build(&mut stack);
    }
    stack.build().expect("the ids are unique").synth().expect("the stack is plain data")
}

fn main() {
    let render = if args().nth(1).as_deref() == Some("queues") { queues } else { orders::orders };
    let Some(repeat) = args().nth(2) else { return println!("{}", render()) };
    for _ in 0..repeat.parse().expect("REPEAT is a number") {
        let start = Instant::now();
        let template = render();
        println!("{:.3}", start.elapsed().as_secs_f64() * 1000.0);
        drop(template);
    }
}
