//! The rights of whoever deploys a stack, as IAM policies: the command's own calls, and what CloudFormation does in the
//! caller's name.

mod cloudformation;
mod document;
mod place;

use cloudcart_deploy::permissions::CALLS;
use serde_json::Value;

pub(crate) use document::Document;
use document::Grant;
pub(crate) use place::Place;

/// Commands that only work on the local cloud, whose rights nobody needs elsewhere.
const LOCAL_COMMANDS: &[&str] = &["dev"];

/// The policies for a stack with that template, each small enough for IAM.
pub(crate) fn policies(place: &Place, template: &Value) -> Vec<Document> {
    let own = CALLS.iter().filter(|call| call.commands.iter().any(|command| !LOCAL_COMMANDS.contains(command)));
    let own = own.flat_map(|call| call.actions.iter().map(|action| place.grant(action, call.on)));
    let mut grants: Vec<Grant> = own.chain(cloudformation::grants(place, template)).collect();
    grants.sort();
    grants.dedup();
    document::pack(grants)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use serde_json::json;

    use super::*;

    fn of_the_shop() -> Vec<Document> {
        let (_, json) = (crate::shop_app::app().templates)()
            .unwrap()
            .into_iter()
            .find(|(name, _)| name == "shop-demo.json")
            .unwrap();
        let place = Place::new("123456789012", "eu-west-1", "cloudcart-dev");
        policies(&place, &serde_json::from_str(&json).unwrap())
    }

    fn statements(documents: &[Document]) -> Vec<Value> {
        documents.iter().flat_map(|document| document.json()["Statement"].as_array().unwrap().clone()).collect()
    }

    #[test]
    fn every_document_is_one_that_iam_takes() {
        let documents = of_the_shop();
        let mut sids = Vec::new();
        for document in &documents {
            assert!(document.characters() <= document::LIMIT, "{} characters", document.characters());
            assert_eq!(document.json()["Version"], "2012-10-17");
        }
        for statement in statements(&documents) {
            let sid = statement["Sid"].as_str().unwrap().to_owned();
            assert!(sid.chars().all(|letter| letter.is_ascii_alphanumeric()), "{sid}");
            sids.push(sid);
            assert_eq!(statement["Effect"], "Allow");
            for action in statement["Action"].as_array().unwrap() {
                let (service, name) = action.as_str().unwrap().split_once(':').unwrap();
                assert!(!service.is_empty() && !name.is_empty() && !name.contains('*'), "{action}");
            }
        }
        let count = sids.len();
        sids.sort_unstable();
        sids.dedup();
        assert_eq!(sids.len(), count, "{sids:?}");
    }

    #[test]
    fn only_what_iam_cannot_restrict_is_unrestricted() {
        for statement in statements(&of_the_shop()) {
            let open = statement["Resource"] == json!("*") && statement.get("Condition").is_none();
            assert_eq!(
                open,
                statement["Sid"].as_str().unwrap().starts_with("NoResourceLevelPermissions"),
                "{statement}"
            );
        }
    }

    #[test]
    fn roles_are_passed_to_lambda_alone() {
        let statements = statements(&of_the_shop());
        let passing: Vec<_> = statements
            .iter()
            .filter(|one| one["Action"].as_array().unwrap().contains(&json!("iam:PassRole")))
            .collect();
        assert_eq!(passing.len(), 1);
        assert_eq!(passing[0]["Condition"]["StringEquals"]["iam:PassedToService"], "lambda.amazonaws.com");
        assert_eq!(passing[0]["Resource"], "arn:aws:iam::123456789012:role/cloudcart-dev-*");
    }
}
