//! The resources of a stack, as the stack itself knows them.

use serde::Serialize;

use super::absent_as_no_stack;
use crate::error::{Error, Result};
use crate::target::Target;

/// A resource of a stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StackResource {
    /// Its logical id in the stack.
    pub logical_id: String,
    /// Its own name; empty while it has none.
    pub physical_id: String,
    /// Its type.
    pub resource_type: String,
    /// Its status.
    pub status: String,
    /// The service's reason for the status, if it gave one.
    pub reason: Option<String>,
}

impl StackResource {
    /// Whether there is, or may be, something of it: it has a name of its own and was not deleted.
    pub fn exists(&self) -> bool {
        !self.physical_id.is_empty() && self.status != "DELETE_COMPLETE"
    }
}

/// All resources of a stack, by name or id. A stack that is not there is [`Error::NoStack`].
pub async fn resources(target: &Target, stack: &str) -> Result<Vec<StackResource>> {
    let mut all = Vec::new();
    let mut token = None;
    loop {
        let page = target.cloudformation().list_stack_resources().stack_name(stack).set_next_token(token).send().await;
        let page = page.map_err(Error::aws("ListStackResources")).map_err(|error| absent_as_no_stack(stack, error))?;
        all.extend(page.stack_resource_summaries().iter().map(|one| StackResource {
            logical_id: one.logical_resource_id().unwrap_or_default().to_owned(),
            physical_id: one.physical_resource_id().unwrap_or_default().to_owned(),
            resource_type: one.resource_type().unwrap_or_default().to_owned(),
            status: one.resource_status().map(|status| status.as_str().to_owned()).unwrap_or_default(),
            reason: one.resource_status_reason().filter(|reason| !reason.is_empty()).map(str::to_owned),
        }));
        token = page.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
        if token.is_none() {
            return Ok(all);
        }
    }
}
