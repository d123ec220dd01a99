//! Alarms: what a person should look at, and nothing else.
//!
//! Each costs $0.10 a month, and each that is raised without need is one that is not read next time. So there is none on what
//! another one tells as well: a worker that fails or is throttled shows as orders that wait, a function behind the API as
//! answers that failed. Missing data is no alarm; a shop that nobody visits is well.
//!
//! They notify nobody by themselves: whom, and by what way, is up to whoever runs the shop.

use cloudcart_cfn::cloudwatch::alarm::Statistic;
use cloudcart_cfn::easy;
use cloudcart_cfn::prelude::*;
use cloudcart_shop::functions::Function;

use super::functions::Functions;
use super::project_tags;
use super::queue::Queues;

/// An order is confirmed within seconds. One that fails is tried every 180 s and put aside after the fifth time, so an age of
/// five minutes is a worker that cannot keep up or that fails, well before the first order is put aside.
const OLDEST_ORDER_SECONDS: f64 = 300.0;
/// Two minutes in a row: a queue that is slow for one is catching up.
const OLDEST_ORDER_MINUTES: i64 = 2;
/// Answers with a 5xx in five minutes. One or two are a cold start that met a timeout; five are customers who go away.
const FAILED_ANSWERS: f64 = 5.0;
/// Runs of the sweeper, of the five in five minutes, that failed. The next run does what one has left.
const FAILED_SWEEPS: f64 = 3.0;
/// The period of what is counted over some minutes.
const PERIOD_SECONDS: i64 = 300;

pub(super) fn add<'stack>(
    stack: &mut Stack<'stack>,
    functions: &Functions<'stack>,
    queues: &Queues<'stack>,
    api: &Handle<'stack, kind::apigatewayv2::Api>,
) {
    easy::Alarm::on_messages(&queues.dead_letters)
        .customize(|alarm| {
            alarm.alarm_description("Orders could not be processed: cloudcart dlq peek").tags(project_tags())
        })
        .add_to(stack, "DeadLettersAlarm");

    let queue = ("QueueName", queues.checkout.queue_name());
    easy::Alarm::on("AWS/SQS", "ApproximateAgeOfOldestMessage", queue, Statistic::Maximum, OLDEST_ORDER_SECONDS)
        .customize(|alarm| {
            alarm
                .alarm_description("Placed orders wait for the worker: cloudcart logs worker --level warn")
                .evaluation_periods(int!(OLDEST_ORDER_MINUTES))
                .tags(project_tags())
        })
        .add_to(stack, "OrdersWaitAlarm");

    let name = |function: Function| functions.get(&function).map(|handle| ("FunctionName", handle.reference()));
    if let Some(sweeper) = name(Function::Sweeper) {
        // Told by every sweep, so that one is enough.
        easy::Alarm::on(NAMESPACE, "OrdersStuck", sweeper, Statistic::Maximum, 1.0)
            .customize(|alarm| {
                alarm
                    .alarm_description("Orders stay pending: mend the cause, then cloudcart orders sweep --stuck")
                    .tags(project_tags())
            })
            .add_to(stack, "OrdersStuckAlarm");
    }
    if let Some(checkout) = name(Function::Checkout) {
        // The sweeper sends such an order within minutes; that the queue takes none is for a person all the same.
        easy::Alarm::on(NAMESPACE, "EnqueueFailed", checkout, Statistic::Sum, 1.0)
            .customize(|alarm| {
                alarm.alarm_description("The queue did not take an order: cloudcart logs checkout").tags(project_tags())
            })
            .add_to(stack, "EnqueueFailedAlarm");
    }
    if let Some(sweeper) = name(Function::Sweeper) {
        // A sweeper that fails tells of no stuck orders, so that silence needs an alarm of its own.
        easy::Alarm::on("AWS/Lambda", "Errors", sweeper, Statistic::Sum, FAILED_SWEEPS)
            .customize(|alarm| {
                alarm
                    .alarm_description("The sweeper fails: cloudcart logs sweeper")
                    .period(int!(PERIOD_SECONDS))
                    .tags(project_tags())
            })
            .add_to(stack, "SweeperFailsAlarm");
    }
    easy::Alarm::on("AWS/ApiGateway", "5xx", ("ApiId", api.reference()), Statistic::Sum, FAILED_ANSWERS)
        .customize(|alarm| {
            alarm
                .alarm_description("Customers get errors: cloudcart logs all --level error")
                .period(int!(PERIOD_SECONDS))
                .tags(project_tags())
        })
        .add_to(stack, "ApiFailsAlarm");
}

/// Where the functions' own metrics are.
const NAMESPACE: &str = "CloudCart";
