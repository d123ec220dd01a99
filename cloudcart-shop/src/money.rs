//! Money: integer minor units with their currency, and exact decimals on the way in and out.
//!
//! No amount is ever a float. What comes in is parsed from the number's own text, what goes out is written as text.

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use serde_json::{Value, json};

/// The largest price of one unit, in minor units. 50 lines of 99 units at this price stay below 2^53, so that a total is exact
/// even for a client that reads numbers as floats.
pub const MAX_PRICE_MINOR: i64 = 1_000_000_000_000;

/// An ISO 4217 currency code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency([u8; 3]);

impl Currency {
    /// What a price is in when its row does not say.
    pub const USD: Self = Self(*b"USD");

    /// Three capital ASCII letters.
    pub fn parse(text: &str) -> Option<Self> {
        let code: [u8; 3] = text.as_bytes().try_into().ok()?;
        code.iter().all(u8::is_ascii_uppercase).then_some(Self(code))
    }

    /// The code, for example `USD`.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }

    /// Its schema.
    pub(crate) fn schema() -> Value {
        json!({ "type": "string", "description": "A code of ISO 4217.", "pattern": "^[A-Z]{3}$" })
    }

    /// How many decimals an amount in major units has (ISO 4217, table A.1).
    pub fn decimals(self) -> u32 {
        match &self.0 {
            b"BIF" | b"CLP" | b"DJF" | b"GNF" | b"ISK" | b"JPY" | b"KMF" | b"KRW" | b"PYG" | b"RWF" | b"UGX"
            | b"UYI" | b"VND" | b"VUV" | b"XAF" | b"XOF" | b"XPF" => 0,
            b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => 3,
            b"CLF" | b"UYW" => 4,
            _ => 2,
        }
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Why a text is not an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Not a number as JSON writes one.
    #[error("not a number")]
    Malformed,
    /// Has a minus sign.
    #[error("must not be negative")]
    Negative,
    /// Does not fit.
    #[error("too large")]
    TooLarge,
    /// More decimals than the currency, or this program, can hold.
    #[error("more decimals than the currency has")]
    TooPrecise,
}

/// An exact decimal, not negative: `coefficient / 10^scale`, with the smallest scale there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Decimal {
    coefficient: i128,
    scale: u32,
}

impl Decimal {
    /// Parses a number as JSON writes it: `199.99`, `2e2`, `0.50`. Trailing zeros do not count as decimals.
    pub fn parse(text: &str) -> Result<Self, AmountError> {
        let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (mantissa, exponent) = match text.find(['e', 'E']) {
            Some(at) => (&text[..at], Some(&text[at + 1..])),
            None => (text, None),
        };
        let (whole, fraction) = match mantissa.split_once('.') {
            Some((whole, fraction)) if is_digits(fraction) => (whole, fraction),
            Some(_) => return Err(AmountError::Malformed),
            None => (mantissa, ""),
        };
        if !is_digits(whole) || (whole.len() > 1 && whole.starts_with('0')) {
            return Err(AmountError::Malformed);
        }
        let exponent = exponent.map_or(Ok(0), parse_exponent)?;
        if negative {
            return Err(AmountError::Negative);
        }
        let digits = [whole, fraction].concat();
        let significant = digits.trim_start_matches('0').trim_end_matches('0');
        if significant.is_empty() {
            return Ok(Self { coefficient: 0, scale: 0 });
        }
        let trailing = digits.len() - digits.trim_end_matches('0').len();
        let power = exponent.saturating_add(length(trailing)).saturating_sub(length(fraction.len()));
        if power < -18 {
            return Err(AmountError::TooPrecise);
        }
        let coefficient: i128 = significant.parse().map_err(|_| too_long(power))?;
        if power < 0 {
            return Ok(Self { coefficient, scale: u32::try_from(-power).map_err(|_| AmountError::TooPrecise)? });
        }
        let factor = u32::try_from(power).ok().and_then(|power| 10_i128.checked_pow(power));
        let coefficient = factor.and_then(|factor| coefficient.checked_mul(factor)).ok_or(AmountError::TooLarge)?;
        Ok(Self { coefficient, scale: 0 })
    }

    /// The amount in minor units of `currency`, exactly.
    pub fn to_minor(self, currency: Currency) -> Result<i64, AmountError> {
        let missing = currency.decimals().checked_sub(self.scale).ok_or(AmountError::TooPrecise)?;
        let minor = self.coefficient.checked_mul(10_i128.pow(missing));
        minor.and_then(|minor| i64::try_from(minor).ok()).ok_or(AmountError::TooLarge)
    }
}

impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&decimal_text(self.coefficient, self.scale))
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn length(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn too_long(power: i64) -> AmountError {
    if power < 0 { AmountError::TooPrecise } else { AmountError::TooLarge }
}

fn parse_exponent(text: &str) -> Result<i64, AmountError> {
    let (negative, digits) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    if !is_digits(digits) {
        return Err(AmountError::Malformed);
    }
    let size = digits.parse::<i64>().unwrap_or(i64::MAX);
    Ok(if negative { -size } else { size })
}

fn decimal_text(coefficient: i128, scale: u32) -> String {
    let digits = coefficient.unsigned_abs().to_string();
    let sign = if coefficient < 0 { "-" } else { "" };
    let scale = scale as usize;
    if scale == 0 {
        return format!("{sign}{digits}");
    }
    let digits = format!("{digits:0>width$}", width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    format!("{sign}{whole}.{fraction}")
}

/// An amount of one currency, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    /// Minor units: cents for USD, yen for JPY, fils for KWD.
    pub minor: i64,
    /// What they are units of.
    pub currency: Currency,
}

impl Money {
    /// An amount.
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// The amount in major units with all of the currency's decimals: `99.99`, `100.00`, `500` (JPY).
    pub fn major(self) -> String {
        decimal_text(i128::from(self.minor), self.currency.decimals())
    }

    /// The same as a number for JSON.
    pub const fn number(self) -> Major {
        Major(self)
    }

    /// The schema of an amount in major units.
    pub(crate) fn major_schema() -> Value {
        let about = "In major units, with all decimals of its currency. Read the number's own text, or use the minor units: \
                     a binary float cannot hold 0.1.";
        json!({ "type": "number", "minimum": 0, "description": about })
    }

    /// The schema of an amount in minor units.
    pub(crate) fn minor_schema() -> Value {
        json!({
            "type": "integer",
            "format": "int64",
            "minimum": 0,
            "description": "In minor units: cents of a dollar, whole yen.",
        })
    }

    /// `self × qty`, or `None` when that does not fit.
    pub fn times(self, qty: u32) -> Option<Self> {
        Some(Self { minor: self.minor.checked_mul(i64::from(qty))?, ..self })
    }

    /// The sum, or `None` when the currencies differ or it does not fit.
    pub fn plus(self, other: Self) -> Option<Self> {
        if self.currency != other.currency {
            return None;
        }
        Some(Self { minor: self.minor.checked_add(other.minor)?, ..self })
    }
}

/// Serialises as a JSON number in major units. Meant for `serde_json`, the only serialiser that can write a number's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Major(Money);

impl Serialize for Major {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        raw_number(&self.0.major()).map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        raw_number(&self.to_string()).map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

fn raw_number(text: &str) -> Result<Box<RawValue>, serde_json::Error> {
    RawValue::from_string(text.to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
    use super::*;

    fn minor(text: &str) -> Result<i64, AmountError> {
        Decimal::parse(text).and_then(|decimal| decimal.to_minor(Currency::USD))
    }

    #[test]
    fn amounts_are_read_from_their_own_text() {
        for (text, expected) in [
            ("199.99", 19_999),
            ("0", 0),
            ("0.05", 5),
            ("1e2", 10_000),
            ("1E+2", 10_000),
            ("12345e-2", 12_345),
            ("99.990", 9_999),
            ("0e400", 0),
            ("1.00000000000000000000000000000000000000", 100),
            ("92233720368547758.07", i64::MAX),
        ] {
            assert_eq!(minor(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        use AmountError::{Malformed, Negative, TooLarge, TooPrecise};
        for (text, expected) in [
            ("", Malformed),
            ("abc", Malformed),
            ("01", Malformed),
            ("1.", Malformed),
            (".5", Malformed),
            ("1e", Malformed),
            ("+1", Malformed),
            ("NaN", Malformed),
            ("1 ", Malformed),
            ("٣", Malformed),
            ("-1", Negative),
            ("-0", Negative),
            ("1e400", TooLarge),
            ("1e99999999999999999999", TooLarge),
            ("92233720368547758.08", TooLarge),
            ("1e-400", TooPrecise),
            ("1e-99999999999999999999", TooPrecise),
            ("0.001", TooPrecise),
            ("1.005", TooPrecise),
            ("1234567890123456789012345678901234567890", TooLarge),
            ("0.1234567890123456789012345678901234567890", TooPrecise),
        ] {
            assert_eq!(minor(text), Err(expected), "{text}");
        }
    }

    #[test]
    fn money_is_written_with_all_decimals_of_its_currency() {
        let jpy = Currency::parse("JPY").unwrap();
        let kwd = Currency::parse("KWD").unwrap();
        for (money, text) in [
            (Money::new(9_999, Currency::USD), "99.99"),
            (Money::new(5, Currency::USD), "0.05"),
            (Money::new(10_000, Currency::USD), "100.00"),
            (Money::new(500, jpy), "500"),
            (Money::new(1_234, kwd), "1.234"),
        ] {
            assert_eq!(money.major(), text);
            assert_eq!(serde_json::to_string(&money.number()).unwrap(), text);
        }
    }

    #[test]
    fn sums_never_wrap_and_never_mix_currencies() {
        let jpy = Currency::parse("JPY").unwrap();
        assert_eq!(Money::new(i64::MAX, Currency::USD).times(2), None);
        assert_eq!(Money::new(i64::MAX, Currency::USD).plus(Money::new(1, Currency::USD)), None);
        assert_eq!(Money::new(1, Currency::USD).plus(Money::new(1, jpy)), None);
        assert_eq!(Money::new(9_999, Currency::USD).times(2), Some(Money::new(19_998, Currency::USD)));
    }

    #[test]
    fn a_currency_is_three_capitals() {
        assert!(Currency::parse("usd").is_none());
        assert!(Currency::parse("US").is_none());
        assert!(Currency::parse("USDX").is_none());
        assert_eq!(Currency::parse("EUR").unwrap().as_str(), "EUR");
    }
}
