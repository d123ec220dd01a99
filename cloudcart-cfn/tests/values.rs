//! What values are as JSON, and that they are read back as what they were.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use cloudcart_cfn::prelude::*;
use cloudcart_cfn::{
    Intrinsic, Mapping, OutOfRange, Property, availability_zones, base64, cidr, find_in_map, import_value, join_list,
    select, split, sqs,
};
use serde_json::{Value as Json, json};

fn same<'stack, T: Property + PartialEq + std::fmt::Debug>(value: &Value<'stack, T>, expected: &Json) {
    assert_eq!(&value.to_json(), expected);
    assert_eq!(&Value::<'stack, T>::from_json(expected).unwrap(), value);
}

#[test]
fn every_function_has_its_exact_shape_and_is_read_back() {
    Template::build("Functions.", |stack| {
        let prod = stack.condition("IsProd", Condition::equals(pseudo::region(), "eu-west-1"));
        let sizes = stack.mapping("Sizes", Mapping::new().with("eu-west-1", "Memory", 512));
        let text = |text: &str| Value::<'_, String>::Literal(text.to_owned());
        for (value, expected) in [
            (text("text"), json!("text")),
            (Value::reference("A"), json!({"Ref": "A"})),
            (Value::attribute("A", "B.C"), json!({"Fn::GetAtt": ["A", "B.C"]})),
            (sub_with("${a}", [("a", "b")]), json!({"Fn::Sub": ["${a}", {"a": "b"}]})),
            (join("-", ["a", "b"]), json!({"Fn::Join": ["-", ["a", "b"]]})),
            (join_list("-", split(",", "a,b")), json!({"Fn::Join": ["-", {"Fn::Split": [",", "a,b"]}]})),
            (
                Value::when(&prod, "a", Value::<String>::absent()),
                json!({"Fn::If": ["IsProd", "a", {"Ref": "AWS::NoValue"}]}),
            ),
            (select(1, ["a", "b"]), json!({"Fn::Select": [1, ["a", "b"]]})),
            (select(0, availability_zones()), json!({"Fn::Select": [0, {"Fn::GetAZs": ""}]})),
            (select(2, cidr("10.0.0.0/16", 4, 8)), json!({"Fn::Select": [2, {"Fn::Cidr": ["10.0.0.0/16", 4, 8]}]})),
            (
                find_in_map(&sizes, pseudo::region(), "Memory"),
                json!({"Fn::FindInMap": ["Sizes", {"Ref": "AWS::Region"}, "Memory"]}),
            ),
            (import_value("x"), json!({"Fn::ImportValue": "x"})),
            (base64("x"), json!({"Fn::Base64": "x"})),
            (
                Value::intrinsic(Intrinsic::Other { name: "Fn::ToJsonString".to_owned(), arguments: json!({"a": 1}) }),
                json!({"Fn::ToJsonString": {"a": 1}}),
            ),
        ] {
            same(&value, &expected);
        }
    });
}

#[test]
fn a_branch_of_a_typed_value_keeps_its_type() {
    let read = Value::<'_, Int<1, 900>>::from_json(&json!({"Fn::If": ["Slow", 900, {"Ref": "Timeout"}]})).unwrap();
    let Value::If { then, otherwise, .. } = &read else { panic!("{read:?}") };
    assert_eq!(then.as_literal().unwrap().get(), 900);
    assert_eq!(otherwise.as_literal(), None);
    let error = Value::<'_, Int<1, 900>>::from_json(&json!({"Fn::If": ["Slow", 901, 1]})).unwrap_err();
    assert_eq!(error.to_string(), "Fn::If/1: 901 is out of range: it may be 1 to 900");
}

#[test]
fn the_older_form_of_an_attribute_is_read_as_the_newer() {
    let read = Value::<'_, String>::from_json(&json!({"Fn::GetAtt": "Db.Endpoint.Address"})).unwrap();
    assert_eq!(read.to_json(), json!({"Fn::GetAtt": ["Db", "Endpoint.Address"]}));
}

#[test]
fn what_cloudformation_converts_is_read() {
    assert_eq!(bool::from_json(&json!("true")), Ok(true));
    assert_eq!(i64::from_json(&json!("42")), Ok(42));
    assert_eq!(String::from_json(&json!(42)), Ok("42".to_owned()));
    assert_eq!(f64::from_json(&json!("1.5")), Ok(1.5));
    assert_eq!(
        bool::from_json(&json!("yes")).unwrap_err().to_string(),
        "true or false is expected, and this is the text \"yes\""
    );
    assert_eq!(i64::from_json(&json!(1.5)).unwrap_err().to_string(), "a whole number is expected, and this is 1.5");
}

#[test]
fn a_number_without_a_fraction_is_written_without_one() {
    assert_eq!(1.0_f64.to_json().to_string(), "1");
    assert_eq!(0.5_f64.to_json().to_string(), "0.5");
    assert_eq!((-3.0_f64).to_json().to_string(), "-3");
    assert_eq!(f64::NAN.to_json(), Json::Null);
}

#[test]
fn a_range_says_what_it_allows() {
    let text = |result: Result<Int<1, 900>, OutOfRange>| result.unwrap_err().to_string();
    assert_eq!(text(Int::try_from(0)), "0 is out of range: it may be 1 to 900");
    assert_eq!(text(Int::try_from(-1_234_567)), "-1234567 is out of range: it may be 1 to 900");
    assert_eq!(
        Int::<0, { i64::MAX }>::try_from(-1).unwrap_err().to_string(),
        "-1 is out of range: it has to be at least 0"
    );
    assert_eq!(
        Int::<{ i64::MIN }, 10>::try_from(i64::MAX).unwrap_err().to_string(),
        "9223372036854775807 is out of range: it may be at most 10"
    );
    for inside in [1, 900] {
        assert_eq!(Int::<1, 900>::try_from(inside).unwrap().get(), inside);
    }
}

#[test]
fn sub_writes_plain_references_into_the_text() {
    Template::build("Texts.", |stack| {
        let queue = stack.add("Jobs", sqs::Queue::new());
        let prod = stack.condition("IsProd", Condition::equals("a", "b"));
        let json = |value: Value<'_, String>| value.to_json();
        assert_eq!(
            json(sub!(
                "${Queue}/${Arn}/${AWS::Region}/${!Kept}/${Word}",
                Queue = queue.reference(),
                Arn = queue.arn(),
                Word = "w"
            )),
            json!({"Fn::Sub": "${Jobs}/${Jobs.Arn}/${AWS::Region}/${!Kept}/w"})
        );
        // What is more than a reference stands beside the text, and so does what looks like a placeholder and is none.
        assert_eq!(
            json(sub!("${A}${A}${B}", A = Value::<String>::when(&prod, "x", "y"), B = "${C}")),
            json!({"Fn::Sub": ["${A}${A}${B}", {"A": {"Fn::If": ["IsProd", "x", "y"]}, "B": "${C}"}]})
        );
        // A value that reads like another's placeholder is not filled in twice.
        assert_eq!(json(sub!("${A}", A = queue.attribute("B"))), json!({"Fn::Sub": "${Jobs.B}"}));
        assert_eq!(json(sub!("no placeholder")), json!({"Fn::Sub": "no placeholder"}));
    });
}

#[test]
fn conditions_nest() {
    let template = Template::build("Conditions.", |stack| {
        let prod = stack.condition("IsProd", Condition::equals(pseudo::region(), "eu-west-1"));
        let named = || Condition::Named(prod.clone());
        stack.condition("Both", Condition::And(vec![named(), !named()]));
        stack.condition("Either", Condition::Or(vec![named(), !named()]));
    });
    assert_eq!(
        template.to_value()["Conditions"],
        json!({
            "Both": {"Fn::And": [{"Condition": "IsProd"}, {"Fn::Not": [{"Condition": "IsProd"}]}]},
            "Either": {"Fn::Or": [{"Condition": "IsProd"}, {"Fn::Not": [{"Condition": "IsProd"}]}]},
            "IsProd": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}
        })
    );
}

#[test]
fn a_text_does_not_make_a_placeholder_with_what_stands_around_it() {
    let sub = sub!("${A}{AWS::Region}", A = "$").to_json();
    assert_eq!(sub, json!({"Fn::Sub": ["${A}{AWS::Region}", {"A": "$"}]}));
    let sub = sub!("$${A}", A = "{AWS::Region}").to_json();
    assert_eq!(sub, json!({"Fn::Sub": ["$${A}", {"A": "{AWS::Region}"}]}));
}

#[test]
fn numbers_are_read_as_cloudformation_reads_them_and_lose_no_digit() {
    assert_eq!(i64::from_json(&json!(5.0)), Ok(5));
    assert_eq!(i64::from_json(&json!(i64::MAX)), Ok(i64::MAX));
    assert!(i64::from_json(&json!(5.5)).is_err());
    assert!(i64::from_json(&json!(u64::MAX)).is_err());
    assert_eq!(f64::from_json(&json!("1.5")), Ok(1.5));
    assert!(f64::from_json(&json!(9_007_199_254_740_993_i64)).is_err());
    for text in ["inf", "-Infinity", "NaN"] {
        assert!(f64::from_json(&json!(text)).is_err(), "{text}");
    }
    assert_eq!(bool::from_json(&json!("True")), Ok(true));
    assert!(bool::from_json(&json!("yes")).is_err());
}
