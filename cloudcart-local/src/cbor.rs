//! CBOR documents of the protocol `rpcv2Cbor`, as JSON values and back.
//!
//! <https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html>. What JSON has no word for is a time: a number of
//! milliseconds under a name that ends in `Timestamp` is written as one.

use crate::error::AwsError;
use minicbor::{
    Decoder, Encoder,
    data::{IanaTag, Type},
};
use serde_json::{Map, Number, Value};
use std::convert::Infallible;

/// How deep a document may be nested: no input must use up the stack.
const DEPTH: usize = 32;

type Written = Result<(), minicbor::encode::Error<Infallible>>;

/// A JSON value as CBOR.
pub(crate) fn write(value: &Value) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new());
    // Writing to memory cannot fail.
    let _ = put(&mut encoder, "", value);
    encoder.into_writer()
}

fn put(encoder: &mut Encoder<Vec<u8>>, name: &str, value: &Value) -> Written {
    match value {
        Value::Null => encoder.null()?.ok(),
        Value::Bool(yes) => encoder.bool(*yes)?.ok(),
        Value::Number(number) => match number.as_i64() {
            Some(millis) if name.ends_with("Timestamp") => {
                #[allow(clippy::cast_precision_loss, reason = "a double holds the milliseconds of ten thousand years")]
                let seconds = millis as f64 / 1_000.0;
                encoder.tag(IanaTag::Timestamp)?.f64(seconds)?.ok()
            }
            Some(whole) => encoder.i64(whole)?.ok(),
            None => encoder.f64(number.as_f64().unwrap_or_default())?.ok(),
        },
        Value::String(text) => encoder.str(text)?.ok(),
        Value::Array(items) => {
            encoder.array(items.len() as u64)?;
            items.iter().try_for_each(|item| put(encoder, name, item))
        }
        Value::Object(members) => {
            encoder.map(members.len() as u64)?;
            members.iter().try_for_each(|(name, value)| {
                encoder.str(name)?;
                put(encoder, name, value)
            })
        }
    }
}

/// A body that is a CBOR map; an empty one is an empty map.
pub(crate) fn read(body: &[u8]) -> Result<Map<String, Value>, AwsError> {
    if body.is_empty() {
        return Ok(Map::new());
    }
    let bad = |why: &str| AwsError::bad_request("SerializationException", format!("the body is no CBOR map: {why}"));
    let mut decoder = Decoder::new(body);
    match get(&mut decoder, 0) {
        Ok(Value::Object(members)) if decoder.position() == body.len() => Ok(members),
        Ok(_) => Err(bad("it is something else, or more than one thing")),
        Err(error) => Err(bad(&error.to_string())),
    }
}

fn get(decoder: &mut Decoder<'_>, depth: usize) -> Result<Value, minicbor::decode::Error> {
    if depth == DEPTH {
        return Err(minicbor::decode::Error::message("it is nested too deeply"));
    }
    Ok(match decoder.datatype()? {
        Type::Bool => Value::Bool(decoder.bool()?),
        Type::Null | Type::Undefined => {
            decoder.skip()?;
            Value::Null
        }
        Type::U8 | Type::U16 | Type::U32 | Type::U64 => Value::from(decoder.u64()?),
        Type::I8 | Type::I16 | Type::I32 | Type::I64 => Value::from(decoder.i64()?),
        Type::F16 | Type::F32 | Type::F64 => Number::from_f64(decoder.f64()?).map_or(Value::Null, Value::Number),
        Type::String | Type::StringIndef => {
            let parts: Result<String, _> = decoder.str_iter()?.collect();
            Value::String(parts?)
        }
        Type::Tag => {
            decoder.tag()?;
            get(decoder, depth + 1)?
        }
        Type::Array | Type::ArrayIndef => {
            let mut left = decoder.array()?;
            let mut items = Vec::new();
            while more(decoder, &mut left)? {
                items.push(get(decoder, depth + 1)?);
            }
            Value::Array(items)
        }
        Type::Map | Type::MapIndef => {
            let mut left = decoder.map()?;
            let mut members = Map::new();
            while more(decoder, &mut left)? {
                let name = decoder.str()?.to_owned();
                members.insert(name, get(decoder, depth + 1)?);
            }
            Value::Object(members)
        }
        other => return Err(minicbor::decode::Error::type_mismatch(other)),
    })
}

/// Whether a list or a map goes on: by its length, or until it says that it ends.
fn more(decoder: &mut Decoder<'_>, left: &mut Option<u64>) -> Result<bool, minicbor::decode::Error> {
    match left {
        Some(0) => Ok(false),
        Some(count) => {
            *count -= 1;
            Ok(true)
        }
        None if decoder.datatype()? == Type::Break => {
            decoder.skip()?;
            Ok(false)
        }
        None => Ok(true),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn a_document_comes_back_as_it_was() {
        let value = json!({"a": [1, -2, 1.5, "x", true, null], "b": {"c": {}}});
        assert_eq!(Value::Object(read(&write(&value)).unwrap()), value);
        // A time: the tag 1, and seconds as a double.
        assert_eq!(write(&json!({"XTimestamp": 1_500})), b"\xa1\x6aXTimestamp\xc1\xfb\x3f\xf8\0\0\0\0\0\0");
        // Lists, maps and texts without a length, which an encoder may write.
        assert_eq!(
            read(b"\xbf\x61a\x9f\x01\xff\x61b\x7f\x61c\x61d\xff\xff").unwrap(),
            *json!({"a": [1], "b": "cd"}).as_object().unwrap()
        );
        assert!(read(b"").unwrap().is_empty());
    }

    #[test]
    fn what_is_no_map_is_refused() {
        for body in
            [&b"\x01"[..], b"\xa0\x01", b"\xa1\x61", b"\xbf", &[0x81; 1_000], b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff"]
        {
            assert_eq!(read(body).unwrap_err().code, "SerializationException");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(body in prop::collection::vec(any::<u8>(), 0..64)) {
            let _ = read(&body);
        }
    }
}
