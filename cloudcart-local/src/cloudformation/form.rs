//! Reads the parameters of a Query protocol request: `Parameters.member.1.ParameterKey=…`.

use crate::{api::ApiRequest, error::AwsError};
use std::collections::BTreeMap;

/// The fields of one request, or of one member of a list in it.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Form(BTreeMap<String, String>);

impl Form {
    /// The fields of the body and of the query string; the body wins.
    pub(super) fn of(request: &ApiRequest) -> Result<Self, AwsError> {
        let body = std::str::from_utf8(&request.body).map_err(|error| {
            AwsError::bad_request("MalformedQueryString", format!("the body is not UTF-8: {error}"))
        })?;
        let mut fields = BTreeMap::new();
        for pair in request.query.split('&').chain(body.split('&')).filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            fields.insert(decode(name)?, decode(value)?);
        }
        Ok(Self(fields))
    }

    /// A field, when it was sent.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Whether a field or a member of it was sent that is not empty.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(key, value)| {
            !value.is_empty() && key.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    }

    /// A field that must be there and not be empty.
    pub(super) fn required(&self, name: &str) -> Result<&str, AwsError> {
        self.text(name).filter(|value| !value.is_empty()).ok_or_else(|| {
            let mut member = name.to_owned();
            if let Some(first) = member.get_mut(..1) {
                first.make_ascii_lowercase();
            }
            invalid(format!(
                "1 validation error detected: Value null at '{member}' failed to satisfy constraint: Member must not be null"
            ))
        })
    }

    /// A boolean field; absent is `None`.
    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, AwsError> {
        match self.text(name) {
            None | Some("") => Ok(None),
            Some(value) if value.eq_ignore_ascii_case("true") => Ok(Some(true)),
            Some(value) if value.eq_ignore_ascii_case("false") => Ok(Some(false)),
            Some(value) => Err(AwsError::bad_request("MalformedInput", format!("{name} is not a boolean: {value}"))),
        }
    }

    /// A list of texts, in order: `<name>.member.<n>`.
    pub(super) fn list(&self, name: &str) -> Vec<String> {
        self.members(name).into_iter().filter_map(|member| member.text("").map(str::to_owned)).collect()
    }

    /// A list of structures, in order: `<name>.member.<n>.<field>`.
    pub(super) fn members(&self, name: &str) -> Vec<Form> {
        let prefix = format!("{name}.member.");
        let mut members: BTreeMap<usize, BTreeMap<String, String>> = BTreeMap::new();
        for (key, value) in self.0.range(prefix.clone()..).take_while(|(key, _)| key.starts_with(&prefix)) {
            let rest = &key[prefix.len()..];
            let (index, field) = rest.split_once('.').unwrap_or((rest, ""));
            if let Ok(index) = index.parse() {
                members.entry(index).or_default().insert(field.to_owned(), value.clone());
            }
        }
        members.into_values().map(Form).collect()
    }
}

/// What AWS calls a bad request here.
pub(super) fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::bad_request("ValidationError", message)
}

fn decode(text: &str) -> Result<String, AwsError> {
    let spaced = text.replace('+', " ");
    percent_encoding::percent_decode_str(&spaced)
        .decode_utf8()
        .map(std::borrow::Cow::into_owned)
        .map_err(|error| AwsError::bad_request("MalformedQueryString", format!("a field is not UTF-8: {error}")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;
    use crate::api::Caller;

    fn form(body: &'static str) -> Form {
        Form::of(&ApiRequest {
            method: http::Method::POST,
            path: "/".into(),
            query: "Version=2010-05-15".into(),
            headers: http::HeaderMap::new(),
            body: body.into(),
            caller: Caller::Root,
            request_id: "id".into(),
            operation: String::new(),
        })
        .unwrap()
    }

    #[test]
    fn lists_keep_their_numbers_order_past_nine() {
        let body = "L.member.10=ten&L.member.2=two&L.member.1=one%20%2B+1&LX.member.1=other";
        assert_eq!(form(body).list("L"), ["one + 1", "two", "ten"]);
    }

    #[test]
    fn structures_are_grouped_by_member() {
        let form = form("P.member.1.K=a&P.member.1.V=1&P.member.2.K=b&P.member.2.U=true&Version=x");
        let members = form.members("P");
        assert_eq!((members[0].text("K"), members[0].text("V")), (Some("a"), Some("1")));
        assert_eq!((members[1].text("K"), members[1].flag("U").unwrap()), (Some("b"), Some(true)));
        assert_eq!(form.text("Version"), Some("x"));
    }

    #[test]
    fn a_missing_field_is_named_as_aws_names_it() {
        let error = form("StackName=").required("StackName").unwrap_err();
        assert_eq!(error.code, "ValidationError");
        assert!(error.message.contains("Value null at 'stackName'"), "{}", error.message);
    }
}
