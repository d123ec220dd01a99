//! IAM roles and policies.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::{Broken, Rule, error, note};
use crate::check::statements::{Document, documents};
use crate::check::view::{Entry, View, function};

const GRAMMAR: &str = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html";
const QUOTAS: &str = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html";
const TRUST: &str = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_update-role-trust-policy.html";
const VERSION: &str = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html";
const SID: &str = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html";
const PRINCIPAL: &str = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html";

pub(super) const RULES: &[Rule] = &[
    error("role-trust", TRUST, trust),
    note("role-trust-size", QUOTAS, trust_size),
    error("policy-size", QUOTAS, size),
    error("policy-identity-principal", PRINCIPAL, identity_principal),
    error("policy-statement", GRAMMAR, statement),
    note("policy-version", VERSION, version),
    error("policy-sid", SID, sid),
];

/// The document that says who may take a role.
const TRUST_PLACE: &str = "AssumeRolePolicyDocument";
/// Characters of a trust policy, which AWS raises on request.
const TRUST_CHARS: usize = 2_048;
/// Characters of a managed policy, and of all inline policies of a role, a group and a user.
const MANAGED_CHARS: usize = 6_144;
const INLINE_CHARS: [(&str, usize); 3] =
    [("AWS::IAM::Role", 10_240), ("AWS::IAM::Group", 5_120), ("AWS::IAM::User", 2_048)];

fn is_iam(entry: &Entry<'_>) -> bool {
    entry.kind.starts_with("AWS::IAM::")
}

/// Every policy of an identity: all of IAM but the trust policies.
fn identity_documents<'a>(view: &View<'a>) -> Vec<Document<'a>> {
    let all = view.all().filter(is_iam).flat_map(|entry| documents(&entry));
    all.filter(|document| !document.path.ends_with(TRUST_PLACE)).collect()
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_update-role-trust-policy.html>
fn trust(view: &View<'_>, broken: &mut Broken<'_, '_>) {
    for role in view.of_kind("AWS::IAM::Role") {
        let seen = role.look(TRUST_PLACE);
        let hint = "name in `Principal` who may take the role, and allow `sts:AssumeRole`";
        let Some(json) = seen.json() else {
            if view.has_schema(role.kind) {
                continue;
            }
            broken.at(role.at(""), "nobody may take this role: `AssumeRolePolicyDocument` is missing", hint);
            continue;
        };
        if seen.object().is_none() {
            continue;
        }
        let document = Document { path: role.at(TRUST_PLACE), json };
        let statements = document.statements();
        let unknown = json.get("Statement").is_some_and(|one| function(one).is_some());
        if statements.is_empty() && !unknown {
            broken.at(document.path.clone(), "nobody may take this role: the policy has no statement", hint);
        }
        for (path, statement) in statements.iter().filter(|(_, statement)| function(statement).is_none()) {
            if statement.get("Principal").is_none() && statement.get("NotPrincipal").is_none() {
                broken.at(path.clone(), "a trust policy says whom it trusts, and this statement does not", hint);
            }
            if statement.get("Resource").is_some() || statement.get("NotResource").is_some() {
                broken.at(
                    path.clone(),
                    "a trust policy is about its own role: IAM refuses `Resource`",
                    "leave `Resource` out",
                );
            }
        }
    }
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
fn trust_size(view: &View<'_>, broken: &mut Broken<'_, '_>) {
    for role in view.of_kind("AWS::IAM::Role") {
        let used = role.look(TRUST_PLACE).json().map_or(0, characters);
        if used > TRUST_CHARS {
            let message =
                format!("{used} characters at least; an account takes {TRUST_CHARS} until AWS raises its quota");
            broken.at(role.at(TRUST_PLACE), message, "join statements of like principals");
        }
    }
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
fn size(view: &View<'_>, broken: &mut Broken<'_, '_>) {
    let hint = "join statements of like actions, or move some to managed policies of their own";
    for policy in view.of_kind("AWS::IAM::ManagedPolicy") {
        let used = policy.look("PolicyDocument").json().map_or(0, characters);
        if used > MANAGED_CHARS {
            let message = format!("{used} characters at least, and a managed policy has {MANAGED_CHARS}");
            broken.at(policy.at("PolicyDocument"), message, hint);
        }
    }
    for (kind, limit) in INLINE_CHARS {
        for identity in view.of_kind(kind) {
            let own = identity.items("Policies").iter().filter_map(|policy| policy.get("PolicyDocument"));
            let used: usize = own.chain(attached(view, &identity)).map(characters).sum();
            if used > limit {
                let message = format!(
                    "the inline policies have {used} characters at least, and all of them together may have {limit}"
                );
                broken.at(identity.at("Policies"), message, hint);
            }
        }
    }
}

/// The documents of policies that are resources of their own and are written into the identity.
fn attached<'a>(view: &View<'a>, identity: &Entry<'a>) -> Vec<&'a Json> {
    let lists = ["Roles", "Groups", "Users"];
    let names = ["RoleName", "GroupName", "UserName"];
    let kinds = ["AWS::IAM::Policy", "AWS::IAM::RolePolicy", "AWS::IAM::GroupPolicy", "AWS::IAM::UserPolicy"];
    let about = |policy: &Entry<'a>| {
        let listed = lists.iter().flat_map(|place| policy.items(place));
        let named = names.iter().filter_map(|place| policy.look(place).json());
        listed.chain(named).any(|one| view.target(one).is_some_and(|(target, _)| target.id == identity.id))
    };
    let policies = kinds.iter().flat_map(|kind| view.of_kind(kind)).filter(about);
    policies.filter_map(|policy| policy.look("PolicyDocument").json()).collect()
}

/// The characters of a document without white space; functions count for nothing.
fn characters(json: &Json) -> usize {
    match json {
        _ if function(json).is_some() => 0,
        Json::Object(map) => {
            1 + map.iter().map(|(key, value)| key.len() + 4 + characters(value)).sum::<usize>()
                + usize::from(map.is_empty())
        }
        Json::Array(items) => {
            1 + items.iter().map(|item| 1 + characters(item)).sum::<usize>() + usize::from(items.is_empty())
        }
        other => other.to_string().chars().filter(|letter| !letter.is_whitespace()).count(),
    }
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>
fn identity_principal(view: &View<'_>, broken: &mut Broken<'_, '_>) {
    for document in identity_documents(view) {
        for (path, statement) in document.statements() {
            for key in ["Principal", "NotPrincipal"].iter().filter(|key| statement.get(key).is_some()) {
                let message = "the policy is about who has it, and IAM refuses a principal";
                broken.at(format!("{path}/{key}"), message, format!("leave `{key}` out"));
            }
        }
    }
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>
fn statement(view: &View<'_>, broken: &mut Broken<'_, '_>) {
    let effect = |statement: &Json| match statement.get("Effect") {
        Some(Json::String(text)) => matches!(text.as_str(), "Allow" | "Deny"),
        other => other.is_some(),
    };
    for document in view.all().filter(is_iam).flat_map(|entry| documents(&entry)) {
        let identity = !document.path.ends_with(TRUST_PLACE);
        for (path, statement) in document.statements().into_iter().filter(|(_, one)| function(one).is_none()) {
            let lacks = |key: &str, not: &str| statement.get(key).is_none() && statement.get(not).is_none();
            if !effect(statement) {
                broken.at(path.clone(), "a statement has the effect `Allow` or `Deny`", "give `Effect`");
            }
            if lacks("Action", "NotAction") {
                broken.at(path.clone(), "a statement without actions says nothing", "give `Action`");
            }
            if identity && lacks("Resource", "NotResource") {
                broken.at(path, "a statement of a role's policy names resources", "give `Resource`");
            }
        }
    }
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html>
fn version(view: &View<'_>, broken: &mut Broken<'_, '_>) {
    for document in view.all().flat_map(|entry| documents(&entry)) {
        let old = match document.json.get("Version") {
            None => true,
            Some(version) => version == "2008-10-17",
        };
        if old {
            let message = "without `Version`, the old language of policies is meant, which knows no variables";
            broken.at(document.path, message, "set `Version` to `2012-10-17`");
        }
    }
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html>
fn sid(view: &View<'_>, broken: &mut Broken<'_, '_>) {
    for document in view.all().filter(is_iam).flat_map(|entry| documents(&entry)) {
        let mut seen = BTreeSet::new();
        for (path, statement) in document.statements() {
            let Some(sid) = statement.get("Sid").and_then(Json::as_str) else { continue };
            let path = format!("{path}/Sid");
            if !sid.chars().all(|letter| letter.is_ascii_alphanumeric()) {
                broken.at(path, format!("`{sid}`: IAM takes letters and digits only"), "leave other characters out");
            } else if !sid.is_empty() && !seen.insert(sid) {
                broken.at(path, format!("two statements are called `{sid}`"), "give each its own `Sid`");
            }
        }
    }
}
