//! `cloudcart orders|queues [REPEAT]`: prints the template, or the milliseconds of each of REPEAT renders.
//! `cloudcart sizes REPEAT`: rows of a table, with the medians of REPEAT renders and checks of 500 to 4,000 queues.

// The small stack is an example of the library, and has a `main` of its own.
#[allow(dead_code)]
#[path = "../../../../cloudcart-cfn/examples/orders.rs"]
mod orders;

use std::env::args;
use std::time::Instant;

use cloudcart_cfn::prelude::*;
use cloudcart_cfn::sqs;

fn queues(count: usize) -> Template {
    Template::build("Queues.", |stack| {
        for i in 0..count {
            stack.add(format!("Queue{i}"), sqs::Queue::new().visibility_timeout(int!(180)));
        }
    })
}

/// What it took in milliseconds, and what it made.
fn timed<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let start = Instant::now();
    let made = work();
    (start.elapsed().as_secs_f64() * 1000.0, made)
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn sizes(repeat: usize) {
    for count in [500, 1_000, 2_000, 4_000] {
        let times = |work: &dyn Fn() -> f64| median((0..repeat).map(|_| work()).collect());
        let template = queues(count);
        let build = times(&|| timed(|| queues(count)).0);
        let render = times(&|| timed(|| template.to_json_compact()).0);
        let both = times(&|| timed(|| queues(count).to_json_compact()).0);
        let check = times(&|| timed(|| template.check()).0);
        println!("| {count} | {build:.2} | {render:.2} | {both:.2} | {check:.2} |");
    }
}

fn main() {
    let which = args().nth(1);
    let repeat = args().nth(2).map(|repeat| repeat.parse().expect("REPEAT is a number"));
    if which.as_deref() == Some("sizes") {
        return sizes(repeat.unwrap_or(21));
    }
    let render = || if which.as_deref() == Some("queues") { queues(500) } else { orders::orders() }.to_json();
    let Some(repeat) = repeat else { return print!("{}", render()) };
    for _ in 0..repeat {
        println!("{:.3}", timed(render).0);
    }
}
