//! What may be written where a value is asked.

use std::collections::BTreeMap;

use super::Value;
use crate::kind::{HasArn, Kind};
use crate::reference::{Arn, Ref};
use crate::resource::Handle;

/// What fits where a `T` is asked: a literal, an intrinsic function that gives one, a handle where its `Ref` or its ARN is
/// asked, an array of such where a list is asked.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not fit where `{T}` is asked",
    label = "not a `{T}`",
    note = "a number with a range is written `int!(30)`, which the compiler checks; one that is known only at run time is `Int::try_from(number)?`",
    note = "an ARN or a name that comes from outside is `Arn::literal(\"…\")` or `Ref::literal(\"…\")`, and `.assume()` for an intrinsic function",
    note = "a list is an array, or `list(iterator)`"
)]
pub trait IntoValue<'stack, T> {
    /// The value.
    fn into_value(self) -> Value<'stack, T>;
}

impl<'stack, T> IntoValue<'stack, T> for Value<'stack, T> {
    fn into_value(self) -> Self {
        self
    }
}

impl<'stack, T> IntoValue<'stack, T> for &Value<'stack, T>
where
    T: Clone,
{
    fn into_value(self) -> Value<'stack, T> {
        self.clone()
    }
}

impl<'stack, T> IntoValue<'stack, T> for T {
    fn into_value(self) -> Value<'stack, T> {
        Value::Literal(self)
    }
}

impl<'stack> IntoValue<'stack, String> for &str {
    fn into_value(self) -> Value<'stack, String> {
        Value::Literal(self.to_owned())
    }
}

impl<'stack> IntoValue<'stack, String> for &String {
    fn into_value(self) -> Value<'stack, String> {
        Value::Literal(self.clone())
    }
}

macro_rules! widening {
    ($($from:ty => $to:ty),*) => {$(
        impl<'stack> IntoValue<'stack, $to> for $from {
            fn into_value(self) -> Value<'stack, $to> {
                Value::Literal(self.into())
            }
        }
    )*};
}
widening!(i32 => i64, u32 => i64, u16 => i64, i32 => f64);

impl<'stack, K> IntoValue<'stack, String> for Value<'stack, Arn<K>> {
    fn into_value(self) -> Value<'stack, String> {
        self.map(String::from)
    }
}

impl<'stack, K> IntoValue<'stack, String> for Value<'stack, Ref<K>> {
    fn into_value(self) -> Value<'stack, String> {
        self.map(String::from)
    }
}

impl<'stack, K: HasArn> IntoValue<'stack, Arn<K>> for &Handle<'stack, K> {
    fn into_value(self) -> Value<'stack, Arn<K>> {
        self.arn()
    }
}

impl<'stack, K: Kind> IntoValue<'stack, Ref<K>> for &Handle<'stack, K> {
    fn into_value(self) -> Value<'stack, Ref<K>> {
        self.reference()
    }
}

impl<'stack, T, I: IntoValue<'stack, T>, const N: usize> IntoValue<'stack, Vec<Value<'stack, T>>> for [I; N] {
    fn into_value(self) -> Value<'stack, Vec<Value<'stack, T>>> {
        Value::Literal(self.into_iter().map(IntoValue::into_value).collect())
    }
}

impl<'stack, T, K: Into<String>, V: IntoValue<'stack, T>, const N: usize>
    IntoValue<'stack, BTreeMap<String, Value<'stack, T>>> for [(K, V); N]
{
    fn into_value(self) -> Value<'stack, BTreeMap<String, Value<'stack, T>>> {
        Value::Literal(self.into_iter().map(|(key, value)| (key.into(), value.into_value())).collect())
    }
}
