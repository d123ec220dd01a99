//! Reads YAML: the parser's events become a JSON value, with tags, aliases and keys as CloudFormation has them.

use serde_json::{Map, Number, Value};
// The parser under serde-saphyr. A deserialiser does not say whether a scalar was quoted, which decides what it means.
use serde_yaml::granit_parser::{self, ErrorKind, Event, Parser, ScalarStyle, ScanError, Span, StrInput, Tag};

use super::alias::Anchors;
use super::error::{Format, Position, ReadError, ReadProblem};
use super::keys::Keys;
use super::{DEPTH, scalar, short_form};

/// What becomes of an alias.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Aliases {
    /// It is replaced by what it names.
    Expanded,
    /// It is an error, as it is to CloudFormation.
    Refused,
}

/// The only document in the text.
pub(super) fn parse(text: &str, aliases: Aliases) -> Result<Value, ReadError> {
    let options = granit_parser::options! {
        emit_comments: false,
        // As libyaml does: no line feed is added that the text does not have.
        block_scalar_eof_without_line_feed: true,
        flow_nesting_limit: DEPTH,
        block_nesting_limit: DEPTH,
    };
    let parser = Parser::new_from_str_with_options(text, options);
    Reader { parser, aliases, anchors: Anchors::default(), after_bare_tag: false }.document()
}

struct Reader<'input> {
    parser: Parser<'input, StrInput<'input>>,
    aliases: Aliases,
    anchors: Anchors,
    /// The last event was a tag with nothing behind it.
    after_bare_tag: bool,
}

/// What a tag asks for.
enum Meaning {
    /// There is no tag.
    Implicit,
    /// `!`, which makes a scalar text and says nothing of lists and mappings.
    NonSpecific,
    /// A type of JSON, by YAML's name for it and as it was written.
    Type(String, String),
    /// A short form, by the key of its long form.
    Function(String),
}

impl<'input> Reader<'input> {
    fn document(mut self) -> Result<Value, ReadError> {
        let mut document = None;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::DocumentStart(..) if document.is_some() => {
                    return Err(fail(span, ReadProblem::SeveralDocuments));
                }
                Event::DocumentStart(..) => {
                    let (event, span) = self.next()?;
                    // A marker with nothing behind it is no template either.
                    if matches!(event, Event::Scalar(_, ScalarStyle::Plain, 0, None)) && span.is_empty() {
                        return Err(fail(span, ReadProblem::Empty));
                    }
                    document = Some(self.node(event, span, DEPTH)?);
                }
                Event::StreamEnd => return document.ok_or_else(|| fail(span, ReadProblem::Empty)),
                _ => {}
            }
        }
    }

    fn node(&mut self, event: Event<'input>, span: Span, levels: usize) -> Result<Value, ReadError> {
        match event {
            Event::Alias(anchor) => self.alias(anchor, span, levels),
            Event::Scalar(text, style, anchor, tag) => {
                let value =
                    scalar_value(&text, style, tag.as_deref(), levels).map_err(|problem| fail(span, problem))?;
                self.anchors.open(anchor);
                self.anchors.close(anchor, &value);
                Ok(value)
            }
            Event::SequenceStart(_, anchor, tag) => {
                let meaning = collection_meaning(tag.as_deref(), "seq").map_err(|problem| fail(span, problem))?;
                self.anchors.open(anchor);
                let levels = below(levels, &meaning).map_err(|problem| fail(span, problem))?;
                let mut items = Vec::new();
                loop {
                    match self.next()? {
                        (Event::SequenceEnd, _) => break,
                        (event, span) => items.push(self.node(event, span, levels)?),
                    }
                }
                self.finish(Value::Array(items), &meaning, anchor, span)
            }
            Event::MappingStart(_, anchor, tag) => {
                let meaning = collection_meaning(tag.as_deref(), "map").map_err(|problem| fail(span, problem))?;
                self.anchors.open(anchor);
                let levels = below(levels, &meaning).map_err(|problem| fail(span, problem))?;
                let mut object = Map::new();
                let mut keys = Keys::default();
                loop {
                    let (event, span) = match self.next()? {
                        (Event::MappingEnd, _) => break,
                        other => other,
                    };
                    let key = self.key(event, span)?;
                    keys.claim(&key, position(span).line).map_err(|problem| fail(span, problem))?;
                    let (event, span) = self.next()?;
                    let value = self.node(event, span, levels)?;
                    object.insert(key, value);
                }
                self.finish(Value::Object(object), &meaning, anchor, span)
            }
            // The parser gives a node wherever one is due.
            _ => Err(fail(span, syntax("a value was expected", None))),
        }
    }

    /// A list or mapping whose end has come.
    fn finish(&mut self, value: Value, meaning: &Meaning, anchor: usize, span: Span) -> Result<Value, ReadError> {
        let value = match meaning {
            Meaning::Function(function) => {
                short_form::long_form(function, value).map_err(|problem| fail(span, problem))?
            }
            _ => value,
        };
        self.anchors.close(anchor, &value);
        Ok(value)
    }

    fn key(&mut self, event: Event<'input>, span: Span) -> Result<String, ReadError> {
        let value = match event {
            Event::Alias(anchor) => match self.alias(anchor, span, DEPTH)? {
                Value::Number(number) => number.to_string().into(),
                value => value,
            },
            Event::Scalar(text, ScalarStyle::Plain, anchor, None) => {
                let value = match &*text {
                    "<<" => return Err(fail(span, ReadProblem::MergeKey)),
                    text if scalar::is_null(text) => Value::Null,
                    text => scalar::boolean(text).map_or_else(|| text.into(), Value::Bool),
                };
                self.anchors.open(anchor);
                self.anchors.close(anchor, &value);
                value
            }
            Event::Scalar(..) => match self.node(event, span, 1)? {
                Value::Number(number) => number.to_string().into(),
                value => value,
            },
            _ => Value::Null,
        };
        match value {
            Value::String(text) => Ok(text),
            Value::Bool(value) => Ok(value.to_string()),
            _ => Err(fail(span, ReadProblem::KeyIsNoText)),
        }
    }

    fn alias(&mut self, anchor: usize, span: Span, levels: usize) -> Result<Value, ReadError> {
        if self.aliases == Aliases::Refused {
            return Err(fail(span, ReadProblem::Alias));
        }
        self.anchors.expand(anchor, levels).map_err(|problem| fail(span, problem))
    }

    fn next(&mut self) -> Result<(Event<'input>, Span), ReadError> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => {
                self.after_bare_tag = matches!(event, Event::Scalar(_, _, _, Some(_))) && span.is_empty();
                Ok((event, span))
            }
            Some(Err(error)) => Err(self.parser_error(&error)),
            // Nothing comes after the end of the stream, where the document's loop returns.
            None => Err(fail(Span::default(), ReadProblem::Empty)),
        }
    }

    fn parser_error(&self, error: &ScanError) -> ReadError {
        let problem = match error.kind() {
            ErrorKind::RecursionLimitExceeded => ReadProblem::TooDeep,
            kind if self.after_bare_tag => {
                let hint = "a value takes one short form; write the outer one as a key, as in Fn::Base64: !Sub text";
                syntax(&kind.to_string(), Some(hint))
            }
            kind => syntax(&kind.to_string(), hint(kind)),
        };
        let mark = error.marker();
        Position { line: mark.line(), column: mark.col() + 1 }.fail(Format::Yaml, problem)
    }
}

/// What usually mends an error of the parser's.
fn hint(kind: &ErrorKind) -> Option<&'static str> {
    match kind {
        ErrorKind::TabNotAllowed | ErrorKind::TabInBlockIndentation | ErrorKind::TabInIndentation => {
            Some("indent with spaces")
        }
        ErrorKind::MappingValueNotAllowed => Some("quote a text that holds a colon and a space"),
        ErrorKind::MissingAnchorOrAliasName | ErrorKind::UnknownAnchor => Some("quote a text that begins with * or &"),
        ErrorKind::UnexpectedCharacter { character: '@' | '`' | '%' } => {
            Some("quote a text that begins with @, ` or %")
        }
        ErrorKind::UndeclaredTagHandle | ErrorKind::InvalidTagTerminator => {
            Some("put a space behind a short form, and quote a text that begins with an exclamation mark")
        }
        ErrorKind::UnclosedFlowCollection { .. } => Some("close the bracket, or quote a text that begins with one"),
        ErrorKind::UnclosedQuotedScalar => Some("close the quote"),
        ErrorKind::InvalidTrailingSingleQuotedScalar | ErrorKind::InvalidTrailingDoubleQuotedScalar => {
            Some("quote the whole text")
        }
        ErrorKind::ExpectedBlockMappingKey | ErrorKind::SimpleKeyExpected | ErrorKind::InvalidIndentation => {
            Some("look at the indentation of this line and the one before")
        }
        _ => None,
    }
}

/// What is left of the levels inside a list or mapping, which a short form puts one deeper.
fn below(levels: usize, meaning: &Meaning) -> Result<usize, ReadProblem> {
    let needed = if matches!(meaning, Meaning::Function(_)) { 2 } else { 1 };
    levels.checked_sub(needed).ok_or(ReadProblem::TooDeep)
}

fn meaning(tag: Option<&Tag>) -> Result<Meaning, ReadProblem> {
    let Some(tag) = tag else { return Ok(Meaning::Implicit) };
    if let Some(name) = tag.core_suffix() {
        return Ok(Meaning::Type(name.to_owned(), tag.original()));
    }
    let full = format!("{}{}", tag.handle(), tag.suffix());
    if full == "!" {
        return Ok(Meaning::NonSpecific);
    }
    match full.strip_prefix('!').and_then(short_form::function) {
        Some(function) => Ok(Meaning::Function(function)),
        None => Err(ReadProblem::UnknownTag { tag: tag.original() }),
    }
}

/// The meaning of a tag on a list (`seq`) or mapping (`map`).
fn collection_meaning(tag: Option<&Tag>, kind: &str) -> Result<Meaning, ReadProblem> {
    match meaning(tag)? {
        Meaning::Type(name, tag) if name != kind => Err(ReadProblem::TagDoesNotFit { tag }),
        meaning => Ok(meaning),
    }
}

fn scalar_value(text: &str, style: ScalarStyle, tag: Option<&Tag>, levels: usize) -> Result<Value, ReadProblem> {
    let out_of_range = |scalar::OutOfRange| ReadProblem::NumberOutOfRange { text: text.to_owned() };
    match meaning(tag)? {
        Meaning::Implicit if style == ScalarStyle::Plain => scalar::plain(text).map_err(out_of_range),
        Meaning::Implicit | Meaning::NonSpecific => Ok(text.into()),
        Meaning::Function(function) => {
            let value = short_form::long_form(&function, text.into())?;
            // `!GetAtt` makes a list in a mapping, the others a mapping only.
            let needed = if value[&function].is_array() { 2 } else { 1 };
            if levels < needed { Err(ReadProblem::TooDeep) } else { Ok(value) }
        }
        Meaning::Type(name, tag) => {
            let number = || scalar::number(text).transpose().map_err(out_of_range);
            let value = match &*name {
                "str" => Some(text.into()),
                "null" => scalar::is_null(text).then_some(Value::Null),
                "bool" => scalar::boolean(text).map(Value::Bool),
                "int" => number()?.filter(|number| !number.is_f64()).map(Value::Number),
                "float" => number()?.as_ref().and_then(Number::as_f64).and_then(Number::from_f64).map(Value::Number),
                _ => None,
            };
            value.ok_or(ReadProblem::TagDoesNotFit { tag })
        }
    }
}

fn syntax(message: &str, hint: Option<&'static str>) -> ReadProblem {
    ReadProblem::Syntax { message: message.to_owned(), hint }
}

fn position(span: Span) -> Position {
    Position { line: span.start.line(), column: span.start.col() + 1 }
}

fn fail(span: Span, problem: ReadProblem) -> ReadError {
    position(span).fail(Format::Yaml, problem)
}
