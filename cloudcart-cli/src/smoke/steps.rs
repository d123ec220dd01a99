//! The checks themselves, in the order in which a customer meets them. Each looks at the status *and* at the body.

use std::time::{Duration, Instant};

use cloudcart_deploy::http::{Answer, Http, ca_bundle_from_env};
use cloudcart_deploy::logs::{Tail, group_of};
use cloudcart_deploy::stack::StackView;
use cloudcart_deploy::{Error, Target};
use serde_json::{Value, json};

use super::{Check, Report, tidy};
use crate::failure::Failure;
use crate::session::Session;

/// The product that the quick start buys.
pub(super) const PRODUCT: &str = "1";
/// How many of it.
pub(super) const QUANTITY: u64 = 2;
/// The function whose log must show the order.
const WORKER: &str = "worker";

/// How long a stack that was just deployed may take to answer for the first time.
const WARM_UP: Duration = Duration::from_secs(20);

struct Shop<'a> {
    session: &'a Session<'a>,
    http: Http,
    base: String,
    /// The cart's token, once the shop issued one.
    cart_token: Option<String>,
    /// The cart as it was found.
    cart: Option<Vec<(String, u64)>>,
    checks: Vec<Check>,
}

/// Runs every check. Only a failure of the test itself is an error; a failure of the shop is in the report.
pub(super) async fn run(
    session: &Session<'_>,
    target: &Target,
    view: &StackView,
    base: &str,
    deadline: Duration,
) -> Result<Report, Failure> {
    let http = Http::new(ca_bundle_from_env().as_deref(), Duration::from_secs(35))?;
    let mut shop = Shop { session, http, base: base.to_owned(), cart_token: None, cart: None, checks: Vec::new() };
    let started = crate::commands::now_millis();
    shop.wake().await;
    let stock = tidy::stock(target, view).await;
    let price = shop.catalogue().await;
    shop.cart().await;
    let order = shop.checkout(price).await;
    let mut order_id = None;
    let mut returned = 0;
    if let Some((id, token)) = &order {
        let handled = shop.confirmed(id, token.as_deref(), deadline).await;
        shop.logged(target, id, started, deadline).await;
        order_id = Some(id.clone());
        session.printer.busy("leaving the shop as it was found");
        let begun = Instant::now();
        if let Some(tidied) = tidy::order(session, target, view, id, handled).await {
            returned = tidied.returned;
            for (name, result) in tidy::results(tidied) {
                shop.record(name, None, begun, result);
            }
        } else {
            session.printer.note(&format!("`{}` has no functions for orders: order {id} stays", session.app.name));
        }
    } else {
        for name in ["order is confirmed", "order is in the worker's log"] {
            shop.record(name, None, Instant::now(), Err("not reached: checkout failed".to_owned()));
        }
    }
    shop.as_found(target, view, stock, returned).await;
    let ok = shop.checks.iter().all(|check| check.ok);
    let hint = price.is_none().then(|| "the quick start buys product 1; write it with `cloudcart seed`".to_owned());
    Ok(Report { ok, url: base.to_owned(), order_id, checks: shop.checks, hint })
}

impl Shop<'_> {
    /// A new API answers 404 or 5xx until its routes have spread. What it answers in the end is for the checks to judge.
    async fn wake(&self) {
        let started = Instant::now();
        while started.elapsed() < WARM_UP {
            match self.send("GET", "/products", &[], None).await {
                Ok(answer) if answer.status != 404 && answer.status < 500 => return,
                _ => tokio::time::sleep(Duration::from_millis(500)).await,
            }
        }
    }

    /// Returns the price of the product in minor units, if there is one.
    async fn catalogue(&mut self) -> Option<u64> {
        self.check("GET /products", "GET", "/products", None, 200, listed).await;
        let product = self
            .check("GET /products/1", "GET", "/products/1", None, 200, |body, _| {
                same(body, "id", &json!(PRODUCT))?;
                let minor = body["priceMinor"].as_u64().ok_or("`priceMinor` is not a whole number")?;
                if !body["price"].is_number() {
                    return Err("`price` is not a number".to_owned());
                }
                let name = body["name"].as_str().ok_or("`name` is not a text")?;
                Ok(format!("{name}, {minor} in minor units"))
            })
            .await;
        let category = product.as_ref().and_then(|body| body["category"].as_str()).unwrap_or("electronics").to_owned();
        let path = format!("/categories/{category}");
        self.check(&format!("GET {path}"), "GET", &path, None, 200, |body, answer| {
            let stray = array(body)?.iter().find(|product| product["category"] != category.as_str());
            if let Some(stray) = stray {
                return Err(format!("product {} is of category {}", stray["id"], stray["category"]));
            }
            listed(body, answer)
        })
        .await;
        product.and_then(|body| body["priceMinor"].as_u64())
    }

    /// Adds, reads and removes, and leaves the cart as it was found.
    async fn cart(&mut self) {
        let before = self.check("GET /cart", "GET", "/cart", None, 200, |body, _| quantity(body)).await;
        self.cart = before.as_ref().and_then(lines);
        let before = before.as_ref().and_then(line).unwrap_or(0);
        let expected = before + QUANTITY;
        let add = json!({ "id": PRODUCT, "qty": QUANTITY });
        let has = |body: &Value, _: &Answer| match line(body) {
            Some(found) if found == expected => Ok(format!("{found} of product {PRODUCT}")),
            found => Err(format!("expected {expected} of product {PRODUCT}, found {}", found.unwrap_or(0))),
        };
        self.check("POST /cart", "POST", "/cart", Some(add), 200, has).await;
        self.check("GET /cart has it", "GET", "/cart", None, 200, has).await;
        let remove = json!({ "id": PRODUCT });
        self.check("DELETE /cart", "DELETE", "/cart", Some(remove), 200, |body, _| match line(body) {
            None => Ok("the line is gone".to_owned()),
            Some(found) => Err(format!("{found} of product {PRODUCT} are still there")),
        })
        .await;
        if before > 0 {
            let restore = json!({ "qty": before });
            let path = format!("/cart/items/{PRODUCT}");
            self.check("PUT /cart/items/1", "PUT", &path, Some(restore), 200, |body, _| match line(body) {
                Some(found) if found == before => Ok(format!("{found} of product {PRODUCT}")),
                found => Err(format!("expected {before} of product {PRODUCT}, found {}", found.unwrap_or(0))),
            })
            .await;
        }
    }

    /// Places the order; returns its id and token.
    async fn checkout(&mut self, price: Option<u64>) -> Option<(String, Option<String>)> {
        let due = price.map(|price| price * QUANTITY);
        // The quick start's own total for the sample's price; otherwise no expectation, so that any catalogue will do.
        let mut order = json!({ "items": [{ "id": PRODUCT, "qty": QUANTITY }] });
        if price == Some(9_999) {
            order["total"] = json!(199.99);
        }
        let body = self
            .check("POST /checkout", "POST", "/checkout", Some(order), 202, |body, answer| {
                same(body, "queued", &json!(true))?;
                same(body, "status", &json!("pending"))?;
                let id = body["id"].as_str().filter(|id| !id.is_empty()).ok_or("`id` is not a text")?;
                let total = body["totalMinor"].as_u64().ok_or("`totalMinor` is not a whole number")?;
                if due.is_some_and(|due| due != total) {
                    return Err(format!("charged {total} in minor units, not {}", due.unwrap_or_default()));
                }
                let location = answer.header("location").unwrap_or_default();
                if !location.ends_with(&format!("/orders/{id}")) {
                    return Err(format!("`Location` is `{location}`"));
                }
                Ok(format!("order {id}, {total} in minor units"))
            })
            .await?;
        let id = body["id"].as_str()?.to_owned();
        Some((id, body["orderToken"].as_str().map(str::to_owned)))
    }

    /// Waits for the worker; returns whether it has taken the order.
    async fn confirmed(&mut self, id: &str, token: Option<&str>, deadline: Duration) -> bool {
        let started = Instant::now();
        let path = format!("/orders/{id}");
        let headers: Vec<(&str, &str)> = token.map(|token| ("x-order-token", token)).into_iter().collect();
        let (status, result) = loop {
            let answer = self.send("GET", &path, &headers, None).await;
            let (status, verdict) = match answer {
                Err(error) => (None, Err(error.to_string())),
                Ok(answer) => {
                    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
                    let verdict = match (answer.status, body["status"].as_str()) {
                        (200, Some("confirmed")) if body["id"] == id || body["orderId"] == id => {
                            Ok(Some(format!("after {} ms", started.elapsed().as_millis())))
                        }
                        (200, Some("pending")) => Ok(None),
                        _ => Err(format!("{} {}", answer.status, excerpt(&answer.body))),
                    };
                    (Some(answer.status), verdict)
                }
            };
            match verdict {
                Ok(Some(found)) => break (status, Ok(found)),
                Err(wrong) => break (status, Err(wrong)),
                Ok(None) if started.elapsed() > deadline => {
                    break (status, Err(format!("still pending after {} s", deadline.as_secs())));
                }
                Ok(None) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        };
        let handled = result.is_ok();
        self.record("order is confirmed", status, started, result);
        handled
    }

    /// Whether stock and cart are as they were found.
    async fn as_found(&mut self, target: &Target, view: &StackView, stock: Result<Option<u64>, Error>, returned: u64) {
        if let Some(expected) = self.cart.take() {
            self.check("cart is as it was found", "GET", "/cart", None, 200, |body, _| match lines(body) {
                Some(found) if found == expected => Ok(format!("{} lines", found.len())),
                _ => Err(format!("it had {expected:?}")),
            })
            .await;
        }
        let started = Instant::now();
        let compared = match (stock, tidy::stock(target, view).await) {
            (Ok(before), Ok(after)) => tidy::compare(before, after, returned),
            (Err(error), _) | (_, Err(error)) => Err(format!("the stock cannot be read: {}", Failure::from(error))),
        };
        self.record("stock is as it was found", None, started, compared);
    }

    async fn logged(&mut self, target: &Target, id: &str, since: i64, deadline: Duration) {
        let started = Instant::now();
        let Some(worker) = self.session.app.function(WORKER) else { return };
        let group = group_of(target, &self.session.settings.stack_name, worker.logical_id, WORKER).await;
        let group = match group {
            Ok(group) => group,
            Err(error) => {
                let why = Err(Failure::from(error).to_string());
                return self.record("order is in the worker's log", None, started, why);
            }
        };
        let name = group.name.clone();
        // The clocks of this machine and of the target may differ a little.
        let mut tail = Tail::new(group, Some(&format!("\"{id}\"")), since - 60_000);
        let result = loop {
            match tail.poll(target).await {
                Ok(lines) => {
                    if let Some(found) = lines.iter().find(|line| line.message.contains(id)) {
                        break Ok(format!("{} in {name}", found.stream));
                    }
                }
                Err(error) if error.as_aws().is_some_and(cloudcart_deploy::Aws::is_passing) => {}
                // What was begun is tidied up whatever happens, so this is a check that failed and no end.
                Err(error) => break Err(Failure::from(error).to_string()),
            }
            if started.elapsed() > deadline {
                break Err(format!("not in {name} after {} s", deadline.as_secs()));
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        };
        self.record("order is in the worker's log", None, started, result);
    }

    async fn check(
        &mut self,
        name: &str,
        method: &str,
        path: &str,
        body: Option<Value>,
        expected: u16,
        judge: impl FnOnce(&Value, &Answer) -> Result<String, String>,
    ) -> Option<Value> {
        self.session.printer.busy(name);
        let started = Instant::now();
        let token = self.cart_token.clone();
        let mut headers = Vec::new();
        if let Some(token) = token.as_deref().filter(|_| path.starts_with("/cart")) {
            headers.push(("x-cart-token", token));
        }
        let answer = match self.send(method, path, &headers, body).await {
            Ok(answer) => answer,
            Err(error) => {
                self.record(name, None, started, Err(error.to_string()));
                return None;
            }
        };
        if let Some(token) = answer.header("x-cart-token") {
            self.cart_token = Some(token.to_owned());
        }
        let parsed: Result<Value, _> = serde_json::from_slice(&answer.body);
        let (result, body) = match parsed {
            _ if answer.status != expected => {
                (Err(format!("expected {expected}, got {}: {}", answer.status, excerpt(&answer.body))), None)
            }
            Err(error) => (Err(format!("the body is not JSON ({error}): {}", excerpt(&answer.body))), None),
            Ok(body) => match judge(&body, &answer) {
                Ok(found) => (Ok(found), Some(body)),
                Err(wrong) => (Err(format!("{wrong}: {}", excerpt(&answer.body))), None),
            },
        };
        self.record(name, Some(answer.status), started, result);
        body
    }

    async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Result<Answer, Error> {
        let mut headers = headers.to_vec();
        if body.is_some() {
            headers.push(("content-type", "application/json"));
        }
        let url = format!("{}{path}", self.base);
        self.http.send(method, &url, &headers, body.map(|body| body.to_string().into_bytes())).await
    }

    fn record(&mut self, name: &str, status: Option<u16>, started: Instant, result: Result<String, String>) {
        let millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let ok = result.is_ok();
        let detail = match result {
            Ok(text) | Err(text) => text,
        };
        self.checks.push(Check { name: name.to_owned(), ok, status, detail, millis });
    }
}

fn array(body: &Value) -> Result<&Vec<Value>, String> {
    body.as_array().ok_or_else(|| "the body is not an array".to_owned())
}

/// The product is in the list; or the list is one page of many, and each entry is a product.
fn listed(body: &Value, answer: &Answer) -> Result<String, String> {
    let list = array(body)?;
    if list.iter().any(|product| !product["id"].is_string() || !product["priceMinor"].is_u64()) {
        return Err("an entry is no product".to_owned());
    }
    let found = list.iter().any(|product| product["id"] == PRODUCT);
    match answer.header("x-next-cursor") {
        _ if found => Ok(format!("{} products", list.len())),
        Some(_) => Ok(format!("{} products, and further pages", list.len())),
        None => Err(format!("product {PRODUCT} is not among the {} listed", list.len())),
    }
}

fn same(body: &Value, name: &str, expected: &Value) -> Result<(), String> {
    if body[name] == *expected { Ok(()) } else { Err(format!("`{name}` is {}, not {expected}", body[name])) }
}

/// How many of the product are in a cart.
fn line(cart: &Value) -> Option<u64> {
    cart["items"].as_array()?.iter().find(|item| item["id"] == PRODUCT)?["qty"].as_u64()
}

/// Products and how many of each, in the cart's order.
fn lines(cart: &Value) -> Option<Vec<(String, u64)>> {
    let items = cart["items"].as_array()?.iter();
    items.map(|item| Some((item["id"].as_str()?.to_owned(), item["qty"].as_u64()?))).collect()
}

fn quantity(cart: &Value) -> Result<String, String> {
    let items = cart["items"].as_array().ok_or("`items` is not an array")?;
    Ok(format!("{} lines", items.len()))
}

fn excerpt(body: &[u8]) -> String {
    const MOST: usize = 200;
    let text = String::from_utf8_lossy(body);
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().count() <= MOST {
        return text;
    }
    let start: String = text.chars().take(MOST).collect();
    format!("{start}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_cart_is_found_by_product() {
        let cart = json!({ "items": [{ "id": "2", "qty": 5 }, { "id": "1", "qty": 2 }] });
        assert_eq!(line(&cart), Some(2));
        assert_eq!(line(&json!({ "items": [] })), None);
        assert!(quantity(&json!({})).is_err());
    }

    #[test]
    fn a_list_without_the_product_is_good_only_when_it_goes_on() {
        let answer = |cursor: bool| Answer {
            status: 200,
            headers: if cursor { vec![("x-next-cursor".to_owned(), "c".to_owned())] } else { Vec::new() },
            body: Vec::new().into(),
        };
        let other = json!([{ "id": "9", "priceMinor": 1 }]);
        assert!(listed(&other, &answer(false)).is_err());
        assert!(listed(&other, &answer(true)).is_ok());
        assert!(listed(&json!([{ "id": "1", "priceMinor": 1 }]), &answer(false)).is_ok());
        assert!(listed(&json!([{ "id": "1" }]), &answer(true)).is_err());
        assert!(listed(&json!({}), &answer(true)).is_err());
    }

    #[test]
    fn excerpts_are_short_and_on_one_line() {
        assert_eq!(excerpt(b"a\nb"), "a b");
        assert_eq!(excerpt("é".repeat(500).as_bytes()).chars().count(), 201);
    }
}
