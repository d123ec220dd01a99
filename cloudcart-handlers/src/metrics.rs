//! Metrics in CloudWatch's embedded metric format: members that a log line has beside its own, and from which CloudWatch Logs
//! makes metrics. Nothing is called for them, so they cost a request no time and cannot fail it.
//!
//! CloudWatch bills each metric by name and set of dimensions. There is one set, `FunctionName`, as Lambda's own metrics have it:
//! it tells two stacks in one account apart, and since each metric comes from one function (only `EnqueueFailed` from two) it
//! multiplies nothing. `OrderTotal` has `Currency` besides: a sum of dollars and yen is no number. What else one might want to
//! split by (route, outcome, request) are fields of the same line, which CloudWatch Logs Insights can group by.

use cloudcart_shop::money::{Currency, Money};
use cloudcart_shop::routes::Operation;
use jiff::Timestamp;
use serde_json::{Map, Number, Value, json};

use crate::span::{self, Span};

/// The namespace of all of them.
pub const NAMESPACE: &str = "CloudCart";
/// The dimension that all of them have.
pub const FUNCTION_NAME: &str = "FunctionName";
/// The dimension that a total has besides.
pub const CURRENCY: &str = "Currency";

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Metric {
    /// Pages of the catalogue or of a category that were answered.
    ProductListViewed,
    /// Changes by which a cart got a line, or more of one.
    CartItemAdded,
    /// Changes by which a cart lost a line.
    CartItemRemoved,
    /// Orders written. Replays are none.
    OrderPlaced,
    /// What an order costs, in major units, by currency.
    OrderTotal,
    /// How long an accepted checkout took. Refused ones are quicker and would hide a slow shop.
    CheckoutLatency,
    /// Checkouts that failed by the shop's fault, that is with a 5xx. Refused ones are the customer's, and no alarm.
    CheckoutError,
    /// Orders that the worker has confirmed or rejected. A message that came twice counts once.
    OrdersProcessed,
    /// Records that the worker gave back to the queue.
    OrderProcessingErrors,
    /// How long the worker took to confirm or reject an order.
    OrderProcessingTime,
    /// Messages that the queue did not take.
    EnqueueFailed,
    /// Orders that stay pending although the sweeper has sent them as often as it does. Told by every sweep.
    OrdersStuck,
}

impl Metric {
    /// Every metric.
    pub const ALL: [Self; 12] = [
        Self::ProductListViewed,
        Self::CartItemAdded,
        Self::CartItemRemoved,
        Self::OrderPlaced,
        Self::OrderTotal,
        Self::CheckoutLatency,
        Self::CheckoutError,
        Self::OrdersProcessed,
        Self::OrderProcessingErrors,
        Self::OrderProcessingTime,
        Self::EnqueueFailed,
        Self::OrdersStuck,
    ];

    /// Its name in CloudWatch.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ProductListViewed => "ProductListViewed",
            Self::CartItemAdded => "CartItemAdded",
            Self::CartItemRemoved => "CartItemRemoved",
            Self::OrderPlaced => "OrderPlaced",
            Self::OrderTotal => "OrderTotal",
            Self::CheckoutLatency => "CheckoutLatency",
            Self::CheckoutError => "CheckoutError",
            Self::OrdersProcessed => "OrdersProcessed",
            Self::OrderProcessingErrors => "OrderProcessingErrors",
            Self::OrderProcessingTime => "OrderProcessingTime",
            Self::EnqueueFailed => "EnqueueFailed",
            Self::OrdersStuck => "OrdersStuck",
        }
    }

    /// Its unit in CloudWatch, which knows no currencies.
    pub const fn unit(self) -> &'static str {
        match self {
            Self::CheckoutLatency | Self::OrderProcessingTime => "Milliseconds",
            Self::OrderTotal => "None",
            _ => "Count",
        }
    }
}

/// Counts one more in the current span. Outside of any the line is written at once.
pub fn count(metric: Metric) {
    span::current().count(metric);
}

/// Takes what follows from a route and the status it was answered with.
pub(crate) fn answered(span: &Span, operation: Operation, status: u16) {
    match (operation, status) {
        (Operation::ListProducts | Operation::ListCategory, ..400) => span.count(Metric::ProductListViewed),
        (Operation::Checkout, ..400) => span.time(Metric::CheckoutLatency, span.milliseconds()),
        (Operation::Checkout, 500..) => span.count(Metric::CheckoutError),
        _ => {}
    }
}

/// The metrics of one span, which become part of its last line.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    values: Vec<(Metric, Number)>,
    currency: Option<Currency>,
}

impl Metrics {
    pub(crate) fn count(&mut self, metric: Metric) {
        let so_far = self.values.iter().find(|(known, _)| *known == metric).and_then(|(_, value)| value.as_u64());
        self.set(metric, (so_far.unwrap_or(0) + 1).into());
    }

    pub(crate) fn set(&mut self, metric: Metric, value: Number) {
        self.values.retain(|(known, _)| *known != metric);
        self.values.push((metric, value));
    }

    pub(crate) fn order_total(&mut self, total: Money) {
        // CloudWatch keeps floats. This one is read from the exact text and prints as that text again.
        let Ok(value) = total.major().parse() else { return };
        self.set(Metric::OrderTotal, value);
        self.currency = Some(total.currency);
    }

    /// The members that a line needs so that CloudWatch finds these metrics in it: none if there are none.
    pub(crate) fn members(&self, function_name: &str, at: Timestamp) -> Map<String, Value> {
        let mut members = Map::new();
        if self.values.is_empty() {
            return members;
        }
        let is_total = |metric: Metric| metric == Metric::OrderTotal;
        let directive = |dimensions: &[&str], wanted: &dyn Fn(Metric) -> bool| {
            let chosen = self.values.iter().map(|(metric, _)| *metric).filter(|metric| wanted(*metric));
            let metrics: Vec<_> =
                chosen.map(|metric| json!({ "Name": metric.name(), "Unit": metric.unit() })).collect();
            let some = !metrics.is_empty();
            some.then(|| json!({ "Namespace": NAMESPACE, "Dimensions": [dimensions], "Metrics": metrics }))
        };
        let plain = directive(&[FUNCTION_NAME], &|metric| !is_total(metric));
        let directives: Vec<_> = plain.into_iter().chain(directive(&[FUNCTION_NAME, CURRENCY], &is_total)).collect();
        members.insert("_aws".to_owned(), json!({ "Timestamp": at.as_millisecond(), "CloudWatchMetrics": directives }));
        members.insert(FUNCTION_NAME.to_owned(), function_name.into());
        members.extend(self.currency.map(|currency| (CURRENCY.to_owned(), currency.as_str().into())));
        members.extend(self.values.iter().map(|(metric, value)| (metric.name().to_owned(), value.clone().into())));
        members
    }
}
