//! What is measured, by name, with what is aimed at.

use std::collections::BTreeMap;

/// Which way is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// A time or a size.
    Less,
    /// A rate.
    More,
}

/// A figure.
#[derive(Debug, Clone, Copy)]
pub struct Metric {
    /// Its key in the results.
    pub id: &'static str,
    /// Which table it stands in.
    pub table: &'static str,
    /// What it is, with its unit.
    pub title: &'static str,
    /// Which way is better.
    pub better: Better,
    /// What ours must not exceed, whatever a rival does.
    pub most: Option<f64>,
    /// How many times better than the rival ours is to be.
    pub times: Option<f64>,
}

const fn latency(id: &'static str, table: &'static str, title: &'static str) -> Metric {
    Metric { id, table, title, better: Better::Less, most: None, times: Some(10.0) }
}

const fn rate(id: &'static str, table: &'static str, title: &'static str) -> Metric {
    Metric { id, table, title, better: Better::More, most: None, times: Some(20.0) }
}

impl Metric {
    const fn at_most(mut self, most: f64) -> Self {
        self.most = Some(most);
        self
    }

    const fn no_rival(mut self) -> Self {
        self.times = None;
        self
    }

    /// How many times better the first is than the second.
    pub fn ratio(&self, ours: f64, rival: f64) -> Option<f64> {
        let (above, below) = match self.better {
            Better::Less => (rival, ours),
            Better::More => (ours, rival),
        };
        (below > 0.0 && above > 0.0).then(|| above / below)
    }
}

/// All of them, in the order of the tables.
pub const METRICS: [Metric; 35] = [
    latency("warm_p50", "calls", "warm call, p50, ms"),
    latency("warm_p99", "calls", "warm call, p99, ms"),
    latency("warm_over_p50", "calls", "warm call less the function's own time, p50, ms").at_most(1.0),
    latency("cold", "calls", "first call after a change, ms"),
    latency("cold_over", "calls", "the same less the function's own init and time, ms").at_most(10.0),
    latency("products_p50", "calls", "`GET /products`, p50, ms"),
    latency("products_p99", "calls", "`GET /products`, p99, ms"),
    latency("naps_cold", "calls", "20 calls of 300 ms at once, all cold, ms").at_most(450.0).no_rival(),
    latency("naps_warm", "calls", "20 calls of 300 ms at once, warm, ms").at_most(450.0).no_rival(),
    rate("hello_1", "rates", "the empty function, 1 connection"),
    rate("hello_8", "rates", "the empty function, 8 connections"),
    rate("hello_64", "rates", "the empty function, 64 connections"),
    rate("products_1", "rates", "`GET /products`, 1 connection"),
    rate("products_8", "rates", "`GET /products`, 8 connections"),
    rate("products_64", "rates", "`GET /products`, 64 connections"),
    rate("sqs_1", "rates", "SQS: send, receive and delete a message, 1 connection"),
    rate("sqs_8", "rates", "SQS: send, receive and delete a message, 8 connections"),
    rate("put_1", "rates", "DynamoDB: PutItem, 1 connection"),
    rate("put_8", "rates", "DynamoDB: PutItem, 8 connections"),
    rate("get_1", "rates", "DynamoDB: GetItem, 1 connection"),
    rate("get_8", "rates", "DynamoDB: GetItem, 8 connections"),
    latency("wake", "queue", "a long poll wakes up after SendMessage began, ms").at_most(2.0),
    latency("worker", "queue", "SendMessage began until the function has the message, ms"),
    latency("order", "queue", "`POST /checkout` answered until the order is confirmed, ms"),
    rate("flood_rate", "queue", "messages through queue and function, each second"),
    rate("flood_count", "queue", "… how many were sent and processed").no_rival(),
    latency("flood_growth", "queue", "… memory of the last third above that of the first, MB").at_most(3.0).no_rival(),
    latency("flood_slope", "queue", "… slope of memory over the last two thirds, MB for 10,000 messages").no_rival(),
    latency("start", "size", "start of the process to its first answer, ms"),
    latency("create_stack", "size", "CreateStack of the shop to CREATE_COMPLETE, ms"),
    latency("idle_empty", "size", "memory after the start, MB").at_most(60.0).no_rival(),
    latency("idle", "size", "memory, idle with the shop deployed, MB").at_most(60.0).no_rival(),
    latency("loaded", "size", "memory after all of this, MB").no_rival(),
    latency("loaded_tree", "size", "the same with the functions' processes, MB").no_rival(),
    latency("disk", "size", "state on disk after all of this, MB").no_rival(),
];

/// The values of one cloud, each measured once a round.
#[derive(Debug, Clone, Default)]
pub struct Samples(BTreeMap<&'static str, Vec<f64>>);

impl Samples {
    /// Adds one.
    pub fn add(&mut self, id: &'static str, value: f64) {
        debug_assert!(METRICS.iter().any(|metric| metric.id == id), "no metric is called {id}");
        self.0.entry(id).or_default().push(value);
    }

    /// Adds all of another's.
    pub fn extend(&mut self, other: Self) {
        for (id, values) in other.0 {
            self.0.entry(id).or_default().extend(values);
        }
    }

    /// The median of each.
    pub fn medians(&self) -> BTreeMap<String, f64> {
        self.0.iter().filter_map(|(id, values)| Some(((*id).to_owned(), quantile(values, 0.5)?))).collect()
    }
}

/// The value below which that share of the values lies; none of no values.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "an index of a vector, and never negative"
)]
pub fn quantile(values: &[f64], share: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().checked_sub(1)?;
    if share.to_bits() == 0.5_f64.to_bits() && sorted.len().is_multiple_of(2) {
        return Some(f64::midpoint(sorted[last / 2], sorted[last / 2 + 1]));
    }
    sorted.get((last as f64 * share).round() as usize).copied()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn medians_and_quantiles() {
        assert_eq!(quantile(&[3.0, 1.0, 2.0], 0.5), Some(2.0));
        assert_eq!(quantile(&[4.0, 1.0, 2.0, 3.0], 0.5), Some(2.5));
        assert_eq!(quantile(&[1.0, 2.0, 3.0, 4.0, 5.0], 1.0), Some(5.0));
        assert_eq!(quantile(&[], 0.5), None);
    }

    #[test]
    fn a_ratio_is_above_one_where_ours_is_better() {
        let find = |id: &str| *METRICS.iter().find(|metric| metric.id == id).unwrap();
        assert_eq!(find("warm_p50").ratio(1.0, 50.0), Some(50.0));
        assert_eq!(find("hello_8").ratio(2000.0, 100.0), Some(20.0));
        assert_eq!(find("hello_8").ratio(2000.0, 0.0), None);
    }

    #[test]
    fn every_metric_has_a_name_of_its_own() {
        let names: std::collections::BTreeSet<&str> = METRICS.iter().map(|metric| metric.id).collect();
        assert_eq!(names.len(), METRICS.len());
    }
}
