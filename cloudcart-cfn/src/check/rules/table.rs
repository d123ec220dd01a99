//! DynamoDB tables.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::{Broken, Rule, error};
use crate::check::view::{Entry, View, look};

const CREATE: &str = "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html";
const LIMITS: &str = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html";
const TTL: &str = "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TimeToLiveSpecification.html";
const LOCAL: &str = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LSI.html";

pub(super) const RULES: &[Rule] = &[
    error("table-key-schema", CREATE, key_schema),
    error("table-key-attribute", CREATE, key_attribute),
    error("table-unused-attribute", CREATE, unused_attribute),
    error("table-index-limit", LIMITS, index_limit),
    error("table-index-name", CREATE, index_name),
    error("table-local-index", LOCAL, local_index),
    error("table-on-demand-capacity", CREATE, on_demand_capacity),
    error("table-provisioned-capacity", CREATE, provisioned_capacity),
    error("table-ttl", TTL, ttl),
];

const TABLE: &str = "AWS::DynamoDB::Table";
const GLOBAL: &str = "GlobalSecondaryIndexes";
const LOCAL_INDEXES: &str = "LocalSecondaryIndexes";

fn tables<'a>(view: &View<'a>) -> impl Iterator<Item = Entry<'a>> {
    view.of_kind(TABLE).chain(view.of_kind("AWS::DynamoDB::GlobalTable"))
}

/// Places and values of the key schemas of a table and its indexes.
fn key_schemas<'a>(table: &Entry<'a>) -> Vec<(String, &'a [Json])> {
    let mut schemas = vec![("KeySchema".to_owned(), table.items("KeySchema"))];
    for place in [GLOBAL, LOCAL_INDEXES] {
        for (index, one) in table.items(place).iter().enumerate() {
            schemas.push((format!("{place}/{index}/KeySchema"), look(one, "KeySchema").items()));
        }
    }
    schemas
}

/// The names in a list of key elements or attributes; none when one of them is unknown.
fn names(items: &[Json]) -> Option<Vec<&str>> {
    items.iter().map(|item| look(item, "AttributeName").text()).collect()
}

/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html>
fn key_schema(view: &View<'_>, broken: &mut Broken<'_, '_>) {
    for table in tables(view) {
        let kinds: Option<Vec<&str>> =
            table.items("KeySchema").iter().map(|item| look(item, "KeyType").text()).collect();
        if let Some(kinds) = kinds
            && !matches!(kinds[..], [] | ["HASH"] | ["HASH", "RANGE"])
        {
            let message = "the key of a table is a `HASH` attribute, and after it a `RANGE` attribute or none";
            broken.at(table.at("KeySchema"), message, "name the partition key first, then the sort key");
        }
    }
}

/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html>
fn key_attribute(view: &View<'_>, broken: &mut Broken<'_, '_>) {
    for table in tables(view) {
        let definitions = table.look("AttributeDefinitions");
        let defined = if definitions.is_absent() { Some(Vec::new()) } else { names(definitions.items()) };
        let Some(defined) = defined.filter(|all| definitions.is_absent() || !all.is_empty()) else { continue };
        for (place, elements) in key_schemas(&table) {
            for (index, element) in elements.iter().enumerate() {
                if let Some(name) = look(element, "AttributeName").text().filter(|name| !defined.contains(name)) {
                    let message = format!("the key attribute `{name}` is not in `AttributeDefinitions`");
                    let hint = format!("define `{name}` and its type there");
                    broken.at(table.at(&format!("{place}/{index}/AttributeName")), message, hint);
                }
            }
        }
    }
}

/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html>
fn unused_attribute(view: &View<'_>, broken: &mut Broken<'_, '_>) {
    for table in tables(view) {
        // An index that a function makes may use any of them.
        let lists = ["KeySchema", GLOBAL, LOCAL_INDEXES];
        let known = lists.iter().all(|place| table.look(place).json().is_none_or(Json::is_array));
        let schemas = key_schemas(&table);
        let used: Option<Vec<Vec<&str>>> = schemas.iter().map(|(_, elements)| names(elements)).collect();
        let Some(used) = used.filter(|all| known && all.iter().all(|names| !names.is_empty())) else { continue };
        let used: BTreeSet<&str> = used.into_iter().flatten().collect();
        for (index, definition) in table.items("AttributeDefinitions").iter().enumerate() {
            if let Some(name) = look(definition, "AttributeName").text().filter(|name| !used.contains(name)) {
                let message = format!("`{name}` is the key of nothing: DynamoDB defines key attributes only");
                broken.at(table.at(&format!("AttributeDefinitions/{index}")), message, "take the definition away");
            }
        }
    }
}

/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html>
fn index_limit(view: &View<'_>, broken: &mut Broken<'_, '_>) {
    for table in tables(view) {
        for (place, limit) in [(GLOBAL, 20), (LOCAL_INDEXES, 5)] {
            let count = table.items(place).iter().filter(|one| look(one, "IndexName").is_present()).count();
            if count > limit {
                let message = format!("{count} indexes, and a table has {limit} at most of this kind");
                broken.at(table.at(place), message, "serve several questions from one index, by composed keys");
            }
        }
    }
}

/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html>
fn index_name(view: &View<'_>, broken: &mut Broken<'_, '_>) {
    for table in tables(view) {
        let mut seen = BTreeSet::new();
        for place in [GLOBAL, LOCAL_INDEXES] {
            for (index, one) in table.items(place).iter().enumerate() {
                if let Some(name) = look(one, "IndexName").text().filter(|name| !seen.insert(*name)) {
                    let path = table.at(&format!("{place}/{index}/IndexName"));
                    broken.at(path, format!("two indexes are called `{name}`"), "give each index its own name");
                }
            }
        }
    }
}

/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LSI.html>
fn local_index(view: &View<'_>, broken: &mut Broken<'_, '_>) {
    for table in tables(view) {
        let Some(key) = names(table.items("KeySchema")).filter(|key| !key.is_empty()) else { continue };
        for (index, one) in table.items(LOCAL_INDEXES).iter().enumerate() {
            let path = table.at(&format!("{LOCAL_INDEXES}/{index}/KeySchema"));
            let Some(own) = names(look(one, "KeySchema").items()).filter(|own| !own.is_empty()) else { continue };
            if key.len() < 2 {
                broken.at(path, "a table without a sort key has no local indexes", "make it a global index");
            } else if own.len() < 2 || own[0] != key[0] {
                let message =
                    format!("a local index has the table's partition key `{}` and a sort key of its own", key[0]);
                broken.at(path, message, "name both, or make it a global index");
            }
        }
    }
}

/// Whether capacity is on demand; none when nobody knows.
fn on_demand(table: &Entry<'_>) -> Option<bool> {
    let mode = table.look("BillingMode");
    if mode.is_absent() { Some(false) } else { mode.text().map(|mode| mode == "PAY_PER_REQUEST") }
}

/// Places that take a capacity: the table's and those of its global indexes.
fn capacities(table: &Entry<'_>) -> Vec<String> {
    let indexes = (0..table.items(GLOBAL).len()).map(|index| format!("{GLOBAL}/{index}"));
    std::iter::once(String::new()).chain(indexes).collect()
}

/// What stands at a place below one that may be in a list.
fn capacity<'a>(table: &Entry<'a>, place: &str) -> crate::check::view::Seen<'a> {
    match place.rsplit_once('/').and_then(|(_, index)| index.parse::<usize>().ok()) {
        Some(index) => look(&table.items(GLOBAL)[index], "ProvisionedThroughput"),
        None => table.look("ProvisionedThroughput"),
    }
}

/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html>
fn on_demand_capacity(view: &View<'_>, broken: &mut Broken<'_, '_>) {
    for table in view.of_kind(TABLE).filter(|table| on_demand(table) == Some(true)) {
        for place in capacities(&table) {
            // Nothing of either is what DynamoDB itself answers for such a table.
            let given = capacity(&table, &place).object().is_some_and(|units| units.values().any(|one| one != 0));
            if given {
                let path = table.at(format!("{place}/ProvisionedThroughput").trim_start_matches('/'));
                broken.at(path, "capacity on demand is not provisioned", "leave `ProvisionedThroughput` out");
            }
        }
    }
}

/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html>
fn provisioned_capacity(view: &View<'_>, broken: &mut Broken<'_, '_>) {
    for table in view.of_kind(TABLE).filter(|table| on_demand(table) == Some(false)) {
        for place in capacities(&table) {
            if capacity(&table, &place).is_absent() {
                let hint = "set `BillingMode` to `PAY_PER_REQUEST`, or give `ProvisionedThroughput`";
                broken.at(
                    table.at(&place),
                    "provisioned capacity, which is the default, needs `ProvisionedThroughput`",
                    hint,
                );
            }
        }
    }
}

/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TimeToLiveSpecification.html>
fn ttl(view: &View<'_>, broken: &mut Broken<'_, '_>) {
    for table in tables(view) {
        let place = "TimeToLiveSpecification";
        let attribute = table.look(&format!("{place}/AttributeName"));
        if table.look(&format!("{place}/Enabled")).flag() == Some(true) && attribute.is_absent() {
            let hint = "give `AttributeName`, an attribute of the time in seconds";
            broken.at(table.at(place), "items can only end by the time in an attribute", hint);
        }
    }
}
