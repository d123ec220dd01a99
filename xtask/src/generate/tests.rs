//! The generator as a whole, on a crate of one type.

use std::fs;
use std::path::Path;

use super::changes;

const MANIFEST: &str = r#"
actions = ["tea"]
["AWS::Tea::Kettle"]
types.RoleArn = "Arn AWS::Tea::Role"
["AWS::Tea::Role"]
"#;

const CARGO: &str = "[features]
default = [\"all\"]
# A feature per service; `cargo xtask generate` writes them.
all = []
coffee = []

[dependencies]
serde_json = \"1\"
";

const KETTLE: &str = r##"{
    "typeName": "AWS::Tea::Kettle",
    "description": "Prose.",
    "additionalProperties": false,
    "primaryIdentifier": ["/properties/KettleId"],
    "readOnlyProperties": ["/properties/KettleId", "/properties/Base/Serial", "/properties/Arn"],
    "createOnlyProperties": ["/properties/Base/Volts"],
    "required": ["RoleArn", "Base"],
    "properties": {
        "Arn": {"type": "string"},
        "Base": {"$ref": "#/definitions/Base"},
        "KettleId": {"type": "string"},
        "RoleArn": {"type": "string"},
        "Litres": {"type": "integer", "minimum": 1, "maximum": 2000},
        "Tags": {"type": "array", "items": {"$ref": "#/definitions/Tag"}},
        "Type": {"type": "string", "enum": ["STOVE_TOP", "electric"]}
    },
    "definitions": {
        "Base": {"type": "object", "properties": {"Serial": {"type": "string"}, "Volts": {"type": "integer", "enum": [230, 120]}}},
        "Tag": {"type": "object", "properties": {"Key": {"type": "string"}, "Value": {"type": "string"}}, "required": ["Key", "Value"]}
    },
    "handlers": {"create": {"permissions": ["tea:CreateKettle"]}}
}"##;

const ROLE: &str = r#"{
    "typeName": "AWS::Tea::Role",
    "primaryIdentifier": ["/properties/Name"],
    "readOnlyProperties": ["/properties/RoleArn"],
    "properties": {"Name": {"type": "string"}, "RoleArn": {"type": "string"}}
}"#;

/// A directory with a crate and the schemas that it is generated from.
fn workshop(manifest: &str) -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    let write = |name: &str, content: &str| {
        let path = directory.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        fs::write(path, content).expect("written");
    };
    write("crate/Cargo.toml", CARGO);
    write("crate/schemas/resources.toml", manifest);
    write("data/schemas/providers/us-east-1.json", r#"{"AWS::Tea::Kettle": "k", "AWS::Tea::Role": "r"}"#);
    write("data/schemas/resources/k.json", KETTLE);
    write("data/schemas/resources/r.json", ROLE);
    write("data/schemas/version.json", r#"{"schema_date": "2001-02-03"}"#);
    write("data/AdditionalSpecs/StatefulResources.json", r#"{"ResourceTypes": {"AWS::Tea::Kettle": {}}}"#);
    write("data/AdditionalSpecs/Policies.json", r#"{"tea": {"Actions": {"createkettle": {}}}}"#);
    directory
}

fn generate(directory: &Path) {
    for change in changes(&directory.join("crate"), Some(&directory.join("data/schemas"))).expect("generated") {
        change.apply().expect("written");
    }
}

fn check(directory: &Path) -> Vec<String> {
    let changes = changes(&directory.join("crate"), None).expect("checked");
    changes.iter().map(ToString::to_string).collect()
}

#[test]
fn nothing_is_left_to_do_after_generating_with_schemas_or_without() {
    let workshop = workshop(MANIFEST);
    generate(workshop.path());
    assert_eq!(check(workshop.path()), [] as [&str; 0]);
    let again = changes(&workshop.path().join("crate"), Some(&workshop.path().join("data/schemas"))).expect("checked");
    assert_eq!(again, []);
}

#[test]
fn changed_missing_and_superfluous_files_are_named() {
    let workshop = workshop(MANIFEST);
    generate(workshop.path());
    let crate_directory = workshop.path().join("crate");
    let kettle = crate_directory.join("src/resources/tea/kettle.rs");
    fs::write(&kettle, fs::read_to_string(&kettle).expect("readable").replace("Litres", "Liters")).expect("written");
    fs::remove_file(crate_directory.join("src/kind/generated.rs")).expect("removed");
    fs::write(crate_directory.join("src/resources/tea/pot.rs"), "").expect("written");
    fs::write(crate_directory.join("schemas/aws-tea-pot.json"), "{}").expect("written");
    let expected = [
        "superfluous: schemas/aws-tea-pot.json",
        "superfluous: src/resources/tea/pot.rs",
        "missing: src/kind/generated.rs",
        "stale: src/resources/tea/kettle.rs",
    ];
    assert_eq!(check(workshop.path()), expected);
    generate(workshop.path());
    assert_eq!(check(workshop.path()), [] as [&str; 0]);
    assert!(!crate_directory.join("src/resources/tea/pot.rs").exists());
}

#[test]
fn a_changed_schema_makes_its_copy_and_its_types_stale() {
    let workshop = workshop(MANIFEST);
    generate(workshop.path());
    let official = workshop.path().join("data/schemas/resources/k.json");
    fs::write(&official, KETTLE.replace("2000", "3000")).expect("written");
    let changes =
        changes(&workshop.path().join("crate"), Some(&workshop.path().join("data/schemas"))).expect("checked");
    let changes: Vec<String> = changes.iter().map(ToString::to_string).collect();
    assert_eq!(changes, ["stale: schemas/aws-tea-kettle.json", "stale: src/resources/tea/kettle.rs"]);
}

#[test]
fn a_type_is_written_with_what_its_schema_says() {
    let workshop = workshop(MANIFEST);
    generate(workshop.path());
    let kettle = fs::read_to_string(workshop.path().join("crate/src/resources/tea/kettle.rs")).expect("readable");
    for line in [
        "/// `AWS::Tea::Kettle`. `Ref` gives `KettleId`.",
        r#"role_arn "RoleArn": Arn<kind::tea::Role>,"#,
        r#"base "Base": Base<'stack>,"#,
        "/// `Litres`: a whole number, 1 to 2,000.",
        r#"litres "Litres": Int<1, 2_000>,"#,
        r#"tags "Tags": Vec<Value<'stack, Tag<'stack>>>,"#,
        r#"r#type "Type": KettleType,"#,
        r#"StoveTop "STOVE_TOP","#,
        r#"Electric "electric","#,
        "/// `Volts`: one of 120, 230. Create-only: a change replaces the resource.",
        r#"volts "Volts": Volts,"#,
        r#"base_serial "Base.Serial": String,"#,
        r#"kettle_id "KettleId": Ref<kind::tea::Kettle>,"#,
    ] {
        assert!(kettle.lines().any(|found| found.trim() == line), "there is no line `{line}` in:\n{kettle}");
    }
    assert!(!kettle.contains("\"Serial\""), "read-only properties are no fields:\n{kettle}");
    assert!(!kettle.contains("Prose"));
    let kinds = fs::read_to_string(workshop.path().join("crate/src/kind/generated.rs")).expect("readable");
    assert!(kinds.contains(r#"Kettle "AWS::Tea::Kettle", arn Some("Arn");"#), "{kinds}");
    assert!(kinds.contains(r#"Role "AWS::Tea::Role", arn Some("RoleArn");"#), "{kinds}");
    let actions = fs::read_to_string(workshop.path().join("crate/src/policy/action/generated.rs")).expect("readable");
    assert!(actions.contains("        CreateKettle,\n"), "{actions}");
}

#[test]
fn mistakes_in_the_manifest_are_named() {
    for (mistake, expected) in [
        ("[\"AWS::Tea::Pot\"]", "AWS::Tea::Pot is not a type"),
        ("types.RoleArm = \"String\"", "`types` names `RoleArm`, which is no property"),
        ("types.Litres = \"Arn AWS::Tea::Spoon\"", "`AWS::Tea::Spoon` has no ARN"),
        ("remove = [\"/properties/Spout\"]", "there is no `/properties/Spout`"),
        ("add.properties.Spout.enum = [\"a\"]", "`add` gives `/properties/Spout` no type"),
        ("colour = \"red\"", "unknown field `colour`"),
    ] {
        let workshop = workshop(
            &format!("{MANIFEST}{mistake}\n")
                .replace("[\"AWS::Tea::Role\"]\n", "")
                .replace("types.RoleArn = \"Arn AWS::Tea::Role\"\n", ""),
        );
        let error = changes(&workshop.path().join("crate"), Some(&workshop.path().join("data/schemas")));
        let error = format!("{:#}", error.expect_err(mistake));
        assert!(error.contains(expected), "{mistake}: {error}");
    }
}

#[test]
fn a_new_service_gets_a_feature_and_the_rest_of_the_package_stays() {
    let workshop = workshop(MANIFEST);
    generate(workshop.path());
    let package = fs::read_to_string(workshop.path().join("crate/Cargo.toml")).expect("readable");
    let expected = CARGO.replace("all = []\ncoffee = []\n", "all = [\n    \"tea\",\n]\ntea = []\n");
    assert_eq!(package, expected);
}
