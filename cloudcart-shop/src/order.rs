//! Orders: their states, their rows, and how they are shown.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::{Value, json};

use crate::attribute::{Attribute, Row, RowError, integer, maps, optional_text, text};
use crate::ids::{OrderId, ProductId};
use crate::money::{Currency, Money};
use crate::pricing::PricedLine;

/// The header that carries a guest's order token.
pub const TOKEN_HEADER: &str = "x-order-token";

/// Where an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Accepted, not yet reserved.
    Pending,
    /// Its goods are reserved.
    Confirmed,
    /// Could not be had.
    Rejected,
    /// Called off.
    Cancelled,
    /// Packed.
    Fulfilled,
    /// On its way.
    Shipped,
    /// Arrived.
    Delivered,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 7] = [
        Self::Pending,
        Self::Confirmed,
        Self::Rejected,
        Self::Cancelled,
        Self::Fulfilled,
        Self::Shipped,
        Self::Delivered,
    ];

    /// The state's text, in rows and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Confirmed => "confirmed",
            Self::Rejected => "rejected",
            Self::Cancelled => "cancelled",
            Self::Fulfilled => "fulfilled",
            Self::Shipped => "shipped",
            Self::Delivered => "delivered",
        }
    }

    /// The state with that text.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

impl std::fmt::Display for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What happens to an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Event {
    /// Its goods were reserved.
    Confirm,
    /// Its goods cannot be had.
    Reject,
    /// It is called off.
    Cancel,
    /// It is packed.
    Fulfil,
    /// It is sent.
    Ship,
    /// It has arrived.
    Deliver,
}

impl Event {
    /// Every event.
    pub const ALL: [Self; 6] = [Self::Confirm, Self::Reject, Self::Cancel, Self::Fulfil, Self::Ship, Self::Deliver];
}

/// An event that makes no sense in a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an order that is {from} cannot take the event {event:?}")]
pub struct Illegal {
    /// Where the order stands.
    pub from: State,
    /// What was tried.
    pub event: Event,
}

/// Where an event takes an order. Every write to an order is conditional on the state that this leaves.
pub const fn next(from: State, event: Event) -> Result<State, Illegal> {
    match (from, event) {
        (State::Pending, Event::Confirm) => Ok(State::Confirmed),
        (State::Pending, Event::Reject) => Ok(State::Rejected),
        (State::Pending | State::Confirmed, Event::Cancel) => Ok(State::Cancelled),
        (State::Confirmed, Event::Fulfil) => Ok(State::Fulfilled),
        (State::Fulfilled, Event::Ship) => Ok(State::Shipped),
        (State::Shipped, Event::Deliver) => Ok(State::Delivered),
        _ => Err(Illegal { from, event }),
    }
}

/// One step of an order's life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// When, in words (RFC 3339).
    pub at: String,
    /// From where; nowhere at first.
    pub from: Option<State>,
    /// To where.
    pub to: State,
    /// Why, as a word.
    pub reason: Option<String>,
}

impl Step {
    /// The step as an entry of the row's `history`.
    pub fn attribute(&self) -> Attribute {
        let mut entry = Row::from([
            ("at".to_owned(), Attribute::text(&self.at)),
            ("to".to_owned(), Attribute::text(self.to.as_str())),
        ]);
        entry.extend(self.from.map(|from| ("from".to_owned(), Attribute::text(from.as_str()))));
        entry.extend(self.reason.as_ref().map(|reason| ("reason".to_owned(), Attribute::text(reason))));
        Attribute::M(entry)
    }

    fn from_row(row: &Row) -> Result<Self, RowError> {
        Ok(Self {
            at: text(row, "at")?.to_owned(),
            from: optional_text(row, "from").map(|from| state(from, "from")).transpose()?,
            to: state(text(row, "to")?, "to")?,
            reason: optional_text(row, "reason").map(str::to_owned),
        })
    }
}

fn state(word: &str, name: &'static str) -> Result<State, RowError> {
    State::parse(word).ok_or_else(|| RowError::Value { name, problem: format!("{word:?} is no state") })
}

/// An order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Its id, made by the server.
    pub id: OrderId,
    /// Where it stands.
    pub state: State,
    /// Counts changes, from 1.
    pub version: u64,
    /// Whose it is. A guest's order has none.
    pub user_id: Option<String>,
    /// What was ordered, at the prices of that moment.
    pub lines: Vec<PricedLine>,
    /// Those of its products whose stock it holds or, once cancelled, held: what was counted when it was confirmed. `None` before,
    /// and in rows of a time when nobody noted it.
    pub reserved: Option<Vec<ProductId>>,
    /// What it costs.
    pub total: Money,
    /// When it was placed (RFC 3339).
    pub placed_at: String,
    /// When it last changed (RFC 3339).
    pub updated_at: String,
    /// The steps so far, oldest first.
    pub history: Vec<Step>,
    /// Hexadecimal SHA-256 of the token that a guest reads it with.
    pub token_hash: Option<String>,
    /// Where to write to. Never shown: whoever holds the order's id or token need not know it.
    pub email: Option<String>,
    /// The client's own name for it.
    pub client_reference: Option<String>,
}

impl Order {
    /// Takes an event at a time, for a reason.
    pub fn apply(&mut self, event: Event, at: &str, reason: &str) -> Result<(), Illegal> {
        let to = next(self.state, event)?;
        let step = Step { at: at.to_owned(), from: Some(self.state), to, reason: Some(reason.to_owned()) };
        self.history.push(step);
        self.state = to;
        self.version += 1;
        at.clone_into(&mut self.updated_at);
        Ok(())
    }

    /// The lines whose goods go back into the stock when it leaves `from` for where it stands: those of a confirmed order that is
    /// called off. Where nobody noted what was taken nothing goes back: stock that is missing costs a sale, stock that is not there
    /// costs a customer.
    pub fn returns(&self, from: State) -> Vec<&PricedLine> {
        if (from, self.state) != (State::Confirmed, State::Cancelled) {
            return Vec::new();
        }
        let reserved = self.reserved.as_deref().unwrap_or_default();
        self.lines.iter().filter(|line| reserved.contains(&line.id)).collect()
    }

    /// The row of the Orders table. A pending order also stands in the sparse index `gsi_pending`, by `pendingShard`.
    pub fn to_row(&self) -> Row {
        let line = |line: &PricedLine| {
            Attribute::M(Row::from([
                ("id".to_owned(), Attribute::text(line.id.as_str())),
                ("name".to_owned(), Attribute::text(&line.name)),
                ("qty".to_owned(), Attribute::integer(line.qty)),
                ("priceMinor".to_owned(), Attribute::integer(line.price.minor)),
            ]))
        };
        let mut row = Row::from([
            ("orderId".to_owned(), Attribute::text(self.id.as_str())),
            ("status".to_owned(), Attribute::text(self.state.as_str())),
            ("version".to_owned(), Attribute::integer(self.version)),
            ("items".to_owned(), Attribute::L(self.lines.iter().map(line).collect())),
            ("totalMinor".to_owned(), Attribute::integer(self.total.minor)),
            ("currency".to_owned(), Attribute::text(self.total.currency.as_str())),
            ("placedAt".to_owned(), Attribute::text(&self.placed_at)),
            ("updatedAt".to_owned(), Attribute::text(&self.updated_at)),
            ("history".to_owned(), Attribute::L(self.history.iter().map(Step::attribute).collect())),
        ]);
        if let Some(reserved) = &self.reserved {
            row.insert("reserved".to_owned(), reserved_attribute(reserved));
        }
        let shard = (self.state == State::Pending).then(|| self.id.pending_shard());
        for (name, value) in [
            ("userId", &self.user_id),
            ("tokenHash", &self.token_hash),
            ("email", &self.email),
            ("clientReference", &self.client_reference),
            ("pendingShard", &shard),
        ] {
            row.extend(value.as_ref().map(|value| (name.to_owned(), Attribute::text(value))));
        }
        row
    }

    /// Reads a row of the Orders table.
    pub fn from_row(row: &Row) -> Result<Self, RowError> {
        let id = text(row, "orderId")?;
        let currency = text(row, "currency")?;
        let currency = Currency::parse(currency)
            .ok_or_else(|| RowError::Value { name: "currency", problem: format!("{currency:?} is no currency") })?;
        let line = |row: &Row| {
            let id = ProductId::parse(text(row, "id")?).ok_or(RowError::Attribute("items"))?;
            let qty = integer(row, "qty")?;
            let price = Money::new(integer(row, "priceMinor")?, currency);
            let total = price.times(qty).ok_or(RowError::Attribute("items"))?;
            Ok(PricedLine { id, name: text(row, "name")?.to_owned(), qty, price, total })
        };
        let owned = |name: &str| optional_text(row, name).map(str::to_owned);
        Ok(Self {
            id: OrderId::parse(id).ok_or_else(|| RowError::Value { name: "orderId", problem: format!("{id:?}") })?,
            state: state(text(row, "status")?, "status")?,
            version: integer(row, "version")?,
            user_id: owned("userId"),
            reserved: reserved(row)?,
            lines: maps(row, "items")?.into_iter().map(line).collect::<Result<_, RowError>>()?,
            total: Money::new(integer(row, "totalMinor")?, currency),
            placed_at: text(row, "placedAt")?.to_owned(),
            updated_at: text(row, "updatedAt")?.to_owned(),
            history: maps(row, "history")?.into_iter().map(Step::from_row).collect::<Result<_, RowError>>()?,
            token_hash: owned("tokenHash"),
            email: owned("email"),
            client_reference: owned("clientReference"),
        })
    }
}

/// The products whose stock an order holds, as the row's `reserved`.
pub fn reserved_attribute<'a>(reserved: impl IntoIterator<Item = &'a ProductId>) -> Attribute {
    Attribute::L(reserved.into_iter().map(|id| Attribute::text(id.as_str())).collect())
}

fn reserved(row: &Row) -> Result<Option<Vec<ProductId>>, RowError> {
    let wrong = RowError::Attribute("reserved");
    let id = |entry: &Attribute| match entry {
        Attribute::S(text) => ProductId::parse(text).ok_or(wrong.clone()),
        _ => Err(wrong.clone()),
    };
    match row.get("reserved") {
        None => Ok(None),
        Some(Attribute::L(entries)) => entries.iter().map(id).collect::<Result<_, _>>().map(Some),
        Some(_) => Err(wrong),
    }
}

impl Serialize for Order {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &self.id)?;
        map.serialize_entry("status", &self.state)?;
        if let Some(user_id) = &self.user_id {
            map.serialize_entry("userId", user_id)?;
        }
        if let Some(reference) = &self.client_reference {
            map.serialize_entry("clientReference", reference)?;
        }
        map.serialize_entry("items", &self.lines)?;
        map.serialize_entry("total", &self.total.number())?;
        map.serialize_entry("totalMinor", &self.total.minor)?;
        map.serialize_entry("currency", &self.total.currency)?;
        map.serialize_entry("placedAt", &self.placed_at)?;
        map.serialize_entry("updatedAt", &self.updated_at)?;
        map.serialize_entry("version", &self.version)?;
        map.serialize_entry("history", &self.history)?;
        map.end()
    }
}

/// The schema of an order.
pub(crate) fn schema() -> Value {
    json!({
        "type": "object",
        "description": "An order as its owner sees it.",
        "required": ["id", "status", "items", "total", "totalMinor", "currency", "placedAt", "updatedAt", "version", "history"],
        "properties": {
            "id": { "$ref": "#/components/schemas/OrderId" },
            "status": { "$ref": "#/components/schemas/OrderStatus" },
            "userId": { "type": "string", "description": "Whose it is; absent of a guest's order." },
            "clientReference": { "type": "string" },
            "items": { "type": "array", "minItems": 1, "items": { "$ref": "#/components/schemas/PricedLine" } },
            "total": { "$ref": "#/components/schemas/Amount" },
            "totalMinor": { "$ref": "#/components/schemas/MinorAmount" },
            "currency": { "$ref": "#/components/schemas/Currency" },
            "placedAt": { "type": "string", "format": "date-time" },
            "updatedAt": { "type": "string", "format": "date-time" },
            "version": { "type": "integer", "minimum": 1 },
            "history": {
                "type": "array",
                "minItems": 1,
                "description": "The steps so far, oldest first.",
                "items": { "$ref": "#/components/schemas/OrderStep" },
            },
        },
    })
}

/// The schema of where an order stands.
pub(crate) fn state_schema() -> Value {
    let about = "pending, then confirmed or rejected; confirmed, then fulfilled, shipped, delivered; cancelled from pending or \
                 confirmed.";
    json!({ "type": "string", "enum": State::ALL.map(State::as_str), "description": about })
}

/// The schema of a step.
pub(crate) fn step_schema() -> Value {
    json!({
        "type": "object",
        "description": "One step of an order's life.",
        "required": ["at", "from", "to", "reason"],
        "properties": {
            "at": { "type": "string", "format": "date-time" },
            "from": {
                "description": "null at the first step.",
                "anyOf": [{ "$ref": "#/components/schemas/OrderStatus" }, { "type": "null" }],
            },
            "to": { "$ref": "#/components/schemas/OrderStatus" },
            "reason": { "type": ["string", "null"], "description": "Why, as a word." },
        },
    })
}

/// The schema of a page of orders.
pub(crate) fn page_schema() -> Value {
    json!({
        "type": "object",
        "description": "A page of orders, newest first.",
        "required": ["orders", "count", "next"],
        "properties": {
            "orders": { "type": "array", "items": { "$ref": "#/components/schemas/Order" } },
            "count": { "type": "integer", "minimum": 0, "description": "How many this page has." },
            "next": { "type": ["string", "null"], "description": "The next page's cursor, if there is one." },
        },
    })
}

/// The schema of the token that a guest reads an order with.
pub(crate) fn token_schema() -> Value {
    json!({ "type": "string", "description": "Reads a guest's order. A signed-in user gets none.", "pattern": "^ot_[A-Za-z0-9_-]+$" })
}

#[cfg(test)]
pub(crate) mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
    use super::*;

    pub(crate) fn order() -> Order {
        let price = Money::new(9_999, Currency::USD);
        let at = "2026-11-24T00:00:00.000Z".to_owned();
        Order {
            id: OrderId::parse("0199a3b4-0000-7000-8000-00000000000f").unwrap(),
            state: State::Pending,
            version: 1,
            user_id: Some("u1".to_owned()),
            lines: vec![PricedLine {
                id: ProductId::parse("1").unwrap(),
                name: "Wireless Headphones".to_owned(),
                qty: 2,
                price,
                total: price.times(2).unwrap(),
            }],
            reserved: None,
            total: Money::new(19_998, Currency::USD),
            placed_at: at.clone(),
            updated_at: at.clone(),
            history: vec![Step { at, from: None, to: State::Pending, reason: Some("placed".to_owned()) }],
            token_hash: Some("ab".repeat(32)),
            email: Some("a@b".to_owned()),
            client_reference: None,
        }
    }

    #[test]
    fn the_state_machine_is_the_contracts() {
        let legal: Vec<_> = State::ALL
            .into_iter()
            .flat_map(|from| Event::ALL.into_iter().filter_map(move |event| Some((from, next(from, event).ok()?))))
            .map(|(from, to)| format!("{from} > {to}"))
            .collect();
        assert_eq!(
            legal,
            [
                "pending > confirmed",
                "pending > rejected",
                "pending > cancelled",
                "confirmed > cancelled",
                "confirmed > fulfilled",
                "fulfilled > shipped",
                "shipped > delivered",
            ]
        );
    }

    #[test]
    fn every_event_in_every_state_goes_somewhere_or_changes_nothing() {
        for from in State::ALL {
            for event in Event::ALL {
                let before = Order { state: from, ..order() };
                let mut after = before.clone();
                match after.apply(event, "2026-11-24T00:00:01.000Z", "why") {
                    Ok(()) => {
                        assert_eq!(next(from, event), Ok(after.state));
                        assert_ne!(after.state, from, "a step leads elsewhere");
                        assert_ne!(after.state, State::Pending, "no step is undone");
                        assert_eq!((after.version, after.history.len()), (2, 2));
                        let step = after.history.last().unwrap();
                        assert_eq!(
                            (step.from, step.to, step.reason.as_deref()),
                            (Some(from), after.state, Some("why"))
                        );
                    }
                    Err(illegal) => {
                        assert_eq!(illegal, Illegal { from, event });
                        assert_eq!(after, before);
                    }
                }
            }
            let ends = matches!(from, State::Rejected | State::Cancelled | State::Delivered);
            assert_eq!(Event::ALL.into_iter().all(|event| next(from, event).is_err()), ends, "{from}");
        }
    }

    #[test]
    fn only_what_a_confirmed_order_took_goes_back() {
        let taken = |reserved: Option<&str>, from: State, to: State| {
            let reserved = reserved.map(|id| ProductId::parse(id).into_iter().collect());
            Order { state: to, reserved, ..order() }.returns(from).len()
        };
        assert_eq!(taken(Some("1"), State::Confirmed, State::Cancelled), 1);
        assert_eq!(taken(Some("2"), State::Confirmed, State::Cancelled), 0);
        assert_eq!(taken(None, State::Confirmed, State::Cancelled), 0);
        assert_eq!(taken(Some("1"), State::Pending, State::Cancelled), 0);
        assert_eq!(taken(Some("1"), State::Confirmed, State::Fulfilled), 0);
    }

    #[test]
    fn an_order_reads_back_from_its_row() {
        let mut order = order();
        assert_eq!(Order::from_row(&order.to_row()).unwrap(), order);
        assert!(order.to_row().contains_key("pendingShard"));
        order.apply(Event::Confirm, "2026-11-24T00:00:01.000Z", "reserved").unwrap();
        order.reserved = Some(vec![ProductId::parse("1").unwrap()]);
        assert_eq!(Order::from_row(&order.to_row()).unwrap(), order);
        assert!(!order.to_row().contains_key("pendingShard"));
        assert_eq!(order.version, 2);
    }

    #[test]
    fn an_order_is_shown_without_its_secrets() {
        assert_eq!(
            serde_json::to_string(&order()).unwrap(),
            r#"{"id":"0199a3b4-0000-7000-8000-00000000000f","status":"pending","userId":"u1","items":[{"id":"1","name":"Wireless Headphones","qty":2,"price":99.99,"lineTotal":199.98}],"total":199.98,"totalMinor":19998,"currency":"USD","placedAt":"2026-11-24T00:00:00.000Z","updatedAt":"2026-11-24T00:00:00.000Z","version":1,"history":[{"at":"2026-11-24T00:00:00.000Z","from":null,"to":"pending","reason":"placed"}]}"#
        );
    }
}
