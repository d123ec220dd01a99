//! The stacks in memory and on disk, and the task that carries a stack's operation from one status to the next.
//!
//! An operation is its stack's status: [`Engine::drive`] does what the status asks for, which ends in another status,
//! until the stack rests. Every step is on disk before the next begins, so a process that starts anew just drives on;
//! only making and changing is not taken up again but undone.

use super::{
    check::Catalogue,
    intrinsics::{Pseudo, ResolveError, Resources, Scope, attribute_of},
    state::{
        Attempt, ChangeSet, Event, Execution, Instance, OnFailure, Records, ResourceStatus, Revision, Stack,
        StackStatus,
    },
    template::Template,
};
use crate::{
    core::Core,
    error::AwsError,
    ports::ObjectSource,
    provider::{ProvisionError, ResourceProvider, ResourceRequest},
    store::StoreError,
};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::task::JoinHandle;

/// Provider calls of one stack at a time.
pub(super) const AT_ONCE: usize = 8;

/// Why a resource or stack failed whose operation was cut off by the end of the process.
pub(super) const STOPPED: &str = "the local cloud was stopped during this operation";

/// How long a stop waits for provider calls that are under way.
const GRACE: Duration = Duration::from_secs(10);

/// How long a deleted stack can still be looked at: 90 days, as on AWS.
const KEPT_MS: i64 = 90 * 24 * 60 * 60 * 1000;

/// The type of a stack in its own events.
pub(super) const STACK_TYPE: &str = "AWS::CloudFormation::Stack";

pub(super) struct Engine {
    pub(super) core: Arc<Core>,
    pub(super) catalogue: Catalogue,
    pub(super) objects: Arc<dyn ObjectSource>,
    pub(super) records: Records,
    known: Mutex<Known>,
    stopping: AtomicBool,
    /// The task of each stack whose operation is at work.
    tasks: Mutex<BTreeMap<String, JoinHandle<()>>>,
}

#[derive(Default)]
struct Known {
    stacks: BTreeMap<String, Stack>,
    change_sets: BTreeMap<String, ChangeSet>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is guarded is replaced as a whole, so a panic cannot leave it half changed.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A stack under change, and the events that tell of it.
pub(super) struct Draft<'a> {
    pub(super) stack: Stack,
    events: Vec<Event>,
    core: &'a Core,
}

impl Draft<'_> {
    /// Sets the stack's status.
    pub(super) fn status(&mut self, status: StackStatus, reason: Option<String>) {
        self.stack.status = status;
        self.stack.reason.clone_from(&reason);
        let (name, id) = (self.stack.name.clone(), self.stack.id.clone());
        self.event(&name, Some(id), STACK_TYPE, status.as_str(), reason, None);
    }

    /// Sets a resource's status. A resource that is not there is not told of.
    pub(super) fn note(&mut self, logical_id: &str, status: ResourceStatus, reason: Option<String>) {
        let now = self.core.clock.now_ms();
        let Some(resource) = self.stack.resources.get_mut(logical_id) else { return };
        resource.status = status;
        resource.reason.clone_from(&reason);
        resource.updated_ms = now;
        let shown = match &resource.attempt {
            Some(Attempt::Create(planned) | Attempt::Update(planned)) => Some(&planned.properties),
            None => resource.instance.as_ref().map(|instance| &instance.properties),
        };
        let properties = shown.cloned();
        let physical_id = match (&resource.attempt, &resource.instance) {
            // What is being made has no id yet; a replacement is told of under the old one's.
            (_, Some(instance)) => Some(instance.physical_id.clone()),
            _ => None,
        };
        let kind = resource.kind.clone();
        self.event(logical_id, physical_id, &kind, status.as_str(), reason, properties.map(Value::Object));
    }

    /// Tells of something that is no longer among the resources.
    pub(super) fn note_gone(
        &mut self,
        logical_id: &str,
        instance: &Instance,
        status: ResourceStatus,
        reason: Option<String>,
    ) {
        self.event(logical_id, Some(instance.physical_id.clone()), &instance.kind, status.as_str(), reason, None);
    }

    fn event(
        &mut self,
        logical_id: &str,
        physical_id: Option<String>,
        kind: &str,
        status: &str,
        reason: Option<String>,
        properties: Option<Value>,
    ) {
        let desired = &self.stack.operation.desired;
        // A secret may be anywhere in the properties.
        let secret = !desired.secrets.is_empty() || !self.stack.revision.secrets.is_empty();
        let unique = self.core.random.uuid();
        self.events.push(Event {
            id: if kind == STACK_TYPE { unique } else { format!("{logical_id}-{unique}") },
            logical_id: logical_id.to_owned(),
            physical_id,
            kind: kind.to_owned(),
            at_ms: self.core.clock.now_ms(),
            status: status.to_owned(),
            reason,
            properties: properties.filter(|_| !secret).map(|properties| properties.to_string()),
            token: self.stack.operation.token.clone(),
        });
    }

    /// An id that nothing else has.
    pub(super) fn unique(&self) -> String {
        self.core.random.uuid()
    }

    /// Moves a stack whose creation or update failed to what its `OnFailure` says.
    pub(super) fn fail(&mut self, why: Option<String>) {
        let failed = |status: ResourceStatus| -> Vec<&str> {
            let resources = self.stack.resources.iter();
            resources.filter(|(_, one)| one.status == status).map(|(id, _)| id.as_str()).collect()
        };
        let mut reason = String::new();
        for (status, verb) in [(ResourceStatus::CreateFailed, "create"), (ResourceStatus::UpdateFailed, "update")] {
            let ids = failed(status);
            if !ids.is_empty() {
                reason = format!("{reason}The following resource(s) failed to {verb}: [{}]. ", ids.join(", "));
            }
        }
        if let Some(why) = why {
            reason = format!("{reason}{why}. ");
        }
        let creating = self.stack.status == StackStatus::CreateInProgress;
        match (self.stack.operation.on_failure, creating) {
            (OnFailure::DoNothing, true) => self.status(StackStatus::CreateFailed, Some(reason)),
            (OnFailure::DoNothing, false) => self.status(StackStatus::UpdateFailed, Some(reason)),
            (OnFailure::Delete, true) => {
                self.status(StackStatus::DeleteInProgress, Some(format!("{reason}Delete requested by user.")));
            }
            (OnFailure::Rollback | OnFailure::Delete, _) if self.stack.stable => {
                self.status(StackStatus::UpdateRollbackInProgress, Some(reason));
            }
            (OnFailure::Rollback | OnFailure::Delete, _) => {
                self.status(StackStatus::RollbackInProgress, Some(format!("{reason}Rollback requested by user.")));
            }
        }
    }
}

impl Engine {
    /// Reads what there is. Operations that were cut off are taken up by [`Engine::recover`].
    pub(super) fn open(
        core: Arc<Core>,
        providers: Vec<Arc<dyn ResourceProvider>>,
        objects: Arc<dyn ObjectSource>,
    ) -> Result<Arc<Self>, AwsError> {
        let records = Records::open(core.store.clone())?;
        let (mut stacks, change_sets) = records.load()?;
        let now = core.clock.now_ms();
        let old = stacks.extract_if(.., |_, stack| stack.deleted_ms.is_some_and(|at| now - at > KEPT_MS));
        let old: Vec<String> = old.map(|(id, _)| id).collect();
        records.prune(&old)?;
        Ok(Arc::new(Self {
            core,
            catalogue: Catalogue::new(providers),
            objects,
            records,
            known: Mutex::new(Known { stacks, change_sets }),
            stopping: AtomicBool::new(false),
            tasks: Mutex::default(),
        }))
    }

    /// Takes up what a process before this one left unfinished.
    pub(super) fn recover(self: &Arc<Self>) -> Result<(), StoreError> {
        let running: Vec<Stack> = self.stacks(|stack| stack.status.is_running());
        for stack in running {
            self.edit(&stack.id, |draft| {
                if !matches!(draft.stack.status, StackStatus::CreateInProgress | StackStatus::UpdateInProgress) {
                    return;
                }
                let in_flight: Vec<(String, ResourceStatus)> = draft
                    .stack
                    .resources
                    .iter()
                    .filter_map(|(id, resource)| match resource.status {
                        ResourceStatus::CreateInProgress => Some((id.clone(), ResourceStatus::CreateFailed)),
                        ResourceStatus::UpdateInProgress => Some((id.clone(), ResourceStatus::UpdateFailed)),
                        _ => None,
                    })
                    .collect();
                for (id, status) in in_flight {
                    draft.note(&id, status, Some(STOPPED.to_owned()));
                }
                draft.fail(Some(STOPPED.to_owned()));
            })?;
            self.start(&stack.id);
        }
        // An execution whose stack rests was over, or never began.
        for mut change_set in self.change_sets(|one| one.execution == Execution::InProgress) {
            match self.stack(&change_set.stack_id) {
                Some(stack) if stack.operation.change_set_id.as_ref() == Some(&change_set.id) => {
                    if !stack.status.is_running() {
                        self.close_change_set(&stack)?;
                    }
                }
                _ => {
                    change_set.execution = Execution::Available;
                    self.put_change_set(change_set)?;
                }
            }
        }
        Ok(())
    }

    /// The stacks that `wanted` picks.
    pub(super) fn stacks(&self, wanted: impl Fn(&Stack) -> bool) -> Vec<Stack> {
        lock(&self.known).stacks.values().filter(|stack| wanted(stack)).cloned().collect()
    }

    /// A stack by its id.
    pub(super) fn stack(&self, id: &str) -> Option<Stack> {
        lock(&self.known).stacks.get(id).cloned()
    }

    fn status_of(&self, id: &str) -> Option<StackStatus> {
        lock(&self.known).stacks.get(id).map(|stack| stack.status)
    }

    /// Whether a stack's phase goes on: it has the status it began with and the cloud is not stopping.
    pub(super) fn goes_on(&self, id: &str, status: StackStatus) -> bool {
        !self.stopping.load(Ordering::Acquire) && self.status_of(id) == Some(status)
    }

    /// Changes a stack and writes it with its events. The stack is one that exists: stacks are forgotten at the start alone.
    pub(super) fn edit<T>(&self, id: &str, change: impl FnOnce(&mut Draft<'_>) -> T) -> Result<T, StoreError> {
        let done = self.edit_if(id, |draft| Some(change(draft)))?;
        Ok(done.expect("the change refuses nothing, and stacks are forgotten at the start alone"))
    }

    /// Changes a stack unless `change` gives `None`. `None` also when there is no such stack.
    pub(super) fn edit_if<T>(
        &self,
        id: &str,
        change: impl FnOnce(&mut Draft<'_>) -> Option<T>,
    ) -> Result<Option<T>, StoreError> {
        let mut known = lock(&self.known);
        let Some(stack) = known.stacks.get(id) else { return Ok(None) };
        let mut draft = Draft { stack: stack.clone(), events: Vec::new(), core: &self.core };
        let Some(result) = change(&mut draft) else { return Ok(None) };
        self.records.save(&draft.stack, &draft.events)?;
        known.stacks.insert(id.to_owned(), draft.stack);
        Ok(Some(result))
    }

    /// Adds a stack with its first status, unless there is one of its name: gives whether it did.
    pub(super) fn insert_unless_named(&self, stack: Stack) -> Result<bool, StoreError> {
        let mut known = lock(&self.known);
        let mut others = known.stacks.values();
        if others.any(|other| other.name == stack.name && other.status != StackStatus::DeleteComplete) {
            return Ok(false);
        }
        let (status, reason) = (stack.status, stack.reason.clone());
        let mut draft = Draft { stack, events: Vec::new(), core: &self.core };
        draft.status(status, reason);
        self.records.save(&draft.stack, &draft.events)?;
        known.stacks.insert(draft.stack.id.clone(), draft.stack);
        Ok(true)
    }

    /// The change sets that `wanted` picks.
    pub(super) fn change_sets(&self, wanted: impl Fn(&ChangeSet) -> bool) -> Vec<ChangeSet> {
        lock(&self.known).change_sets.values().filter(|change_set| wanted(change_set)).cloned().collect()
    }

    pub(super) fn put_change_set(&self, change_set: ChangeSet) -> Result<(), StoreError> {
        self.records.save_change_set(&change_set)?;
        lock(&self.known).change_sets.insert(change_set.id.clone(), change_set);
        Ok(())
    }

    pub(super) fn remove_change_sets(&self, unwanted: impl Fn(&ChangeSet) -> bool) -> Result<(), StoreError> {
        for change_set in self.change_sets(unwanted) {
            self.records.delete_change_set(&change_set.id)?;
            lock(&self.known).change_sets.remove(&change_set.id);
        }
        Ok(())
    }

    /// Notes how the execution of the change set ended that `stack`'s operation executes.
    fn close_change_set(&self, stack: &Stack) -> Result<(), StoreError> {
        let Some(id) = &stack.operation.change_set_id else { return Ok(()) };
        let done = matches!(stack.status, StackStatus::CreateComplete | StackStatus::UpdateComplete);
        for mut change_set in self.change_sets(|one| &one.id == id && one.execution == Execution::InProgress) {
            change_set.execution = if done { Execution::Complete } else { Execution::Failed };
            self.put_change_set(change_set)?;
        }
        Ok(())
    }

    /// Sees to it that a task drives the stack. Called after its status was written.
    pub(super) fn start(self: &Arc<Self>, id: &str) {
        let mut tasks = lock(&self.tasks);
        // What a stop leaves undone, the next start takes up.
        if self.stopping.load(Ordering::Acquire) || tasks.get(id).is_some_and(|task| !task.is_finished()) {
            return;
        }
        let (engine, stack) = (Arc::clone(self), id.to_owned());
        tasks.insert(id.to_owned(), tokio::spawn(async move { engine.drive(&stack).await }));
    }

    async fn drive(self: Arc<Self>, id: &str) {
        loop {
            let status = {
                // The lock is held over the look and the leaving, so that a start in between is not lost.
                let mut tasks = lock(&self.tasks);
                match self.status_of(id) {
                    Some(status) if status.is_running() && !self.stopping.load(Ordering::Acquire) => status,
                    _ => {
                        tasks.remove(id);
                        break;
                    }
                }
            };
            if let Err(error) = self.phase(id, status).await {
                tracing::error!(stack = id, error = %AwsError::from(error), "the stack's operation cannot go on");
                lock(&self.tasks).remove(id);
                break;
            }
        }
        if let Some(stack) = self.stack(id).filter(|stack| !stack.status.is_running())
            && let Err(error) = self.close_change_set(&stack)
        {
            tracing::error!(stack = id, error = %AwsError::from(error), "the change set's end was not written");
        }
    }

    async fn phase(self: &Arc<Self>, id: &str, status: StackStatus) -> Result<(), StoreError> {
        self.settle(id).await?;
        match status {
            StackStatus::CreateInProgress | StackStatus::UpdateInProgress => self.forward(id, status).await,
            StackStatus::UpdateRollbackInProgress => self.restore(id).await,
            _ => self.remove(id, status).await,
        }
    }

    /// Removes what creations left behind whose end is not known.
    async fn settle(&self, id: &str) -> Result<(), StoreError> {
        let Some(stack) = self.stack(id) else { return Ok(()) };
        for (logical_id, resource) in &stack.resources {
            let Some(Attempt::Create(planned)) = &resource.attempt else { continue };
            let Some(provider) = self.catalogue.get(&planned.kind) else { continue };
            match provider.discard(&request(&stack, logical_id, planned)).await {
                Ok(()) => self.edit(id, |draft| {
                    if let Some(resource) = draft.stack.resources.get_mut(logical_id) {
                        resource.attempt = None;
                    }
                })?,
                Err(error) => {
                    // The attempt stays on record: the next operation tries again, and a deletion says so.
                    tracing::warn!(stack = id, resource = logical_id, %error, "an interrupted creation was not undone");
                }
            }
        }
        Ok(())
    }

    /// Starts nothing new, waits a while for what runs and ends the rest.
    pub(super) async fn shutdown(&self) {
        self.stopping.store(true, Ordering::Release);
        let handles = std::mem::take(&mut *lock(&self.tasks));
        let aborts: Vec<_> = handles.values().map(JoinHandle::abort_handle).collect();
        let all = futures_util::future::join_all(handles.into_values());
        tokio::select! {
            _ = all => {}
            () = self.core.clock.real_sleep(GRACE) => aborts.iter().for_each(tokio::task::AbortHandle::abort),
        }
    }

    /// Ends every task at once.
    pub(super) fn abort(&self) {
        self.stopping.store(true, Ordering::Release);
        lock(&self.tasks).values().for_each(JoinHandle::abort);
    }

    /// A revision's template.
    pub(super) fn template(&self, revision: &Revision) -> Result<Template, AwsError> {
        Template::parse(&self.template_body(revision)?)
    }

    /// A revision's template as it was sent.
    pub(super) fn template_body(&self, revision: &Revision) -> Result<String, AwsError> {
        self.records
            .template(&revision.template_id)?
            .ok_or_else(|| AwsError::new(500, "InternalFailure", "the stack's template is not on record"))
    }

    /// What values of `template` come to in a stack.
    pub(super) fn scope<'a>(
        &self,
        stack_id: &str,
        stack_name: &str,
        template: &'a Template,
        parameters: &'a BTreeMap<String, Value>,
    ) -> Result<Scope<'a>, ResolveError> {
        let pseudo = self.pseudo(stack_id.to_owned(), stack_name.to_owned());
        let exports = self.exports(Some(stack_id)).into_iter().map(|(name, (_, value))| (name, value)).collect();
        Scope::new(template, parameters, pseudo, exports)
    }

    /// The pseudo parameters of a stack.
    pub(super) fn pseudo(&self, stack_id: String, stack_name: String) -> Pseudo {
        Pseudo { account: self.core.account.clone(), region: self.core.region.clone(), stack_id, stack_name }
    }

    /// Every export: name → stack id and value; without those of one stack if so asked.
    pub(super) fn exports(&self, without: Option<&str>) -> BTreeMap<String, (String, String)> {
        let stacks =
            self.stacks(|stack| stack.status != StackStatus::DeleteComplete && Some(stack.id.as_str()) != without);
        stacks
            .into_iter()
            .flat_map(|stack| {
                let id = stack.id;
                stack.outputs.into_iter().filter_map(move |output| Some((output.export?, (id.clone(), output.value))))
            })
            .collect()
    }

    /// Names of the stacks that read an export.
    pub(super) fn importers(&self, export: &str) -> Vec<String> {
        let stacks = self.stacks(|stack| {
            stack.status != StackStatus::DeleteComplete && stack.imports.iter().any(|import| import == export)
        });
        stacks.into_iter().map(|stack| stack.name).collect()
    }
}

/// The resources of a stack as they are.
pub(super) struct Live<'a>(pub(super) &'a Stack);

impl Live<'_> {
    fn instance(&self, logical_id: &str) -> Result<&Instance, ResolveError> {
        self.0
            .resources
            .get(logical_id)
            .and_then(|resource| resource.instance.as_ref())
            .ok_or_else(|| unresolved(logical_id))
    }
}

impl Resources for Live<'_> {
    fn reference(&self, logical_id: &str) -> Result<Value, ResolveError> {
        self.instance(logical_id).map(|instance| instance.physical_id.as_str().into())
    }

    fn attribute(&self, logical_id: &str, attribute: &str) -> Result<Value, ResolveError> {
        attribute_of(logical_id, &self.instance(logical_id)?.attributes, attribute)
    }
}

/// A reference to a resource that is not there, such as one whose condition is false.
pub(super) fn unresolved(logical_id: &str) -> ResolveError {
    ResolveError::Template(format!(
        "Template format error: Unresolved resource dependencies [{logical_id}] in the Resources block of the template"
    ))
}

/// What a provider is told.
pub(super) fn request(stack: &Stack, logical_id: &str, instance: &Instance) -> ResourceRequest {
    ResourceRequest {
        stack_name: stack.name.clone(),
        stack_id: stack.id.clone(),
        logical_id: logical_id.to_owned(),
        properties: instance.properties.clone(),
        generated_name: instance.generated_name.clone(),
    }
}

/// A provider's failure as `ResourceStatusReason`.
pub(super) fn handler_message(core: &Core, error: &ProvisionError) -> String {
    let token = core.random.uuid();
    format!(
        "Resource handler returned message: \"{}\" (RequestToken: {token}, HandlerErrorCode: {})",
        error.message, error.code
    )
}

/// What a provider that panicked said.
pub(super) fn panicked() -> ProvisionError {
    ProvisionError::with_code("InternalFailure", "the resource's handler stopped unexpectedly")
}
