//! Intrinsic functions, as Rust functions that give typed values.

use std::collections::BTreeMap;

use crate::sections::MappingRef;
use crate::value::{IntoValue, Intrinsic, List, StringMap, Value};

/// A list of any length: `list(["GET", "POST"])`. Where the length is known, the array alone does.
pub fn list<'stack, T, I>(items: I) -> List<'stack, T>
where
    I: IntoIterator,
    I::Item: IntoValue<'stack, T>,
{
    Value::Literal(items.into_iter().map(IntoValue::into_value).collect())
}

/// A map with names of one's own: `map([("TABLE", table.reference())])`. Of two entries with one name the last stays.
pub fn map<'stack, T, K, V>(entries: impl IntoIterator<Item = (K, V)>) -> StringMap<'stack, T>
where
    K: Into<String>,
    V: IntoValue<'stack, T>,
{
    let entries = entries.into_iter().map(|(key, value)| (key.into(), value.into_value()));
    Value::Literal(entries.collect::<BTreeMap<_, _>>())
}

/// `Fn::Sub` of a text that is put together at run time, over names of the template and over placeholders of its own. Where
/// the text is a literal, [`sub!`](crate::sub!) is better: there the compiler looks at the placeholders.
pub fn sub_with<'stack, K, V>(
    text: impl Into<String>,
    variables: impl IntoIterator<Item = (K, V)>,
) -> Value<'stack, String>
where
    K: Into<String>,
    V: IntoValue<'stack, String>,
{
    let variables = variables.into_iter().map(|(name, value)| (name.into(), value.into_value())).collect();
    Value::intrinsic(Intrinsic::Sub { text: text.into(), variables })
}

/// `Fn::Join`.
pub fn join<'stack, V: IntoValue<'stack, String>>(
    delimiter: impl Into<String>,
    values: impl IntoIterator<Item = V>,
) -> Value<'stack, String> {
    Value::intrinsic(Intrinsic::Join { delimiter: delimiter.into(), values: list(values) })
}

/// `Fn::Join` of a list that CloudFormation makes, such as `Fn::Split`.
pub fn join_list<'stack>(
    delimiter: impl Into<String>,
    values: impl IntoValue<'stack, Vec<Value<'stack, String>>>,
) -> Value<'stack, String> {
    Value::intrinsic(Intrinsic::Join { delimiter: delimiter.into(), values: values.into_value() })
}

/// `Fn::Select`: one of a list, counted from 0.
pub fn select<'stack>(index: u32, from: impl IntoValue<'stack, Vec<Value<'stack, String>>>) -> Value<'stack, String> {
    Value::intrinsic(Intrinsic::Select { index: Value::Literal(index.into()), from: from.into_value() })
}

/// `Fn::Split`: a text cut at a delimiter.
pub fn split<'stack>(delimiter: impl Into<String>, source: impl IntoValue<'stack, String>) -> List<'stack, String> {
    Value::intrinsic(Intrinsic::Split { delimiter: delimiter.into(), source: source.into_value() })
}

/// `Fn::FindInMap`: a value of a mapping of the template. What it is, the caller knows; where it goes tells the compiler,
/// except where a text is asked, which an ARN and a name are as well: there it is written `find_in_map::<String>(…)`.
///
/// ```
/// use cloudcart_cfn::prelude::*;
/// use cloudcart_cfn::{Mapping, find_in_map, sqs};
///
/// Template::build("Example.", |stack| {
///     let waits = stack.mapping("Waits", Mapping::new().with("eu-west-1", "Seconds", 5).with("eu-west-1", "Name", "jobs"));
///     let queue = sqs::Queue::new()
///         .delay_seconds(find_in_map(&waits, pseudo::region(), "Seconds"))
///         .queue_name(find_in_map::<String>(&waits, pseudo::region(), "Name"));
///     stack.add("Jobs", queue);
/// });
/// ```
pub fn find_in_map<'stack, T>(
    mapping: &MappingRef<'stack>,
    first: impl IntoValue<'stack, String>,
    second: impl IntoValue<'stack, String>,
) -> Value<'stack, T> {
    let (first, second) = (first.into_value(), second.into_value());
    Value::intrinsic(Intrinsic::FindInMap { mapping: mapping.clone(), first, second })
}

/// `Fn::ImportValue`: what another stack of the account and region exports under a name.
pub fn import_value<'stack>(name: impl IntoValue<'stack, String>) -> Value<'stack, String> {
    Value::intrinsic(Intrinsic::ImportValue(name.into_value()))
}

/// `Fn::Base64`.
pub fn base64<'stack>(text: impl IntoValue<'stack, String>) -> Value<'stack, String> {
    Value::intrinsic(Intrinsic::Base64(text.into_value()))
}

/// `Fn::Cidr`: `count` (1 to 256) blocks of a block, each with `bits` bits for hosts.
pub fn cidr<'stack>(block: impl IntoValue<'stack, String>, count: u32, bits: u32) -> List<'stack, String> {
    let (count, bits) = (Value::Literal(count.into()), Some(Value::Literal(bits.into())));
    Value::intrinsic(Intrinsic::Cidr { block: block.into_value(), count, bits })
}

/// `Fn::GetAZs` of the stack's own region: its availability zones.
pub fn availability_zones<'stack>() -> List<'stack, String> {
    Value::intrinsic(Intrinsic::GetAzs(Value::Literal(String::new())))
}

/// Pseudo parameters: what CloudFormation knows without being told.
pub mod pseudo {
    use crate::value::Value;

    /// The names that `Ref` and `Fn::Sub` accept without a declaration.
    pub const NAMES: [&str; 8] = [
        "AWS::AccountId",
        "AWS::NoValue",
        "AWS::NotificationARNs",
        "AWS::Partition",
        "AWS::Region",
        "AWS::StackId",
        "AWS::StackName",
        "AWS::URLSuffix",
    ];

    /// The account's twelve digits.
    pub fn account_id<'stack>() -> Value<'stack, String> {
        Value::reference("AWS::AccountId")
    }

    /// `aws`, `aws-cn`, `aws-us-gov`, …
    pub fn partition<'stack>() -> Value<'stack, String> {
        Value::reference("AWS::Partition")
    }

    /// The region, for example `eu-west-1`.
    pub fn region<'stack>() -> Value<'stack, String> {
        Value::reference("AWS::Region")
    }

    /// The stack's ARN.
    pub fn stack_id<'stack>() -> Value<'stack, String> {
        Value::reference("AWS::StackId")
    }

    /// The stack's name.
    pub fn stack_name<'stack>() -> Value<'stack, String> {
        Value::reference("AWS::StackName")
    }

    /// The domain of AWS endpoints: `amazonaws.com`, `amazonaws.com.cn`, …
    pub fn url_suffix<'stack>() -> Value<'stack, String> {
        Value::reference("AWS::URLSuffix")
    }
}
