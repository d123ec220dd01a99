//! What must hold for any input: money against an exact reference, the ceiling rule, orders' histories, cursors, bodies.
#![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

use std::collections::HashMap;

use cloudcart_shop::body::Object;
use cloudcart_shop::cart::{Cart, Line, MAX_LINES, MAX_QTY};
use cloudcart_shop::cursor::{self, Signer, StartKey};
use cloudcart_shop::ids::{OrderId, ProductId};
use cloudcart_shop::message::OrderPlaced;
use cloudcart_shop::money::{AmountError, Currency, Decimal, MAX_PRICE_MINOR, Money};
use cloudcart_shop::order::{Event, Order, State, Step, next};
use cloudcart_shop::pricing::{PricedLine, Quote, merge};
use cloudcart_shop::problem::Code;
use cloudcart_shop::product::Product;
use proptest::prelude::*;

/// The value of a decimal text in units of 10^-40, exactly, for exponents small enough for an i128 to hold it.
fn reference(whole: u32, fraction: &str, exponent: i32) -> Option<(i128, u32)> {
    let coefficient: i128 = format!("{whole}{fraction}").parse().ok()?;
    let scale = i32::try_from(fraction.len()).ok()? - exponent;
    if scale >= 0 {
        return Some((coefficient, u32::try_from(scale).ok()?));
    }
    Some((coefficient * 10_i128.pow(u32::try_from(-scale).ok()?), 0))
}

struct Toy(u64);

impl Signer for Toy {
    // Not a real signature: the shop's part is the payload, the scope and that the tag is asked about.
    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let fold = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        message.iter().fold(self.0, fold).to_be_bytes().to_vec()
    }

    fn verify(&self, message: &[u8], tag: &[u8]) -> bool {
        self.sign(message) == tag
    }
}

fn products(prices: &[i64]) -> HashMap<ProductId, Product> {
    prices
        .iter()
        .enumerate()
        .map(|(at, minor)| {
            let id = ProductId::parse(&format!("p{at}")).unwrap();
            let price = Money::new(*minor, Currency::USD);
            (id.clone(), Product { id, name: "x".to_owned(), price, category: None, image_url: None })
        })
        .collect()
}

fn pending() -> Order {
    let at = "2026-11-24T00:00:00.000Z".to_owned();
    Order {
        id: OrderId::parse("0199a3b4-0000-7000-8000-00000000000f").unwrap(),
        state: State::Pending,
        version: 1,
        user_id: None,
        lines: Vec::new(),
        reserved: None,
        total: Money::new(0, Currency::USD),
        placed_at: at.clone(),
        updated_at: at.clone(),
        history: vec![Step { at, from: None, to: State::Pending, reason: None }],
        token_hash: None,
        email: None,
        client_reference: None,
    }
}

/// Every event in every state either leads on or is refused by name, and no order ever comes back to where it was.
#[test]
fn the_state_machine_is_total_and_only_goes_forward() {
    let mut reached = vec![State::Pending];
    let mut at = 0;
    while let Some(from) = reached.get(at).copied() {
        for event in Event::ALL {
            match next(from, event) {
                Ok(to) => {
                    assert!(!reached[..=at].contains(&to), "{event:?} leads back from {from} to {to}");
                    if !reached.contains(&to) {
                        reached.push(to);
                    }
                }
                Err(illegal) => assert_eq!((illegal.from, illegal.event), (from, event)),
            }
        }
        at += 1;
    }
    // No state is out of reach.
    assert!(State::ALL.iter().all(|state| reached.contains(state)), "{reached:?}");
}

proptest! {
    #[test]
    fn a_history_is_a_chain_of_legal_steps(
        events in prop::collection::vec(prop::sample::select(Event::ALL.as_slice()), 0..20),
    ) {
        let mut order = pending();
        for (at, event) in events.into_iter().enumerate() {
            let before = order.clone();
            let time = format!("2026-11-24T00:00:{at:02}.000Z");
            match (next(before.state, event), order.apply(event, &time, "why")) {
                (Ok(to), Ok(())) => {
                    prop_assert_eq!((order.state, order.version), (to, before.version + 1));
                    prop_assert_eq!(&order.updated_at, &time);
                    prop_assert_eq!(&order.history[..before.history.len()], &before.history[..]);
                    let reason = Some("why".to_owned());
                    prop_assert_eq!(order.history.last(), Some(&Step { at: time, from: Some(before.state), to, reason }));
                }
                (Err(expected), Err(illegal)) => {
                    prop_assert_eq!(expected, illegal);
                    prop_assert_eq!(&order, &before);
                }
                (expected, done) => prop_assert!(false, "{:?} but {:?}", expected, done),
            }
            prop_assert_eq!(order.history.len() as u64, order.version);
            prop_assert_eq!(order.to_row().contains_key("pendingShard"), order.state == State::Pending);
            prop_assert_eq!(Order::from_row(&order.to_row()).unwrap(), order.clone());
        }
    }

    #[test]
    fn an_amount_is_exact_or_refused(whole in 0_u32.., fraction in "[0-9]{1,8}", exponent in -8_i32..8) {
        let text = format!("{whole}.{fraction}e{exponent}");
        let (coefficient, scale) = reference(whole, &fraction, exponent).unwrap();
        let hundredfold = coefficient * 100;
        let divisor = 10_i128.pow(scale);
        let expected = if hundredfold % divisor != 0 {
            Err(AmountError::TooPrecise)
        } else {
            i64::try_from(hundredfold / divisor).map_err(|_| AmountError::TooLarge)
        };
        prop_assert_eq!(Decimal::parse(&text).and_then(|decimal| decimal.to_minor(Currency::USD)), expected, "{}", text);
    }

    #[test]
    fn what_money_writes_money_reads(minor in 0..=i64::MAX, code in prop::sample::select(vec!["USD", "JPY", "KWD", "CLF"])) {
        let currency = Currency::parse(code).unwrap();
        let text = Money::new(minor, currency).major();
        prop_assert_eq!(Decimal::parse(&text).unwrap().to_minor(currency).unwrap(), minor);
    }

    #[test]
    fn any_text_is_an_amount_or_an_error_but_no_panic(text in "\\PC{0,40}|[-+0-9.eE]{0,40}") {
        if let Ok(decimal) = Decimal::parse(&text) {
            prop_assert!(serde_json::from_str::<f64>(&text).is_ok() || text.contains(['e', 'E']), "{}", text);
            prop_assert_eq!(Decimal::parse(&decimal.to_string()), Ok(decimal));
        }
    }

    #[test]
    fn a_total_is_the_exact_sum(lines in prop::collection::vec((0..=MAX_PRICE_MINOR, 1..=MAX_QTY), 1..=MAX_LINES)) {
        let prices: Vec<_> = lines.iter().map(|(price, _)| *price).collect();
        let wanted: Vec<_> = lines
            .iter()
            .enumerate()
            .map(|(at, (_, qty))| Line { id: ProductId::parse(&format!("p{at}")).unwrap(), qty: *qty })
            .collect();
        let quote = Quote::new(&merge(wanted).unwrap(), &products(&prices)).unwrap();
        let expected: i128 = lines.iter().map(|(price, qty)| i128::from(*price) * i128::from(*qty)).sum();
        prop_assert_eq!(i128::from(quote.total.minor), expected);
        // Readers that take numbers for floats still see it exactly.
        prop_assert!(expected < 1 << 53);
    }

    #[test]
    fn nobody_pays_more_than_was_shown(price in 0..=MAX_PRICE_MINOR, qty in 1..=MAX_QTY, shown in 0..=MAX_PRICE_MINOR * 99) {
        let line = Line { id: ProductId::parse("p0").unwrap(), qty };
        let quote = Quote::new(&[line], &products(&[price])).unwrap();
        let client = Decimal::parse(&Money::new(shown, Currency::USD).major()).unwrap();
        match quote.settle(Some(client)) {
            Ok(adjusted) => {
                prop_assert!(quote.total.minor <= shown);
                prop_assert_eq!(adjusted.is_some(), quote.total.minor < shown);
            }
            Err(problem) => {
                prop_assert_eq!(problem.code, Code::TotalExceedsExpected);
                prop_assert!(quote.total.minor > shown);
            }
        }
    }

    #[test]
    fn a_cart_stays_within_its_limits(steps in prop::collection::vec((0_u8..60, 0..=120_u32, any::<bool>()), 0..200)) {
        let mut cart = Cart::default();
        for (product, qty, add) in steps {
            let before = cart.clone();
            let id = ProductId::parse(&format!("p{product}")).unwrap();
            let done = if add && qty > 0 { cart.add(&id, qty) } else { cart.set(&id, qty) };
            if done.is_err() {
                prop_assert_eq!(&cart, &before);
            }
            prop_assert!(cart.lines.len() <= MAX_LINES);
            prop_assert!(cart.lines.iter().all(|line| (1..=MAX_QTY).contains(&line.qty)));
        }
    }

    #[test]
    fn a_cursor_comes_back_only_whole_and_to_its_own_list(
        key in prop::collection::btree_map("[a-z]{1,8}", "\\PC{0,20}", 0..4),
        scope in "\\PC{0,30}",
        flip in any::<prop::sample::Index>(),
    ) {
        let key: StartKey = key;
        let text = cursor::encode(&Toy(7), &scope, &key);
        prop_assert_eq!(&cursor::decode(&Toy(7), &scope, &text).unwrap(), &key);
        prop_assert!(cursor::decode(&Toy(8), &scope, &text).is_err());
        prop_assert!(cursor::decode(&Toy(7), &[scope.as_str(), "x"].concat(), &text).is_err());
        let mut forged = text.clone().into_bytes();
        let at = flip.index(forged.len());
        forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
        let forged = String::from_utf8(forged).unwrap();
        prop_assert!(cursor::decode(&Toy(7), &scope, &forged).is_err());
    }

    #[test]
    fn prop_message_chars_legal(
        id in "[A-Za-z0-9._~-]{1,64}",
        qty in 1..=MAX_QTY,
        price in 0..=MAX_PRICE_MINOR,
        said in "(\\PC|[\u{0}-\u{1f}\u{7f}\u{85}\u{fffe}\u{ffff}\u{10ffff}]){0,40}",
    ) {
        prop_assume!(id != "." && id != "..");
        let price = Money::new(price, Currency::USD);
        let total = price.times(qty).unwrap();
        let order = Order {
            id: OrderId::parse("0199a3b4-0000-7000-8000-00000000000f").unwrap(),
            state: State::Pending,
            version: 1,
            user_id: Some(said.clone()),
            lines: vec![PricedLine { id: ProductId::parse(&id).unwrap(), name: said.clone(), qty, price, total }],
            reserved: None,
            total,
            placed_at: "2026-11-24T00:00:00.000Z".to_owned(),
            updated_at: "2026-11-24T00:00:00.000Z".to_owned(),
            history: Vec::new(),
            token_hash: None,
            email: Some(said.clone()),
            client_reference: Some(said.clone()),
        };
        let message = OrderPlaced::new(&order, &said).to_json().unwrap();
        // A subset of what SQS takes, which is #x9, #xA, #xD, and from #x20 all but the surrogates, #xFFFE and #xFFFF.
        prop_assert!(message.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{message:?}");
        prop_assert_eq!(OrderPlaced::order_id(&message).unwrap(), order.id);
    }

    #[test]
    fn any_bytes_are_a_body_or_a_problem(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Err(problem) = Object::parse(&bytes) {
            prop_assert_eq!(problem.status(), 400);
        }
    }
}
