//! Deletes what a stack no longer needs: after an update, after a failure, or all of it.

use super::{
    engine::{AT_ONCE, Engine, handler_message, panicked, request},
    graph::{Begun, Flow, Graph, Steps, reversed, walk},
    state::{Attempt, Instance, Origin, Resource, ResourceStatus, Stack, StackStatus},
    template::Policy,
};
use crate::{provider::ProvisionError, store::StoreError};
use futures_util::future::BoxFuture;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Something to delete.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    /// What a logical id stands for.
    Resource(String),
    /// A leftover, by its own id.
    Leftover(String),
}

impl Engine {
    /// The phases that delete: cleanups, the rollback of a creation, and the deletion of the stack.
    pub(super) async fn remove(self: &Arc<Self>, id: &str, status: StackStatus) -> Result<(), StoreError> {
        let whole = matches!(status, StackStatus::RollbackInProgress | StackStatus::DeleteInProgress);
        if whole {
            // What a replacement put aside is deleted with the rest.
            self.edit(id, |draft| {
                let ids: Vec<String> = draft.stack.resources.keys().cloned().collect();
                for logical_id in ids {
                    let Some(resource) = draft.stack.resources.get_mut(&logical_id) else { continue };
                    if let Some(Origin::Replaced(old)) = &resource.origin {
                        let (old, retain) = ((**old).clone(), old.deletion_policy != Policy::Delete);
                        resource.origin = None;
                        draft.leave(&logical_id, old, retain);
                    }
                }
            })?;
        }
        let Some(stack) = self.stack(id) else { return Ok(()) };
        let graph = targets(&stack, whole);
        let mut removal = Removal { engine: self, id, status, failed: BTreeSet::new() };
        let complete = walk(&graph, AT_ONCE, &mut removal).await?;
        let failed: Vec<String> = std::mem::take(&mut removal.failed).into_iter().collect();
        if (!complete && failed.is_empty()) || !self.goes_on(id, status) {
            return Ok(());
        }
        let named = format!("The following resource(s) failed to delete: [{}]. ", failed.join(", "));
        let left = "One or more resources could not be deleted.";
        let now = self.core.clock.now_ms();
        let (next, reason) = match (status, failed.is_empty()) {
            (StackStatus::UpdateCompleteCleanupInProgress, true) => (StackStatus::UpdateComplete, None),
            (StackStatus::UpdateCompleteCleanupInProgress, false) => {
                (StackStatus::UpdateComplete, Some(format!("Update successful. {left}")))
            }
            (StackStatus::UpdateRollbackCompleteCleanupInProgress, true) => (StackStatus::UpdateRollbackComplete, None),
            (StackStatus::UpdateRollbackCompleteCleanupInProgress, false) => {
                (StackStatus::UpdateRollbackComplete, Some(format!("Rollback successful. {left}")))
            }
            (StackStatus::RollbackInProgress, true) => (StackStatus::RollbackComplete, None),
            (StackStatus::RollbackInProgress, false) => (StackStatus::RollbackFailed, Some(named)),
            (_, true) => (StackStatus::DeleteComplete, None),
            (_, false) => (StackStatus::DeleteFailed, Some(named)),
        };
        self.edit_if(id, |draft| {
            if draft.stack.status != status {
                return None;
            }
            if matches!(next, StackStatus::DeleteComplete | StackStatus::RollbackComplete) {
                draft.stack.outputs.clear();
                draft.stack.imports.clear();
            }
            if next == StackStatus::DeleteComplete {
                draft.stack.deleted_ms = Some(now);
            }
            draft.status(next, reason);
            Some(())
        })?;
        if next == StackStatus::DeleteComplete {
            self.remove_change_sets(|change_set| change_set.stack_id == id)?;
        }
        Ok(())
    }
}

/// What is to be deleted, with what must be gone before each.
fn targets(stack: &Stack, whole: bool) -> Graph<Target> {
    let mut needs: BTreeMap<Target, (&str, &[String])> = BTreeMap::new();
    for leftover in &stack.leftovers {
        needs.insert(
            Target::Leftover(leftover.id.clone()),
            (leftover.logical_id.as_str(), leftover.instance.depends_on.as_slice()),
        );
    }
    if whole {
        for (id, resource) in &stack.resources {
            let depends_on = resource.instance.as_ref().map_or(&[][..], |instance| instance.depends_on.as_slice());
            needs.insert(Target::Resource(id.clone()), (id.as_str(), depends_on));
        }
    }
    let forward: Graph<Target> = needs
        .iter()
        .map(|(target, (own, depends_on))| {
            let wanted = needs
                .iter()
                .filter(|(other, (logical_id, _))| {
                    *other != target && logical_id != own && depends_on.iter().any(|need| need == logical_id)
                })
                .map(|(other, _)| other.clone())
                .collect();
            (target.clone(), wanted)
        })
        .collect();
    reversed(&forward)
}

struct Removal<'a> {
    engine: &'a Arc<Engine>,
    id: &'a str,
    status: StackStatus,
    /// Logical ids.
    failed: BTreeSet<String>,
}

impl Steps<Target> for Removal<'_> {
    type Outcome = Result<(), ProvisionError>;
    type Error = StoreError;

    fn begin(&mut self, target: &Target) -> Result<Begun<BoxFuture<'static, Self::Outcome>>, StoreError> {
        let Some(stack) = self.engine.stack(self.id) else { return Ok(Begun::Done) };
        let found = match target {
            Target::Resource(id) => stack.resources.get(id).map(|resource| {
                let retain = stays(&stack, id, resource);
                (id.clone(), resource.instance.clone(), retain)
            }),
            Target::Leftover(id) => {
                let found = stack.leftovers.iter().find(|leftover| &leftover.id == id);
                found.map(|one| (one.logical_id.clone(), Some(one.instance.clone()), one.retain))
            }
        };
        let Some((logical_id, instance, retain)) = found else { return Ok(Begun::Done) };
        let Some(instance) = instance else { return self.nothing_there(&logical_id) };
        if retain {
            self.gone(target, &logical_id, &instance, ResourceStatus::DeleteSkipped)?;
            return Ok(Begun::Done);
        }
        let Some(provider) = self.engine.catalogue.get(&instance.kind) else {
            let why = format!("the local cloud does not offer the type {} any more", instance.kind);
            return self.failed(target, &logical_id, &instance, why).map(Begun::Failed);
        };
        self.engine.edit(self.id, |draft| match target {
            Target::Resource(id) => draft.note(id, ResourceStatus::DeleteInProgress, None),
            Target::Leftover(_) => draft.note_gone(&logical_id, &instance, ResourceStatus::DeleteInProgress, None),
        })?;
        let request = request(&stack, &logical_id, &instance);
        Ok(Begun::Running(Box::pin(async move { provider.delete(&instance.physical_id, &request).await })))
    }

    fn end(&mut self, target: &Target, outcome: Option<Self::Outcome>) -> Result<Flow, StoreError> {
        let Some(stack) = self.engine.stack(self.id) else { return Ok(Flow::Go) };
        let found = match target {
            Target::Resource(id) => {
                stack.resources.get(id).and_then(|resource| Some((id.clone(), resource.instance.clone()?)))
            }
            Target::Leftover(id) => {
                let found = stack.leftovers.iter().find(|leftover| &leftover.id == id);
                found.map(|one| (one.logical_id.clone(), one.instance.clone()))
            }
        };
        let Some((logical_id, instance)) = found else { return Ok(Flow::Go) };
        match outcome.unwrap_or_else(|| Err(panicked())) {
            Ok(()) => {
                self.gone(target, &logical_id, &instance, ResourceStatus::DeleteComplete)?;
                Ok(Flow::Go)
            }
            Err(error) => {
                let why = handler_message(&self.engine.core, &error);
                self.failed(target, &logical_id, &instance, why)
            }
        }
    }

    fn halted(&self) -> bool {
        !self.engine.goes_on(self.id, self.status)
    }
}

/// Whether a policy or the request says that a resource outlives its stack.
fn stays(stack: &Stack, id: &str, resource: &Resource) -> bool {
    let new = resource.origin == Some(Origin::Added);
    let policy = resource.instance.as_ref().map_or(Policy::Delete, |instance| instance.deletion_policy);
    stack.operation.retain.iter().any(|one| one == id) || outlives(policy, new, stack.operation.retain_except_on_create)
}

/// Whether a resource stays under its policy. `new`: it was made by the very operation that now takes it back.
pub(super) fn outlives(policy: Policy, new: bool, except_on_create: bool) -> bool {
    match policy {
        Policy::Delete => false,
        Policy::Retain => !(new && except_on_create),
        Policy::RetainExceptOnCreate => !new,
    }
}

impl Removal<'_> {
    /// A resource that was never made, or is deleted already.
    fn nothing_there(
        &mut self,
        logical_id: &str,
    ) -> Result<Begun<BoxFuture<'static, Result<(), ProvisionError>>>, StoreError> {
        let undone = self.engine.edit(self.id, |draft| {
            let Some(resource) = draft.stack.resources.get_mut(logical_id) else { return true };
            if matches!(resource.attempt, Some(Attempt::Create(_))) {
                let why = "what an interrupted creation made could not be removed".to_owned();
                draft.note(logical_id, ResourceStatus::DeleteFailed, Some(why));
                return false;
            }
            if !matches!(resource.status, ResourceStatus::DeleteComplete | ResourceStatus::DeleteSkipped) {
                draft.note(logical_id, ResourceStatus::DeleteComplete, None);
            }
            true
        })?;
        if undone {
            return Ok(Begun::Done);
        }
        self.failed.insert(logical_id.to_owned());
        Ok(Begun::Failed(Flow::Block))
    }

    fn gone(
        &self,
        target: &Target,
        logical_id: &str,
        instance: &Instance,
        status: ResourceStatus,
    ) -> Result<(), StoreError> {
        self.engine.edit(self.id, |draft| match target {
            Target::Resource(id) => {
                draft.note(id, status, None);
                if let Some(resource) = draft.stack.resources.get_mut(id) {
                    resource.instance = None;
                    resource.attempt = None;
                    resource.origin = None;
                }
            }
            Target::Leftover(id) => {
                draft.stack.leftovers.retain(|leftover| &leftover.id != id);
                draft.note_gone(logical_id, instance, status, None);
            }
        })
    }

    fn failed(
        &mut self,
        target: &Target,
        logical_id: &str,
        instance: &Instance,
        why: String,
    ) -> Result<Flow, StoreError> {
        self.engine.edit(self.id, |draft| match target {
            Target::Resource(id) => draft.note(id, ResourceStatus::DeleteFailed, Some(why)),
            Target::Leftover(_) => draft.note_gone(logical_id, instance, ResourceStatus::DeleteFailed, Some(why)),
        })?;
        self.failed.insert(logical_id.to_owned());
        Ok(Flow::Block)
    }
}
