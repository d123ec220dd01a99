//! Reads a YAML template as the JSON it stands for: short tags (`!Sub`) become their long forms (`Fn::Sub`).

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Number, Value, json};
use serde_yaml::Tagged;
use std::fmt;

/// The document as JSON, or why it is not YAML.
pub(super) fn parse(text: &str) -> Result<Value, String> {
    serde_yaml::from_str::<Node>(text).map(|node| node.0).map_err(|error| error.to_string())
}

/// A node with its tag applied.
struct Node(Value);

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Tagged(Untagged(value), tag) = Tagged::<Untagged>::deserialize(deserializer)?;
        tagged(tag.as_deref(), value).map(Node).map_err(D::Error::custom)
    }
}

/// What a tag makes of a value.
fn tagged(tag: Option<&str>, value: Value) -> Result<Value, String> {
    let Some(name) = tag.and_then(|tag| tag.strip_prefix('!')).filter(|name| !name.is_empty()) else {
        return Ok(value);
    };
    match name {
        "Ref" | "Condition" => Ok(json!({ name: value })),
        // The short form names the attribute after the first dot.
        "GetAtt" => match value {
            Value::String(text) => match text.split_once('.') {
                Some((resource, attribute)) => Ok(json!({ "Fn::GetAtt": [resource, attribute] })),
                None => Err(format!("!GetAtt {text} names no attribute")),
            },
            other => Ok(json!({ "Fn::GetAtt": other })),
        },
        "Sub" | "Join" | "Select" | "Split" | "If" | "FindInMap" | "ImportValue" | "Base64" | "GetAZs" | "Cidr"
        | "And" | "Or" | "Not" | "Equals" | "Transform" | "Length" | "ToJsonString" => {
            Ok(json!({ format!("Fn::{name}"): value }))
        }
        other => Err(format!("unknown tag !{other}")),
    }
}

/// A node's own value; the nodes inside it have their tags applied.
struct Untagged(Value);

impl<'de> Deserialize<'de> for Untagged {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor).map(Untagged)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a YAML node")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("a number that JSON cannot hold"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        Node::deserialize(deserializer).map(|node| node.0)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        Node::deserialize(deserializer).map(|node| node.0)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(Node(item)) = seq.next_element()? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some((key, Node(value))) = map.next_entry::<String, Node>()? {
            if object.insert(key.clone(), value).is_some() {
                return Err(A::Error::custom(format!("the key {key} is there twice")));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;

    #[test]
    fn short_tags_are_long_forms() {
        let text = "A: !Ref Queue\nB: !GetAtt Table.Stream.Arn\nC: !Sub '${A}-x'\nD: !If [Big, !Ref X, 3]\nE:\n  - !Join ['-', [a, !Ref b]]\nF: !Equals [!Ref P, 'yes']\nG: !Condition Z\n";
        assert_eq!(
            parse(text).unwrap(),
            json!({
                "A": {"Ref": "Queue"},
                "B": {"Fn::GetAtt": ["Table", "Stream.Arn"]},
                "C": {"Fn::Sub": "${A}-x"},
                "D": {"Fn::If": ["Big", {"Ref": "X"}, 3]},
                "E": [{"Fn::Join": ["-", ["a", {"Ref": "b"}]]}],
                "F": {"Fn::Equals": [{"Ref": "P"}, "yes"]},
                "G": {"Condition": "Z"},
            })
        );
    }

    #[test]
    fn plain_scalars_have_their_types_and_quoted_ones_stay_text() {
        let value =
            parse("a: 30\nb: \"30\"\nc: true\nd: '2012-10-17'\ne: null\nf: 1.5\ng: |\n  two\n  lines\n").unwrap();
        assert_eq!(
            value,
            json!({"a": 30, "b": "30", "c": true, "d": "2012-10-17", "e": null, "f": 1.5, "g": "two\nlines\n"})
        );
    }

    #[test]
    fn unknown_tags_and_broken_documents_are_refused() {
        assert!(parse("a: !Nope x").unwrap_err().contains("!Nope"));
        assert!(parse("a: [1").is_err());
        assert!(parse("a: !GetAtt Queue").unwrap_err().contains("no attribute"));
    }
}
