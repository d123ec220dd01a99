//! Properties against the schemas of their resource types.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use cloudcart_cfn::check::Severity;
use cloudcart_cfn::check::schema::check_properties;
use serde_json::{Value as Json, json};

/// What is wrong with properties: `path: problem`.
fn wrong(schema: &Json, properties: &Json) -> Vec<String> {
    let mut found = Vec::new();
    check_properties(schema, properties, "P", &mut |path, problem| found.push(format!("{path}: {problem}")));
    found
}

/// What is wrong with one value under a schema.
#[expect(clippy::needless_pass_by_value, reason = "a case reads better with its JSON written in place")]
fn value(schema: &Json, value: Json) -> Vec<String> {
    wrong(&json!({"properties": {"A": schema}}), &json!({"A": value}))
}

#[test]
fn each_keyword_refuses_one_value_and_takes_another() {
    let cases = [
        (json!({"type": "integer"}), json!("x"), json!("5"), "`x` is not an integer"),
        (json!({"type": "integer"}), json!(1.5), json!(1.0), "is a number, and must be an integer"),
        (json!({"type": "number"}), json!(true), json!("1.5"), "is a boolean, and must be a number"),
        (json!({"type": "boolean"}), json!("yes"), json!("True"), "`yes` is not a boolean"),
        (json!({"type": "string"}), json!([]), json!(5), "is an array, and must be a string"),
        (
            json!({"type": ["object", "string"]}),
            json!([]),
            json!("x"),
            "is an array, and must be an object or a string",
        ),
        (json!({"type": "array"}), json!("x"), json!([]), "is a string, and must be an array"),
        (json!({"enum": ["KMS", "AES"]}), json!("KSM"), json!("KMS"), "`KSM` is none of `KMS`, `AES`"),
        (json!({"enum": [7, 14]}), json!(8), json!("14"), "`8` is none of `7`, `14`"),
        (json!({"enumCaseInsensitive": ["Http"]}), json!("ftp"), json!("HTTP"), "`ftp` is none of `Http`"),
        (json!({"const": "S"}), json!("T"), json!("S"), "`T` must be `S`"),
        (json!({"pattern": "^a+$"}), json!("ab"), json!("aa"), "`ab` does not fit the pattern ^a+$"),
        (json!({"pattern": "^[0-9]{2}$"}), json!(123), json!(12), "`123` does not fit the pattern ^[0-9]{2}$"),
        (json!({"minimum": 3}), json!(2), json!("3"), "`2` is less than 3"),
        (json!({"maximum": 3}), json!("4"), json!(3), "`4` is more than 3"),
        (json!({"exclusiveMinimum": 3}), json!(3), json!(4), "`3` must be more than 3"),
        (json!({"exclusiveMaximum": 3}), json!(3), json!(2), "`3` must be less than 3"),
        (json!({"multipleOf": 60}), json!(90), json!(120), "`90` is no multiple of 60"),
        (json!({"minLength": 2}), json!("ä"), json!("äö"), "`ä` is shorter than 2 characters"),
        (json!({"maxLength": 2}), json!("abc"), json!("äö"), "3 characters, and CloudFormation takes 2"),
        (json!({"minItems": 2}), json!([1]), json!([1, 2]), "needs 2 items at least, and has 1"),
        (json!({"maxItems": 1}), json!([1, 2]), json!([1]), "2 items, and CloudFormation takes 1"),
        (json!({"minProperties": 1}), json!({}), json!({"B": 1}), "needs 1 entries at least, and has 0"),
        (
            json!({"maxProperties": 1}),
            json!({"B": 1, "C": 1}),
            json!({"B": 1}),
            "2 entries, and CloudFormation takes 1",
        ),
        (json!({"required": ["B"]}), json!({}), json!({"B": 1}), "the property `B` is missing"),
        (json!({"not": {"required": ["B"]}}), json!({"B": 1}), json!({}), "`B` may not be given here"),
        (
            json!({"format": "ipv4-network"}),
            json!("10.0.0.0"),
            json!("10.0.0.0/8"),
            "`10.0.0.0` is no IPv4 range such as `10.0.0.0/16`",
        ),
        (
            json!({"format": "AWS::IAM::Role.Arn"}),
            json!("role"),
            json!("arn:aws:iam::1:role/x"),
            "`role` is no ARN of a role",
        ),
        (
            json!({"dependentRequired": {"B": ["C"]}}),
            json!({"B": 1}),
            json!({"C": 1}),
            "`B` needs `C` beside it, and there is none",
        ),
        (
            json!({"dependencies": {"B": ["C"]}}),
            json!({"B": 1}),
            json!({}),
            "`B` needs `C` beside it, and there is none",
        ),
        (
            json!({"dependentExcluded": {"B": ["C"], "C": ["B"]}}),
            json!({"B": 1, "C": 1}),
            json!({"B": 1}),
            "`B` and `C` may not be given together",
        ),
        (
            json!({"requiredXor": ["B", "C"]}),
            json!({"B": 1, "C": 1}),
            json!({"B": 1}),
            "only one of `B`, `C` may be given",
        ),
        (json!({"requiredOr": ["B", "C"]}), json!({}), json!({"B": 1, "C": 1}), "one of `B`, `C` is needed"),
        (
            json!({"oneOf": [{"required": ["B"]}, {"required": ["C"]}]}),
            json!({"B": 1, "C": 1}),
            json!({"C": 1}),
            "only one of `B`, `C` may be given",
        ),
        (
            json!({"anyOf": [{"required": ["B"]}, {"required": ["C"]}]}),
            json!({}),
            json!({"B": 1, "C": 1}),
            "one of `B`, `C` is needed",
        ),
        (json!({"allOf": [{"required": ["B"]}]}), json!({}), json!({"B": 1}), "the property `B` is missing"),
    ];
    for (schema, bad, good, text) in cases {
        assert_eq!(value(&schema, bad), [format!("P/A: {text}")], "{schema}");
        assert_eq!(value(&schema, good), [""; 0], "{schema}");
    }
}

#[test]
fn items_and_nested_properties_are_checked_at_their_own_paths() {
    let one = json!({"items": {"type": "integer"}});
    assert_eq!(value(&one, json!([1, "x"])), ["P/A/1: `x` is not an integer"]);
    let each = json!({"prefixItems": [{"type": "integer"}], "items": {"type": "boolean"}});
    assert_eq!(
        value(&each, json!([true, 1])),
        ["P/A/0: is a boolean, and must be an integer", "P/A/1: is a number, and must be a boolean"]
    );
    let twice = json!({"uniqueItems": true});
    assert_eq!(value(&twice, json!(["a", "b", "a"])), ["P/A/2: `a` is there twice"]);
    assert_eq!(value(&twice, json!([1, 2, {"Ref": "AWS::NoValue"}, {"Ref": "AWS::NoValue"}])), [""; 0]);
    let keys = json!({"uniqueKeys": ["Key"]});
    assert_eq!(
        value(&keys, json!([{"Key": "a", "V": 1}, {"Key": "a", "V": 2}])),
        ["P/A/1: an item of `Key` \"a\" is there twice"]
    );
    assert_eq!(value(&keys, json!([{"Key": {"Ref": "X"}}, {"Key": {"Ref": "X"}}, {}, {}])), [""; 0]);
    let names = json!({"patternProperties": {"^x-": {"type": "integer"}}, "additionalProperties": false});
    assert_eq!(value(&names, json!({"x-a": "b"})), ["P/A/x-a: `b` is not an integer"]);
    assert_eq!(value(&names, json!({"y": 1})), ["P/A/y: `y` is no name that may stand here: it does not fit `^x-`"]);
    assert_eq!(
        value(&json!({"additionalProperties": {"type": "integer"}}), json!({"y": []})),
        ["P/A/y: is an array, and must be an integer"]
    );
}

#[test]
fn definitions_are_followed_and_may_refer_to_themselves() {
    let schema = json!({
        "properties": {"A": {"$ref": "#/definitions/Tree"}, "Loop": {"$ref": "#/definitions/Loop"}},
        "definitions": {
            "Tree": {"properties": {"Left": {"$ref": "#/definitions/Tree"}}, "additionalProperties": false},
            "Loop": {"$ref": "#/definitions/Loop"},
        },
    });
    assert_eq!(
        wrong(&schema, &json!({"A": {"Left": {"Left": {"Lfet": 1}}}, "Loop": 1})),
        ["P/A/Left/Left/Lfet: there is no property `Lfet` here"]
    );
}

#[test]
fn conditions_of_schemas_take_the_branch_that_is_sure() {
    let schema = json!({
        "if": {"properties": {"Kind": {"const": "Large"}}, "required": ["Kind"]},
        "then": {"required": ["Size"]},
        "else": {"not": {"required": ["Size"]}},
    });
    assert_eq!(value(&schema, json!({"Kind": "Large"})), ["P/A: the property `Size` is missing"]);
    assert_eq!(value(&schema, json!({"Kind": "Small", "Size": 1})), ["P/A: `Size` may not be given here"]);
    assert_eq!(value(&schema, json!({"Kind": {"Ref": "Kind"}})), [""; 0]);
    assert_eq!(value(&schema, json!({"Kind": {"Ref": "Kind"}, "Size": 1})), [""; 0]);
}

#[test]
fn what_is_wrong_is_told_of_the_nearest_form() {
    let schema = json!({"anyOf": [
        {"required": ["Url", "Name"], "properties": {"Url": {"type": "string"}}},
        {"required": ["Path"], "properties": {"Path": {"type": "integer"}}},
    ]});
    assert_eq!(value(&schema, json!({"Path": "x"})), ["P/A/Path: `x` is not an integer"]);
}

#[test]
fn a_function_stands_for_any_value() {
    let schemas = [
        json!({"type": "integer", "minimum": 5}),
        json!({"enum": ["a"], "pattern": "^a$", "maxLength": 1}),
        json!({"required": ["B"], "additionalProperties": false, "type": "object"}),
        json!({"type": "array", "minItems": 3}),
        json!({"not": {"type": "string"}}),
        json!({"oneOf": [{"type": "string"}, {"type": "object"}]}),
    ];
    for schema in schemas {
        for function in [
            json!({"Ref": "X"}),
            json!({"Fn::Sub": "${X}"}),
            json!({"Fn::GetAtt": ["X", "Arn"]}),
            json!("{{resolve:ssm:x}}"),
        ] {
            // A text in place of an object is one of its own.
            assert_eq!(value(&schema, function.clone()), [""; 0], "{schema} {function}");
        }
    }
}

#[test]
fn branches_of_if_are_each_checked_and_no_value_is_nothing() {
    let schema = json!({"properties": {"A": {"type": "integer"}}, "required": ["A"], "additionalProperties": false});
    let either = |left: Json, right: Json| json!({"A": {"Fn::If": ["Large", left, right]}});
    assert_eq!(
        wrong(&schema, &either(json!("x"), json!([]))),
        ["P/A/1: `x` is not an integer", "P/A/2: is an array, and must be an integer"]
    );
    assert_eq!(wrong(&schema, &either(json!(1), json!({"Ref": "AWS::NoValue"}))), [""; 0]);
    assert_eq!(wrong(&schema, &json!({"A": {"Ref": "AWS::NoValue"}})), ["P: the property `A` is missing"]);
    assert_eq!(wrong(&schema, &json!({"A": 1, "Bee": {"Ref": "AWS::NoValue"}})), [""; 0]);
    assert_eq!(wrong(&schema, &json!(null)), ["P: the property `A` is missing"]);
    assert_eq!(wrong(&schema, &json!({"Fn::Transform": {"Name": "AWS::Include"}})), [""; 0]);
}

#[test]
fn what_aws_sets_cannot_be_given_and_what_goes_is_noted() {
    let schema = json!({
        "properties": {"Arn": {}, "Both": {}, "End": {"properties": {"Port": {}}}, "Old": {}, "List": {}},
        "readOnlyProperties": ["/properties/Arn", "/properties/Both", "/properties/End/Port", "/properties/List/*/Id"],
        "createOnlyProperties": ["/properties/Both"],
        "deprecatedProperties": ["/properties/Old"],
    });
    let properties = json!({"Arn": "x", "Both": 1, "End": {"Port": 1}, "Old": 1, "List": [{"Id": 1}, {}]});
    let mut found = Vec::new();
    check_properties(&schema, &properties, "P", &mut |path, problem| found.push((path, problem.severity())));
    let expected = [
        ("P/Arn", Severity::Error),
        ("P/End/Port", Severity::Error),
        ("P/List/0/Id", Severity::Error),
        ("P/Old", Severity::Note),
    ];
    assert_eq!(found, expected.map(|(path, severity)| (path.to_owned(), severity)));
}

#[test]
fn a_name_of_ones_own_that_has_the_wrong_form_is_told_the_form() {
    let schema = json!({"patternProperties": {"^[a-z]+$": {"type": "string"}}, "additionalProperties": false});
    let mut found = Vec::new();
    check_properties(&schema, &json!({"fine": "a", "9": "b"}), "", &mut |path, problem| {
        found.push((path, problem.to_string()));
    });
    let text = "`9` is no name that may stand here: it does not fit `^[a-z]+$`".to_owned();
    assert_eq!(found, [("/9".to_owned(), text)]);
}
