//! Takes an update back: what it changed is changed back, what it replaced is put in its place again.

use super::{
    engine::{AT_ONCE, Engine, handler_message, panicked, request},
    graph::{Begun, Flow, Graph, Steps, walk},
    removal::outlives,
    state::{Attempt, Instance, Origin, ResourceStatus, StackStatus},
};
use crate::{
    provider::{ProvisionError, Provisioned},
    store::StoreError,
};
use futures_util::future::BoxFuture;
use std::{collections::BTreeSet, sync::Arc};

const STATUS: StackStatus = StackStatus::UpdateRollbackInProgress;

impl Engine {
    /// The phase `UPDATE_ROLLBACK_IN_PROGRESS`.
    pub(super) async fn restore(self: &Arc<Self>, id: &str) -> Result<(), StoreError> {
        self.put_back(id)?;
        let Some(stack) = self.stack(id) else { return Ok(()) };
        let touched: Vec<(&String, &Instance)> = stack
            .resources
            .iter()
            .filter_map(|(logical_id, resource)| match &resource.origin {
                Some(Origin::Updated(before)) => Some((logical_id, &**before)),
                _ => None,
            })
            .collect();
        let graph: Graph<String> = touched
            .iter()
            .map(|(logical_id, before)| {
                let needs = before.depends_on.iter().filter(|need| touched.iter().any(|(other, _)| other == need));
                ((*logical_id).clone(), needs.cloned().collect())
            })
            .collect();
        let mut restore = Restore { engine: self, id, failed: BTreeSet::new() };
        let complete = walk(&graph, AT_ONCE, &mut restore).await?;
        let failed: Vec<String> = restore.failed.into_iter().collect();
        if (!complete && failed.is_empty()) || !self.goes_on(id, STATUS) {
            return Ok(());
        }
        self.edit_if(id, |draft| {
            if draft.stack.status != STATUS {
                return None;
            }
            if failed.is_empty() {
                draft.status(StackStatus::UpdateRollbackCompleteCleanupInProgress, None);
            } else {
                let why = format!("The following resource(s) failed to update: [{}]. ", failed.join(", "));
                draft.status(StackStatus::UpdateRollbackFailed, Some(why));
            }
            Some(())
        })
        .map(drop)
    }

    /// What needs no provider: added resources and replacements are left over, failures without effect are over.
    fn put_back(&self, id: &str) -> Result<(), StoreError> {
        self.edit(id, |draft| {
            let ids: Vec<String> = draft.stack.resources.keys().cloned().collect();
            for logical_id in ids {
                let skipped = draft.stack.operation.skip.contains(&logical_id);
                let except = draft.stack.operation.retain_except_on_create;
                let Some(resource) = draft.stack.resources.get_mut(&logical_id) else { continue };
                let unsettled = matches!(resource.attempt, Some(Attempt::Create(_)));
                match resource.origin.take() {
                    Some(Origin::Added) => match resource.instance.take() {
                        Some(instance) => {
                            let retain = outlives(instance.deletion_policy, true, except);
                            draft.leave(&logical_id, instance, retain);
                            draft.stack.resources.remove(&logical_id);
                        }
                        None if unsettled => resource.origin = Some(Origin::Added),
                        None => {
                            draft.note(&logical_id, ResourceStatus::DeleteComplete, None);
                            draft.stack.resources.remove(&logical_id);
                        }
                    },
                    Some(Origin::Replaced(before)) => {
                        resource.kind.clone_from(&before.kind);
                        let new = resource.instance.replace(*before);
                        if !unsettled {
                            resource.attempt = None;
                        }
                        if let Some(new) = new {
                            draft.leave(&logical_id, new, false);
                        }
                        draft.note(&logical_id, ResourceStatus::UpdateComplete, None);
                    }
                    Some(Origin::Updated(_)) if skipped => {
                        resource.attempt = None;
                        draft.note(&logical_id, ResourceStatus::UpdateComplete, None);
                    }
                    origin @ Some(Origin::Updated(_)) => resource.origin = origin,
                    None if resource.status == ResourceStatus::UpdateFailed => {
                        draft.note(&logical_id, ResourceStatus::UpdateComplete, None);
                    }
                    None => {}
                }
            }
        })
    }
}

struct Restore<'a> {
    engine: &'a Arc<Engine>,
    id: &'a str,
    failed: BTreeSet<String>,
}

impl Steps<String> for Restore<'_> {
    type Outcome = Result<Provisioned, ProvisionError>;
    type Error = StoreError;

    fn begin(&mut self, node: &String) -> Result<Begun<BoxFuture<'static, Self::Outcome>>, StoreError> {
        let Some(stack) = self.engine.stack(self.id) else { return Ok(Begun::Done) };
        let Some(resource) = stack.resources.get(node) else { return Ok(Begun::Done) };
        let (Some(Origin::Updated(before)), Some(live)) = (&resource.origin, &resource.instance) else {
            return Ok(Begun::Done);
        };
        let Some(provider) = self.engine.catalogue.get(&before.kind) else {
            self.failed.insert(node.clone());
            return Ok(Begun::Failed(Flow::Block));
        };
        // A failed update may have done any part of what it was asked for.
        let previous = match &resource.attempt {
            Some(Attempt::Update(attempted)) => attempted.properties.clone(),
            _ => live.properties.clone(),
        };
        let (request, physical_id) = (request(&stack, node, before), before.physical_id.clone());
        self.engine.edit(self.id, |draft| draft.note(node, ResourceStatus::UpdateInProgress, None))?;
        Ok(Begun::Running(Box::pin(async move { provider.update(&physical_id, &previous, &request).await })))
    }

    fn end(&mut self, node: &String, outcome: Option<Self::Outcome>) -> Result<Flow, StoreError> {
        match outcome.unwrap_or_else(|| Err(panicked())) {
            Ok(made) => {
                self.engine.edit(self.id, |draft| {
                    let Some(resource) = draft.stack.resources.get_mut(node) else { return };
                    if let Some(Origin::Updated(before)) = resource.origin.take() {
                        resource.instance = Some(Instance { attributes: made.attributes, ..*before });
                    }
                    resource.attempt = None;
                    draft.note(node, ResourceStatus::UpdateComplete, None);
                })?;
                Ok(Flow::Go)
            }
            Err(error) => {
                let message = handler_message(&self.engine.core, &error);
                self.engine.edit(self.id, |draft| draft.note(node, ResourceStatus::UpdateFailed, Some(message)))?;
                self.failed.insert(node.clone());
                Ok(Flow::Block)
            }
        }
    }

    fn halted(&self) -> bool {
        !self.engine.goes_on(self.id, STATUS)
    }
}
