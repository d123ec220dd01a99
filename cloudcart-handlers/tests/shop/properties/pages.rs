//! A walk over pages sees every product once, whatever the catalogue and the page size.

use std::collections::BTreeSet;

use cloudcart_handlers::store::memory::Table;
use cloudcart_shop::attribute::{Attribute, Row};
use cloudcart_shop::env::Identity;
use cloudcart_shop::ids::ProductId;
use proptest::collection::btree_map;
use proptest::prelude::*;
use proptest::sample::select;

use super::{cases, runtime};
use crate::stores::bench::{Bench, Kind};
use crate::stores::catalogue::walk;

const CATEGORIES: [&str; 4] = ["a", "b", "Küche & Bad", "\u{1f6d2}/?#%"];

/// A product: its category, if any, and whether its row can be read.
type Kept = (Option<&'static str>, bool);

async fn every_product_comes_once(
    kind: Kind,
    products: &std::collections::BTreeMap<String, Kept>,
    category: Option<&str>,
    limit: usize,
) {
    let bench = Bench::start(kind, Identity::Demo).await;
    for id in ["1", "2", "3"] {
        bench.delete(Table::Products, id).await;
    }
    for (id, (category, readable)) in products {
        let mut row = Row::from([
            ("id".to_owned(), Attribute::text(id)),
            ("name".to_owned(), Attribute::text("x")),
            ("price".to_owned(), Attribute::N(if *readable { "1.5" } else { "1.23456" }.to_owned())),
        ]);
        row.extend(category.map(|category| ("category".to_owned(), Attribute::text(category))));
        bench.put(Table::Products, id, &row).await;
    }
    let seen = walk(&bench, category, limit).await;
    let listed = |kept: &Kept| kept.1 && (category.is_none() || kept.0 == category);
    let expected: BTreeSet<_> = products.iter().filter(|(_, kept)| listed(kept)).map(|(id, _)| id.clone()).collect();
    assert_eq!(seen.len(), expected.len());
    assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), expected);
}

fn products(most: usize) -> impl Strategy<Value = std::collections::BTreeMap<String, Kept>> {
    let kept = (proptest::option::weighted(0.8, select(CATEGORIES.as_slice())), prop::bool::weighted(0.9));
    let id = "[A-Za-z0-9._~-]{1,8}".prop_filter("an id", |id| ProductId::parse(id).is_some());
    btree_map(id, kept, 0..most)
}

fn category() -> impl Strategy<Value = Option<&'static str>> {
    proptest::option::of(select(CATEGORIES.as_slice()))
}

proptest! {
    #![proptest_config(cases(150))]

    #[test]
    fn every_product_comes_once_from_memory(products in products(60), category in category(), limit in 1..=100_usize) {
        runtime().block_on(every_product_comes_once(Kind::Memory, &products, category, limit));
    }

    #[test]
    fn every_product_comes_once_from_small_pages(products in products(30), category in category(), limit in 1..=5_usize) {
        runtime().block_on(every_product_comes_once(Kind::Memory, &products, category, limit));
    }
}

proptest! {
    #![proptest_config(cases(4))]

    #[test]
    fn every_product_comes_once_from_dynamodb(products in products(40), category in category(), limit in 1..=9_usize) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(every_product_comes_once(Kind::DynamoDb, &products, category, limit));
    }
}
