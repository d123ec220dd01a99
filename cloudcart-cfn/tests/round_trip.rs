//! Real templates survive reading and writing, and no text whatsoever makes the reader panic.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::{Path, PathBuf};

use cloudcart_cfn::{read, render_yaml};
use proptest::prelude::{Strategy, any, prop};
use serde_json::Value;

/// The templates in a folder of the workspace.
fn templates(folder: &str) -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let paths = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let mut templates: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "json" || extension == "yaml"))
        .map(|path| (path.clone(), fs::read_to_string(&path).unwrap()))
        .collect();
    templates.sort();
    assert!(templates.len() >= 4, "{} holds too little", folder.display());
    templates
}

fn template(name: &str) -> Value {
    let templates = templates("tests/templates");
    let (_, text) = templates.iter().find(|(path, _)| path.ends_with(name)).unwrap();
    read::parse(text).unwrap()
}

#[test]
fn the_views_of_our_own_templates_say_the_same() {
    for (path, text) in templates("../templates") {
        if path.extension().unwrap() == "json" {
            let json: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(read::parse_deployable(&text).unwrap(), json, "{}", path.display());
            let yaml = fs::read_to_string(path.with_extension("yaml")).unwrap();
            assert_eq!(read::parse_deployable(&yaml).unwrap(), json, "{}", path.display());
            assert_eq!(render_yaml(&json).unwrap(), yaml, "{} is not what is rendered", path.display());
        }
    }
}

#[test]
fn templates_of_others_read_back_from_json_and_yaml() {
    for (path, text) in templates("tests/templates") {
        let value = read::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert!(value["Resources"].is_object(), "{}", path.display());
        assert!(!value.to_string().contains("\"!"), "{} has a tag left", path.display());
        for again in [value.to_string(), format!("{value:#}"), render_yaml(&value).unwrap()] {
            assert_eq!(read::parse_deployable(&again).unwrap(), value, "{}", path.display());
        }
    }
}

#[test]
fn templates_of_others_say_what_their_authors_meant() {
    let network = template("network.yaml");
    assert_eq!(network["Description"], "A network in two zones, folded over two lines.");
    assert_eq!(network["Parameters"]["PeerAccount"]["Default"], "012345678901");
    assert_eq!(network["Parameters"]["Bastion"]["AllowedValues"], serde_json::json!([true, false]));
    assert_eq!(network["Resources"]["Vpc"]["Properties"]["EnableDnsSupport"], true);
    let script = &network["Resources"]["BastionHost"]["Properties"]["UserData"]["Fn::Base64"]["Fn::Sub"];
    assert!(
        script
            .as_str()
            .unwrap()
            .starts_with("#!/bin/bash -xe\n# ${!NotAPlaceholder}: \"quotes\", 'more', \\backslash\n  indented")
    );

    let serverless = template("serverless.yaml");
    let get = &serverless["Resources"]["Get"]["Properties"];
    assert_eq!(get["Environment"], serverless["Globals"]["Function"]["Environment"]);
    assert_eq!(get["Policies"][1]["Version"], "2012-10-17");
    let document = &serverless["Resources"]["Api"]["Properties"]["DefinitionBody"];
    assert_eq!(document["openapi"], "3.0.1");
    assert_eq!(document["paths"]["/orders/{id}"]["get"]["responses"]["200"]["description"], "found");
    assert_eq!(serverless["Resources"]["Fn::ForEach::Topics"][1], serde_json::json!(["Paid", "Shipped"]));
    let (_, text) =
        templates("tests/templates").into_iter().find(|(path, _)| path.ends_with("serverless.yaml")).unwrap();
    assert_eq!(read::parse_deployable(&text).unwrap_err().problem, read::ReadProblem::Alias);

    let alarms = template("alarms.yaml");
    assert_eq!(alarms["Description"], "escapes: A é \u{1f6d2} \"quoted\" and a folded line");
    assert_eq!(alarms["Parameters"]["Threshold"]["MaxValue"], 0x7fff_ffff);
    assert_eq!(alarms["Parameters"]["Threshold"]["MinValue"], -1000);
    let alarm = &alarms["Resources"]["Alarm"]["Properties"];
    assert_eq!(alarm["AlarmDescription"], "keeps its last line\n\n");
    assert_eq!(alarm["Metrics"][0]["Expression"], "SUM(METRICS()) / 2\n\n  * 1\n");
    assert_eq!(alarm["TreatMissingData"], "no");
    assert_eq!(alarm["InsufficientDataActions"], Value::Null);
    assert_eq!(alarm["Dimensions"][1]["Value"]["Fn::If"][2], "it's");
    assert_eq!(alarms["Resources"]["Queue"]["Properties"]["QueueName"]["Fn::Join"][1][0], "a\tb");

    let synthesized = template("synthesized.json");
    let code = &synthesized["Resources"]["Handler886CB40B"]["Properties"]["Code"]["ZipFile"];
    assert!(code.as_str().unwrap().contains("'héllo \u{1f6d2}' };\r\n"));
}

/// What somebody, or a broken disk, may do to a template.
#[derive(Debug, Clone)]
enum Damage {
    Cut(usize),
    Remove(usize, usize),
    Insert(usize, String),
    Repeat(usize, usize),
    Swap(usize, usize),
}

impl Damage {
    fn apply(&self, text: &str) -> String {
        let characters: Vec<char> = text.chars().collect();
        let at = |place: usize| place % (characters.len() + 1);
        let span = |start: usize, length: usize| at(start)..(at(start) + length).min(characters.len());
        let all = |parts: &[&[char]]| parts.concat().into_iter().collect();
        match self {
            Self::Cut(end) => all(&[&characters[..at(*end)]]),
            Self::Remove(start, length) => {
                let span = span(*start, *length);
                all(&[&characters[..span.start], &characters[span.end..]])
            }
            Self::Insert(place, text) => {
                let inserted: Vec<char> = text.chars().collect();
                all(&[&characters[..at(*place)], &inserted, &characters[at(*place)..]])
            }
            Self::Repeat(start, length) => {
                let span = span(*start, *length);
                all(&[&characters[..span.end], &characters[span]])
            }
            Self::Swap(one, other) => {
                let mut swapped = characters.clone();
                if !characters.is_empty() {
                    swapped.swap(one % characters.len(), other % characters.len());
                }
                swapped.into_iter().collect()
            }
        }
    }
}

fn damage() -> impl Strategy<Value = Damage> {
    let piece = proptest::prop_oneof![
        prop::sample::select(vec![
            "!", "!Ref ", "!Sub", "&a ", "*a", "*a ", "<<: ", "- ", "? ", ": ", "[", "]", "{", "}", ",", "\"", "'",
            "\\", "|", ">", "\n", "\r", "\t", "  ", "#", "%", "---\n", "...\n", "\u{feff}", "\u{85}", "\0", "~", "0",
            "!!int ", "!<", "@", "`", "|9\n", ">-\n",
        ])
        .prop_map(str::to_owned),
        any::<String>(),
    ];
    let place = || 0_usize..8192;
    proptest::prop_oneof![
        1 => place().prop_map(Damage::Cut),
        3 => (place(), 0_usize..40).prop_map(|(start, length)| Damage::Remove(start, length)),
        6 => (place(), piece).prop_map(|(place, piece)| Damage::Insert(place, piece)),
        2 => (place(), 0_usize..200).prop_map(|(start, length)| Damage::Repeat(start, length)),
        2 => (place(), place()).prop_map(|(one, other)| Damage::Swap(one, other)),
    ]
}

/// Reading must end, in a value that can be written and read again or in an error with a place in the text.
fn ends_well(text: &str) {
    match read::parse(text) {
        Ok(value) => {
            assert_eq!(read::parse(&render_yaml(&value).unwrap()).unwrap(), value, "{text:?}");
            if value.is_object() || value.is_array() {
                assert_eq!(read::parse(&value.to_string()).unwrap(), value, "{text:?}");
            }
        }
        Err(error) => {
            let lines = text.split(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']).count();
            assert!((1..=lines + 1).contains(&error.line), "{error} in {text:?}");
            assert!(error.column >= 1 && !error.to_string().is_empty(), "{error} in {text:?}");
        }
    }
    if let Ok(value) = read::parse_deployable(text) {
        assert_eq!(read::parse(text).unwrap(), value, "what is deployable is read alike");
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 3000, failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_bytes_end_well(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        ends_well(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_text_of_yaml_characters_ends_well(text in "[-?:,\\[\\]{}#&*!|>'\"%@` \n\r\ta0~<=.+\\\\]{0,120}") {
        ends_well(&text);
    }

    #[test]
    fn any_damage_to_a_template_ends_well(
        name in prop::sample::select(vec!["network.yaml", "serverless.yaml", "alarms.yaml", "synthesized.json"]),
        damages in prop::collection::vec(damage(), 1..6),
    ) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/templates").join(name);
        let text = fs::read_to_string(path).unwrap();
        ends_well(&damages.iter().fold(text, |text, damage| damage.apply(&text)));
    }
}
