//! `Fn::Sub` whose placeholders the compiler checks.
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-sub.html>

use std::collections::BTreeMap;

use crate::value::{Intrinsic, Value};

/// `Fn::Sub`: `sub!("https://${Api}.execute-api.${AWS::Region}.amazonaws.com", Api = api.reference())`.
///
/// Each `${Name}` has to be supplied, except pseudo parameters such as `${AWS::Region}`; `${!Name}` stays as `${Name}`. A
/// placeholder that is not supplied, and one that is supplied and does not occur, does not compile.
///
/// ```
/// use cloudcart_cfn::{Value, sub};
/// let url: Value<'_, String> = sub!("https://${Host}/${AWS::StackName}", Host = "example.com");
/// ```
#[macro_export]
macro_rules! sub {
    ($text:literal $(, $name:ident = $value:expr)* $(,)?) => {{
        const _: () = $crate::sub::check($text, &[$(::core::stringify!($name)),*]);
        $crate::sub::assemble(
            $text,
            [$((::core::stringify!($name), $crate::IntoValue::<'_, ::std::string::String>::into_value($value))),*],
        )
    }};
}

/// Whether the placeholders of a text and the names that are supplied are the same. [`sub!`](crate::sub!) calls it in a
/// constant.
///
/// # Panics
/// When they are not.
pub const fn check(text: &str, supplied: &[&str]) {
    let text = text.as_bytes();
    let mut seen = [false; 64];
    assert!(supplied.len() <= seen.len(), "sub! takes 64 names at most");
    let mut at = 0;
    while at + 1 < text.len() {
        if text[at] != b'$' || text[at + 1] != b'{' {
            at += 1;
            continue;
        }
        let start = at + 2;
        let mut end = start;
        while end < text.len() && text[end] != b'}' {
            end += 1;
        }
        assert!(end < text.len(), "a `${{` of this text is not closed by `}}`");
        assert!(end > start, "a `${{}}` of this text has no name in it");
        if text[start] != b'!' && !is_pseudo(text, start, end) {
            match position(text, start, end, supplied) {
                Some(index) => seen[index] = true,
                None => {
                    fail("the placeholder `${", text, start, end, "}` is not supplied: add `, Name = value` for it");
                }
            }
        }
        at = end + 1;
    }
    let mut index = 0;
    while index < supplied.len() {
        if !seen[index] {
            let name = supplied[index].as_bytes();
            fail("`", name, 0, name.len(), "` is supplied, and no placeholder of the text has that name");
        }
        index += 1;
    }
}

const fn is_pseudo(text: &[u8], start: usize, end: usize) -> bool {
    end - start > 5 && same(text, start, start + 5, b"AWS::")
}

const fn position(text: &[u8], start: usize, end: usize, names: &[&str]) -> Option<usize> {
    let mut index = 0;
    while index < names.len() {
        if same(text, start, end, names[index].as_bytes()) {
            return Some(index);
        }
        index += 1;
    }
    None
}

const fn same(text: &[u8], start: usize, end: usize, other: &[u8]) -> bool {
    if end - start != other.len() {
        return false;
    }
    let mut index = 0;
    while index < other.len() {
        if text[start + index] != other[index] {
            return false;
        }
        index += 1;
    }
    true
}

/// Panics with the name in the message, which a constant can say only when it is put together by hand.
const fn fail(before: &str, name: &[u8], start: usize, end: usize, after: &str) {
    let mut message = [0; 512];
    let mut length = 0;
    let parts: [(&[u8], usize, usize); 3] =
        [(before.as_bytes(), 0, before.len()), (name, start, end), (after.as_bytes(), 0, after.len())];
    let mut part = 0;
    while part < parts.len() {
        let (bytes, mut at, end) = parts[part];
        while at < end && length < message.len() {
            message[length] = bytes[at];
            length += 1;
            at += 1;
        }
        part += 1;
    }
    let (written, _) = message.split_at(length);
    match std::str::from_utf8(written) {
        Ok(text) => panic!("{}", text),
        Err(_) => panic!("a placeholder of this text is not supplied"),
    }
}

/// The function's value. A plain reference and a literal are written into the text, what is more stands beside it.
#[doc(hidden)]
pub fn assemble<'stack, const N: usize>(
    text: &str,
    supplied: [(&'static str, Value<'stack, String>); N],
) -> Value<'stack, String> {
    let mut assembled = text.to_owned();
    let mut variables = BTreeMap::new();
    for (name, value) in supplied {
        let inline = match &value {
            // Beside the text, what looks like a placeholder is none, nor what becomes one with the text around it.
            Value::Literal(literal) => (!literal.contains(['$', '{'])).then(|| literal.clone()),
            Value::Intrinsic(intrinsic) => match &**intrinsic {
                Intrinsic::Ref(id) => Some(format!("${{{id}}}")),
                Intrinsic::GetAtt { id, attribute } => Some(format!("${{{id}.{attribute}}}")),
                _ => None,
            },
            Value::If { .. } => None,
        };
        match inline {
            Some(inline) => variables.insert(name, Err(inline)),
            None => variables.insert(name, Ok(value)),
        };
    }
    assembled = replace(&assembled, &variables);
    let variables = variables.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value.ok()?))).collect();
    Value::intrinsic(Intrinsic::Sub { text: assembled, variables })
}

/// One pass, so that what was put in is not read as a placeholder of the text.
fn replace<V>(text: &str, names: &BTreeMap<&'static str, Result<V, String>>) -> String {
    let mut replaced = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let (before, placeholder) = rest.split_at(start);
        replaced.push_str(before);
        let end = placeholder.find('}').map_or(placeholder.len(), |end| end + 1);
        let name = placeholder.get(2..end.saturating_sub(1)).unwrap_or_default();
        match names.get(name) {
            Some(Err(inline)) => replaced.push_str(inline),
            _ => replaced.push_str(&placeholder[..end]),
        }
        rest = &placeholder[end..];
    }
    replaced + rest
}
