//! CloudFormation: the slice that a template of this cloud's resource types needs, in AWS's own words.
//!
//! Stacks are made from templates through change sets (or directly), in dependency order, and rolled back when a resource
//! fails. Every step is written down before and after it happens: a process that is killed at any moment leaves a stack
//! that the next start brings to rest, see [`CloudFormation::open`].

mod answer;
mod cdk;
mod change_sets;
mod check;
mod describe;
mod drift;
mod engine;
mod form;
mod forward;
mod graph;
mod intrinsics;
mod parameters;
mod plan;
mod removal;
mod restore;
mod rules;
mod stacks;
mod state;
mod template;
mod url;

pub use cdk::Parameters;

use crate::{
    api::{ApiRequest, Need, Service},
    core::Core,
    error::{AwsError, Protocol},
    ports::ObjectSource,
    provider::ResourceProvider,
};
use async_trait::async_trait;
use bytes::Bytes;
use engine::Engine;
use form::Form;
use http::Response;
use serde::Serialize;
use state::StackStatus;
use std::sync::Arc;

/// The CloudFormation service of one local cloud.
pub struct CloudFormation {
    engine: Arc<Engine>,
}

/// A part of a stack's template, or of the request that made the stack, that is accepted and does nothing here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ignored {
    /// Name of the stack.
    pub stack: String,
    /// Logical id of the resource or parameter, or the stack's name.
    pub logical_id: String,
    /// For example `AWS::SQS::Queue`.
    pub resource_type: String,
    /// Property or path of a member of one (`A.B`; `*` is any key of a map), attribute of the resource such as `UpdatePolicy`,
    /// name in Parameter Store of a parameter's value, or option of the request such as `RoleARN`.
    pub property: String,
    /// What it would do on AWS and why it does nothing here.
    pub reason: String,
}

impl std::fmt::Display for Ignored {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { stack, logical_id, resource_type, property, reason } = self;
        write!(formatter, "{stack}/{logical_id} ({resource_type}) {property}: {reason}")
    }
}

impl CloudFormation {
    /// Providers of the types that belong to no service.
    pub fn providers() -> Vec<Arc<dyn ResourceProvider>> {
        vec![Arc::new(cdk::Metadata)]
    }

    /// Opens the stacks in `core`'s store. Must be called within a Tokio runtime.
    ///
    /// Operations that an earlier process left unfinished are taken up in the background: deletions and rollbacks go on;
    /// a creation or an update is rolled back (or left as failed, where it was started with `DO_NOTHING`) with the reason
    /// that the local cloud was stopped.
    pub fn open(
        core: Arc<Core>,
        providers: Vec<Arc<dyn ResourceProvider>>,
        objects: Arc<dyn ObjectSource>,
    ) -> Result<Arc<Self>, AwsError> {
        let engine = Engine::open(core, providers, objects)?;
        engine.recover()?;
        Ok(Arc::new(Self { engine }))
    }

    /// Everything in the present stacks' templates that does nothing here, by stack, resource and property.
    pub fn fidelity(&self) -> Vec<Ignored> {
        let mut all = Vec::new();
        let present =
            |stack: &state::Stack| !matches!(stack.status, StackStatus::DeleteComplete | StackStatus::ReviewInProgress);
        for stack in self.engine.stacks(present) {
            let Ok(template) = self.engine.template(&stack.revision) else { continue };
            for (id, resource) in &template.resources {
                let ignored = |property: &str, reason: &str| Ignored {
                    stack: stack.name.clone(),
                    logical_id: id.clone(),
                    resource_type: resource.kind.clone(),
                    property: property.to_owned(),
                    reason: reason.to_owned(),
                };
                for (property, value) in &resource.properties {
                    for (path, why) in self.engine.catalogue.ignored(&resource.kind, property, value) {
                        all.push(ignored(path, why));
                    }
                }
                for attribute in ["CreationPolicy", "UpdatePolicy"] {
                    if resource.remarks.contains_key(attribute) {
                        all.push(ignored(attribute, "it waits for signals or paces instances, which no type here has"));
                    }
                }
            }
            for (name, value) in &stack.revision.parameters {
                if let (Some(_), Some(declared)) =
                    (parameters::stored(&template, name, value), template.parameters.get(name))
                {
                    all.push(Ignored {
                        stack: stack.name.clone(),
                        logical_id: name.clone(),
                        resource_type: declared.kind.clone(),
                        property: value.clone(),
                        reason: cdk::BUILT_IN.to_owned(),
                    });
                }
            }
            let of_stack = |property: &str, reason: &str| Ignored {
                stack: stack.name.clone(),
                logical_id: stack.name.clone(),
                resource_type: engine::STACK_TYPE.to_owned(),
                property: property.to_owned(),
                reason: reason.to_owned(),
            };
            if !stack.revision.tags.is_empty() {
                all.push(of_stack("Tags", "they would be put on every resource too; here they stay on the stack"));
            }
            for (option, why) in stacks::OPTIONS {
                if stack.revision.options.iter().any(|given| given == option) {
                    all.push(of_stack(option, why));
                }
            }
        }
        all
    }

    /// Starts nothing new and waits up to ten seconds (of real time) for provider calls that are under way. What is
    /// unfinished then is taken up by the next [`CloudFormation::open`].
    pub async fn shutdown(&self) {
        self.engine.shutdown().await;
    }
}

impl Drop for CloudFormation {
    fn drop(&mut self) {
        self.engine.abort();
    }
}

/// The operations on offer.
const OPERATIONS: [&str; 27] = [
    "CancelUpdateStack",
    "ContinueUpdateRollback",
    "CreateChangeSet",
    "CreateStack",
    "DeleteChangeSet",
    "DeleteStack",
    "DescribeChangeSet",
    "DescribeStackDriftDetectionStatus",
    "DescribeStackEvents",
    "DescribeStackResource",
    "DescribeStackResourceDrifts",
    "DescribeStackResources",
    "DescribeStacks",
    "DetectStackDrift",
    "DetectStackResourceDrift",
    "ExecuteChangeSet",
    "GetTemplate",
    "GetTemplateSummary",
    "ListChangeSets",
    "ListExports",
    "ListImports",
    "ListStackResources",
    "ListStacks",
    "RollbackStack",
    "UpdateStack",
    "UpdateTerminationProtection",
    "ValidateTemplate",
];

#[async_trait]
impl Service for CloudFormation {
    fn name(&self) -> &'static str {
        "cloudformation"
    }

    fn protocol(&self) -> Protocol {
        Protocol::Query { xmlns: answer::XMLNS }
    }

    fn needs(&self, request: &ApiRequest) -> Result<Vec<Need>, AwsError> {
        let operation = request.operation.as_str();
        if !OPERATIONS.contains(&operation) {
            return Ok(Vec::new());
        }
        let form = Form::of(request)?;
        let core = &self.engine.core;
        let resource = match form.text("StackName").filter(|name| !name.is_empty()) {
            Some(id) if id.starts_with("arn:") => id.to_owned(),
            Some(name) => match self.engine.find(name) {
                Some(stack) => stack.id,
                None => core.arn("cloudformation", &format!("stack/{name}/*")),
            },
            // A change set named by its id alone acts on its stack.
            None => form
                .text("ChangeSetName")
                .and_then(|id| self.engine.change_sets(|one| one.id == id).pop())
                .map_or_else(|| "*".to_owned(), |change_set| change_set.stack_id),
        };
        let mut needs = vec![Need::new(format!("cloudformation:{operation}"), resource)];
        if let Some(url) = form.text("TemplateURL").filter(|url| !url.is_empty())
            && let Ok((bucket, key)) = url::object(url, &core.endpoint)
        {
            needs.push(Need::new("s3:GetObject", format!("arn:aws:s3:::{bucket}/{key}")));
        }
        Ok(needs)
    }

    async fn call(&self, request: ApiRequest) -> Result<Response<Bytes>, AwsError> {
        let form = Form::of(&request)?;
        let engine = &self.engine;
        let result = match request.operation.as_str() {
            "CancelUpdateStack" => engine.cancel_update_stack(&form),
            "ContinueUpdateRollback" => engine.continue_update_rollback(&form),
            "CreateChangeSet" => engine.create_change_set(&form).await,
            "CreateStack" => engine.create_stack(&form).await,
            "DeleteChangeSet" => engine.delete_change_set(&form),
            "DeleteStack" => engine.delete_stack(&form),
            "DescribeChangeSet" => engine.describe_change_set(&form),
            "DescribeStackDriftDetectionStatus" => engine.describe_drift_detection(&form),
            "DescribeStackEvents" => engine.describe_stack_events(&form),
            "DescribeStackResource" => engine.describe_stack_resource(&form),
            "DescribeStackResourceDrifts" => engine.describe_resource_drifts(&form),
            "DescribeStackResources" => engine.describe_stack_resources(&form),
            "DescribeStacks" => engine.describe_stacks(&form),
            "DetectStackDrift" => engine.detect_stack_drift(&form).await,
            "DetectStackResourceDrift" => engine.detect_resource_drift(&form).await,
            "ExecuteChangeSet" => engine.execute_change_set(&form),
            "GetTemplate" => engine.get_template(&form),
            "GetTemplateSummary" => engine.get_template_summary(&form).await,
            "ListChangeSets" => engine.list_change_sets(&form),
            "ListExports" => engine.list_exports(&form),
            "ListImports" => engine.list_imports(&form),
            "ListStackResources" => engine.list_stack_resources(&form),
            "ListStacks" => engine.list_stacks(&form),
            "RollbackStack" => engine.rollback_stack(&form),
            "UpdateStack" => engine.update_stack(&form).await,
            "UpdateTerminationProtection" => engine.update_termination_protection(&form),
            "ValidateTemplate" => engine.validate_template(&form).await,
            other => Err(AwsError::not_offered(&format!("cloudformation:{other}"))),
        }?;
        Ok(answer::response(&request.operation, &result, &request.request_id))
    }
}
