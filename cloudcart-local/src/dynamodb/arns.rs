//! Region and account in DynamoDB's ARNs: the engine knows one region, `dynoxide`, and one account.
//!
//! Only members that hold ARNs or table names are touched. An attribute value is always an object (`{"S": …}`), so an
//! item that happens to have an attribute named `TableName` stays as it is.

use serde_json::{Map, Value};

const ENGINE_PREFIX: &str = "arn:aws:dynamodb:dynoxide:000000000000:";

/// Members of requests that may hold an ARN which the engine has to understand.
const REQUEST_ARNS: [&str; 3] = ["ResourceArn", "StreamArn", "ExclusiveStartStreamArn"];

/// The region and account that the outside sees.
#[derive(Debug, Clone)]
pub(super) struct Arns {
    /// `arn:aws:dynamodb:<region>:<account>:`.
    prefix: String,
    region: String,
}

impl Arns {
    pub(super) fn new(region: &str, account: &str) -> Self {
        Self { prefix: format!("arn:aws:dynamodb:{region}:{account}:"), region: region.to_owned() }
    }

    /// ARN of a table.
    pub(super) fn table(&self, name: &str) -> String {
        format!("{}table/{}", self.prefix, self.table_name(name))
    }

    /// ARN of an index of a table.
    pub(super) fn index(&self, table: &str, index: &str) -> String {
        format!("{}/index/{index}", self.table(table))
    }

    /// The table's name in a name or in one of this cloud's ARNs of a table, index or stream.
    pub(super) fn table_name<'a>(&self, name_or_arn: &'a str) -> &'a str {
        match name_or_arn.strip_prefix(&self.prefix).and_then(|rest| rest.strip_prefix("table/")) {
            Some(rest) => rest.split('/').next().unwrap_or(rest),
            None => name_or_arn,
        }
    }

    /// A request's body as the engine understands it; `None` when it already does.
    pub(super) fn inward(&self, body: &[u8]) -> Option<Vec<u8>> {
        if !contains(body, b"arn:aws:dynamodb:") {
            return None;
        }
        let mut value: Value = serde_json::from_slice(body).ok()?;
        self.walk_in(&mut value);
        serde_json::to_vec(&value).ok()
    }

    fn walk_in(&self, value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.walk_in(item)),
            Value::Object(members) => {
                for (name, member) in members.iter_mut() {
                    match (name.as_str(), &mut *member) {
                        ("TableName", Value::String(text)) => *text = self.table_name(text).to_owned(),
                        ("RequestItems", Value::Object(tables)) => {
                            *tables = std::mem::take(tables)
                                .into_iter()
                                .map(|(table, requests)| (self.table_name(&table).to_owned(), requests))
                                .collect::<Map<_, _>>();
                        }
                        (name, Value::String(text)) if REQUEST_ARNS.contains(&name) => {
                            *text = text.replacen(&self.prefix, ENGINE_PREFIX, 1);
                        }
                        _ => {}
                    }
                    self.walk_in(member);
                }
            }
            _ => {}
        }
    }

    /// An answer's body as the outside sees it; `None` when nothing is to change.
    pub(super) fn outward(&self, body: &[u8]) -> Option<Vec<u8>> {
        if !contains(body, b"dynoxide") {
            return None;
        }
        let mut value: Value = serde_json::from_slice(body).ok()?;
        self.walk_out(&mut value);
        serde_json::to_vec(&value).ok()
    }

    fn walk_out(&self, value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.walk_out(item)),
            Value::Object(members) => {
                for (name, member) in members.iter_mut() {
                    match (name.as_str(), &mut *member) {
                        ("awsRegion", Value::String(region)) => region.clone_from(&self.region),
                        (name, Value::String(text))
                            if name.ends_with("Arn") || name.eq_ignore_ascii_case("message") =>
                        {
                            *text = text.replace(ENGINE_PREFIX, &self.prefix);
                        }
                        _ => self.walk_out(member),
                    }
                }
            }
            _ => {}
        }
    }
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use serde_json::json;

    fn arns() -> Arns {
        Arns::new("eu-central-1", "123456789012")
    }

    #[test]
    fn table_names_given_as_arns_become_names_but_attribute_values_stay() {
        let arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/Orders";
        let body = json!({
            "TableName": arn,
            "Item": {"TableName": {"S": arn}, "ResourceArn": {"S": arn}},
            "TransactItems": [{"Put": {"TableName": arn}}],
            "RequestItems": {arn: {"Keys": []}},
        });
        let inward: Value = serde_json::from_slice(&arns().inward(body.to_string().as_bytes()).unwrap()).unwrap();
        assert_eq!(
            inward,
            json!({
                "TableName": "Orders",
                "Item": {"TableName": {"S": arn}, "ResourceArn": {"S": arn}},
                "TransactItems": [{"Put": {"TableName": "Orders"}}],
                "RequestItems": {"Orders": {"Keys": []}},
            })
        );
    }

    #[test]
    fn arns_of_answers_carry_this_clouds_region_and_account() {
        let engine = "arn:aws:dynamodb:dynoxide:000000000000:table/Orders/stream/x";
        let ours = "arn:aws:dynamodb:eu-central-1:123456789012:table/Orders/stream/x";
        let body = json!({"LatestStreamArn": engine, "Records": [{"awsRegion": "dynoxide"}], "Item": {"LatestStreamArn": {"S": engine}}});
        let outward: Value = serde_json::from_slice(&arns().outward(body.to_string().as_bytes()).unwrap()).unwrap();
        assert_eq!(
            outward,
            json!({"LatestStreamArn": ours, "Records": [{"awsRegion": "eu-central-1"}], "Item": {"LatestStreamArn": {"S": engine}}})
        );
        let inward = arns().inward(json!({"StreamArn": ours}).to_string().as_bytes()).unwrap();
        assert_eq!(serde_json::from_slice::<Value>(&inward).unwrap(), json!({"StreamArn": engine}));
        assert_eq!(arns().outward(b"{\"Item\":{}}"), None);
    }
}
