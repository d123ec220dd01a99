//! A function with its role, its rights and its log group.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::{Customize, customized};
use crate::check::Problem;
use crate::grants::Grant;
use crate::iam::{Policy, Role};
use crate::int::Int;
use crate::kind;
use crate::lambda::event_source_mapping::FunctionResponseType;
use crate::lambda::function::{Architecture, Code, Environment, LoggingConfig, Runtime};
use crate::lambda::{self, EventSourceMapping};
use crate::logs::LogGroup;
use crate::logs::log_group::RetentionInDays;
use crate::policy::PolicyDocument;
use crate::resource::{Attributes, DeletionPolicy, Handle};
use crate::stack::Stack;
use crate::value::{IntoValue, Value};

/// A Lambda function with a binary of its own.
///
/// Adds, under the id `Worker`:
/// - `Worker`, `AWS::Lambda::Function`;
/// - `WorkerRole`, `AWS::IAM::Role`, which Lambda alone may assume, and nobody else's;
/// - `WorkerPolicy`, `AWS::IAM::Policy`: to write to its own log group, and what was granted;
/// - `WorkerLogs`, `AWS::Logs::LogGroup`;
/// - for each queue that it consumes, here `Jobs`: `WorkerFromJobs`, `AWS::Lambda::EventSourceMapping`.
///
/// Decided, and why:
/// - `provided.al2023` and the handler `bootstrap`: a Rust binary is its own runtime.
/// - `arm64`: the same speed for a fifth less money. [`Function::architecture`] changes it.
/// - 256 MB, because CPU follows memory and a cold start is felt below; 10 s, because a caller waits.
/// - The log group is the function's own, kept for 30 days and deleted with the stack. The role may not create log groups: a
///   late line would revive one that was deleted, without an end to its retention.
/// - The rights are a resource beside the role, not a part of it: the function needs the role and not the rights, so two
///   functions may have rights on each other without waiting for each other. What needs the rights at its creation, an event
///   source mapping, waits for them by `DependsOn`.
/// - Mappings take up to 10 messages, and report which of them failed, so that the others are not worked on twice.
///
/// ```
/// use cloudcart_cfn::easy;
/// use cloudcart_cfn::prelude::*;
///
/// let template = Template::build("Example.", |stack| {
///     let orders = easy::Table::new("orderId").add_to(stack, "Orders");
///     let jobs = easy::Queue::new().consumer_timeout(int!(30)).add_to(stack, "Jobs");
///     easy::Function::from_s3("my-artifacts", "worker.zip")
///         .timeout(int!(30))
///         .grant(orders.write().env("ORDERS_TABLE"))
///         .consume(&jobs.queue)
///         .add_to(stack, "Worker");
/// });
/// assert!(!template.report().has_errors());
/// ```
#[must_use = "`add_to` adds it"]
pub struct Function<'stack, 'change> {
    code: Code<'stack>,
    architecture: Architecture,
    memory: Int<128, 10_240>,
    timeout: Int<1, 900>,
    retention: RetentionInDays,
    variables: BTreeMap<String, Value<'stack, String>>,
    grants: Vec<Grant<'stack>>,
    consumed: Vec<Handle<'stack, kind::sqs::Queue>>,
    customize: Option<Customize<'change, lambda::Function<'stack>>>,
}

/// What [`Function`] added.
#[derive(Debug, Clone)]
pub struct FunctionParts<'stack> {
    /// The function.
    pub function: Handle<'stack, kind::lambda::Function>,
    /// What it runs as.
    pub role: Handle<'stack, kind::iam::Role>,
    /// What it may do.
    pub policy: Handle<'stack, kind::iam::Policy>,
    /// Where it logs.
    pub logs: Handle<'stack, kind::logs::LogGroup>,
    /// By what it consumes queues, in the order of [`Function::consume`].
    pub mappings: Vec<Handle<'stack, kind::lambda::EventSourceMapping>>,
}

impl<'stack, 'change> Function<'stack, 'change> {
    /// A function whose zip is in a bucket.
    pub fn from_s3(bucket: impl IntoValue<'stack, String>, key: impl IntoValue<'stack, String>) -> Self {
        Self::new(Code::new().s3_bucket(bucket).s3_key(key))
    }

    /// A function of that code.
    pub fn new(code: Code<'stack>) -> Self {
        Self {
            code,
            architecture: Architecture::Arm64,
            memory: const { Int::new(256) },
            timeout: const { Int::new(10) },
            retention: const { RetentionInDays::of(30) },
            variables: BTreeMap::new(),
            grants: Vec::new(),
            consumed: Vec::new(),
            customize: None,
        }
    }

    /// What the binary is built for.
    pub fn architecture(mut self, architecture: Architecture) -> Self {
        self.architecture = architecture;
        self
    }

    /// Memory in MB; CPU follows it. Functions on managed instances may have more: [`Function::customize`].
    pub fn memory(mut self, megabytes: Int<128, 10_240>) -> Self {
        self.memory = megabytes;
        self
    }

    /// How long one invocation may take, in seconds. Functions on managed instances may take longer:
    /// [`Function::customize`].
    pub fn timeout(mut self, seconds: Int<1, 900>) -> Self {
        self.timeout = seconds;
        self
    }

    /// How long its logs are kept.
    pub fn log_retention(mut self, days: RetentionInDays) -> Self {
        self.retention = days;
        self
    }

    /// An environment variable. What a grant brings along needs none: `table.read().env("TABLE")`.
    pub fn env(mut self, name: impl Into<String>, value: impl IntoValue<'stack, String>) -> Self {
        self.variables.insert(name.into(), value.into_value());
        self
    }

    /// Rights, and the environment variables that they bring along. Two that give one variable different values are an error
    /// of the check.
    pub fn grant(mut self, grant: Grant<'stack>) -> Self {
        self.grants.push(grant);
        self
    }

    /// Invoked with the messages of a queue, which it gets the right to consume.
    pub fn consume(mut self, queue: &Handle<'stack, kind::sqs::Queue>) -> Self {
        self.consumed.push(queue.clone());
        self.grant(queue.consume())
    }

    /// Changes the function's properties before it is added.
    pub fn customize(
        mut self,
        change: impl FnOnce(lambda::Function<'stack>) -> lambda::Function<'stack> + 'change,
    ) -> Self {
        self.customize = Some(Box::new(change));
        self
    }

    /// Adds it.
    #[track_caller]
    pub fn add_to(self, stack: &mut Stack<'stack>, id: &str) -> FunctionParts<'stack> {
        let outer = stack.begin_part(id);
        let with_the_stack = || Attributes::new().on_removal(DeletionPolicy::Delete);
        let logs = LogGroup::new().retention_in_days(self.retention);
        let logs = stack.add_with(format!("{id}Logs"), logs, with_the_stack());
        let role = stack.add(format!("{id}Role"), Role::new(PolicyDocument::trusting("lambda.amazonaws.com")));

        let mut variables = self.variables;
        for (name, value) in self.grants.iter().flat_map(|grant| &grant.variables) {
            match variables.entry(name.clone()) {
                Entry::Vacant(entry) => {
                    entry.insert(value.clone());
                }
                Entry::Occupied(entry) if entry.get() == value => {}
                Entry::Occupied(_) => {
                    let text = format!("`{name}` is given twice, with different values, and the first counts");
                    let path = format!("Resources/{id}/Properties/Environment/Variables/{name}");
                    stack.report(path, Problem::Combination(text));
                }
            }
        }
        let rights = PolicyDocument::granting(std::iter::once(logs.write()).chain(self.grants));
        let policy = Policy::new(rights, id).roles([role.reference()]);
        let policy = stack.add(format!("{id}Policy"), policy);

        let mut function = lambda::Function::new(self.code, &role)
            .architectures([self.architecture])
            .handler("bootstrap")
            .logging_config(LoggingConfig::new().log_group(logs.reference()))
            .memory_size(Int::clamped(self.memory.get()))
            .runtime(Runtime::ProvidedAl2023)
            .timeout(Int::clamped(self.timeout.get()));
        if !variables.is_empty() {
            function = function.environment(Environment::new().variables(variables));
        }
        let function = stack.add(id, customized(function, self.customize));

        let mut mappings = Vec::with_capacity(self.consumed.len());
        for queue in self.consumed {
            let mapping = EventSourceMapping::new(function.reference())
                .batch_size(const { Int::new(10) })
                .event_source_arn(queue.arn())
                .function_response_types([FunctionResponseType::ReportBatchItemFailures]);
            let attributes = Attributes::new().after(&policy);
            mappings.push(stack.add_with(format!("{id}From{}", queue.id()), mapping, attributes));
        }
        stack.end_part(outer);
        FunctionParts { function, role, policy, logs, mappings }
    }
}
