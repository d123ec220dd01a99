//! Quotas, and references in templates that are plain JSON.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use cloudcart_cfn::check::{Declaration, Finding, Input, Problem, run};
use cloudcart_cfn::limits;
use serde_json::{Map, Value as Json, json};

/// The findings in a template that has one good resource beside what is given.
fn findings(sections: &Json) -> Vec<Finding> {
    let mut template = json!({"Resources": {"Good": {"Type": "AWS::CloudFormation::WaitConditionHandle"}}});
    for (section, entries) in sections.as_object().unwrap() {
        match template.get_mut(section).and_then(Json::as_object_mut) {
            Some(there) => there.extend(entries.as_object().unwrap().clone()),
            None => template[section] = entries.clone(),
        }
    }
    run(&Input::of(&template)).findings
}

fn told(sections: &Json) -> Vec<String> {
    findings(sections).iter().map(ToString::to_string).collect()
}

fn many(count: usize, entry: &Json) -> Json {
    (0..count).map(|number| (format!("N{number}"), entry.clone())).collect::<Map<_, _>>().into()
}

#[test]
fn quotas_are_kept_up_to_the_last_and_no_further() {
    let keys = |count: usize| json!({"Mappings": {"Sizes": {"one": many(count, &json!("x"))}}});
    let mapping = json!({"one": {"a": "x"}});
    let parameter = |length: usize| json!({"Parameters": {"P": {"Type": "String", "Default": "x".repeat(length)}}});
    let described = |length: usize| json!({"Parameters": {"P": {"Type": "String", "Description": "x".repeat(length)}}});
    let output = |length: usize| json!({"Outputs": {"O": {"Value": "x", "Description": "x".repeat(length)}}});
    let dynamic = |count: usize| {
        let values = vec!["{{resolve:ssm:/x}}"; count];
        json!({"Resources": {"Thing": {"Type": "Custom::Thing", "Properties": {"A": values}}}})
    };
    type Sections<'a> = &'a dyn Fn(usize) -> Json;
    let cases: [(Sections<'_>, usize, &str); 7] = [
        (
            &|count| json!({"Mappings": many(count, &mapping)}),
            limits::MAPPINGS,
            "201 mappings, and CloudFormation takes 200",
        ),
        (
            &|count| json!({"Mappings": {"Sizes": many(count, &json!({"a": "x"}))}}),
            limits::MAPPING_KEYS,
            "Mappings/Sizes: 201 attributes, and CloudFormation takes 200",
        ),
        (&keys, limits::MAPPING_KEYS, "Mappings/Sizes/one: 201 attributes, and CloudFormation takes 200"),
        (&parameter, limits::PARAMETER_BYTES, "Parameters/P/Default: 4097 bytes, and CloudFormation takes 4096"),
        (
            &described,
            limits::PARAMETER_DESCRIPTION_BYTES,
            "Parameters/P/Description: 4001 bytes, and CloudFormation takes 4000",
        ),
        (&output, limits::DESCRIPTION_BYTES, "Outputs/O/Description: 1025 bytes, and CloudFormation takes 1024"),
        (&dynamic, limits::DYNAMIC_REFERENCES, "61 dynamic references, and CloudFormation takes 60"),
    ];
    for (sections, limit, text) in cases {
        assert_eq!(told(&sections(limit)), [""; 0], "{text}");
        assert_eq!(told(&sections(limit + 1)), [text]);
    }
}

#[test]
fn mappings_are_looked_up_by_names_that_are_declared() {
    let look = |name: Json| json!({"Mappings": {"Sizes": {"a": {"b": "c"}}}, "Outputs": {"O": {"Value": {"Fn::FindInMap": [name, "a", "b"]}}}});
    assert_eq!(told(&look(json!("Sizes"))), [""; 0]);
    assert_eq!(told(&look(json!({"Ref": "AWS::Region"}))), [""; 0]);
    assert_eq!(
        told(&look(json!("Size"))),
        ["Outputs/O/Value: looks into the mapping `Size`, which the template does not declare"]
    );
}

#[test]
fn functions_have_as_many_arguments_as_they_take() {
    let value =
        |function: &str, arguments: Json| told(&json!({"Outputs": {"O": {"Value": {function: arguments}}}})).len();
    for (function, good, bad) in [
        ("Fn::Join", json!(["", ["a"]]), json!(["a"])),
        ("Fn::Select", json!([0, ["a"]]), json!([0])),
        ("Fn::Split", json!([",", "a"]), json!("a")),
        ("Fn::Sub", json!("a"), json!(1)),
        ("Fn::Sub", json!({"Fn::Transform": {"Name": "Own"}}), json!({"a": 1})),
    ] {
        assert_eq!(value(function, good), 0, "{function}");
        assert_eq!(value(function, bad), 1, "{function}");
    }
    let condition = |body: Json| told(&json!({"Conditions": {"C": body}})).len();
    let equal = json!({"Fn::Equals": ["a", "b"]});
    for (function, least, most) in [("Fn::And", 2, 10), ("Fn::Or", 2, 10), ("Fn::Not", 1, 1)] {
        let of = |count: usize| condition(json!({function: vec![equal.clone(); count]}));
        assert_eq!((of(least), of(most)), (0, 0), "{function}");
        assert_eq!((of(least - 1), of(most + 1)), (1, 1), "{function}");
    }
    assert_eq!(condition(json!({"Fn::Equals": ["a"]})), 1);
}

#[test]
fn a_name_that_is_nearly_declared_is_suggested() {
    let hint = |name: &str| {
        let found = findings(&json!({"Outputs": {"O": {"Value": {"Ref": name}}}}));
        assert_eq!(found.len(), 1, "{name}");
        found[0].problem.hint()
    };
    assert_eq!(hint("Godo").as_deref(), Some("did you mean `Good`?"));
    assert_eq!(hint("AWS::Regoin").as_deref(), Some("did you mean `AWS::Region`?"));
    assert_eq!(hint("Elsewhere"), None);
}

#[test]
fn ids_that_a_module_brings_are_not_unknown() {
    let template = |id: &str| json!({"Resources": {"Net": {"Type": "My::Own::Net::MODULE"}}, "Outputs": {"O": {"Value": {"Ref": id}}}});
    assert_eq!(told(&template("NetSubnet")), [""; 0]);
    assert_eq!(told(&template("Subnet")).len(), 1);
}

#[test]
fn declarations_of_the_program_tell_of_twins_and_lines() {
    let template = json!({"Resources": {"Twin": {"Type": "Custom::Thing"}}});
    let mut input = Input::of(&template);
    let here = std::panic::Location::caller();
    input.declarations = vec![Declaration { section: "Resources", id: "Twin", source: Some(here) }; 2];
    let found = run(&input).findings;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].source, Some(here));
    assert_eq!(found[0].problem, Problem::DuplicateName("Twin".to_owned(), format!("{}:{}", file!(), here.line())));
}
