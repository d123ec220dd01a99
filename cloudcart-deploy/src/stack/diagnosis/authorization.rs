//! Authorization failures that the service encodes, in words: who wanted what of which resource.

use serde_json::Value;

use super::super::events::ResourceEvent;
use crate::target::Target;

const MARKER: &str = "Encoded authorization failure message: ";

/// Decodes the messages of failed events, as far as the credentials are allowed to.
pub(super) async fn decode(target: &Target, events: &mut [ResourceEvent]) {
    for event in events.iter_mut().filter(|event| event.is_failure()) {
        let Some(blob) = event.reason.as_deref().and_then(encoded).map(str::to_owned) else { continue };
        let call = target.sts().decode_authorization_message().encoded_message(&blob);
        let Ok(answer) = call.send().await else { return };
        let Some(words) = answer.decoded_message().and_then(in_words) else { continue };
        if let Some(reason) = &mut event.reason {
            *reason = reason.replace(&format!("{MARKER}{blob}"), &words);
        }
    }
}

/// The encoded part of a reason.
fn encoded(reason: &str) -> Option<&str> {
    let (_, rest) = reason.split_once(MARKER)?;
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "-_+/=".contains(c))).unwrap_or(rest.len());
    Some(&rest[..end]).filter(|blob| !blob.is_empty())
}

/// The same form that services use which do not encode, so that one hint fits both.
fn in_words(decoded: &str) -> Option<String> {
    let document: Value = serde_json::from_str(decoded).ok()?;
    let context = &document["context"];
    let action = context["action"].as_str()?;
    let who = context["principal"]["arn"].as_str().unwrap_or("unknown");
    let resource = context["resource"].as_str().unwrap_or("*");
    let why = if document["explicitDeny"] == true {
        "with an explicit deny".to_owned()
    } else {
        format!("because no policy allows the {action} action")
    };
    Some(format!("User: {who} is not authorized to perform: {action} on resource: {resource} {why}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::super::hint_for;
    use super::*;

    #[test]
    fn the_encoded_part_is_found_and_nothing_behind_it() {
        let reason = "You are not authorized to perform this operation. Encoded authorization failure message: \
                      KzCTdjlf-wnw3k_FnfFPzP= (Service: Ec2, Status Code: 403)";
        assert_eq!(encoded(reason), Some("KzCTdjlf-wnw3k_FnfFPzP="));
        assert_eq!(encoded("You are not authorized to perform this operation."), None);
    }

    #[test]
    fn a_decoded_message_reads_like_any_other_refusal() {
        let decoded = r#"{"allowed":false,"explicitDeny":false,"matchedStatements":{"items":[]},"failures":{"items":[]},
            "context":{"principal":{"id":"AIDA","name":"bob","arn":"arn:aws:iam::123456789012:user/bob"},
            "action":"ec2:RunInstances","resource":"arn:aws:ec2:us-east-1:123456789012:instance/*","conditions":{"items":[]}}}"#;
        let words = in_words(decoded).unwrap();
        assert!(
            words
                .starts_with("User: arn:aws:iam::123456789012:user/bob is not authorized to perform: ec2:RunInstances")
        );
        assert!(hint_for("AWS::EC2::Instance", &words).unwrap().contains("`ec2:RunInstances`"));
        assert_eq!(in_words("{}"), None);
        assert_eq!(in_words("no JSON"), None);
    }
}
