//! The catalogue at size, end to end: a hundred thousand products that the real command seeds on the local cloud.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

#[path = "life/shop.rs"]
#[allow(dead_code, reason = "each test program uses its part")]
mod shop;

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity};
use serde_json::Value;
use shop::Shop;

const PRODUCTS: usize = 100_000;
const PAGE: usize = 100;

/// Every item of a list with its category, page by page; no item may come twice. `next` finds the next page's path.
fn walk(api: &str, first: &str, next: impl Fn(&shop::Answer) -> Option<String>) -> HashMap<String, String> {
    let mut seen = HashMap::new();
    let mut path = Some(first.to_owned());
    let mut short = 0;
    while let Some(at) = path {
        let answer = shop::call(api, "GET", &at, &[], "");
        assert_eq!(answer.status, 200, "{at}: {}", answer.body);
        let page = answer.json();
        let page = page.as_array().unwrap();
        for product in page {
            let text = |name: &str| product[name].as_str().unwrap().to_owned();
            let again = seen.insert(text("id"), text("category"));
            assert_eq!(again, None, "{} came twice", product["id"]);
        }
        assert!(page.len() <= PAGE);
        short += usize::from(page.len() < PAGE);
        path = next(&answer);
        // A walk that goes round in circles must end; only its last page may be short.
        assert!(short == 0 || path.is_none(), "a page of {} before the end, at {at}", page.len());
    }
    seen
}

fn header(answer: &shop::Answer, name: &str) -> Option<String> {
    let lines = answer.head.lines().filter_map(|line| line.split_once(':'));
    lines.filter(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_owned()).next()
}

/// By `Link`, as a client that knows nothing of cursors walks.
fn by_link(answer: &shop::Answer) -> Option<String> {
    let link = header(answer, "link")?;
    Some(link.strip_prefix('<').unwrap().strip_suffix(">; rel=\"next\"").unwrap().to_owned())
}

/// By `x-next-cursor`, as a client that builds its own addresses walks.
fn by_cursor(path: &str) -> impl Fn(&shop::Answer) -> Option<String> {
    move |answer| header(answer, "x-next-cursor").map(|cursor| format!("{path}&cursor={cursor}"))
}

/// What DynamoDB reads and charges for a page of the scan that `GET /products` is: items looked at, and capacity units.
fn cost(shop: &Shop, table: &str, start: &str) -> (i32, f64) {
    shop.on_target(async |target| {
        let scan = target.dynamodb().scan().table_name(table).limit(i32::try_from(PAGE).unwrap());
        let scan = scan.exclusive_start_key("id", AttributeValue::S(start.to_owned()));
        let page = scan.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await.unwrap();
        (page.scanned_count(), page.consumed_capacity.unwrap().capacity_units.unwrap())
    })
}

#[test]
fn a_hundred_thousand_products_are_seen_once_each_and_the_last_page_costs_what_the_first_does() {
    let shop = Shop::new();
    shop.ok(&["deploy"]);
    let seeded: Value =
        serde_json::from_str(&shop.ok(&["--format", "json", "seed", "--count", &PRODUCTS.to_string()]).out).unwrap();
    assert_eq!(seeded["seeded"], PRODUCTS);
    let api = shop.output("HttpApiUrl");

    let all = walk(&api, &format!("/products?limit={PAGE}"), by_link);
    assert_eq!(all.len(), PRODUCTS);
    assert!((1..=PRODUCTS).all(|number| all.contains_key(&format!("p-{number:07}"))));

    let path = format!("/categories/grocery?limit={PAGE}");
    let grocery = walk(&api, &path, by_cursor(&path));
    assert!(grocery.len() > 10 * PAGE, "{}", grocery.len());
    let expected: HashMap<_, _> = all.into_iter().filter(|(_, category)| category == "grocery").collect();
    assert_eq!(grocery.len(), expected.len());
    assert!(grocery == expected, "the category's walk and the whole walk differ");

    let table = shop.output("ProductsTable");
    let (first, last) = (cost(&shop, &table, "p-0000100"), cost(&shop, &table, &format!("p-{:07}", PRODUCTS - PAGE)));
    assert_eq!((first.0, last.0), (100, 100));
    // A unit is charged in halves, and the numbers in the last names are a few digits longer.
    assert!((first.1 - last.1).abs() <= 0.5, "{first:?} {last:?}");
}
