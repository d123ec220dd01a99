//! What is written as YAML is read back to the same value: by our own reader, and by libyaml's parser with the types of
//! YAML 1.1, which misread what YAML 1.2 leaves alone.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use cloudcart_cfn::{read, render_yaml};
use libyaml_safer::{Encoding, EventData, Parser, ScalarStyle};
use proptest::prelude::{Strategy, any, prop};
use regex_lite::Regex;
use serde_json::{Map, Number, Value, json};
use std::sync::LazyLock;

mod adversarial;

/// The expressions of <https://yaml.org/type/>, in the order in which they are tried. Two are mended, as every parser of
/// YAML 1.1 does: a float has a digit, and one point only.
static TYPES: LazyLock<Vec<(&str, Regex)>> = LazyLock::new(|| {
    let types = [
        ("null", r"~|null|Null|NULL|"),
        ("true", r"y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON"),
        ("false", r"n|N|no|No|NO|false|False|FALSE|off|Off|OFF"),
        ("merge", r"<<"),
        ("value", r"="),
        ("int", r"[-+]?(0|[1-9][0-9_]*)"),
        ("int2", r"[-+]?0b[0-1_]+"),
        ("int8", r"[-+]?0[0-7_]+"),
        ("int16", r"[-+]?0x[0-9a-fA-F_]+"),
        ("int60", r"[-+]?[1-9][0-9_]*(:[0-5]?[0-9])+"),
        ("float", r"[-+]?([0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)([eE][-+][0-9]+)?"),
        ("float60", r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+\.[0-9_]*"),
        ("inf", r"[-+]?\.(inf|Inf|INF)"),
        ("nan", r"\.(nan|NaN|NAN)"),
        ("date", r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
        (
            "time",
            r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(\.[0-9]*)?(([ \t]*)Z|[ \t]*[-+][0-9]{1,2}(:[0-9]{2})?)?",
        ),
    ];
    types.map(|(name, expression)| (name, Regex::new(&format!("^({expression})$")).unwrap())).into()
});

/// A plain scalar in YAML 1.1. What JSON has no type for becomes a text that no test writes.
fn plain_scalar(text: &str) -> Value {
    match TYPES.iter().find(|(_, expression)| expression.is_match(text)).map(|(name, _)| *name) {
        None => text.into(),
        Some("null") => Value::Null,
        Some("true") => true.into(),
        Some("false") => false.into(),
        Some("int") => {
            let number: i128 = text.replace('_', "").parse().unwrap();
            Number::from_i128(number).map_or_else(|| format!("too large: {text}").into(), Value::Number)
        }
        Some("float") => json!(text.replace('_', "").parse::<f64>().unwrap()),
        Some(other) => format!("misread as {other}: {text}").into(),
    }
}

/// What libyaml's parser makes of the text.
fn read_by_libyaml(text: &str) -> Result<Value, libyaml_safer::Error> {
    let mut input = text.as_bytes();
    let mut parser = Parser::new();
    parser.set_input_string(&mut input);
    // Left to find out, it takes any text that begins with the byte EF for a broken byte order mark.
    parser.set_encoding(Encoding::Utf8);
    let mut next = || loop {
        match parser.parse()?.data {
            EventData::StreamStart { .. } | EventData::DocumentStart { .. } => {}
            data => return Ok::<_, libyaml_safer::Error>(data),
        }
    };
    let first = next()?;
    let value = node(first, &mut next)?;
    assert!(matches!(next()?, EventData::DocumentEnd { .. }), "one document");
    assert_eq!(next()?, EventData::StreamEnd, "one document");
    Ok(value)
}

fn node<N>(event: EventData, next: &mut N) -> Result<Value, libyaml_safer::Error>
where
    N: FnMut() -> Result<EventData, libyaml_safer::Error>,
{
    Ok(match event {
        EventData::Scalar { value, style: ScalarStyle::Plain, tag: None, .. } => plain_scalar(&value),
        EventData::Scalar { value, tag: None, .. } => value.into(),
        EventData::SequenceStart { tag: None, .. } => {
            let mut items = Vec::new();
            loop {
                match next()? {
                    EventData::SequenceEnd => break items.into(),
                    event => items.push(node(event, next)?),
                }
            }
        }
        EventData::MappingStart { tag: None, .. } => {
            let mut object = Map::new();
            loop {
                let key = match next()? {
                    EventData::MappingEnd => break object.into(),
                    event => node(event, next)?,
                };
                // A key that is not text here is one that was not quoted.
                let key = key.as_str().map_or_else(|| format!("misread: {key}"), str::to_owned);
                let event = next()?;
                let value = node(event, next)?;
                assert!(object.insert(key, value).is_none());
            }
        }
        other => panic!("{other:?}"),
    })
}

fn reads_back(value: &Value) {
    let yaml = render_yaml(value).unwrap();
    let shown = || yaml.chars().take(2000).collect::<String>();
    let ours = read::parse_deployable(&yaml).unwrap_or_else(|error| panic!("{error}\n{}", shown()));
    assert_eq!(&ours, value, "our reader\n{}", shown());
    let theirs = read_by_libyaml(&yaml).unwrap_or_else(|error| panic!("{error}\n{}", shown()));
    assert_eq!(&theirs, value, "libyaml\n{}", shown());
}

#[test]
fn the_second_reader_misreads_what_is_not_quoted() {
    for text in
        "yes no on off y n ~ null 0x1F 017 1_000 12:34 12:34:56 2010-09-09 .5 +1 .inf .nan << = 0b1 1.10".split(' ')
    {
        assert_ne!(read_by_libyaml(text).unwrap(), json!(text), "{text}");
        assert_ne!(read_by_libyaml(&format!("{text}: 1")).unwrap(), json!({ text: 1 }), "{text}");
        assert_eq!(read_by_libyaml(&format!("'{text}'")).unwrap(), json!(text), "{text}");
    }
    assert_eq!(read_by_libyaml("[a, 30, 1.5, true]").unwrap(), json!(["a", 30, 1.5, true]));
}

#[test]
fn adversarial_values_read_back() {
    for value in adversarial::values() {
        reads_back(&value);
    }
}

#[test]
fn plain_words_stay_plain() {
    let yaml = render_yaml(&json!({
        "Type": "AWS::SQS::Queue",
        "Properties": {"Description": "The shop's carts", "Path": "/cart/{id}", "Delay": 30, "List": ["sqs:SendMessage"]},
    }));
    assert_eq!(
        yaml.unwrap(),
        "Type: AWS::SQS::Queue\nProperties:\n  Description: The shop's carts\n  Path: /cart/{id}\n  Delay: 30\n  List:\n  - sqs:SendMessage\n"
    );
}

/// Texts made of what scanners look at.
fn nasty() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(adversarial::PIECES);
    prop::collection::vec(pieces, 0..12).prop_map(|pieces| pieces.concat())
}

fn values() -> impl Strategy<Value = Value> {
    let text = || proptest::prop_oneof![nasty(), any::<String>(), "[0-9+.:_eExob-]{1,8}", "[A-Za-z:$ ]{0,30}"];
    let leaf = proptest::prop_oneof![
        4 => text().prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => any::<u64>().prop_map(Value::from),
        1 => prop::num::f64::ANY.prop_map(Value::from),
        1 => proptest::prelude::Just(Value::Null),
    ];
    leaf.prop_recursive(6, 40, 5, move |inner| {
        proptest::prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(text(), inner, 0..5).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 2000, failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_value_reads_back(value in values()) {
        reads_back(&value);
    }

    #[test]
    fn any_value_reads_back_from_json(value in values()) {
        let value = json!({ "A": value });
        assert_eq!(read::parse(&value.to_string()).unwrap(), value);
        assert_eq!(read::parse(&format!("\u{feff}{value:#}\r\n")).unwrap(), value);
    }
}
