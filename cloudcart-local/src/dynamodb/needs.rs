//! Which rights a DynamoDB request needs.
//!
//! Actions, resources and condition keys:
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html>.

use super::{arns::Arns, schema::Schemas};
use crate::{api::Need, error::AwsError};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The condition key of the partition key values that a request addresses.
const LEADING_KEYS: &str = "dynamodb:LeadingKeys";

/// Reads the rights off requests.
pub(super) struct Needs<'a> {
    pub(super) arns: &'a Arns,
    pub(super) schemas: &'a Schemas,
}

impl Needs<'_> {
    /// The rights of `operation` on `input`. One for each table, and for each element of a transaction.
    pub(super) fn of(&self, operation: &str, input: &Map<String, Value>) -> Result<Vec<Need>, AwsError> {
        let table = || input.get("TableName").and_then(Value::as_str).unwrap_or_default();
        let one = |resource: String| Ok(vec![with_select(need(operation, resource), input)]);
        match operation {
            "GetItem" | "DeleteItem" | "UpdateItem" => self.keyed(operation, input, "Key").map(|need| vec![need]),
            "PutItem" => self.keyed(operation, input, "Item").map(|need| vec![need]),
            "Query" | "Scan" => {
                let index = input.get("IndexName").and_then(Value::as_str);
                let resource = match index {
                    Some(index) => self.arns.index(table(), index),
                    None => self.arns.table(table()),
                };
                let mut need = with_select(need(operation, resource), input);
                if operation == "Query" {
                    // A policy that binds leading keys must not be passed by a query whose key cannot be read here.
                    let keys = self.query_key(table(), index, input)?;
                    need.context.push((LEADING_KEYS.to_owned(), vec![keys.unwrap_or_default()]));
                } else {
                    need.context.push(("dynamodb:FullTableScan".to_owned(), vec!["true".to_owned()]));
                }
                Ok(vec![need])
            }
            "BatchGetItem" | "BatchWriteItem" => self.batch(operation, input),
            "TransactGetItems" | "TransactWriteItems" => self.transaction(input),
            "ExecuteStatement" => Ok(vec![self.partiql(input)]),
            "BatchExecuteStatement" | "ExecuteTransaction" => {
                let member = if operation == "ExecuteTransaction" { "TransactStatements" } else { "Statements" };
                let statements = input.get(member).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
                Ok(statements.iter().filter_map(Value::as_object).map(|statement| self.partiql(statement)).collect())
            }
            "CreateTable"
            | "DeleteTable"
            | "DescribeTable"
            | "UpdateTable"
            | "DescribeTimeToLive"
            | "UpdateTimeToLive"
            | "DescribeContinuousBackups"
            | "UpdateContinuousBackups" => one(self.arns.table(table())),
            "TagResource" | "UntagResource" | "ListTagsOfResource" => {
                one(input.get("ResourceArn").and_then(Value::as_str).unwrap_or("*").to_owned())
            }
            "DescribeStream" | "GetShardIterator" => {
                one(input.get("StreamArn").and_then(Value::as_str).unwrap_or("*").to_owned())
            }
            "GetRecords" => one(self.iterator_stream(input)),
            "ListTables" | "ListStreams" | "DescribeLimits" | "DescribeEndpoints" => one("*".to_owned()),
            _ => Ok(Vec::new()),
        }
    }

    /// A right on an item that `member` addresses.
    fn keyed(&self, action: &str, input: &Map<String, Value>, member: &str) -> Result<Need, AwsError> {
        let table = input.get("TableName").and_then(Value::as_str).unwrap_or_default();
        let mut need = with_select(need(action, self.arns.table(table)), input);
        let values = self.leading(table, input.get(member).into_iter())?;
        need.context.push((LEADING_KEYS.to_owned(), values));
        Ok(need)
    }

    fn batch(&self, operation: &str, input: &Map<String, Value>) -> Result<Vec<Need>, AwsError> {
        let Some(tables) = input.get("RequestItems").and_then(Value::as_object) else { return Ok(Vec::new()) };
        let mut needs = Vec::new();
        for (table, requests) in tables {
            let items: Vec<&Value> = if operation == "BatchGetItem" {
                requests.get("Keys").and_then(Value::as_array).into_iter().flatten().collect()
            } else {
                requests
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(|write| {
                        write.pointer("/PutRequest/Item").or_else(|| write.pointer("/DeleteRequest/Key"))
                    })
                    .collect()
            };
            let mut need = need(operation, self.arns.table(table));
            need.context.push((LEADING_KEYS.to_owned(), self.leading(table, items.into_iter())?));
            needs.push(need);
        }
        Ok(needs)
    }

    fn transaction(&self, input: &Map<String, Value>) -> Result<Vec<Need>, AwsError> {
        const ELEMENTS: [(&str, &str, &str); 5] = [
            ("Get", "GetItem", "Key"),
            ("Put", "PutItem", "Item"),
            ("Update", "UpdateItem", "Key"),
            ("Delete", "DeleteItem", "Key"),
            ("ConditionCheck", "ConditionCheckItem", "Key"),
        ];
        let mut needs = Vec::new();
        for element in input.get("TransactItems").and_then(Value::as_array).into_iter().flatten() {
            for (member, action, item) in ELEMENTS {
                if let Some(part) = element.get(member).and_then(Value::as_object) {
                    needs.push(self.keyed(action, part, item)?);
                }
            }
        }
        Ok(needs)
    }

    fn partiql(&self, input: &Map<String, Value>) -> Need {
        let statement = input.get("Statement").and_then(Value::as_str).unwrap_or_default();
        let mut words = statement.split_whitespace();
        let action = match words.next().map(str::to_ascii_uppercase).as_deref() {
            Some("INSERT") => "PartiQLInsert",
            Some("UPDATE") => "PartiQLUpdate",
            Some("DELETE") => "PartiQLDelete",
            _ => "PartiQLSelect",
        };
        let after = match action {
            "PartiQLInsert" => "INTO",
            "PartiQLUpdate" => "UPDATE",
            _ => "FROM",
        };
        let target = statement
            .split_whitespace()
            .skip_while(|word| !word.eq_ignore_ascii_case(after))
            .nth(1)
            .unwrap_or_default();
        let mut names = target.split('.').map(|name| name.trim_matches(['"', ';', ',']));
        let table = names.next().unwrap_or_default();
        match names.next() {
            Some(index) => need(action, self.arns.index(table, index)),
            None => need(action, self.arns.table(table)),
        }
    }

    /// The partition key values of items, without repeats.
    fn leading<'i>(&self, table: &str, items: impl Iterator<Item = &'i Value>) -> Result<Vec<String>, AwsError> {
        let Some(name) = self.schemas.partition_key(self.arns.table_name(table), None)? else { return Ok(Vec::new()) };
        let mut values: Vec<String> = Vec::new();
        for item in items {
            let value = item.get(&name).and_then(plain).unwrap_or_default();
            if !values.contains(&value) {
                values.push(value);
            }
        }
        Ok(values)
    }

    /// The partition key value that a query asks for.
    fn query_key(
        &self,
        table: &str,
        index: Option<&str>,
        input: &Map<String, Value>,
    ) -> Result<Option<String>, AwsError> {
        let Some(name) = self.schemas.partition_key(self.arns.table_name(table), index)? else { return Ok(None) };
        if let Some(conditions) = input.get("KeyConditions") {
            return Ok(conditions.get(&name).and_then(|condition| plain(condition.pointer("/AttributeValueList/0")?)));
        }
        let empty = Map::new();
        let members = |member: &str| input.get(member).and_then(Value::as_object).unwrap_or(&empty);
        let names = members("ExpressionAttributeNames");
        let values = members("ExpressionAttributeValues");
        let expression = input.get("KeyConditionExpression").and_then(Value::as_str).unwrap_or_default();
        Ok(equalities(expression)
            .into_iter()
            .find(|(left, _)| names.get(left).and_then(Value::as_str).unwrap_or(left) == name)
            .and_then(|(_, right)| plain(values.get(&right)?)))
    }

    /// A shard iterator of the engine names its table; the stream's label is the table's current one.
    fn iterator_stream(&self, input: &Map<String, Value>) -> String {
        let table = input
            .get("ShardIterator")
            .and_then(Value::as_str)
            .and_then(|iterator| STANDARD.decode(iterator).ok())
            .and_then(|json| serde_json::from_slice::<BTreeMap<String, Value>>(&json).ok())
            .and_then(|iterator| iterator.get("table_name")?.as_str().map(str::to_owned));
        match table {
            Some(table) => {
                let label = self.schemas.stream_label(&table).ok().flatten().unwrap_or_default();
                format!("{}/stream/{label}", self.arns.table(&table))
            }
            None => "*".to_owned(),
        }
    }
}

fn need(action: &str, resource: String) -> Need {
    Need::new(format!("dynamodb:{action}"), resource)
}

fn with_select(mut need: Need, input: &Map<String, Value>) -> Need {
    for member in ["Select", "ReturnValues", "ReturnConsumedCapacity"] {
        if let Some(value) = input.get(member).and_then(Value::as_str) {
            need.context.push((format!("dynamodb:{member}"), vec![value.to_owned()]));
        }
    }
    need
}

/// The value of a key attribute as a condition compares it: text, number text or base64.
fn plain(value: &Value) -> Option<String> {
    ["S", "N", "B"].iter().find_map(|kind| value.get(*kind)?.as_str().map(str::to_owned))
}

/// The equalities of a key condition, as (name, value) placeholders. `=` needs no spaces around it.
fn equalities(expression: &str) -> Vec<(String, String)> {
    let spaced = expression.replace('=', " = ").replace(['(', ')'], " ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    words
        .windows(3)
        .filter(|window| window[1] == "=")
        .map(|window| {
            // A key condition may be written either way round.
            let (left, right) =
                if window[0].starts_with(':') { (window[2], window[0]) } else { (window[0], window[2]) };
            (left.to_owned(), right.to_owned())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::equalities;

    #[test]
    fn the_partition_key_is_found_however_the_condition_is_written() {
        let pair = |left: &str, right: &str| (left.to_owned(), right.to_owned());
        assert_eq!(equalities("pk = :v"), [pair("pk", ":v")]);
        assert_eq!(equalities("(#p=:v) AND begins_with(sk, :s)"), [pair("#p", ":v")]);
        assert_eq!(equalities("sk BETWEEN :a AND :b AND :v = pk"), [pair("pk", ":v")]);
        assert!(equalities("sk >= :v").iter().all(|(left, _)| left != "sk"), "a range is not an equality");
    }
}
