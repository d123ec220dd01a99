//! Makes a stack what its operation desires: creates and changes resources in dependency order, then settles the outputs.

use super::{
    engine::{AT_ONCE, Draft, Engine, Live, handler_message, panicked, request},
    graph::{Begun, Flow, Graph, Steps, dependencies, walk},
    intrinsics::{ResolveError, Resources, Scope},
    parameters::referable,
    state::{Attempt, Instance, Leftover, Origin, Output, Resource, ResourceStatus, Stack, StackStatus},
    template::{Policy, Template, scalar},
};
use crate::{
    provider::{OnChange, ProvisionError, Provisioned},
    store::StoreError,
};
use futures_util::future::BoxFuture;
use serde_json::{Map, Value};
use std::{collections::BTreeSet, sync::Arc};

impl Engine {
    /// The phases `CREATE_IN_PROGRESS` and `UPDATE_IN_PROGRESS`.
    pub(super) async fn forward(self: &Arc<Self>, id: &str, status: StackStatus) -> Result<(), StoreError> {
        let Some(stack) = self.stack(id) else { return Ok(()) };
        let template = match self.template(&stack.operation.desired) {
            Ok(template) => template,
            Err(error) => return self.give_up(id, status, error.message),
        };
        let parameters = referable(&template, &stack.operation.desired.parameters);
        let scope = match self.scope(id, &stack.name, &template, &parameters) {
            Ok(scope) => scope,
            Err(error) => return self.give_up(id, status, error.to_string()),
        };
        let graph = dependencies(&template, &scope.active());
        let mut forward =
            Forward { engine: self, id, status, template: &template, scope: &scope, graph: &graph, failed: false };
        let complete = walk(&graph, AT_ONCE, &mut forward).await?;
        if forward.failed {
            return self.edit_if(id, |draft| (draft.stack.status == status).then(|| draft.fail(None))).map(drop);
        }
        // A stop or another request has the word otherwise.
        if complete && self.goes_on(id, status) { self.commit(id, status, &template, &scope, &graph) } else { Ok(()) }
    }

    fn give_up(&self, id: &str, status: StackStatus, why: String) -> Result<(), StoreError> {
        self.edit_if(id, |draft| (draft.stack.status == status).then(|| draft.fail(Some(why)))).map(drop)
    }

    /// Everything is made: the desired revision becomes the stack's own, and what it no longer names is left over.
    fn commit(
        &self,
        id: &str,
        status: StackStatus,
        template: &Template,
        scope: &Scope<'_>,
        graph: &Graph<String>,
    ) -> Result<(), StoreError> {
        let Some(stack) = self.stack(id) else { return Ok(()) };
        let outputs = match outputs(template, scope, &Live(&stack)) {
            Ok(outputs) => outputs,
            Err(error) => return self.give_up(id, status, error.to_string()),
        };
        if let Some(why) = self.export_conflict(&stack, &outputs) {
            return self.give_up(id, status, why);
        }
        self.edit_if(id, |draft| {
            if draft.stack.status != status {
                return None;
            }
            draft.stack.outputs = outputs;
            draft.stack.imports = scope.imported();
            draft.stack.revision = draft.stack.operation.desired.clone();
            draft.stack.stable = true;
            let ids: Vec<String> = draft.stack.resources.keys().cloned().collect();
            for logical_id in ids {
                settle_resource(draft, &logical_id, template, graph);
            }
            draft.status(
                if status == StackStatus::CreateInProgress {
                    StackStatus::CreateComplete
                } else {
                    StackStatus::UpdateCompleteCleanupInProgress
                },
                None,
            );
            Some(())
        })
        .map(drop)
    }

    /// Why the stack may not have these exports.
    fn export_conflict(&self, stack: &Stack, outputs: &[Output]) -> Option<String> {
        let others = self.exports(Some(&stack.id));
        for name in outputs.iter().filter_map(|output| output.export.as_ref()) {
            if let Some((owner, _)) = others.get(name) {
                return Some(format!("Export with name {name} is already exported by stack {owner}"));
            }
        }
        stack.outputs.iter().find_map(|before| {
            let name = before.export.as_ref()?;
            let after = outputs.iter().find(|output| output.export.as_ref() == Some(name));
            if after.is_some_and(|after| after.value == before.value) {
                return None;
            }
            let importers = self.importers(name);
            let verb = if after.is_some() { "updated" } else { "deleted" };
            (!importers.is_empty())
                .then(|| format!("Export {name} cannot be {verb} as it is in use by {}", importers.join(", ")))
        })
    }
}

/// Brings one resource's record to rest after a success.
fn settle_resource(draft: &mut Draft<'_>, logical_id: &str, template: &Template, graph: &Graph<String>) {
    let wanted = graph.get(logical_id).zip(template.resources.get(logical_id));
    let Some(mut resource) = draft.stack.resources.remove(logical_id) else { return };
    if let Some(Origin::Replaced(old)) = resource.origin.take() {
        let retain = old.update_replace_policy != Policy::Delete;
        draft.leave(logical_id, *old, retain);
    }
    match wanted {
        Some((needs, declared)) => {
            if let Some(instance) = &mut resource.instance {
                instance.depends_on = needs.iter().cloned().collect();
                instance.deletion_policy = declared.deletion_policy;
                instance.update_replace_policy = declared.update_replace_policy;
            }
            resource.attempt = None;
            draft.stack.resources.insert(logical_id.to_owned(), resource);
        }
        None => {
            if let Some(instance) = resource.instance {
                let retain = instance.deletion_policy != Policy::Delete;
                draft.leave(logical_id, instance, retain);
            } else if resource.attempt.is_some() {
                // Not yet undone: it stays on record until it is.
                draft.stack.resources.insert(logical_id.to_owned(), resource);
            }
        }
    }
}

impl Draft<'_> {
    /// Puts a thing among those to be deleted.
    pub(super) fn leave(&mut self, logical_id: &str, instance: Instance, retain: bool) {
        let id = self.unique();
        self.stack.leftovers.push(Leftover { id, logical_id: logical_id.to_owned(), instance, retain });
    }
}

/// The outputs' values.
pub(super) fn outputs(
    template: &Template,
    scope: &Scope<'_>,
    resources: &dyn Resources,
) -> Result<Vec<Output>, ResolveError> {
    let mut outputs = Vec::new();
    for (key, declared) in &template.outputs {
        if !scope.holds(declared.condition.as_deref()) {
            continue;
        }
        let text = |value: &Value| -> Result<String, ResolveError> {
            scope.value(value, resources)?.as_ref().and_then(scalar).ok_or_else(|| {
                ResolveError::Template(format!(
                    "Template format error: The Value field of every Outputs member must evaluate to a String ({key})"
                ))
            })
        };
        outputs.push(Output {
            key: key.clone(),
            value: text(&declared.value)?,
            description: declared.description.clone(),
            export: declared.export.as_ref().map(text).transpose()?,
        });
    }
    Ok(outputs)
}

/// Names of the top-level properties that differ.
pub(super) fn changed(before: &Map<String, Value>, after: &Map<String, Value>) -> BTreeSet<String> {
    let names = before.keys().chain(after.keys());
    names.filter(|name| before.get(*name) != after.get(*name)).cloned().collect()
}

struct Forward<'a> {
    engine: &'a Arc<Engine>,
    id: &'a str,
    status: StackStatus,
    template: &'a Template,
    scope: &'a Scope<'a>,
    graph: &'a Graph<String>,
    failed: bool,
}

impl Steps<String> for Forward<'_> {
    type Outcome = Result<Provisioned, ProvisionError>;
    type Error = StoreError;

    fn begin(&mut self, node: &String) -> Result<Begun<BoxFuture<'static, Self::Outcome>>, StoreError> {
        let Some(stack) = self.engine.stack(self.id) else { return Ok(Begun::Failed(Flow::Halt)) };
        let declared = &self.template.resources[node];
        let Some(provider) = self.engine.catalogue.get(&declared.kind) else {
            return self.refuse(node, format!("the local cloud does not offer the type {}", declared.kind));
        };
        let properties = match self.scope.object(&declared.properties, &Live(&stack)) {
            Ok(properties) => properties,
            Err(error) => return self.refuse(node, error.to_string()),
        };
        let resource = stack.resources.get(node);
        if let Some(Attempt::Create(_)) = resource.and_then(|resource| resource.attempt.as_ref()) {
            // Two creations under one record would lose track of the first.
            return self.refuse(node, "what an interrupted creation made could not be removed".to_owned());
        }
        let live = resource.and_then(|resource| resource.instance.as_ref());
        let mut planned = Instance {
            kind: declared.kind.clone(),
            properties,
            depends_on: self.graph[node].iter().cloned().collect(),
            deletion_policy: declared.deletion_policy,
            update_replace_policy: declared.update_replace_policy,
            ..Instance::default()
        };
        if let Some(live) = live.filter(|live| live.kind == planned.kind) {
            let failed_before = match resource.and_then(|resource| resource.attempt.as_ref()) {
                Some(Attempt::Update(attempted)) => Some(attempted.properties.clone()),
                _ => None,
            };
            let differing = changed(&live.properties, &planned.properties);
            if differing.is_empty() && failed_before.is_none() {
                return Ok(Begun::Done);
            }
            let replace = differing
                .iter()
                .any(|property| self.engine.catalogue.on_change(&planned.kind, property) == OnChange::Replace);
            if !replace {
                planned.physical_id.clone_from(&live.physical_id);
                planned.generated_name.clone_from(&live.generated_name);
                let (before, physical_id) = (live.clone(), live.physical_id.clone());
                let request = request(&stack, node, &planned);
                self.engine.edit(self.id, |draft| {
                    if let Some(resource) = draft.stack.resources.get_mut(node) {
                        resource.origin.get_or_insert_with(|| Origin::Updated(Box::new(before)));
                        resource.attempt = Some(Attempt::Update(Box::new(planned)));
                    }
                    draft.note(node, ResourceStatus::UpdateInProgress, None);
                })?;
                let previous = failed_before.unwrap_or_else(|| live.properties.clone());
                return Ok(Begun::Running(Box::pin(async move {
                    provider.update(&physical_id, &previous, &request).await
                })));
            }
        }
        planned.generated_name = format!("{}-{node}-{}", stack.name, self.engine.core.random.upper(12));
        let request = request(&stack, node, &planned);
        let replacing = live.is_some();
        let now = self.engine.core.clock.now_ms();
        self.engine.edit(self.id, |draft| {
            let resource = draft.stack.resources.entry(node.clone()).or_insert_with(|| Resource {
                kind: planned.kind.clone(),
                status: ResourceStatus::CreateInProgress,
                reason: None,
                updated_ms: now,
                instance: None,
                origin: Some(Origin::Added),
                attempt: None,
                drift: None,
            });
            resource.attempt = Some(Attempt::Create(Box::new(planned)));
            if replacing {
                let why = "Requested update requires the creation of a new physical resource; hence creating one.";
                draft.note(node, ResourceStatus::UpdateInProgress, Some(why.to_owned()));
            } else {
                draft.note(node, ResourceStatus::CreateInProgress, None);
            }
        })?;
        Ok(Begun::Running(Box::pin(async move { provider.create(&request).await })))
    }

    fn end(&mut self, node: &String, outcome: Option<Self::Outcome>) -> Result<Flow, StoreError> {
        let panicked_at_work = outcome.is_none();
        match outcome.unwrap_or_else(|| Err(panicked())) {
            Ok(made) => {
                let cancelled = self.failed || !self.engine.goes_on(self.id, self.status);
                self.engine.edit(self.id, |draft| take(draft, node, made, cancelled))?;
                Ok(if self.failed { Flow::Halt } else { Flow::Go })
            }
            Err(error) => {
                let message = handler_message(&self.engine.core, &error);
                self.engine.edit(self.id, |draft| {
                    let Some(resource) = draft.stack.resources.get_mut(node) else { return };
                    // A panic may have left something behind: the attempt stays, so that it is looked for.
                    if matches!(resource.attempt, Some(Attempt::Create(_))) && !panicked_at_work {
                        resource.attempt = None;
                    }
                    let status = match resource.instance {
                        Some(_) => ResourceStatus::UpdateFailed,
                        None => ResourceStatus::CreateFailed,
                    };
                    draft.note(node, status, Some(message));
                })?;
                self.failed = true;
                Ok(Flow::Halt)
            }
        }
    }

    fn halted(&self) -> bool {
        self.failed || !self.engine.goes_on(self.id, self.status)
    }
}

impl Forward<'_> {
    /// Fails a resource before its provider was asked.
    fn refuse(
        &mut self,
        node: &str,
        why: String,
    ) -> Result<Begun<BoxFuture<'static, Result<Provisioned, ProvisionError>>>, StoreError> {
        let kind = self.template.resources[node].kind.clone();
        let now = self.engine.core.clock.now_ms();
        self.engine.edit(self.id, |draft| {
            let resource = draft.stack.resources.entry(node.to_owned()).or_insert_with(|| Resource {
                kind,
                status: ResourceStatus::CreateInProgress,
                reason: None,
                updated_ms: now,
                instance: None,
                origin: Some(Origin::Added),
                attempt: None,
                drift: None,
            });
            let status = match resource.instance {
                Some(_) => ResourceStatus::UpdateFailed,
                None => ResourceStatus::CreateFailed,
            };
            draft.note(node, status, Some(why));
        })?;
        self.failed = true;
        Ok(Begun::Failed(Flow::Halt))
    }
}

/// Takes what a provider made into the record.
fn take(draft: &mut Draft<'_>, node: &str, made: Provisioned, cancelled: bool) {
    let Some(resource) = draft.stack.resources.get_mut(node) else { return };
    let verb = |word: &str| cancelled.then(|| format!("Resource {word} cancelled"));
    match resource.attempt.take() {
        Some(Attempt::Create(planned)) => {
            resource.kind.clone_from(&planned.kind);
            let instance = Instance { physical_id: made.physical_id, attributes: made.attributes, ..*planned };
            let old = resource.instance.replace(instance);
            let replacing = old.is_some();
            let mut superseded = None;
            if let Some(old) = old {
                match resource.origin {
                    None | Some(Origin::Updated(_)) => resource.origin = Some(Origin::Replaced(Box::new(old))),
                    // The stable one is on record already; this one came and went since.
                    Some(Origin::Added | Origin::Replaced(_)) => superseded = Some(old),
                }
            }
            if let Some(old) = superseded {
                draft.leave(node, old, false);
            }
            let initiated = Some("Resource creation Initiated".to_owned());
            if replacing {
                draft.note(node, ResourceStatus::UpdateInProgress, initiated);
                let status = if cancelled { ResourceStatus::UpdateFailed } else { ResourceStatus::UpdateComplete };
                draft.note(node, status, verb("update"));
            } else {
                draft.note(node, ResourceStatus::CreateInProgress, initiated);
                let status = if cancelled { ResourceStatus::CreateFailed } else { ResourceStatus::CreateComplete };
                draft.note(node, status, verb("creation"));
            }
        }
        Some(Attempt::Update(planned)) => {
            resource.instance = Some(Instance { attributes: made.attributes, ..*planned });
            let status = if cancelled { ResourceStatus::UpdateFailed } else { ResourceStatus::UpdateComplete };
            draft.note(node, status, verb("update"));
        }
        None => {}
    }
}
