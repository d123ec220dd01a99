//! What a plain YAML scalar means: the table in the module's documentation, as code.

use serde_json::{Number, Value};

/// A number that JSON has no room for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct OutOfRange;

/// The value of a plain scalar.
pub(super) fn plain(text: &str) -> Result<Value, OutOfRange> {
    if is_null(text) {
        return Ok(Value::Null);
    }
    if let Some(value) = boolean(text) {
        return Ok(value.into());
    }
    number(text).map_or_else(|| Ok(text.into()), |number| number.map(Value::Number))
}

pub(super) fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

pub(super) fn boolean(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Some(true),
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

/// The number that a text is, or nothing if it is some other text.
pub(super) fn number(text: &str) -> Option<Result<Number, OutOfRange>> {
    let (negative, digits) = match text.strip_prefix(['-', '+']) {
        Some(digits) => (text.starts_with('-'), digits),
        None => (false, text),
    };
    match digits {
        ".inf" | ".Inf" | ".INF" => return Some(Err(OutOfRange)),
        ".nan" | ".NaN" | ".NAN" if digits.len() == text.len() => return Some(Err(OutOfRange)),
        _ => {}
    }
    for (prefix, radix) in [("0x", 16), ("0b", 2)] {
        if let Some(digits) = digits.strip_prefix(prefix) {
            return integer(negative, digits, radix);
        }
    }
    let mut start = digits.chars();
    // A leading zero would make it a number to base 8, or lose the zero.
    if start.next() == Some('0') && start.next().is_some_and(|next| next.is_ascii_digit() || next == '_') {
        return None;
    }
    if digits.contains('.') {
        return float(negative, digits);
    }
    if digits.starts_with('_') { None } else { integer(negative, digits, 10) }
}

fn integer(negative: bool, digits: &str, radix: u32) -> Option<Result<Number, OutOfRange>> {
    if !digits.chars().all(|digit| digit.is_digit(radix) || digit == '_') {
        return None;
    }
    let digits = digits.replace('_', "");
    if digits.is_empty() {
        return None;
    }
    let magnitude = i128::from_str_radix(&digits, radix).unwrap_or(i128::MAX);
    let value = if negative { -magnitude } else { magnitude };
    Some(Number::from_i128(value).ok_or(OutOfRange))
}

/// Digits, a point, digits, and perhaps an exponent. The point is a must: `12e4` may as well be a part of a digest.
fn float(negative: bool, digits: &str) -> Option<Result<Number, OutOfRange>> {
    let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (digits, None),
    };
    let (whole, fraction) = mantissa.split_once('.')?;
    let digits_only = |text: &str| text.chars().all(|digit| digit.is_ascii_digit() || digit == '_');
    let begins_with_digit = |text: &str| text.starts_with(|first: char| first.is_ascii_digit());
    let is_mantissa = digits_only(whole)
        && digits_only(fraction)
        && if whole.is_empty() { begins_with_digit(fraction) } else { begins_with_digit(whole) };
    let is_exponent = exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        !exponent.is_empty() && exponent.chars().all(|digit| digit.is_ascii_digit())
    });
    if !is_mantissa || !is_exponent {
        return None;
    }
    let value: f64 = digits.replace('_', "").parse().ok()?;
    Some(Number::from_f64(if negative { -value } else { value }).ok_or(OutOfRange))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn plain_scalars_mean_what_the_table_says() {
        for (texts, expected) in [
            (vec!["true", "yes", "on", "On", "YES", "True"], json!(true)),
            (vec!["false", "no", "off", "OFF", "No", "FALSE"], json!(false)),
            (vec!["", "~", "null", "Null", "NULL"], json!(null)),
            (vec!["30", "+30", "3_0", "0x1E", "0x1_e", "0b11110"], json!(30)),
            (vec!["-3", "-0x3", "-0b11", "-3_"], json!(-3)),
            (vec!["0", "-0", "+0"], json!(0)),
            (vec!["18446744073709551615"], json!(u64::MAX)),
            (vec!["-9223372036854775808"], json!(i64::MIN)),
            (vec!["123456789012"], json!(123_456_789_012_u64)),
            (vec!["1.5", "+1.5", "1.50", "1.5e0", "0.15e+1", "15.0E-1", "1_.5_"], json!(1.5)),
            (vec![".5", "0.5", "+.5"], json!(0.5)),
            (vec!["1.", "1.0"], json!(1.0)),
            (vec!["0.1000000000000000055511151231257827"], json!(0.1)),
        ] {
            for text in texts {
                assert_eq!(plain(text), Ok(expected.clone()), "{text}");
            }
        }
    }

    #[test]
    fn everything_else_is_text() {
        for text in [
            "y",
            "n",
            "Y",
            "N",
            "yEs",
            "nULL",
            "nil",
            "2010-09-09",
            "2012-10-17",
            "2001-12-14t21:59:43.10-05:00",
            "012345678901",
            "012345670123",
            "017",
            "00",
            "0_7",
            "-017",
            "01.5",
            "12:34",
            "12:34:56",
            "190:20:30.15",
            "1e3",
            "12e4567",
            "0o17",
            "0x",
            "0x_",
            "0xg",
            "0b2",
            "0b",
            "_1",
            "1__x",
            ".",
            "-",
            "+",
            "-.",
            "._5",
            "1.2.3",
            "1.5e",
            "1.5e+",
            "1.e_1",
            "=",
            "<<",
            "+.nan",
            "inf",
            "1,000",
            "٣",
            "1.٣",
            "--1",
            "+-1",
            "1-1",
            "0.5.",
        ] {
            assert_eq!(plain(text), Ok(json!(text)), "{text}");
        }
    }

    #[test]
    fn numbers_that_json_cannot_keep_are_refused() {
        for text in [
            "18446744073709551616",
            "-9223372036854775809",
            "123456789012345678901234567890123456789012345678901234567890",
            "0x1ffffffffffffffff",
            ".inf",
            "-.Inf",
            ".nan",
            "1.0e+999",
        ] {
            assert_eq!(plain(text), Err(OutOfRange), "{text}");
        }
    }
}
