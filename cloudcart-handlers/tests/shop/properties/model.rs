//! The whole shop against a model of it that is small enough to read: whatever customers, worker, merchant and time do in whatever
//! order, both say the same.

use std::collections::BTreeMap;

use cloudcart_handlers::http::GatewayResponse;
use cloudcart_handlers::store::memory::Table;
use cloudcart_shop::env::Identity;
use cloudcart_shop::product::Stock;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Map, Value, json};

use super::{cases, runtime};
use crate::events::{Answer, Call, call};
use crate::stores::bench::{Bench, Kind};

/// The products of the sample catalogue, and one that is not in it.
const IDS: [&str; 4] = ["1", "2", "3", "9"];
const CUSTOMERS: [&str; 2] = ["203.0.113.7", "198.51.100.1"];
const HOUR: i64 = 60 * 60;

/// What a customer says about the total of an order.
#[derive(Debug, Clone, Copy)]
enum Said {
    Nothing,
    Less,
    Exactly,
    More,
}

/// Something that happens. Products and customers by their numbers.
#[derive(Debug, Clone)]
enum Step {
    Add {
        who: usize,
        product: usize,
        qty: u32,
    },
    Set {
        who: usize,
        product: usize,
        qty: u32,
    },
    Remove {
        who: usize,
        product: usize,
    },
    /// Of these lines, or of the cart.
    Checkout {
        who: usize,
        lines: Option<Vec<(usize, u32)>>,
        said: Said,
        key: Option<u8>,
    },
    /// Once more a request that was sent with a key.
    Replay(Index),
    /// The queue brings a message that it still has.
    Deliver(Index),
    /// The queue brings a message that was worked on before, or still is to be.
    Again(Index),
    Price {
        product: usize,
        minor: i64,
    },
    Stock {
        product: usize,
        available: Option<u64>,
    },
    Wait(i64),
}

fn step() -> impl Strategy<Value = Step> {
    let who = || 0..2_usize;
    let product = || prop_oneof![12 => 0..3_usize, 1 => Just(3_usize)];
    let qty = || prop_oneof![6 => 1..=5_u32, 1 => 40..=99_u32];
    let lines = vec((product(), qty()), 0..4);
    let said = select(vec![Said::Nothing, Said::Exactly, Said::Exactly, Said::More, Said::Less]);
    prop_oneof![
        6 => (who(), product(), qty()).prop_map(|(who, product, qty)| Step::Add { who, product, qty }),
        3 => (who(), product(), prop_oneof![qty(), Just(0)]).prop_map(|(who, product, qty)| Step::Set { who, product, qty }),
        2 => (who(), product()).prop_map(|(who, product)| Step::Remove { who, product }),
        8 => (who(), option::of(lines), said, option::of(0..3_u8))
            .prop_map(|(who, lines, said, key)| Step::Checkout { who, lines, said, key }),
        3 => any::<Index>().prop_map(Step::Replay),
        6 => any::<Index>().prop_map(Step::Deliver),
        3 => any::<Index>().prop_map(Step::Again),
        2 => (0..3_usize, 0..20_000_i64).prop_map(|(product, minor)| Step::Price { product, minor }),
        2 => (0..3_usize, option::of(0..12_u64)).prop_map(|(product, available)| Step::Stock { product, available }),
        2 => select(vec![1, HOUR - 1, HOUR, 24 * HOUR]).prop_map(Step::Wait),
    ]
}

#[derive(Debug, Clone, Default)]
struct Cart {
    lines: Vec<(usize, u32)>,
    version: u64,
    ends: i64,
}

/// A checkout as it was sent: who, what, at which total in minor units, under which key.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Sent {
    who: usize,
    lines: Option<Vec<(usize, u32)>>,
    total: Option<i64>,
    key: Option<u8>,
}

impl Sent {
    /// What makes two requests the same: the sums of the lines, and the total.
    fn meaning(&self) -> (Option<BTreeMap<usize, u32>>, Option<i64>) {
        let sums = self.lines.as_ref().map(|lines| {
            let mut sums = BTreeMap::new();
            for (product, qty) in lines {
                *sums.entry(*product).or_default() += qty;
            }
            sums
        });
        (sums, self.total)
    }

    fn call(&self) -> Call {
        let mut body = Map::new();
        if let Some(lines) = &self.lines {
            let items = lines.iter().map(|(product, qty)| json!({ "id": IDS[*product], "qty": qty })).collect();
            body.insert("items".to_owned(), items);
        }
        let total = self.total.map(|minor| format!("{}.{:02}", minor / 100, minor % 100));
        let total = total.map(|total| format!("\"total\":{total}")).unwrap_or_default();
        let members = Value::Object(body).to_string();
        let comma = if members == "{}" || total.is_empty() { "" } else { "," };
        let body = format!("{}{comma}{total}}}", &members[..members.len() - 1]);
        let call =
            call("POST /checkout").body(&body).header("content-type", "application/json").from(CUSTOMERS[self.who]);
        // Both customers use the same few keys.
        self.key.iter().fold(call, |call, key| call.header("idempotency-key", &format!("k{key}")))
    }
}

#[derive(Debug, Clone)]
struct Order {
    id: String,
    lines: Vec<(usize, u32)>,
    total: i64,
    states: Vec<&'static str>,
}

/// The shop as it should be.
struct Model {
    now: i64,
    prices: [i64; 3],
    stock: [Option<u64>; 3],
    carts: [Cart; 2],
    orders: Vec<Order>,
    /// By customer and key: the request, its order, and when it is forgotten.
    keys: BTreeMap<(usize, u8), (Sent, usize, i64)>,
    sent: Vec<Sent>,
    /// Messages still in the queue and all there ever were: the order and the body.
    queue: Vec<(usize, String)>,
    messages: Vec<(usize, String)>,
}

/// What a checkout should come to.
enum Outcome {
    Refused(u16, &'static str),
    Replayed(usize),
    Placed(Vec<(usize, u32)>, i64),
}

impl Model {
    fn new() -> Self {
        Self {
            now: 0,
            prices: [9_999, 1_499, 4_999],
            stock: [None; 3],
            carts: [Cart::default(), Cart::default()],
            orders: Vec::new(),
            keys: BTreeMap::new(),
            sent: Vec::new(),
            queue: Vec::new(),
            messages: Vec::new(),
        }
    }

    /// The lines of a customer's cart, if it has not ended.
    fn lines(&self, who: usize) -> Vec<(usize, u32)> {
        let cart = &self.carts[who];
        if cart.ends > self.now { cart.lines.clone() } else { Vec::new() }
    }

    fn cost(&self, lines: &[(usize, u32)]) -> i64 {
        lines
            .iter()
            .filter(|(product, _)| *product < 3)
            .map(|(product, qty)| self.prices[*product] * i64::from(*qty))
            .sum()
    }

    fn covers(&self, (product, qty): (usize, u32)) -> bool {
        self.stock[product].is_none_or(|available| available >= u64::from(qty))
    }

    /// Changes a line to what `change` makes of it, if that may be.
    fn change(&mut self, who: usize, product: usize, adds: bool, qty: u32) -> Result<(), &'static str> {
        let mut lines = self.lines(who);
        let held = lines.iter().find(|line| line.0 == product).map_or(0, |line| line.1);
        let wanted = if adds { held + qty } else { qty };
        if qty > 0 && product == 3 {
            return Err("unknown_product");
        }
        if wanted > 99 {
            return Err("qty_limit");
        }
        if wanted == held {
            return Ok(());
        }
        match lines.iter().position(|line| line.0 == product) {
            Some(at) if wanted == 0 => drop(lines.remove(at)),
            Some(at) => lines[at].1 = wanted,
            None => lines.push((product, wanted)),
        }
        self.carts[who] = Cart { lines, version: self.carts[who].version + 1, ends: self.now + HOUR };
        Ok(())
    }

    fn outcome(&self, sent: &Sent) -> Outcome {
        let known = sent.key.and_then(|key| self.keys.get(&(sent.who, key))).filter(|known| known.2 > self.now);
        if let Some((first, order, _)) = known {
            let same = first.meaning() == sent.meaning();
            return if same { Outcome::Replayed(*order) } else { Outcome::Refused(422, "idempotency_key_reused") };
        }
        let mut lines: Vec<(usize, u32)> = Vec::new();
        for (product, qty) in sent.lines.clone().unwrap_or_else(|| self.lines(sent.who)) {
            match lines.iter_mut().find(|line| line.0 == product) {
                Some(line) => line.1 += qty,
                None => lines.push((product, qty)),
            }
        }
        let cost = self.cost(&lines);
        if lines.is_empty() {
            Outcome::Refused(422, "empty_order")
        } else if lines.iter().any(|line| line.1 > 99) {
            Outcome::Refused(422, "qty_limit")
        } else if lines.iter().any(|line| line.0 == 3) {
            Outcome::Refused(422, "unknown_product")
        } else if sent.total.is_some_and(|total| total < cost) {
            Outcome::Refused(409, "total_exceeds_expected")
        } else if !lines.iter().all(|line| self.covers(*line)) {
            Outcome::Refused(409, "out_of_stock")
        } else {
            Outcome::Placed(lines, cost)
        }
    }

    /// What the worker makes of a message.
    fn fulfil(&mut self, order: usize) {
        if self.orders[order].states != ["pending"] {
            return;
        }
        let lines = self.orders[order].lines.clone();
        if !lines.iter().all(|line| self.covers(*line)) {
            self.orders[order].states.push("rejected");
            return;
        }
        for (product, qty) in lines {
            self.stock[product] = self.stock[product].map(|available| available - u64::from(qty));
        }
        self.orders[order].states.push("confirmed");
    }
}

fn assert_cart(model: &Model, who: usize, response: &GatewayResponse) {
    assert_eq!(response.status_code, 200, "{response:?}");
    let cart = response.value();
    let lines = model.lines(who);
    let shown: Vec<_> =
        cart["items"].as_array().unwrap().iter().map(|item| (item["id"].clone(), item["qty"].clone())).collect();
    let expected: Vec<_> = lines.iter().map(|(product, qty)| (json!(IDS[*product]), json!(qty))).collect();
    assert_eq!(shown, expected);
    assert_eq!(cart["subtotalMinor"], model.cost(&lines));
    assert_eq!(cart["version"], model.carts[who].version);
    for (line, item) in lines.iter().zip(cart["items"].as_array().unwrap()) {
        assert_eq!(item["available"], model.covers(*line));
    }
}

async fn change(bench: &Bench, model: &mut Model, who: usize, product: usize, request: Call, adds: bool, qty: u32) {
    let response = bench.send(request.from(CUSTOMERS[who])).await;
    match model.change(who, product, adds, qty) {
        Ok(()) => assert_cart(model, who, &response),
        Err(code) => assert_eq!((response.status_code, response.code().as_str()), (422, code)),
    }
}

async fn checkout(bench: &Bench, model: &mut Model, sent: Sent) {
    let response = bench.send(sent.call()).await;
    let messages = bench.queue.take();
    let expect_message = |model: &mut Model, order: usize, messages: Vec<String>| {
        assert_eq!(messages.len(), 1);
        let message = (order, messages.into_iter().next().unwrap());
        model.queue.push(message.clone());
        model.messages.push(message);
    };
    match model.outcome(&sent) {
        Outcome::Refused(status, code) => {
            assert_eq!((response.status_code, response.code().as_str()), (status, code));
            assert!(messages.is_empty());
        }
        Outcome::Replayed(order) => {
            assert_eq!((response.status_code, &response.value()["id"]), (202, &json!(model.orders[order].id)));
            assert_eq!(response.headers["idempotent-replayed"], "true");
            assert_eq!(response.value()["totalMinor"], model.orders[order].total);
            // A pending order is sent once more.
            if model.orders[order].states == ["pending"] {
                expect_message(model, order, messages);
            } else {
                assert!(messages.is_empty());
            }
        }
        Outcome::Placed(lines, total) => {
            assert_eq!((response.status_code, &response.value()["totalMinor"]), (202, &json!(total)), "{response:?}");
            assert!(!response.headers.contains_key("idempotent-replayed"));
            let warned = response.value()["warnings"].as_array().unwrap().len();
            assert_eq!(warned, usize::from(sent.total.is_some_and(|said| said > total)));
            let id = response.value()["id"].as_str().unwrap().to_owned();
            let order = model.orders.len();
            model.orders.push(Order { id, lines, total, states: vec!["pending"] });
            expect_message(model, order, messages);
            if let Some(key) = sent.key {
                model.keys.insert((sent.who, key), (sent.clone(), order, model.now + 24 * HOUR));
            }
            if sent.lines.is_none() {
                let cart = &mut model.carts[sent.who];
                *cart = Cart { lines: Vec::new(), version: cart.version + 1, ends: cart.ends };
            }
            model.sent.push(sent);
        }
    }
}

async fn take(bench: &Bench, model: &mut Model, step: Step) {
    match step {
        Step::Add { who, product, qty } => {
            let request = call("POST /cart").json(json!({ "id": IDS[product], "qty": qty }));
            change(bench, model, who, product, request, true, qty).await;
        }
        Step::Set { who, product, qty } => {
            let request = call("PUT /cart/items/{id}").path("id", IDS[product]).json(json!({ "qty": qty }));
            change(bench, model, who, product, request, false, qty).await;
        }
        Step::Remove { who, product } => {
            let request = call("DELETE /cart/items/{id}").path("id", IDS[product]);
            change(bench, model, who, product, request, false, 0).await;
        }
        Step::Checkout { who, lines, said, key } => {
            let cost = model.cost(&lines.clone().unwrap_or_else(|| model.lines(who)));
            let total = match said {
                Said::Nothing => None,
                Said::Less => Some((cost - 1).max(0)),
                Said::Exactly => Some(cost),
                Said::More => Some(cost + 1),
            };
            checkout(bench, model, Sent { who, lines, total, key }).await;
        }
        Step::Replay(at) => {
            let keyed: Vec<_> = model.sent.iter().filter(|sent| sent.key.is_some()).cloned().collect();
            if !keyed.is_empty() {
                checkout(bench, model, at.get(&keyed).clone()).await;
            }
        }
        Step::Deliver(at) => {
            if !model.queue.is_empty() {
                let (order, body) = model.queue.remove(at.index(model.queue.len()));
                assert!(bench.work(&[body]).await.unwrap().batch_item_failures.is_empty());
                model.fulfil(order);
            }
        }
        Step::Again(at) => {
            if !model.messages.is_empty() {
                let (order, body) = at.get(&model.messages).clone();
                assert!(bench.work(&[body.clone(), body]).await.unwrap().batch_item_failures.is_empty());
                model.fulfil(order);
            }
        }
        Step::Price { product, minor } => {
            bench.set_price(IDS[product], minor).await;
            model.prices[product] = minor;
        }
        Step::Stock { product, available } => {
            match available {
                Some(available) => bench.set_stock(IDS[product], available).await,
                None => bench.delete(Table::Inventory, IDS[product]).await,
            }
            model.stock[product] = available;
        }
        Step::Wait(seconds) => {
            bench.clock.advance(seconds);
            model.now += seconds;
        }
    }
}

async fn assert_same(bench: &Bench, model: &Model) {
    for (id, available) in IDS.iter().zip(model.stock) {
        assert_eq!(bench.available(id).await, available.map_or(Stock::Untracked, Stock::Tracked));
    }
    for (who, address) in CUSTOMERS.into_iter().enumerate() {
        assert_cart(model, who, &bench.send(call("GET /cart").from(address)).await);
    }
    assert_eq!(bench.rows(Table::Orders).await.len(), model.orders.len());
    for order in &model.orders {
        let shown = bench.send(call("GET /orders/{id}").path("id", &order.id)).await.value();
        let states: Vec<_> =
            shown["history"].as_array().unwrap().iter().map(|step| step["to"].as_str().unwrap()).collect();
        assert_eq!(states, order.states);
        assert_eq!(shown["status"], *order.states.last().unwrap());
        assert_eq!(shown["version"], order.states.len());
        assert_eq!(shown["totalMinor"], order.total);
        let lines: Vec<_> =
            shown["items"].as_array().unwrap().iter().map(|item| (item["id"].clone(), item["qty"].clone())).collect();
        let expected: Vec<_> = order.lines.iter().map(|(product, qty)| (json!(IDS[*product]), json!(qty))).collect();
        assert_eq!(lines, expected);
        // The order and its row in the index of pending ones.
        bench.order(&order.id).await;
    }
}

async fn run(kind: Kind, steps: Vec<Step>) {
    let bench = Bench::start(kind, Identity::Demo).await;
    let mut model = Model::new();
    for step in steps {
        take(&bench, &mut model, step).await;
    }
    assert_same(&bench, &model).await;
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn the_shop_in_memory_does_what_the_model_does(steps in vec(step(), 1..50)) {
        runtime().block_on(run(Kind::Memory, steps));
    }
}

proptest! {
    #![proptest_config(cases(4))]

    #[test]
    fn the_shop_in_dynamodb_does_what_the_model_does(steps in vec(step(), 20..60)) {
        tokio::runtime::Runtime::new().unwrap().block_on(run(Kind::DynamoDb, steps));
    }
}
