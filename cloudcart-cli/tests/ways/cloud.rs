//! A local cloud in the test's own process, with stacks of the test's own, and the real command against it.

use std::process::Stdio;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use cloudcart_deploy::Target;
use cloudcart_deploy::archive::{Effort, pack};
use cloudcart_deploy::target::{StaticCredentials, TargetOptions};
use cloudcart_local::LocalCloud;
use cloudcart_local::clock::{Clock, SystemClock};
use serde_json::{Value, json};

const DEADLINE: Duration = Duration::from_mins(1);

/// The bucket of the functions' code.
pub(crate) const CODE: &str = "code-of-the-test";

pub(crate) struct Cloud {
    pub(crate) local: LocalCloud,
    pub(crate) target: Target,
    folder: tempfile::TempDir,
}

/// What a command said and how it ended.
pub(crate) struct Ran {
    pub(crate) out: String,
    pub(crate) err: String,
    pub(crate) code: i32,
}

impl Ran {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}:\n{}\n{}", self.out, self.err))
    }
}

/// The system's clock, some time ago.
#[derive(Default)]
pub(crate) struct Behind(pub(crate) Mutex<Duration>);

impl Clock for Behind {
    fn now(&self) -> Duration {
        SystemClock.now().saturating_sub(*self.0.lock().unwrap())
    }

    fn sleep_until(&self, until: Duration) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>> {
        SystemClock.sleep(until.saturating_sub(self.now()))
    }
}

impl Cloud {
    pub(crate) async fn new() -> Self {
        Self::of(LocalCloud::builder().ephemeral().start().await.unwrap()).await
    }

    pub(crate) async fn of(local: LocalCloud) -> Self {
        let keys = local.credentials();
        let options = TargetOptions {
            region: Some(local.region().to_owned()),
            endpoint_url: Some(local.endpoint().to_owned()),
            credentials: Some(StaticCredentials {
                access_key_id: keys.access_key_id,
                secret_access_key: keys.secret_access_key,
            }),
            ..TargetOptions::default()
        };
        let target = Target::connect(&options).await.unwrap();
        Self { local, target, folder: tempfile::tempdir().unwrap() }
    }

    /// Runs the command on a stack of this cloud, with other keys if so asked: id, secret, session token.
    pub(crate) async fn run_as(&self, stack: &str, args: &[&str], keys: Option<[&str; 3]>) -> Ran {
        let own = self.local.credentials();
        let [id, secret, token] = keys.unwrap_or([&own.access_key_id, &own.secret_access_key, ""]);
        let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_cloudcart"));
        for (name, _) in std::env::vars() {
            if name.starts_with("CLOUDCART_") || name.starts_with("AWS_") {
                command.env_remove(name);
            }
        }
        command
            .current_dir(self.folder.path())
            .env("CLOUDCART_FOLDER", self.folder.path())
            .env("AWS_ACCESS_KEY_ID", id)
            .env("AWS_SECRET_ACCESS_KEY", secret)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .args(["--stage", "dev", "--region", self.local.region(), "--endpoint-url", self.local.endpoint()])
            .args(["--stack-name", stack])
            .args(args)
            .stdin(Stdio::null());
        if !token.is_empty() {
            command.env("AWS_SESSION_TOKEN", token);
        }
        let output = command.output().await.unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Ran { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
    }

    pub(crate) async fn run(&self, stack: &str, args: &[&str]) -> Ran {
        self.run_as(stack, args, None).await
    }

    /// Runs a command that must succeed.
    pub(crate) async fn ok(&self, stack: &str, args: &[&str]) -> Ran {
        let ran = self.run(stack, args).await;
        assert_eq!(ran.code, 0, "cloudcart {}:\n{}\n{}", args.join(" "), ran.out, ran.err);
        ran
    }

    /// Makes a stack and waits for its end, whatever that is. Nothing is taken back on failure, if so asked.
    pub(crate) async fn create(&self, stack: &str, template: &Value, keep: bool) -> String {
        let call = self.target.cloudformation().create_stack().stack_name(stack).template_body(template.to_string());
        call.capabilities("CAPABILITY_NAMED_IAM".into()).disable_rollback(keep).send().await.unwrap();
        self.settled(stack).await
    }

    /// The same for an update.
    pub(crate) async fn update(&self, stack: &str, template: &Value, keep: bool) -> String {
        let call = self.target.cloudformation().update_stack().stack_name(stack).template_body(template.to_string());
        call.capabilities("CAPABILITY_NAMED_IAM".into()).disable_rollback(keep).send().await.unwrap();
        self.settled(stack).await
    }

    pub(crate) async fn status(&self, stack: &str) -> Option<String> {
        let view = cloudcart_deploy::stack::describe(&self.target, stack).await.unwrap();
        view.map(|view| view.status.as_str().to_owned())
    }

    async fn settled(&self, stack: &str) -> String {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let status = self.status(stack).await.unwrap();
            if !status.ends_with("_IN_PROGRESS") {
                return status;
            }
            assert!(Instant::now() < deadline, "{stack} is still {status}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// The physical id behind a logical one.
    pub(crate) async fn physical(&self, stack: &str, logical_id: &str) -> String {
        let all = cloudcart_deploy::stack::resources(&self.target, stack).await.unwrap();
        all.into_iter().find(|one| one.logical_id == logical_id).unwrap().physical_id
    }

    pub(crate) async fn put(&self, bucket: &str, key: &str, bytes: &[u8]) {
        let call = self.target.s3().put_object().bucket(bucket).key(key);
        call.body(bytes.to_vec().into()).send().await.unwrap();
    }

    pub(crate) async fn delete_object(&self, bucket: &str, key: &str) {
        self.target.s3().delete_object().bucket(bucket).key(key).send().await.unwrap();
    }

    /// Uploads a function's code that does nothing, different for each name.
    pub(crate) async fn code(&self, name: &str) {
        let _ = self.target.s3().create_bucket().bucket(CODE).send().await;
        let program = format!("#!/bin/sh\n# {name}\nexit 1\n");
        self.put(CODE, &format!("{name}.zip"), &pack(program.as_bytes(), Effort::Fast).unwrap()).await;
    }

    /// Whether a log group is there.
    pub(crate) async fn has_group(&self, name: &str) -> bool {
        let found = self.target.logs().describe_log_groups().log_group_name_prefix(name).send().await.unwrap();
        found.log_groups().iter().any(|group| group.log_group_name() == Some(name))
    }
}

/// A role that Lambda may assume, and may do nothing.
pub(crate) fn role() -> Value {
    json!({
        "Type": "AWS::IAM::Role",
        "Properties": { "AssumeRolePolicyDocument": { "Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": { "Service": "lambda.amazonaws.com" }, "Action": "sts:AssumeRole"
        }] } },
    })
}

/// A function with the code of that name.
pub(crate) fn function(code: &str) -> Value {
    json!({
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Runtime": "provided.al2023",
            "Handler": "bootstrap",
            "Role": { "Fn::GetAtt": ["Role", "Arn"] },
            "Code": { "S3Bucket": CODE, "S3Key": format!("{code}.zip") },
            "Environment": { "Variables": { "GREETING": "hello" } },
        },
    })
}

pub(crate) fn template(resources: &Value) -> Value {
    json!({ "AWSTemplateFormatVersion": "2010-09-09", "Resources": resources })
}
