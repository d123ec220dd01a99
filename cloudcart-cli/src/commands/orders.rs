//! `orders`: shows an order, takes it a step on, or sends what is still pending to the queue again. The work is done by functions of
//! the stack, which the program names in [`OrderFunctions`].

use cloudcart_deploy::functions::invoke;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::app::{FunctionSpec, OrderFunctions};
use crate::args::{Orders, Step};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;
use crate::table::render;

/// What the desk answers: an order, or why not.
#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    order: Option<Order<'a>>,
    #[serde(default)]
    returned: Vec<Returned>,
    problem: Option<Problem>,
}

#[derive(Deserialize)]
struct Order<'a> {
    id: String,
    status: String,
    /// As it was sent: a float would lose the last decimal of 199.90.
    #[serde(borrow)]
    total: &'a RawValue,
    currency: String,
    #[serde(borrow)]
    items: Vec<Line<'a>>,
    history: Vec<Entry>,
}

#[derive(Deserialize)]
struct Line<'a> {
    id: String,
    name: String,
    qty: u32,
    #[serde(borrow, rename = "lineTotal")]
    total: &'a RawValue,
}

#[derive(Deserialize)]
struct Entry {
    at: String,
    to: String,
    reason: Option<String>,
}

#[derive(Deserialize)]
struct Returned {
    id: String,
    qty: u32,
}

#[derive(Deserialize)]
struct Problem {
    status: u16,
    title: String,
    detail: String,
}

pub(crate) async fn run(session: &Session<'_>, command: &Orders) -> Result<Exit, Failure> {
    let functions = session.app.orders.as_ref().ok_or_else(|| {
        Failure::usage(format!("`{}` has no functions for orders", session.app.name))
            .hint("a program names them in `App::orders`")
    })?;
    match command {
        Orders::Show { id } => ask(session, functions, json!({ "orderId": id })).await,
        Orders::Fulfil(step) => take(session, functions, "fulfil", step).await,
        Orders::Ship(step) => take(session, functions, "ship", step).await,
        Orders::Deliver(step) => take(session, functions, "deliver", step).await,
        Orders::Cancel(step) => take(session, functions, "cancel", step).await,
        Orders::Sweep { stuck } => sweep(session, functions, *stuck).await,
    }
}

async fn take(session: &Session<'_>, functions: &OrderFunctions, word: &str, step: &Step) -> Result<Exit, Failure> {
    let mut event = json!({ "orderId": step.id, "event": word });
    if let Some(reason) = &step.reason {
        event["reason"] = reason.as_str().into();
    }
    ask(session, functions, event).await
}

async fn ask(session: &Session<'_>, functions: &OrderFunctions, event: Value) -> Result<Exit, Failure> {
    let text = call(session, functions.desk, &event).await?;
    let answer: Answer<'_> = serde_json::from_str(&text).map_err(|error| unreadable(functions.desk, &error))?;
    if let Some(problem) = answer.problem {
        return Err(refused(problem));
    }
    let printer = &session.printer;
    if printer.is_json() {
        printer.json(&raw(functions.desk, &text)?)?;
    } else if let Some(order) = answer.order {
        printer.out(&tables(&order))?;
        for returned in answer.returned {
            printer.note(&format!("{} of product {} went back into the stock", returned.qty, returned.id));
        }
    } else {
        return Err(Failure::internal(format!(
            "function `{}` answered neither an order nor a problem",
            functions.desk
        )));
    }
    Ok(Exit::Done)
}

async fn sweep(session: &Session<'_>, functions: &OrderFunctions, stuck: bool) -> Result<Exit, Failure> {
    let text = call(session, functions.sweeper, &json!({ "stuck": stuck })).await?;
    let summary: Value = serde_json::from_str(&text).map_err(|error| unreadable(functions.sweeper, &error))?;
    let printer = &session.printer;
    if printer.is_json() {
        printer.json(&summary)?;
        return Ok(Exit::Done);
    }
    let members = summary.as_object().into_iter().flatten();
    let rows: Vec<Vec<String>> = members.map(|(name, value)| vec![name.clone(), value.to_string()]).collect();
    printer.out(&render(&["ORDERS", "COUNT"], &rows, &[1]))?;
    Ok(Exit::Done)
}

async fn call(session: &Session<'_>, name: &str, event: &Value) -> Result<String, Failure> {
    let known = |function: &FunctionSpec| function.logical_id;
    let logical_id = session.app.function(name).map(known).ok_or_else(|| {
        Failure::internal(format!("`{}` names a function `{name}` for orders that it does not have", session.app.name))
    })?;
    let target = session.target().await?;
    Ok(invoke(&target, &session.settings.stack_name, logical_id, event).await?)
}

/// A step that the order's state forbids is refused to keep the order right; an order that is not there, or a request that cannot be
/// read, is what was typed.
fn refused(problem: Problem) -> Failure {
    let exit = match problem.status {
        409 => Exit::Refused,
        400..=499 => Exit::Usage,
        _ => Exit::Internal,
    };
    let failure = Failure::new(exit, problem.title).because(problem.detail);
    if exit == Exit::Refused {
        failure.hint("`orders show` tells where it stands; no step is ever undone")
    } else {
        failure
    }
}

fn raw(function: &str, text: &str) -> Result<Box<RawValue>, Failure> {
    RawValue::from_string(text.to_owned()).map_err(|error| unreadable(function, &error))
}

fn unreadable(function: &str, error: &serde_json::Error) -> Failure {
    Failure::internal(format!("the answer of function `{function}` cannot be read")).because(error.to_string())
}

fn tables(order: &Order<'_>) -> String {
    let head = vec![order.id.clone(), order.status.clone(), order.total.to_string(), order.currency.clone()];
    let lines: Vec<Vec<String>> = order
        .items
        .iter()
        .map(|line| vec![line.id.clone(), line.name.clone(), line.qty.to_string(), line.total.to_string()])
        .collect();
    let steps: Vec<Vec<String>> = order
        .history
        .iter()
        .map(|step| vec![step.at.clone(), step.to.clone(), step.reason.clone().unwrap_or_default()])
        .collect();
    [
        render(&["ORDER", "STATUS", "TOTAL", "CURRENCY"], &[head], &[2]),
        render(&["PRODUCT", "NAME", "QTY", "TOTAL"], &lines, &[2, 3]),
        render(&["AT", "STATUS", "REASON"], &steps, &[]),
    ]
    .join("\n")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn an_order_is_three_tables_with_its_decimals() {
        let text = r#"{"order":{"id":"o","status":"cancelled","total":199.90,"currency":"USD","items":[{"id":"1","name":"Mouse","qty":2,"price":99.95,"lineTotal":199.90}],"history":[{"at":"t","from":null,"to":"pending","reason":null},{"at":"u","from":"pending","to":"cancelled","reason":"asked"}]},"returned":[{"id":"1","qty":2}]}"#;
        let answer: Answer<'_> = serde_json::from_str(text).unwrap();
        assert_eq!(
            tables(&answer.order.unwrap()),
            "ORDER  STATUS      TOTAL  CURRENCY\no      cancelled  199.90  USD\n\n\
             PRODUCT  NAME   QTY   TOTAL\n1        Mouse    2  199.90\n\n\
             AT  STATUS     REASON\nt   pending\nu   cancelled  asked\n"
        );
        assert_eq!((answer.returned[0].id.as_str(), answer.returned[0].qty), ("1", 2));
    }

    #[test]
    fn problems_end_with_their_exit_codes() {
        let exit = |status| refused(Problem { status, title: String::new(), detail: String::new() }).exit;
        assert_eq!([400, 404, 409, 500].map(exit), [Exit::Usage, Exit::Usage, Exit::Refused, Exit::Internal]);
    }
}
