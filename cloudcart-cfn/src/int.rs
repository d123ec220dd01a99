//! Whole numbers with a range: a literal outside it does not compile.

use serde_json::Value as Json;

use crate::property::{Property, ShapeError};

/// A whole number from `MIN` to `MAX`, both included. `i64::MIN` and `i64::MAX` stand for no bound.
///
/// ```
/// use cloudcart_cfn::{Int, int};
/// let timeout: Int<1, 900> = int!(30);
/// assert_eq!(timeout.get(), 30);
/// assert_eq!(Int::<1, 900>::try_from(901).unwrap_err().to_string(), "901 is out of range: it may be 1 to 900");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Int<const MIN: i64, const MAX: i64>(i64);

/// A number with a range, checked by the compiler: `int!(30)`.
#[macro_export]
macro_rules! int {
    ($number:expr) => {
        const { $crate::Int::new($number) }
    };
}

/// The number is outside the range that the resource's schema gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", Message::of(*.number, *.minimum, *.maximum).text())]
pub struct OutOfRange {
    /// The number.
    pub number: i64,
    /// The smallest that is allowed.
    pub minimum: i64,
    /// The largest that is allowed.
    pub maximum: i64,
}

impl<const MIN: i64, const MAX: i64> Int<MIN, MAX> {
    /// For literals, in a `const` block, which [`int!`](crate::int!) writes: out of range, it does not compile. For a number
    /// that is known only at run time there is `try_from`.
    ///
    /// # Panics
    /// When the number is out of range and this does not stand in a `const` block.
    #[must_use]
    pub const fn new(number: i64) -> Self {
        if number < MIN || number > MAX {
            let message = Message::of(number, MIN, MAX);
            panic!("{}", message.text());
        }
        Self(number)
    }

    /// The nearest number that is in range.
    pub(crate) fn clamped(number: i64) -> Self {
        Self(number.clamp(MIN, MAX))
    }

    /// The number.
    pub const fn get(self) -> i64 {
        self.0
    }
}

impl<const MIN: i64, const MAX: i64> TryFrom<i64> for Int<MIN, MAX> {
    type Error = OutOfRange;

    fn try_from(number: i64) -> Result<Self, OutOfRange> {
        if (MIN..=MAX).contains(&number) {
            Ok(Self(number))
        } else {
            Err(OutOfRange { number, minimum: MIN, maximum: MAX })
        }
    }
}

impl<const MIN: i64, const MAX: i64> Property for Int<MIN, MAX> {
    fn to_json(&self) -> Json {
        Json::from(self.0)
    }

    fn from_json(json: &Json) -> Result<Self, ShapeError> {
        Self::try_from(i64::from_json(json)?).map_err(|error| ShapeError::new(error.to_string()))
    }
}

/// The error's text, put together without an allocator, so that a `const` block can say it.
struct Message {
    bytes: [u8; 160],
    length: usize,
}

impl Message {
    const fn of(number: i64, minimum: i64, maximum: i64) -> Self {
        let message = Self { bytes: [0; 160], length: 0 }.number(number);
        if minimum == i64::MIN {
            message.text_of(" is out of range: it may be at most ").number(maximum)
        } else if maximum == i64::MAX {
            message.text_of(" is out of range: it has to be at least ").number(minimum)
        } else {
            message.text_of(" is out of range: it may be ").number(minimum).text_of(" to ").number(maximum)
        }
    }

    const fn byte(mut self, byte: u8) -> Self {
        self.bytes[self.length] = byte;
        self.length += 1;
        self
    }

    const fn text_of(mut self, text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            self = self.byte(bytes[at]);
            at += 1;
        }
        self
    }

    const fn number(mut self, number: i64) -> Self {
        if number < 0 {
            self = self.byte(b'-');
        }
        let mut rest = number.unsigned_abs();
        let mut unit: u64 = 1;
        while rest / unit >= 10 {
            unit *= 10;
        }
        while unit > 0 {
            #[expect(clippy::cast_possible_truncation, reason = "a decimal digit")]
            let digit = (rest / unit) as u8;
            self = self.byte(b'0' + digit);
            rest %= unit;
            unit /= 10;
        }
        self
    }

    const fn text(&self) -> &str {
        let (written, _) = self.bytes.split_at(self.length);
        match std::str::from_utf8(written) {
            Ok(text) => text,
            Err(_) => "the number is out of range",
        }
    }
}
