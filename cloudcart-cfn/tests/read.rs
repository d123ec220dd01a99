//! What the reader makes of templates that somebody else wrote, and what it says of those that it refuses.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use cloudcart_cfn::read::{DEPTH, Format, ReadProblem, parse, parse_deployable};
use serde_json::{Value, json};

/// The value of the key A.
fn a(yaml: &str) -> Value {
    let text = format!("A: {yaml}");
    parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))["A"].clone()
}

fn problem(text: &str) -> ReadProblem {
    parse(text).map_or_else(|error| error.problem, |value| panic!("{value} from {text}"))
}

#[test]
fn every_short_form_becomes_its_long_form() {
    for (yaml, long) in [
        ("!Ref Queue", json!({"Ref": "Queue"})),
        ("!Condition IsProd", json!({"Condition": "IsProd"})),
        ("!GetAtt Queue.Arn", json!({"Fn::GetAtt": ["Queue", "Arn"]})),
        ("!GetAtt Db.Endpoint.Port", json!({"Fn::GetAtt": ["Db", "Endpoint.Port"]})),
        ("!GetAtt 'Child.Outputs.Url'", json!({"Fn::GetAtt": ["Child", "Outputs.Url"]})),
        ("!GetAtt [Db, Endpoint.Port]", json!({"Fn::GetAtt": ["Db", "Endpoint.Port"]})),
        ("!GetAtt [Db, !Ref Attribute]", json!({"Fn::GetAtt": ["Db", {"Ref": "Attribute"}]})),
        ("!Sub '${Queue}-x'", json!({"Fn::Sub": "${Queue}-x"})),
        ("!Sub ['${q}', {q: !Ref Q}]", json!({"Fn::Sub": ["${q}", {"q": {"Ref": "Q"}}]})),
        ("!Join ['-', [a, !Ref b]]", json!({"Fn::Join": ["-", ["a", {"Ref": "b"}]]})),
        ("!Select [1, !Split [',', 'a,b']]", json!({"Fn::Select": [1, {"Fn::Split": [",", "a,b"]}]})),
        ("!If [Big, !Ref X, 3]", json!({"Fn::If": ["Big", {"Ref": "X"}, 3]})),
        ("!FindInMap [M, !Ref R, ami]", json!({"Fn::FindInMap": ["M", {"Ref": "R"}, "ami"]})),
        ("!ImportValue x", json!({"Fn::ImportValue": "x"})),
        ("!ImportValue\n  Fn::Sub: ${S}-x", json!({"Fn::ImportValue": {"Fn::Sub": "${S}-x"}})),
        ("!Base64 text", json!({"Fn::Base64": "text"})),
        ("!Base64\n  Fn::Sub: |\n    #!/bin/sh\n    x\n", json!({"Fn::Base64": {"Fn::Sub": "#!/bin/sh\nx\n"}})),
        ("!GetAZs ''", json!({"Fn::GetAZs": ""})),
        ("!GetAZs", json!({"Fn::GetAZs": ""})),
        ("!GetAZs {Ref: R}", json!({"Fn::GetAZs": {"Ref": "R"}})),
        ("!Cidr [!GetAtt V.CidrBlock, 6, 5]", json!({"Fn::Cidr": [{"Fn::GetAtt": ["V", "CidrBlock"]}, 6, 5]})),
        (
            "!And [!Condition X, !Not [!Equals [a, b]]]",
            json!({"Fn::And": [{"Condition": "X"}, {"Fn::Not": [{"Fn::Equals": ["a", "b"]}]}]}),
        ),
        ("!Or [!Condition X]", json!({"Fn::Or": [{"Condition": "X"}]})),
        (
            "!Transform {Name: AWS::Include, Parameters: {Location: s3}}",
            json!({"Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": "s3"}}}),
        ),
        ("!Length [1, 2]", json!({"Fn::Length": [1, 2]})),
        ("!ToJsonString {a: !Ref B}", json!({"Fn::ToJsonString": {"a": {"Ref": "B"}}})),
        ("!Contains [[a], !Ref P]", json!({"Fn::Contains": [["a"], {"Ref": "P"}]})),
        ("!<!Ref> Queue", json!({"Ref": "Queue"})),
        ("!Sub\n  - ${a}\n  - a: b", json!({"Fn::Sub": ["${a}", {"a": "b"}]})),
    ] {
        assert_eq!(a(yaml), long, "{yaml}");
    }
}

#[test]
fn long_forms_stay_as_they_are() {
    let text = "Fn::ForEach::Topics:\n  - Name\n  - [a, b]\n  - Topic${Name}:\n      Type: AWS::SNS::Topic\n";
    let expected = json!({"Fn::ForEach::Topics": ["Name", ["a", "b"], {"Topic${Name}": {"Type": "AWS::SNS::Topic"}}]});
    assert_eq!(parse(text).unwrap(), expected);
    assert_eq!(a("{'Fn::GetAtt': Queue.Arn}"), json!({"Fn::GetAtt": "Queue.Arn"}));
    assert_eq!(a("{'Fn::Sub': yes}"), json!({"Fn::Sub": true}));
}

#[test]
fn a_scalar_under_a_short_form_is_text() {
    assert_eq!(a("!Ref 7"), json!({"Ref": "7"}));
    assert_eq!(a("!Sub yes"), json!({"Fn::Sub": "yes"}));
    assert_eq!(a("!Ref ~"), json!({"Ref": "~"}));
    assert_eq!(a("!If [yes, 1, ~]"), json!({"Fn::If": [true, 1, null]}));
}

#[test]
fn quotes_and_blocks_are_text() {
    for (yaml, text) in [
        ("\"30\"", "30"),
        ("'yes'", "yes"),
        ("''", ""),
        ("|\n  30", "30"),
        ("|\n  two\n  lines\n", "two\nlines\n"),
        ("|-\n  two\n  lines\n", "two\nlines"),
        ("|+\n  a\n\n", "a\n\n"),
        (">\n  one\n  line\n", "one line\n"),
        ("|2\n    a\n", "  a\n"),
        ("\"a\\tb\\u00e9\\ud83d\\uded2\\x41\"", "a\tbé\u{1f6d2}A"),
        ("'it''s'", "it's"),
        ("two\n  words", "two words"),
        ("! 30", "30"),
        ("!!str 30", "30"),
        ("!!str", ""),
        ("!<tag:yaml.org,2002:str> no", "no"),
    ] {
        assert_eq!(a(yaml), json!(text), "{yaml}");
    }
}

#[test]
fn the_types_of_json_can_be_asked_for() {
    assert_eq!(a("!!int '3'"), json!(3));
    assert_eq!(a("!!float 3"), json!(3.0));
    assert_eq!(a("!!bool 'off'"), json!(false));
    assert_eq!(a("!!null ''"), json!(null));
    assert_eq!(a("!!seq [1]"), json!([1]));
    assert_eq!(a("!!map {b: 1}"), json!({"b": 1}));
    assert_eq!(a("! [1]"), json!([1]));
    for yaml in
        ["!!int x", "!!int 1.5", "!!bool 1", "!!null x", "!!float x", "!!str [1]", "!!map [1]", "!!seq {}", "!!seq x"]
    {
        assert!(matches!(problem(&format!("A: {yaml}")), ReadProblem::TagDoesNotFit { .. }), "{yaml}");
    }
    for yaml in [
        "!!binary aGk=",
        "!!timestamp 2010-09-09",
        "!!set {a}",
        "!!omap []",
        "!!pairs []",
        "!Nope x",
        "!Nope [x]",
        "!Fn::Sub x",
        "!ForEach [a]",
        "!important",
        "!getatt A.B",
        "!<tag:example.org,2000:x> y",
    ] {
        assert!(matches!(problem(&format!("A: {yaml}")), ReadProblem::UnknownTag { .. }), "{yaml}");
    }
    assert!(matches!(problem("%TAG ! tag:example.org,2000:\n---\nA: !Ref b"), ReadProblem::UnknownTag { .. }));
}

#[test]
fn account_ids_and_versions_keep_their_digits() {
    let text = "Mappings:\n  Accounts:\n    012345678901: {Id: 012345670123, Other: 123456789012}\n  Ports:\n    1.10: {Map: 80:80}\n";
    let expected = json!({"Mappings": {
        "Accounts": {"012345678901": {"Id": "012345670123", "Other": 123_456_789_012_u64}},
        "Ports": {"1.10": {"Map": "80:80"}}
    }});
    assert_eq!(parse(text).unwrap(), expected);
    assert_eq!(a("2010-09-09"), json!("2010-09-09"));
}

#[test]
fn keys_are_text() {
    let text = "1: a\n1.50: b\nyes: c\nFALSE: d\n'~': e\n0x1F: f\n2012-10-17: g\n123456789012345678901234567890: h\n!!str no: i\n? j\n: j\n\"on\": k\n'<<': l\n!!int 07: m\n";
    let error = parse(text).unwrap_err();
    assert!(matches!(error.problem, ReadProblem::TagDoesNotFit { .. }), "{error}");
    let value = parse(&text.replace("!!int 07", "!!int 7")).unwrap();
    let keys: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = [
        "1",
        "1.50",
        "true",
        "false",
        "~",
        "0x1F",
        "2012-10-17",
        "123456789012345678901234567890",
        "no",
        "j",
        "on",
        "<<",
        "7",
    ];
    assert_eq!(keys, expected);
    for text in
        ["~: a", ": a", "null: a", "? [a]\n: b", "? {a: b}\n: c", "!Ref a: b", "{[a]: b}", "A: &a [1]\nB: {*a : 1}"]
    {
        assert_eq!(problem(text), ReadProblem::KeyIsNoText, "{text}");
    }
}

#[test]
fn a_key_that_stands_twice_is_refused_with_both_lines() {
    for (text, line, column, first_line) in [
        ("A: 1\nB: 2\nA: 3\n", 3, 1, 1),
        ("R:\n  A: 1\n  'A': 2\n", 3, 3, 2),
        ("R: {A: 1,\n  \"A\": 2}\n", 2, 3, 1),
        ("yes: 1\non: 2\n", 2, 1, 1),
        ("A: &k A\n*k : 2\n", 2, 1, 1),
        ("{\"A\": 1,\n \"B\": 2, \"A\": 3}", 2, 10, 1),
        ("{\"R\": {\n\"\\u0041\": 1,\n\n  \"A\": {}}}", 4, 3, 2),
    ] {
        let error = parse(text).unwrap_err();
        let ReadProblem::DuplicateKey { first_line: first, .. } = error.problem else { panic!("{error}") };
        assert_eq!((error.line, error.column, first), (line, column, first_line), "{text}");
    }
    assert!(parse("A: {X: 1}\nB: {X: 1}\nC: [{X: 1}, {X: 2}]\n").is_ok());
}

#[test]
fn aliases_are_expanded_unless_only_what_cloudformation_takes_is_asked_for() {
    let text = "A: &a [1, !Ref X]\nB: *a\nC: {D: &d x, E: *d}\n&k F: *k\nG: &a 2\nH: *a\n";
    let expected = json!({
        "A": [1, {"Ref": "X"}], "B": [1, {"Ref": "X"}], "C": {"D": "x", "E": "x"}, "F": "F", "G": 2, "H": 2
    });
    assert_eq!(parse(text).unwrap(), expected);
    let error = parse_deployable(text).unwrap_err();
    assert_eq!((error.line, error.column, &error.problem), (2, 4, &ReadProblem::Alias));
    assert!(parse_deployable("A: &a [1]\nB: 2\n").is_ok());
    assert_eq!(problem("A: &a [*a]"), ReadProblem::AliasInsideItself);
    assert_eq!(problem("A: &a {b: {c: *a}}"), ReadProblem::AliasInsideItself);
    assert!(matches!(problem("A: *nowhere"), ReadProblem::Syntax { .. }));
}

#[test]
fn merge_keys_are_refused() {
    for text in ["A: &a {x: 1}\nB:\n  <<: *a\n", "A: {<<: {x: 1}}", "<<: 1"] {
        assert_eq!(problem(text), ReadProblem::MergeKey, "{text}");
    }
    assert_eq!(a("<<"), json!("<<"));
}

#[test]
fn bombs_are_refused() {
    let mut laughs = vec!["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]".to_owned()];
    for level in 1..30 {
        let below = level - 1;
        laughs.push(format!("a{level}: &a{level} [{}]", vec![format!("*a{below}"); 9].join(", ")));
    }
    assert_eq!(problem(&laughs.join("\n")), ReadProblem::AliasesTooLarge);
    let long_text = format!("A: &a {}\nB: [{}]\n", "x".repeat(100_000), "*a, ".repeat(1000));
    assert_eq!(problem(&long_text), ReadProblem::AliasesTooLarge);
    let mut ladder = vec!["a0: &a0 [x]".to_owned()];
    for level in 1..=DEPTH {
        ladder.push(format!("a{level}: &a{level} [*a{}]", level - 1));
    }
    assert_eq!(problem(&ladder.join("\n")), ReadProblem::TooDeep);
    for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("{a: ", "}"), ("- ", ""), ("!Sub [", "]"), ("[{a: ", "}]")] {
        let text = format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
        assert_eq!(problem(&text), ReadProblem::TooDeep, "{open}");
    }
    // Without an end it is still the depth that is told.
    assert_eq!(problem(&"[".repeat(1_000_000)), ReadProblem::TooDeep);
}

#[test]
fn nesting_up_to_the_limit_is_read_and_serde_json_reads_it_back() {
    let nested = |levels: usize, core: &str| format!("{}{core}{}", "[".repeat(levels), "]".repeat(levels));
    for (levels, core) in
        [(DEPTH, "1"), (DEPTH - 1, "[]"), (DEPTH - 1, "!Ref x"), (DEPTH - 2, "!GetAtt x.y"), (DEPTH - 2, "!Or []")]
    {
        let value = parse(&nested(levels, core)).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&value.to_string()).unwrap(), value, "{core}");
        assert_eq!(parse(&nested(levels + 1, core)).unwrap_err().problem, ReadProblem::TooDeep, "{core}");
    }
}

#[test]
fn exactly_one_document_is_asked_for() {
    for text in ["", " \n\t\n", "# only a comment\n", "---\n", "---\n...\n", "\u{feff}", "--- # nothing\n", "\r\n"] {
        let error = parse(text).unwrap_err();
        assert_eq!(error.problem, ReadProblem::Empty, "{text:?}");
        assert!(error.line >= 1 && error.column >= 1, "{text:?} {error}");
    }
    for text in ["A: 1\n---\nB: 2\n", "---\nA: 1\n---\n", "A: 1\n...\n---\nB: 2\n"] {
        assert_eq!(problem(text), ReadProblem::SeveralDocuments, "{text:?}");
    }
    for text in ["---\nA: 1\n", "A: 1\n...\n", "%YAML 1.1\n---\nA: 1\n", "# x\n\nA: 1 # y\n"] {
        assert_eq!(parse(text).unwrap(), json!({"A": 1}), "{text:?}");
    }
}

#[test]
fn byte_order_marks_and_line_ends_do_not_show() {
    let yaml = "A:\n  - one\n  - |\n    two\n    lines\n  - \"x\n    y\"\n";
    let json = "{\n\t\"A\": [\"one\", \"two\\nlines\\n\", \"x y\"]\n}\n";
    let expected = json!({"A": ["one", "two\nlines\n", "x y"]});
    for text in [yaml, json] {
        for ends in ["\n", "\r\n"] {
            for mark in ["", "\u{feff}"] {
                let text = format!("{mark}{}", text.replace('\n', ends));
                assert_eq!(parse(&text).unwrap(), expected, "{text:?}");
            }
        }
    }
}

#[test]
fn json_keeps_its_numbers_and_texts() {
    for (text, value) in [
        ("18446744073709551615", json!(u64::MAX)),
        ("-9223372036854775808", json!(i64::MIN)),
        ("1E3", json!(1000.0)),
        ("-0", json!(-0.0)),
        ("0.1e-6", json!(1e-7)),
        // serde_json alone is one bit off here.
        ("9.342755809588043e+299", json!(9.342_755_809_588_043e299)),
        (r#""\ud83d\uded2 \u00e9\/\"\\""#, json!("\u{1f6d2} é/\"\\")),
        ("\"yes\"", json!("yes")),
        ("[ ]", json!([])),
        ("{ }", json!({})),
        ("[null , true,false]", json!([null, true, false])),
    ] {
        assert_eq!(parse(&format!("{{\"A\": {text}}}")).unwrap()["A"], value, "{text}");
    }
    for text in ["18446744073709551616", "-9223372036854775809", "1e999", "123456789012345678901234567890"] {
        let error = parse(&format!("{{\"A\": {text}}}")).unwrap_err();
        assert_eq!(error.problem, ReadProblem::NumberOutOfRange { text: text.to_owned() });
        assert_eq!((error.line, error.column, error.format), (1, 7, Format::Json));
    }
}

#[test]
fn yaml_in_flow_style_is_told_from_json() {
    assert_eq!(parse("{A: !Ref B, 'C': [yes,]}").unwrap(), json!({"A": {"Ref": "B"}, "C": [true]}));
    assert_eq!(parse("[a, b]").unwrap(), json!(["a", "b"]));
    for (text, line, column, format) in [
        ("{\"A\": 1,\n \"B\" 2}", 2, 6, Format::Json),
        ("{\"A\": \"x", 1, 7, Format::Json),
        ("{\"A\": \"\\ud800\"}", 1, 7, Format::Json),
        ("{\"A\": 1 \"B\": 2}", 1, 9, Format::Json),
        ("{\"A\": !Nope 1}", 1, 13, Format::Yaml),
        ("{A: [!Ref B}}", 1, 5, Format::Yaml),
    ] {
        let error = parse(text).unwrap_err();
        assert_eq!(error.format, format, "{text}: {error}");
        assert_eq!((error.line, error.column), (line, column), "{text}: {error}");
    }
}

#[test]
fn what_is_refused_is_told_with_its_place_and_what_to_do() {
    for (text, message, hint) in [
        ("A:\n\tB: 1", "line 2, column 2: tabs disallowed", "indent with spaces"),
        ("A: b: c", "line 1, column 5: mapping values", "quote a text that holds a colon"),
        ("A:\n  B: *", "line 2, column 6: while scanning an anchor or alias", "quote a text that begins with *"),
        ("A: @x", "line 1, column 4: unexpected character", "quote a text that begins with @"),
        ("A: [1", "line 1, column 4: unclosed bracket", "close the bracket"),
        ("A: \"x", "line 1, column 4: unclosed quote", "close the quote"),
        ("A: 'b'c", "line 1, column 7: invalid trailing content", "quote the whole text"),
        ("A: !Base64 !Sub x", "line 1, column 12: ", "write the outer one as a key"),
        ("A: !Sub|\n x", "line 1, column 4: while scanning a tag", "put a space behind a short form"),
        ("A:\n  - x\n y: z", "line 3, column 2: ", "look at the indentation"),
        ("A: !GetAtt Queue", "line 1, column 12: !GetAtt Queue names no attribute", "write !GetAtt Resource.Attribute"),
        ("A: !GetAtt .Arn", "line 1, column 12: ", "write !GetAtt"),
        ("A: !Fn::Sub x", "line 1, column 13: unknown tag !Fn::Sub", "goes without Fn::"),
        ("A: !ForEach [a]", "line 1, column 13: unknown tag !ForEach", "only a long form"),
        ("A: !!binary x", "line 1, column 13: unknown tag !!binary", "CloudFormation has no such type"),
        ("A: !Nope x", "line 1, column 10: unknown tag !Nope", "quote the text"),
        ("A: .inf", "line 1, column 4: .inf is a number that JSON cannot keep", "quote it"),
        ("A: é 🛒\n'ü': *ü", "line 2, column 6: ", "quote a text that begins with *"),
    ] {
        let error = parse(text).unwrap_err();
        assert!(error.to_string().starts_with(message), "{text}: {error}");
        assert!(error.hint().is_some_and(|told| told.contains(hint)), "{text}: {error} ({:?})", error.hint());
    }
}
