//! Reads JSON, strictly and with positions: keys that stand twice and numbers that would lose digits are refused, which
//! serde_json lets pass.

use serde_json::{Map, Number, Value};

use super::DEPTH;
use super::error::{Format, Position, ReadError, ReadProblem};
use super::keys::Keys;

/// The only value in the text.
pub(super) fn parse(text: &str) -> Result<Value, ReadError> {
    let mut reader = Reader { text, at: 0, line: 1, line_start: 0 };
    reader.skip_white_space();
    let value = reader.value(DEPTH)?;
    reader.skip_white_space();
    match reader.peek() {
        None => Ok(value),
        Some(_) => Err(reader.syntax("text follows the end of the JSON")),
    }
}

struct Reader<'text> {
    text: &'text str,
    /// The byte that comes next; always a character's first.
    at: usize,
    /// The line of `at`, counted from 1, and its first byte. Only white space has line breaks.
    line: usize,
    line_start: usize,
}

impl Reader<'_> {
    fn value(&mut self, levels: usize) -> Result<Value, ReadError> {
        match self.peek() {
            Some(b'{') => self.object(levels),
            Some(b'[') => self.array(levels),
            Some(b'"') => self.string().map(Value::String),
            Some(b'-' | b'0'..=b'9') => self.number().map(Value::Number),
            Some(_) => {
                for (word, value) in [("null", Value::Null), ("true", true.into()), ("false", false.into())] {
                    if self.text[self.at..].starts_with(word) {
                        self.at += word.len();
                        return Ok(value);
                    }
                }
                Err(self.syntax("a value was expected"))
            }
            None => Err(self.syntax("the text ends where a value was expected")),
        }
    }

    fn object(&mut self, levels: usize) -> Result<Value, ReadError> {
        let Some(levels) = levels.checked_sub(1) else {
            return Err(self.fail_at(self.at, ReadProblem::TooDeep));
        };
        let mut object = Map::new();
        let mut keys = Keys::default();
        self.at += 1;
        self.skip_white_space();
        if self.take(b'}') {
            return Ok(Value::Object(object));
        }
        loop {
            let start = self.at;
            if self.peek() != Some(b'"') {
                return Err(self.syntax("a key in double quotes was expected"));
            }
            let key = self.string()?;
            keys.claim(&key, self.line).map_err(|problem| self.fail_at(start, problem))?;
            self.skip_white_space();
            if !self.take(b':') {
                return Err(self.syntax("a colon was expected after the key"));
            }
            self.skip_white_space();
            let value = self.value(levels)?;
            object.insert(key, value);
            self.skip_white_space();
            if self.take(b'}') {
                return Ok(Value::Object(object));
            }
            if !self.take(b',') {
                return Err(self.syntax("a comma or the end of the object was expected"));
            }
            self.skip_white_space();
        }
    }

    fn array(&mut self, levels: usize) -> Result<Value, ReadError> {
        let Some(levels) = levels.checked_sub(1) else {
            return Err(self.fail_at(self.at, ReadProblem::TooDeep));
        };
        let mut items = Vec::new();
        self.at += 1;
        self.skip_white_space();
        if self.take(b']') {
            return Ok(Value::Array(items));
        }
        loop {
            items.push(self.value(levels)?);
            self.skip_white_space();
            if self.take(b']') {
                return Ok(Value::Array(items));
            }
            if !self.take(b',') {
                return Err(self.syntax("a comma or the end of the array was expected"));
            }
            self.skip_white_space();
        }
    }

    fn string(&mut self) -> Result<String, ReadError> {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let mut end = start + 1;
        loop {
            match bytes.get(end) {
                Some(b'"') => break,
                // Whatever is escaped, it is not the end.
                Some(b'\\') => end += 2,
                Some(_) => end += 1,
                None => return Err(self.fail_at(start, syntax("the text in double quotes has no end"))),
            }
        }
        self.at = end + 1;
        // Escapes, surrogate pairs and control characters are serde_json's to judge.
        serde_json::from_str(&self.text[start..self.at]).map_err(|_| {
            self.fail_at(start, syntax("the text in double quotes has a control character or a bad escape"))
        })
    }

    fn number(&mut self) -> Result<Number, ReadError> {
        let start = self.at;
        let rest = &self.text[start..];
        let length = rest.find(|next: char| !matches!(next, '-' | '+' | '.' | 'e' | 'E' | '0'..='9'));
        let text = &rest[..length.unwrap_or(rest.len())];
        self.at += text.len();
        // serde_json knows the grammar, but keeps what does not fit an integer as a float, and floats not to the last bit.
        let Ok(number) = serde_json::from_str::<Number>(text) else {
            // It takes a number beyond all floats for a bad one.
            let problem = match text.parse::<f64>() {
                Ok(value) if value.is_infinite() => ReadProblem::NumberOutOfRange { text: text.to_owned() },
                _ => syntax("the number is not JSON's"),
            };
            return Err(self.fail_at(start, problem));
        };
        if !number.is_f64() {
            return Ok(number);
        }
        let is_float = text == "-0" || text.contains(['.', 'e', 'E']);
        let exact = text.parse().ok().and_then(Number::from_f64).filter(|_| is_float);
        exact.ok_or_else(|| self.fail_at(start, ReadProblem::NumberOutOfRange { text: text.to_owned() }))
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let taken = self.peek() == Some(byte);
        self.at += usize::from(taken);
        taken
    }

    fn skip_white_space(&mut self) {
        while let Some(byte @ (b' ' | b'\t' | b'\n' | b'\r')) = self.peek() {
            self.at += 1;
            if byte == b'\n' {
                self.line += 1;
                self.line_start = self.at;
            }
        }
    }

    fn syntax(&self, message: &str) -> ReadError {
        self.fail_at(self.at, syntax(message))
    }

    fn fail_at(&self, offset: usize, problem: ReadProblem) -> ReadError {
        let column = self.text[self.line_start..offset].chars().count() + 1;
        Position { line: self.line, column }.fail(Format::Json, problem)
    }
}

fn syntax(message: &str) -> ReadProblem {
    ReadProblem::Syntax { message: message.to_owned(), hint: None }
}
