//! What a run under fire does, all of it drawn from one seed: who orders what and how often it is sent, which messages come
//! twice, where poison stands in the stream, and when the worker is killed.

use std::collections::BTreeMap;

use serde_json::json;

/// Checkouts, each with a key of its own.
pub(crate) const CHECKOUTS: usize = 2_000;
/// Moments at which the worker is killed.
pub(crate) const KILLS: usize = 24;
/// Poison, one message for about every nine good ones: with retries and duplicates those are some 2,300.
const POISON: usize = 250;
/// Orders whose message the test sends once more.
const ECHOES: usize = 200;
/// Below the queue's `MaximumMessageSize` of 64 KiB.
const LARGE: usize = 60 * 1024;

/// `SplitMix64`: sixty-four bits of state, one addition and two multiplications a number. Small enough to stand here, and the
/// same on every machine and in every version, which no library's default generator promises.
pub(crate) struct Seeded(u64);

impl Seeded {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`. The remainder favours small ones by less than one in 2^50 here.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).unwrap();
        usize::try_from(self.next() % end).unwrap()
    }
}

/// A product of the run. Without stock it is untracked.
pub(crate) struct Product {
    pub(crate) id: &'static str,
    pub(crate) stock: Option<i64>,
    /// How many of a hundred lines want it.
    share: usize,
}

/// One hot product that runs out, scarce ones that run out early, one that never does, and untracked ones.
pub(crate) const PRODUCTS: [Product; 7] = [
    Product { id: "hot", stock: Some(1_300), share: 30 },
    Product { id: "scarce-1", stock: Some(60), share: 3 },
    Product { id: "scarce-2", stock: Some(30), share: 3 },
    Product { id: "single", stock: Some(1), share: 1 },
    Product { id: "plenty", stock: Some(1_000_000), share: 23 },
    Product { id: "free-1", stock: None, share: 20 },
    Product { id: "free-2", stock: None, share: 20 },
];

/// How a client sends the copies of its request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Each after the answer to the one before.
    InTurn,
    /// All at the same moment.
    AtOnce,
    /// Hangs up on all but the last without reading a byte of the answer.
    HangsUp,
}

/// When the message of an order is sent once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Echo {
    /// As soon as the client has its answer, so that two workers may have it at once.
    Soon,
    /// After all requests, when the order has most likely ended.
    Late,
}

/// A checkout.
#[derive(Clone, Debug)]
pub(crate) struct Checkout {
    pub(crate) key: String,
    /// Quantities by product.
    pub(crate) lines: BTreeMap<&'static str, i64>,
    /// 1 to 3.
    pub(crate) copies: usize,
    pub(crate) manner: Manner,
    pub(crate) echo: Option<Echo>,
    /// Bodies that are sent to the queue before it.
    pub(crate) poison: Vec<String>,
}

/// A run.
pub(crate) struct Plan {
    pub(crate) checkouts: Vec<Checkout>,
    /// After so many checkouts the worker is killed; rising.
    pub(crate) kills: Vec<usize>,
}

impl Plan {
    pub(crate) fn new(random: &mut Seeded) -> Self {
        let mut checkouts: Vec<Checkout> = (0..CHECKOUTS).map(|n| checkout(random, n)).collect();
        for n in 0..ECHOES {
            let echo = if n % 2 == 0 { Echo::Soon } else { Echo::Late };
            checkouts[random.below(CHECKOUTS)].echo = Some(echo);
        }
        for n in 0..POISON {
            let body = poison(random, n);
            checkouts[random.below(CHECKOUTS)].poison.push(body);
        }
        // One in each stretch, so that the whole run is under fire; not before there is work, nor after it.
        let stretch = CHECKOUTS * 9 / 10 / KILLS;
        let kills = (0..KILLS).map(|n| CHECKOUTS / 20 + n * stretch + random.below(stretch)).collect();
        Self { checkouts, kills }
    }

    /// All poison, sorted.
    pub(crate) fn poison(&self) -> Vec<String> {
        let mut all: Vec<String> = self.checkouts.iter().flat_map(|checkout| checkout.poison.clone()).collect();
        all.sort();
        all
    }
}

fn checkout(random: &mut Seeded, n: usize) -> Checkout {
    let mut lines = BTreeMap::new();
    for _ in 0..=random.below(2) {
        let qty = 1 + i64::try_from(random.below(3)).unwrap();
        *lines.entry(product(random)).or_insert(0) += qty;
    }
    let copies = 1 + random.below(3);
    let manner = [Manner::InTurn, Manner::AtOnce, Manner::HangsUp][random.below(3)];
    Checkout { key: format!("fire-{n}"), lines, copies, manner, echo: None, poison: Vec::new() }
}

fn product(random: &mut Seeded) -> &'static str {
    let mut at = random.below(PRODUCTS.iter().map(|product| product.share).sum());
    let taken = PRODUCTS.iter().find(|product| match at.checked_sub(product.share) {
        Some(rest) => {
            at = rest;
            false
        }
        None => true,
    });
    taken.unwrap().id
}

/// A message that no worker of this version can work on, of one of ten kinds.
fn poison(random: &mut Seeded, n: usize) -> String {
    // The shape of an order's id, and of version 4, which the shop does not make.
    let id = format!("{:08x}-0000-4000-8000-{:012x}", random.next() >> 32, random.next() >> 16);
    let item = json!({ "id": "hot", "qty": 1, "priceMinor": 500 });
    let good = json!({
        "v": 1, "type": "order.placed", "orderId": id, "placedAt": "2026-11-24T00:00:00.000Z",
        "requestId": format!("poison-{n}"), "items": [item], "totalMinor": 500, "currency": "USD",
    });
    let with = |name: &str, value: serde_json::Value| {
        let mut message = good.clone();
        message[name] = value;
        message.to_string()
    };
    match n % 10 {
        0 => format!("not JSON, {n}"),
        1 => "{}".to_owned(),
        2 => with("v", json!(99)),
        3 => with("type", json!("order.imagined")),
        4 => with("orderId", json!("no id")),
        // In every part well made; only the order is not there.
        5 => good.to_string(),
        6 => with("items", json!("none")),
        7 => with("totalMinor", json!("500")),
        8 => with("requestId", json!("x".repeat(LARGE))),
        _ => good.to_string()[..40].to_owned(),
    }
}
