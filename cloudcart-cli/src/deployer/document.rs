//! Rights, gathered into statements, and statements into documents that IAM takes.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// IAM takes a managed policy of at most this many characters, white space not counted.
pub(crate) const LIMIT: usize = 6_144;

/// One right.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Grant {
    sid: &'static str,
    resources: Vec<String>,
    condition: Option<String>,
    action: String,
}

impl Grant {
    pub(super) fn new(sid: &'static str, action: &str, resources: Vec<String>, condition: Option<Value>) -> Self {
        Self { sid, resources, condition: condition.map(|value| value.to_string()), action: action.to_owned() }
    }
}

/// A policy.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    statements: Vec<Value>,
}

impl Document {
    /// The policy itself.
    pub(crate) fn json(&self) -> Value {
        json!({"Version": "2012-10-17", "Statement": self.statements})
    }

    /// How many characters IAM counts.
    pub(crate) fn characters(&self) -> usize {
        self.json().to_string().chars().filter(|letter| !letter.is_whitespace()).count()
    }
}

/// What the actions of one statement have in common: its name, resources and condition.
type Common = (&'static str, Vec<String>, Option<String>);

/// As few documents as take all of them, without parting a statement.
pub(super) fn pack(grants: Vec<Grant>) -> Vec<Document> {
    let mut statements: BTreeMap<Common, Vec<String>> = BTreeMap::new();
    for grant in grants {
        let actions = statements.entry((grant.sid, grant.resources, grant.condition)).or_default();
        // IAM does not mind capitals, and the schemas are not of one mind about them.
        if !actions.iter().any(|action| action.eq_ignore_ascii_case(&grant.action)) {
            actions.push(grant.action);
        }
    }
    let mut documents: Vec<Document> = Vec::new();
    for ((sid, resources, condition), actions) in statements {
        let resource = if let [one] = &resources[..] { json!(one) } else { json!(resources) };
        let mut statement = json!({"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resource});
        if let Some(condition) = condition.and_then(|text| serde_json::from_str::<Value>(&text).ok()) {
            statement["Condition"] = condition;
        }
        let fits = documents.iter_mut().find_map(|document| {
            let mut with = document.clone();
            with.statements.push(statement.clone());
            (with.characters() <= LIMIT).then(|| *document = with)
        });
        if fits.is_none() {
            documents.push(Document { statements: vec![statement] });
        }
    }
    documents
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_much_for_one_document_is_split_between_statements() {
        let long = |sid: &'static str, count: usize| {
            (0..count).map(move |n| Grant::new(sid, &format!("tea:Action{n:03}"), vec![format!("arn:{sid}")], None))
        };
        let documents = pack(long("A", 250).chain(long("B", 250)).chain(long("C", 20)).collect());
        assert_eq!(documents.len(), 2);
        assert!(documents.iter().all(|document| document.characters() <= LIMIT));
        let statements: usize = documents.iter().map(|document| document.statements.len()).sum();
        assert_eq!(statements, 3);
    }

    #[test]
    fn an_action_stands_once_whatever_its_capitals() {
        let grant = |action| Grant::new("A", action, vec!["*".to_owned()], None);
        let documents = pack(vec![grant("s3:GetObject"), grant("s3:getObject")]);
        assert_eq!(documents[0].json()["Statement"][0]["Action"], json!(["s3:GetObject"]));
    }
}
