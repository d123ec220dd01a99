//! The deployer's policies are enough and not too much: a role with exactly these rights leads a shop through its life on the
//! local cloud, which enforces IAM, and without any one of them a command ends with 3 and names what is missing.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

#[allow(dead_code, reason = "what the tests of credentials need besides")]
#[path = "credentials/cloud.rs"]
mod cloud;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use cloud::{Cloud, Home, Ran};
use cloudcart_deploy::stack::{self, DeployRequest, OnFailure, Prepared};
use cloudcart_deploy::{Silent, Target};
use serde_json::{Value, json};

/// The checkout: where the handlers are built from.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
const ORDER: &str = "0199a3b4-0000-7000-8000-00000000000f";

/// An action, and a command that cannot do without it once the shop is deployed.
const NEEDED: &[(&str, &[&str])] = &[
    ("apigateway:GET", &["routes"]),
    ("cloudformation:CreateChangeSet", &["deploy"]),
    ("cloudformation:DeleteChangeSet", &["deploy"]),
    ("cloudformation:DeleteStack", &["destroy"]),
    ("cloudformation:DescribeChangeSet", &["deploy"]),
    ("cloudformation:DescribeStackEvents", &["destroy"]),
    ("cloudformation:DescribeStackResource", &["logs", "worker", "--no-follow"]),
    ("cloudformation:DescribeStacks", &["outputs"]),
    ("cloudformation:ListStackResources", &["routes"]),
    ("cloudformation:UpdateTerminationProtection", &["protect", "on"]),
    ("dynamodb:BatchWriteItem", &["seed"]),
    ("lambda:GetFunctionConfiguration", &["logs", "worker", "--no-follow"]),
    ("lambda:InvokeFunction", &["orders", "show", ORDER]),
    ("logs:FilterLogEvents", &["logs", "worker", "--no-follow"]),
    ("s3:GetObject", &["deploy"]),
    ("sqs:ChangeMessageVisibility", &["dlq", "peek"]),
    ("sqs:GetQueueAttributes", &["dlq", "redrive"]),
    ("sqs:ListDeadLetterSourceQueues", &["dlq", "redrive"]),
    ("sqs:ListMessageMoveTasks", &["dlq", "redrive"]),
    ("sqs:PurgeQueue", &["dlq", "purge"]),
    ("sqs:ReceiveMessage", &["dlq", "peek"]),
    ("sqs:StartMessageMoveTask", &["dlq", "redrive"]),
];

struct Deployer {
    cloud: Cloud,
    home: Home,
}

impl Deployer {
    /// A role with all of the rights, and one without each action of [`NEEDED`].
    fn new() -> Self {
        let deployer = Self { cloud: Cloud::start(), home: Home::new() };
        deployer.home.file("shop.toml", "[build]\nprofile = \"dev\"\n");
        deployer.home.credentials(&format!("[base]\n{}", deployer.cloud.keys()));
        let policies = deployer.policies();
        let mut resources = serde_json::Map::new();
        let mut config = String::new();
        let profiles = std::iter::once(("all".to_owned(), None))
            .chain(NEEDED.iter().map(|(action, _)| (profile(action), Some(*action))));
        for (name, without) in profiles {
            resources.insert(name.clone(), deployer.role(&name, &policies, without));
            let (account, region, endpoint) =
                (deployer.cloud.account(), deployer.cloud.region(), deployer.cloud.endpoint());
            // Writing to a String cannot fail.
            let _ = write!(
                config,
                "[profile {name}]\nrole_arn = arn:aws:iam::{account}:role/{name}\nsource_profile = base\nregion = {region}\n\
                 endpoint_url = {endpoint}\n"
            );
        }
        deployer.home.config(&config);
        deployer.create("roles", &json!({ "Resources": resources }));
        deployer
    }

    /// What `deployer-policy` prints, asked without a target.
    fn policies(&self) -> Vec<Value> {
        let args =
            ["--format", "json", "--region", self.cloud.region(), "deployer-policy", "--account", self.cloud.account()];
        let ran = self.home.run_in(Path::new(ROOT), &args, &[]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let printed: Value = serde_json::from_str(&ran.out).unwrap();
        printed["policies"].as_array().unwrap().clone()
    }

    fn role(&self, name: &str, policies: &[Value], without: Option<&str>) -> Value {
        let mut policies = policies.to_vec();
        let mut removed = 0;
        let statements = policies.iter_mut().flat_map(|policy| policy["Statement"].as_array_mut().unwrap());
        for actions in statements.map(|statement| statement["Action"].as_array_mut().unwrap()) {
            let before = actions.len();
            actions.retain(|action| Some(action.as_str().unwrap()) != without);
            removed += before - actions.len();
        }
        assert_eq!(removed > 0, without.is_some(), "{without:?} is not in the policies");
        let trust = json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow",
            "Principal": {"AWS": format!("arn:aws:iam::{}:root", self.cloud.account())},
            "Action": "sts:AssumeRole"
        }]});
        let policies: Vec<Value> = policies
            .into_iter()
            .enumerate()
            .map(|(n, mut policy)| {
                let statements = policy["Statement"].as_array_mut().unwrap();
                statements.retain(|statement| !statement["Action"].as_array().unwrap().is_empty());
                json!({"PolicyName": format!("deployer-{n}"), "PolicyDocument": policy})
            })
            .collect();
        json!({"Type": "AWS::IAM::Role", "Properties": {
            "RoleName": name, "AssumeRolePolicyDocument": trust, "Policies": policies
        }})
    }

    /// Makes a stack with the account's own keys.
    fn create(&self, name: &str, template: &Value) {
        let request = DeployRequest {
            stack: name.to_owned(),
            template: template.to_string(),
            bucket: "cloudcart-assets-000000000000-us-east-1".to_owned(),
            parameters: BTreeMap::new(),
            tags: BTreeMap::new(),
            on_failure: OnFailure::Rollback,
            express: false,
            change_set: "first".to_owned(),
        };
        self.on_target(async |target| {
            // A template with this many roles is too large for the call.
            cloudcart_deploy::assets::ensure_bucket(target, &Silent).await.unwrap();
            let Prepared::Ready(ready) = stack::prepare(target, &request, &Silent).await.unwrap() else { panic!() };
            stack::execute(target, &ready, &Silent).await.unwrap();
        });
    }

    fn on_target<T>(&self, work: impl AsyncFnOnce(&Target) -> T) -> T {
        self.cloud.runtime().block_on(async {
            let target = Target::connect(&self.cloud.options()).await.unwrap();
            work(&target).await
        })
    }

    fn run(&self, profile: &str, args: &[&str]) -> Ran {
        let config = self.home.path().join("shop.toml");
        let folder = self.home.path().join("builds");
        let mut all = vec!["--yes", "--profile", profile, "--config", config.to_str().unwrap()];
        all.extend_from_slice(args);
        self.home.run_in(Path::new(ROOT), &all, &[("CLOUDCART_FOLDER", folder.to_str().unwrap())])
    }

    /// A command that the whole role is allowed.
    fn ok(&self, args: &[&str]) -> String {
        let ran = self.run("all", args);
        assert_eq!(ran.code, 0, "{args:?}: {}", ran.err);
        ran.out
    }
}

/// A name of a role and of a profile for an action.
fn profile(action: &str) -> String {
    format!("without{}", action.replace(':', ""))
}

#[test]
fn a_role_with_these_rights_leads_a_shop_through_its_life_and_needs_each_of_them() {
    let deployer = Deployer::new();
    deployer.ok(&["deploy"]);
    deployer.ok(&["seed"]);
    deployer.ok(&["smoke-test"]);
    assert!(deployer.ok(&["logs", "worker", "--no-follow"]).contains("confirmed"));
    deployer.ok(&["outputs"]);
    deployer.ok(&["routes"]);
    deployer.ok(&["status"]);
    deployer.ok(&["diff"]);
    deployer.ok(&["deploy", "--dry-run"]);
    deployer.ok(&["deploy", "--code-only"]);
    deployer.ok(&["gc", "--dry-run"]);
    let doctor: Value = serde_json::from_str(&deployer.ok(&["--format", "json", "doctor"])).unwrap();
    for name in ["cloudformation", "s3", "lambda", "dynamodb", "sqs", "logs"] {
        let check = doctor["checks"].as_array().unwrap().iter().find(|check| check["name"] == name).unwrap();
        assert_eq!(check["state"], "ok", "{check}");
    }
    let queue = deployer.ok(&["outputs", "CheckoutDlqUrl"]).trim().to_owned();
    let dead_letter = || {
        deployer.on_target(async |target| {
            target.sqs().send_message().queue_url(&queue).message_body("{\"v\":9}").send().await.unwrap();
        });
    };
    dead_letter();
    deployer.ok(&["dlq", "peek"]);
    deployer.ok(&["dlq", "redrive"]);
    deployer.ok(&["dlq", "purge"]);
    deployer.ok(&["protect", "on"]);
    deployer.ok(&["protect", "off"]);

    for (action, args) in NEEDED {
        if args[0] == "dlq" {
            dead_letter();
        }
        let ran = deployer.run(&profile(action), args);
        assert_eq!(ran.code, 3, "without {action}, {args:?}: {}", ran.err);
        assert!(ran.err.contains(action), "without {action}, {args:?}: {}", ran.err);
    }
    deployer.ok(&["destroy"]);
}
