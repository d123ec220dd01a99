//! Values that a careless YAML writer gets wrong, or a careless reader; for the tests and for the comparison with PyYAML.

use serde_json::{Value, json};

/// What texts that scanners look at are made of; the first [`NUMERIC`] make numbers and times.
pub(crate) const PIECES: &[&str] = &[
    "0",
    "1",
    "7",
    "9",
    "-",
    "+",
    ".",
    ":",
    "_",
    "e",
    "E",
    "x",
    "o",
    "b",
    " ",
    "\n",
    "\r",
    "\t",
    "#",
    "'",
    "\"",
    "\\",
    "a",
    "y",
    "~",
    "<",
    "=",
    "?",
    "!",
    "&",
    "*",
    "|",
    ">",
    "%",
    "@",
    "`",
    "{",
    "}",
    "[",
    "]",
    ",",
    "\u{85}",
    "\u{2028}",
    "\u{feff}",
    "é",
    "\u{1f6d2}",
    "\0",
    "\u{a0}",
    "T",
    "Z",
    "inf",
    "nan",
    "on",
    "null",
    "\u{7f}",
    "---",
    "...",
    ": ",
    " #",
    "- ",
];

/// How many of [`PIECES`] make numbers and times.
#[allow(dead_code, reason = "one of the two that share this file has a use for it")]
pub(crate) const NUMERIC: u64 = 14;

/// Texts that some YAML reads as another type, or whose characters mean something to it.
pub(crate) fn texts() -> Vec<String> {
    let other_types = "yes no on off y n Yes NO On OFF Y N yEs true True TRUE false null Null NULL nUll ~ = << \
         0x1F 0xg 0o17 017 08 0_7 09 00 0 -0 +0 -017 1_000 1__0 1_ _1 0b1 0b2 +1 -1 1 30 1e3 1E3 12e4567 \
         1.5 1.5e3 1.5e+3 .5 +.5 -.5 ._5 1. 0. . .. ... 1.2.3 10.0.0.1 1.10 .inf -.INF +.Inf .nan .NaN inf nan \
         12:34 12:34:56 1:1 0:0 -1:1 +1:1 1:60 190:20:30.15 1:1.5 80:80 22:22 \
         2010-09-09 2012-10-17 2010-9-9 2001-12-14t21:59:43.10-05:00 2001-12-15T02:59:43.1Z 99999-1-1 \
         012345678901 012345670123 123456789012 18446744073709551615 18446744073709551616 123456789012345678901234567890 \
         - -- --- ? ! & * | > % @ ` # : :: , ' \" \\ {} [] {a} [a] ] } {{x}} !Ref !!str &a *a <<: a: :a a::b AWS::Region \
         Fn::Sub ${AWS::Region} $default arn:aws:s3:::b/* a,b a'b a\"b a\\b -a ?a !a %a @a `a |a >a #a a#b -.  --a ---a";
    let with_spaces = [
        "",
        " ",
        "  ",
        " a",
        "a ",
        "\ta",
        "a\t",
        "a\tb",
        "\t",
        "\n",
        "\n\n",
        "a\n",
        "\na",
        "a\nb",
        "a\n\nb",
        "a\n b\n  c",
        " \n a",
        "\r",
        "a\rb",
        "\r\n",
        "a\r\nb\r\n",
        "\u{85}",
        "a\u{85}b",
        "\u{2028}",
        "a\u{2028}b",
        "a\u{2029}",
        "a: b",
        "a :b",
        "a #b",
        "# a",
        "- a",
        "- - a",
        "? a",
        ": a",
        "--- a",
        "... a",
        "---\na",
        "a\n---\nb",
        "2001-12-14 21:59:43.10 -5",
        "!Ref a",
        "& a",
        "* a",
        "| a",
        "> a",
        "[a, b]",
        "{a: b}",
        "a, b",
        "'a'",
        "\"a\"",
        "'",
        "''",
        "a \\\nb",
        "%YAML 1.1",
        "%TAG ! x",
        "\0",
        "\u{1}",
        "\u{7}",
        "\u{8}",
        "\u{1b}[0m",
        "\u{7f}",
        "\u{9f}",
        "\u{a0}",
        "a\u{a0}",
        "\u{ad}",
        "\u{200b}",
        "\u{3000}",
        "\u{feff}",
        "\u{feff}a",
        "a\u{feff}",
        "a\n\u{feff}b",
        "\u{d7ff}",
        "\u{e000}",
        "\u{fdd0}",
        "\u{fffd}",
        "\u{fffe}",
        "\u{ffff}",
        "\u{10000}",
        "\u{10ffff}",
        "\u{1f6d2}",
        "é",
        "é #",
        "\u{661}",
        "e\u{301}",
    ];
    let mut texts: Vec<String> =
        other_types.split(' ').filter(|text| !text.is_empty()).chain(with_spaces).map(str::to_owned).collect();
    // Longer than a line, than a simple key may be, and than any buffer.
    texts.extend(["word ".repeat(60), "x".repeat(127), "x".repeat(129), "x".repeat(1023), "x".repeat(1025)]);
    texts.extend(["word ".repeat(2000), "x".repeat(100_000), "line\n".repeat(500), "\u{1f6d2}".repeat(250)]);
    texts
}

/// Each text in every place a template may have it, and numbers and shapes.
pub(crate) fn values() -> Vec<Value> {
    let mut values = Vec::new();
    for text in texts() {
        values.push(json!(text));
        values.push(json!({"A": text, text.clone(): "as a key", "list": [text, [text], {text.clone(): text}]}));
        values.push(json!([{ text.clone(): { text.clone(): [text] } }, [[text]]]));
    }
    let numbers = [
        json!(0),
        json!(-1),
        json!(i64::MAX),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(123_456_789_012_u64),
        json!(0.0),
        json!(-0.0),
        json!(1.0),
        json!(0.1),
        json!(-1.5),
        json!(1e15),
        json!(1e16),
        json!(1e17),
        json!(1.5e21),
        json!(1e-5),
        json!(1e-7),
        json!(1.5e300),
        json!(f64::MAX),
        json!(f64::MIN_POSITIVE),
        json!(5e-324),
        json!(9_007_199_254_740_993_i64),
        json!(0.300_000_000_000_000_04),
    ];
    for number in numbers {
        values.push(json!({ "A": number, "list": [number, [number]] }));
        values.push(number);
    }
    let shapes = [
        json!(null),
        json!(true),
        json!(false),
        json!({}),
        json!([]),
        json!([[]]),
        json!([{}]),
        json!({"a": {}}),
        json!({"a": []}),
        json!({"a": null}),
        json!([null, true]),
        json!([[[], {}], {"a": [[], [{}]], "b": {"c": {}}}]),
        json!([{"a": [{"b": [1, [2, {"c": {}}]]}]}, [[["x"]], "y"]]),
        json!({"": {"": [""]}}),
        (0..90).fold(json!("deep"), |inner, level| if level % 2 == 0 { json!([inner]) } else { json!({ "k": inner }) }),
        (0..90).fold(json!({}), |inner, _| json!([inner])),
        (0..90).fold(json!([]), |inner, _| json!({ "on": inner })),
    ];
    values.extend(shapes);
    values
}
