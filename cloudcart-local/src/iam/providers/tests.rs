//! Roles and policies as CloudFormation makes them: what is in force, and what stays of whom.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::needless_pass_by_value, reason = "a call with a JSON literal reads better without an ampersand")]

use crate::{
    api::{Caller, Need},
    clock::ManualClock,
    core::Core,
    iam::{Iam, policy::Verdict},
    provider::{OnChange, ProvisionError, Provisioned, ResourceProvider, ResourceRequest, Support},
    random::SystemRandomness,
    store::Store,
};
use serde_json::{Map, Value, json};
use std::{path::Path, sync::Arc, time::Duration};
use tempfile::TempDir;

const ROLE: &str = "AWS::IAM::Role";
const POLICY: &str = "AWS::IAM::Policy";
const MANAGED: &str = "AWS::IAM::ManagedPolicy";

/// An account in a folder of its own.
struct Fixture {
    folder: TempDir,
    clock: ManualClock,
    iam: Arc<Iam>,
}

impl Fixture {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let clock = ManualClock::new(Duration::from_hours(500_000));
        let iam = Iam::open(core(folder.path(), &clock)).unwrap();
        Self { folder, clock, iam }
    }

    /// The process dies and another opens the same folder.
    fn reopen(self) -> Self {
        let Self { folder, clock, iam } = self;
        drop(iam);
        let iam = Iam::open(core(folder.path(), &clock)).unwrap();
        Self { folder, clock, iam }
    }

    fn provider(&self, kind: &str) -> Arc<dyn ResourceProvider> {
        self.iam.providers().into_iter().find(|provider| provider.type_name() == kind).unwrap()
    }

    async fn create(&self, kind: &str, wanted: &ResourceRequest) -> Result<Provisioned, ProvisionError> {
        self.provider(kind).create(wanted).await
    }

    async fn update(
        &self,
        kind: &str,
        id: &str,
        before: &ResourceRequest,
        after: &ResourceRequest,
    ) -> Result<Provisioned, ProvisionError> {
        self.provider(kind).update(id, &before.properties, after).await
    }

    /// Makes a role of that name without policies.
    async fn role(&self, name: &str) {
        self.create(ROLE, &role(name, json!([]))).await.unwrap();
    }

    /// Which of the actions `sqs:A`, `sqs:B` and `sqs:C` the role may do.
    fn may(&self, role: &str) -> String {
        let caller = Caller::Role { role: role.to_owned(), session: "f".to_owned() };
        let allowed =
            |action: &&str| self.iam.decide(&caller, &Need::new(format!("sqs:{action}"), "*")) == Verdict::Allowed;
        ["A", "B", "C"].into_iter().filter(allowed).collect()
    }
}

fn core(folder: &Path, clock: &ManualClock) -> Arc<Core> {
    Arc::new(Core {
        region: "us-east-1".into(),
        account: "000000000000".into(),
        endpoint: "http://127.0.0.1:4566".into(),
        state_dir: folder.to_owned(),
        clock: Arc::new(clock.clone()),
        random: Arc::new(SystemRandomness::default()),
        store: Store::open(&folder.join("state.db")).unwrap(),
    })
}

fn request(logical_id: &str, properties: Value) -> ResourceRequest {
    let Value::Object(properties) = properties else { panic!("properties are an object") };
    ResourceRequest {
        stack_name: "shop".into(),
        stack_id: "arn:aws:cloudformation:us-east-1:000000000000:stack/shop/1".into(),
        logical_id: logical_id.into(),
        properties,
        generated_name: format!("shop-{logical_id}-ABCDEFGHIJKL"),
    }
}

fn allow(action: &str) -> Value {
    let action = format!("sqs:{action}");
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]})
}

/// A role with inline policies: pairs of a name and an action.
fn role(name: &str, policies: Value) -> ResourceRequest {
    let policies: Vec<Value> = policies
        .as_array()
        .unwrap()
        .iter()
        .map(|pair| json!({"PolicyName": pair[0], "PolicyDocument": allow(pair[1].as_str().unwrap())}))
        .collect();
    let trust = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]});
    request("Role", json!({"RoleName": name, "AssumeRolePolicyDocument": trust, "Policies": policies}))
}

fn with(mut request: ResourceRequest, name: &str, value: Value) -> ResourceRequest {
    request.properties.insert(name.to_owned(), value);
    request
}

fn policy(logical_id: &str, name: &str, action: &str, roles: &[&str]) -> ResourceRequest {
    request(logical_id, json!({"PolicyName": name, "PolicyDocument": allow(action), "Roles": roles}))
}

#[tokio::test]
async fn a_policy_beside_a_role_is_in_force_at_once_and_gone_with_its_deletion() {
    let fixture = Fixture::new();
    fixture.role("r").await;
    let wanted = policy("Rights", "p", "A", &["r"]);
    let made = fixture.create(POLICY, &wanted).await.unwrap();
    assert_eq!(made.physical_id, "shop-Rights-ABCDEFGHIJKL");
    assert_eq!(made.attributes["Id"], made.physical_id);
    assert_eq!(fixture.may("r"), "A");
    let fixture = fixture.reopen();
    assert_eq!(fixture.may("r"), "A", "after a restart as well");
    let changed = policy("Rights", "p", "B", &["r"]);
    assert_eq!(fixture.update(POLICY, &made.physical_id, &wanted, &changed).await.unwrap(), made);
    assert_eq!(fixture.may("r"), "B");
    fixture.provider(POLICY).delete(&made.physical_id, &changed).await.unwrap();
    fixture.provider(POLICY).delete(&made.physical_id, &changed).await.unwrap();
    assert_eq!(fixture.may("r"), "");
    assert_eq!(fixture.reopen().may("r"), "");
}

#[tokio::test]
async fn a_policy_under_another_name_or_on_other_roles_stays_one_resource() {
    let fixture = Fixture::new();
    for name in ["r", "s", "t"] {
        fixture.role(name).await;
    }
    let first = policy("Rights", "p", "A", &["r", "s"]);
    let made = fixture.create(POLICY, &first).await.unwrap();
    let renamed = policy("Rights", "q", "A", &["r", "s"]);
    assert_eq!(fixture.update(POLICY, &made.physical_id, &first, &renamed).await.unwrap(), made);
    assert_eq!(fixture.iam.find_role("r").unwrap().inline.into_keys().collect::<Vec<_>>(), ["q"]);
    let moved = policy("Rights", "q", "A", &["s", "t"]);
    fixture.update(POLICY, &made.physical_id, &renamed, &moved).await.unwrap();
    assert_eq!([fixture.may("r"), fixture.may("s"), fixture.may("t")], ["", "A", "A"]);
    // And back, as a rollback does it.
    fixture.update(POLICY, &made.physical_id, &moved, &first).await.unwrap();
    assert_eq!([fixture.may("r"), fixture.may("s"), fixture.may("t")], ["A", "A", ""]);
    assert_eq!(fixture.iam.find_role("r").unwrap().inline.into_keys().collect::<Vec<_>>(), ["p"]);
}

#[tokio::test]
async fn policies_of_different_names_add_up() {
    let fixture = Fixture::new();
    fixture.create(ROLE, &role("r", json!([["own", "A"]]))).await.unwrap();
    fixture.create(POLICY, &policy("One", "one", "B", &["r"])).await.unwrap();
    fixture.create(POLICY, &policy("Two", "two", "C", &["r"])).await.unwrap();
    assert_eq!(fixture.may("r"), "ABC");
    fixture.provider(POLICY).delete("shop-One-ABCDEFGHIJKL", &policy("One", "one", "B", &["r"])).await.unwrap();
    assert_eq!(fixture.may("r"), "AC");
}

#[tokio::test]
async fn a_policy_of_the_same_name_replaces_the_roles_own() {
    let fixture = Fixture::new();
    let first = role("r", json!([["p", "A"]]));
    fixture.create(ROLE, &first).await.unwrap();
    let over = policy("Rights", "p", "B", &["r"]);
    let made = fixture.create(POLICY, &over).await.unwrap();
    assert_eq!(fixture.may("r"), "B");
    // A change of something else does not bring the role's own back; a change of that very policy does.
    let longer = with(first.clone(), "MaxSessionDuration", json!(7200));
    fixture.update(ROLE, "r", &first, &longer).await.unwrap();
    assert_eq!(fixture.may("r"), "B");
    let own = role("r", json!([["p", "C"]]));
    fixture.update(ROLE, "r", &longer, &own).await.unwrap();
    assert_eq!(fixture.may("r"), "C");
    fixture.provider(POLICY).delete(&made.physical_id, &over).await.unwrap();
    assert_eq!(fixture.may("r"), "", "it is deleted by its name");
}

#[tokio::test]
async fn a_change_of_a_role_keeps_what_others_gave_it() {
    let fixture = Fixture::new();
    let first = role("r", json!([["own", "A"]]));
    fixture.create(ROLE, &first).await.unwrap();
    fixture.create(POLICY, &policy("Rights", "p", "B", &["r"])).await.unwrap();
    let managed = request("Managed", json!({"PolicyDocument": allow("C"), "Roles": ["r"]}));
    fixture.create(MANAGED, &managed).await.unwrap();
    fixture.update(ROLE, "r", &first, &role("r", json!([]))).await.unwrap();
    assert_eq!(fixture.may("r"), "BC");
}

#[tokio::test]
async fn a_refused_change_changes_nothing() {
    let fixture = Fixture::new();
    fixture.role("r").await;
    let refusal = async |wanted: ResourceRequest| {
        let error = fixture.create(POLICY, &wanted).await.unwrap_err();
        assert_eq!(fixture.may("r"), "", "{error}");
        (error.code, error.message)
    };
    assert_eq!(
        refusal(policy("Rights", "p", "A", &["r", "nobody"])).await,
        ("NotFound", "The role with name nobody cannot be found.".to_owned())
    );
    let nowhere = "At least one of [Groups,Roles,Users] must be non-empty.".to_owned();
    assert_eq!(refusal(policy("Rights", "p", "A", &[])).await, ("InvalidRequest", nowhere));
    let bare = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:A"}]});
    assert_eq!(
        refusal(with(policy("Rights", "p", "A", &["r"]), "PolicyDocument", bare.clone())).await,
        ("InvalidRequest", "Policy statement must contain resources.".to_owned())
    );
    assert!(refusal(with(policy("Rights", "p", "A", &["r"]), "PolicyDocument", json!("{"))).await.1.contains("Syntax"));
    for name in ["", "with space", &"x".repeat(129)] {
        assert!(refusal(policy("Rights", name, "A", &["r"])).await.1.contains("policyName"), "{name}");
    }
    let first = policy("Rights", "p", "A", &["r"]);
    let made = fixture.create(POLICY, &first).await.unwrap();
    let bad = with(policy("Rights", "q", "B", &["r"]), "PolicyDocument", bare);
    fixture.update(POLICY, &made.physical_id, &first, &bad).await.unwrap_err();
    assert_eq!(fixture.may("r"), "A");
    assert_eq!(fixture.reopen().may("r"), "A");
}

#[tokio::test]
async fn a_document_may_be_text() {
    let fixture = Fixture::new();
    fixture.role("r").await;
    let text = with(policy("Rights", "p", "A", &["r"]), "PolicyDocument", json!(allow("B").to_string()));
    fixture.create(POLICY, &text).await.unwrap();
    assert_eq!(fixture.may("r"), "B");
}

#[tokio::test]
async fn users_and_groups_are_accepted_and_reported() {
    let fixture = Fixture::new();
    for (kind, wanted) in [
        (POLICY, with(policy("P", "p", "A", &[]), "Users", json!(["ann"]))),
        (MANAGED, request("M", json!({"PolicyDocument": allow("A"), "Groups": ["staff"]}))),
    ] {
        fixture.create(kind, &wanted).await.unwrap();
        for name in ["Users", "Groups"] {
            let property = fixture.provider(kind).properties().iter().find(|known| known.name == name).unwrap();
            assert!(matches!(property.support, Support::Ignored(why) if why.contains("only roles")), "{kind} {name}");
        }
    }
}

#[tokio::test]
async fn an_interrupted_creation_takes_back_its_own_policy_and_no_other() {
    let fixture = Fixture::new();
    fixture.create(ROLE, &role("r", json!([["p", "A"]]))).await.unwrap();
    // Cut off before it wrote anything: what was there under the name stays.
    let wanted = policy("Rights", "p", "B", &["r"]);
    fixture.provider(POLICY).discard(&wanted).await.unwrap();
    assert_eq!(fixture.may("r"), "A");
    fixture.create(POLICY, &wanted).await.unwrap();
    fixture.create(POLICY, &policy("Other", "q", "C", &["r"])).await.unwrap();
    fixture.provider(POLICY).discard(&wanted).await.unwrap();
    assert_eq!(fixture.may("r"), "C");

    let managed = request("Managed", json!({"ManagedPolicyName": "m", "PolicyDocument": allow("A"), "Roles": ["r"]}));
    fixture.create(MANAGED, &managed).await.unwrap();
    let stranger = ResourceRequest { generated_name: "shop-Managed-MNOPQRSTUVWX".into(), ..managed.clone() };
    fixture.provider(MANAGED).discard(&stranger).await.unwrap();
    assert_eq!(fixture.may("r"), "AC");
    fixture.provider(MANAGED).discard(&managed).await.unwrap();
    fixture.provider(MANAGED).discard(&managed).await.unwrap();
    assert_eq!(fixture.may("r"), "C");
}

#[tokio::test]
async fn a_role_that_others_gave_policies_is_not_deleted() {
    let fixture = Fixture::new();
    let wanted = role("r", json!([["own", "A"]]));
    fixture.create(ROLE, &wanted).await.unwrap();
    let refusal = async || fixture.provider(ROLE).delete("r", &wanted).await.unwrap_err().message;
    let rights = policy("Rights", "p", "B", &["r"]);
    let made = fixture.create(POLICY, &rights).await.unwrap();
    assert_eq!(refusal().await, "Cannot delete entity, must delete policies first.");
    fixture.provider(POLICY).delete(&made.physical_id, &rights).await.unwrap();
    let managed = request("Managed", json!({"PolicyDocument": allow("C"), "Roles": ["r"]}));
    let made = fixture.create(MANAGED, &managed).await.unwrap();
    assert_eq!(refusal().await, "Cannot delete entity, must detach all policies first.");
    fixture.provider(MANAGED).delete(&made.physical_id, &managed).await.unwrap();
    fixture.provider(ROLE).delete("r", &wanted).await.unwrap();
    fixture.provider(ROLE).delete("r", &wanted).await.unwrap();
    assert_eq!(fixture.iam.find_role("r"), None);
}

#[tokio::test]
async fn a_managed_policy_is_in_force_where_it_is_named_and_where_it_names() {
    let fixture = Fixture::new();
    fixture.role("named").await;
    let first = request("Managed", json!({"Path": "/app/", "PolicyDocument": allow("A"), "Roles": ["named"]}));
    let made = fixture.create(MANAGED, &first).await.unwrap();
    let arn = "arn:aws:iam::000000000000:policy/app/shop-Managed-ABCDEFGHIJKL";
    assert_eq!(made.physical_id, arn);
    assert_eq!(made.attributes["PolicyArn"], arn);
    assert_eq!(made.attributes["AttachmentCount"], 1);
    assert_eq!(made.attributes["DefaultVersionId"], "v1");
    let naming = with(role("naming", json!([])), "ManagedPolicyArns", json!([arn]));
    fixture.create(ROLE, &naming).await.unwrap();
    assert_eq!([fixture.may("named"), fixture.may("naming")], ["A", "A"]);

    fixture.clock.advance(Duration::from_secs(1));
    let second = request("Managed", json!({"Path": "/app/", "PolicyDocument": allow("B"), "Roles": []}));
    let changed = fixture.update(MANAGED, arn, &first, &second).await.unwrap();
    assert_eq!(changed.attributes["DefaultVersionId"], "v2");
    assert_eq!(changed.attributes["CreateDate"], made.attributes["CreateDate"]);
    assert_ne!(changed.attributes["UpdateDate"], made.attributes["UpdateDate"]);
    assert_eq!([fixture.may("named"), fixture.may("naming")], ["", "B"]);
    let fixture = fixture.reopen();
    assert_eq!(fixture.may("naming"), "B");

    let error = fixture.provider(MANAGED).delete(arn, &second).await.unwrap_err();
    assert_eq!(error.message, "Cannot delete a policy attached to entities.");
    fixture.update(ROLE, "naming", &naming, &role("naming", json!([]))).await.unwrap();
    fixture.provider(MANAGED).delete(arn, &second).await.unwrap();
    fixture.provider(MANAGED).delete(arn, &second).await.unwrap();
    let error = fixture.create(ROLE, &with(naming, "RoleName", json!("late"))).await.unwrap_err();
    assert_eq!(error.message, format!("Policy {arn} does not exist or is not attachable."));
    assert_eq!(fixture.iam.find_role("late"), None);
}

#[tokio::test]
async fn a_managed_policy_of_the_account_can_be_a_boundary() {
    let fixture = Fixture::new();
    let wanted = request("Bound", json!({"PolicyDocument": allow("A")}));
    let bound = fixture.create(MANAGED, &wanted).await.unwrap();
    let bounded = with(role("r", json!([["p", "*"]])), "PermissionsBoundary", json!(bound.physical_id));
    fixture.create(ROLE, &bounded).await.unwrap();
    assert_eq!(fixture.may("r"), "A");
    let wider = request("Bound", json!({"PolicyDocument": allow("*")}));
    fixture.update(MANAGED, &bound.physical_id, &wanted, &wider).await.unwrap();
    assert_eq!(fixture.may("r"), "ABC");
    let error = fixture.provider(MANAGED).delete(&bound.physical_id, &wider).await.unwrap_err();
    assert_eq!(error.message, "Cannot delete a policy attached to entities.");
}

#[tokio::test]
async fn a_managed_policys_name_is_taken_once_and_its_description_is_for_good() {
    let fixture = Fixture::new();
    let named =
        |path: &str| request("M", json!({"ManagedPolicyName": "m", "Path": path, "PolicyDocument": allow("A")}));
    fixture.create(MANAGED, &named("/")).await.unwrap();
    let error = fixture.create(MANAGED, &named("/other/")).await.unwrap_err();
    assert_eq!(error.code, "AlreadyExists");
    let provider = fixture.provider(MANAGED);
    let description = provider.properties().iter().find(|known| known.name == "Description").unwrap();
    assert_eq!(description.on_change, OnChange::Replace);
    let malformed = with(named("/"), "PolicyDocument", json!({"Statement": [{"Effect": "Maybe"}]}));
    let error = fixture.create(MANAGED, &with(malformed, "ManagedPolicyName", json!("n"))).await.unwrap_err();
    assert_eq!(error.code, "InvalidRequest", "though no role has it yet: {error}");
}

#[test]
fn the_state_of_an_earlier_build_is_read() {
    let folder = TempDir::new().unwrap();
    let core = core(folder.path(), &ManualClock::new(Duration::from_hours(500_000)));
    let trust = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]});
    let kept: Map<String, Value> = serde_json::from_value(json!({
        "name": "r", "path": "/", "id": "AROA1", "trust": trust, "inline": {"p": allow("A")}, "managed": [],
        "boundary": null, "max_session_seconds": 3600,
    }))
    .unwrap();
    core.store.put("iam.roles", "r", &kept).unwrap();
    assert_eq!(Iam::open(core).unwrap().find_role("r").unwrap().inline.len(), 1);
}
