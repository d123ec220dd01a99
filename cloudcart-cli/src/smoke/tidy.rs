//! Leaves the shop as it was found: the test's order is called off, so that its stock comes back, and its row is removed; then
//! stock and cart are compared with how they were before.

use cloudcart_deploy::functions::invoke;
use cloudcart_deploy::rows::{self, Cell};
use cloudcart_deploy::stack::StackView;
use cloudcart_deploy::{Error, Target};
use serde::Deserialize;
use serde_json::json;

use super::steps::{PRODUCT, QUANTITY};
use crate::failure::Failure;
use crate::session::Session;

/// What the test's order left behind, once there is nothing more to do about it.
#[derive(Debug)]
pub(super) struct Tidied {
    /// For the report.
    pub(super) cancelled: Result<String, String>,
    /// Whether its row is gone; nothing if there was none to remove.
    pub(super) removed: Option<Result<String, String>>,
    /// How much of the product went back into the stock.
    pub(super) returned: u64,
}

#[derive(Debug, Deserialize)]
struct Answer {
    order: Option<Order>,
    #[serde(default)]
    returned: Vec<Returned>,
    problem: Option<Problem>,
}

#[derive(Debug, Deserialize)]
struct Order {
    status: String,
    #[serde(default)]
    history: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
struct Entry {
    at: String,
    to: String,
}

#[derive(Debug, Deserialize)]
struct Returned {
    id: String,
    qty: u64,
}

#[derive(Debug, Deserialize)]
struct Problem {
    title: String,
    #[serde(default)]
    detail: String,
}

/// How much of the product there is; nothing where nobody counts it.
pub(super) async fn stock(target: &Target, view: &StackView) -> Result<Option<u64>, Error> {
    let Some(table) = view.outputs.get("InventoryTableName") else { return Ok(None) };
    let found = rows::existing(target, table, "id", &[PRODUCT.to_owned()]).await?;
    Ok(match found.get(PRODUCT).and_then(|row| row.get("available")) {
        Some(Cell::Number(number)) => number.parse().ok(),
        _ => None,
    })
}

/// Calls the order off and removes it. Nothing if the program has no functions for orders.
pub(super) async fn order(
    session: &Session<'_>,
    target: &Target,
    view: &StackView,
    id: &str,
    handled: bool,
) -> Option<Tidied> {
    let desk = session.app.orders.as_ref()?.desk;
    let logical_id = session.app.function(desk)?.logical_id;
    let stack = &session.settings.stack_name;
    let event = json!({ "orderId": id, "event": "cancel", "reason": "smoke test" });
    let called = invoke(target, stack, logical_id, &event).await.map_err(Failure::from);
    let failed = |why: String| Tidied { cancelled: Err(why), removed: None, returned: 0 };
    let answer = match called {
        Ok(text) => match serde_json::from_str::<Answer>(&text) {
            Ok(answer) => answer,
            Err(error) => {
                return Some(failed(format!("the answer of `{desk}` cannot be read: {error}; order {id} stays")));
            }
        },
        Err(failure) => return Some(failed(format!("{failure}; order {id} stays as it is"))),
    };
    if let Some(problem) = answer.problem {
        return Some(failed(format!("{}: {}; order {id} stays as it is", problem.title, problem.detail)));
    }
    let returned = answer.returned.iter().filter(|line| line.id == PRODUCT).map(|line| line.qty).sum();
    let last = answer.order.filter(|order| order.status == "cancelled").and_then(|mut order| order.history.pop());
    let Some(last) = last.filter(|entry| entry.to == "cancelled") else {
        return Some(failed(format!("`{desk}` does not say that order {id} is cancelled")));
    };
    let cancelled = match returned {
        0 => "nothing of it was reserved".to_owned(),
        some => format!("{some} of product {PRODUCT} went back into the stock"),
    };
    let removed = match view.outputs.get("OrdersTableName") {
        None => None,
        // The worker would not find it, and try until the message is put aside.
        Some(_) if !handled => Some(Err(format!(
            "order {id} stays, cancelled: the worker has not taken it yet, and must find it when it does"
        ))),
        Some(table) => {
            // Only this order as this test left it: whatever else somebody did to it since keeps it there.
            let as_left = [("status", "cancelled"), ("updatedAt", last.at.as_str())];
            Some(match rows::remove_if(target, table, ("orderId", id), &as_left).await {
                Ok(true) => Ok(format!("order {id}")),
                Ok(false) => Err(format!("order {id} stays: somebody else took it a step on, or removed it")),
                Err(error) => Err(format!("order {id} stays, cancelled: {}", Failure::from(error))),
            })
        }
    };
    Some(Tidied { cancelled: Ok(cancelled), removed, returned })
}

/// Compares the stock with how it was. What was reserved came back; if the number differs all the same, others bought or
/// delivered meanwhile, which is what shops are for.
pub(super) fn compare(before: Option<u64>, after: Option<u64>, returned: u64) -> Result<String, String> {
    match (before, after) {
        (None, None) => Ok(format!("product {PRODUCT} is not counted")),
        (Some(before), Some(after)) if before == after => Ok(format!("{after} of product {PRODUCT}")),
        (Some(before), Some(after)) if returned == QUANTITY => {
            Ok(format!("all {returned} came back; others took it from {before} to {after} meanwhile"))
        }
        (before, after) => {
            let words = |stock: Option<u64>| stock.map_or_else(|| "not counted".to_owned(), |stock| stock.to_string());
            Err(format!("of product {PRODUCT} there were {}, now {}", words(before), words(after)))
        }
    }
}

/// Records what came of it.
pub(super) fn results(tidied: Tidied) -> Vec<(&'static str, Result<String, String>)> {
    let mut results = vec![("order is cancelled", tidied.cancelled)];
    results.extend(tidied.removed.map(|removed| ("order is removed", removed)));
    results
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stock_that_came_back_is_good_and_stock_that_is_missing_is_not() {
        assert!(compare(None, None, 0).is_ok());
        assert!(compare(Some(5), Some(5), 2).is_ok());
        assert!(compare(Some(5), Some(5), 0).is_ok(), "it was never reserved");
        assert!(compare(Some(5), Some(4), 2).is_ok_and(|words| words.contains("from 5 to 4")));
        assert!(compare(Some(5), Some(3), 0).is_err());
        assert!(compare(Some(5), None, 2).is_err_and(|words| words.contains("now not counted")));
    }
}
