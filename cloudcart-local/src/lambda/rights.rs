//! What the cloud does on behalf of a function (writing its log, polling its queue, sending on its results), it does by the
//! rights of the function's role.

use super::{dispatcher::Dispatcher, record::FunctionRecord};
use crate::{
    core::Core,
    iam::{IamMode, policy::Policy},
    ports::Identities,
};
use serde_json::json;
use std::sync::Arc;

/// The rights of one function's role.
#[derive(Clone)]
pub(super) struct Rights {
    pub(super) core: Arc<Core>,
    identities: Arc<dyn Identities>,
    mode: IamMode,
    /// ARN.
    role: String,
    /// Name.
    function: String,
}

impl Rights {
    pub(super) fn of(dispatcher: &Dispatcher, function: &FunctionRecord) -> Self {
        Self {
            core: Arc::clone(&dispatcher.core),
            identities: Arc::clone(&dispatcher.identities),
            mode: dispatcher.options.iam,
            role: function.settings.role.clone(),
            function: function.name.clone(),
        }
    }

    /// Whether the role's policies, and the resource's own if it has one, allow it now.
    pub(super) fn allow(&self, action: &str, resource: &str, policy: Option<&Policy>) -> bool {
        self.identities.session_allows(&self.role, &self.function, action, resource, policy)
    }

    /// Changes whenever what [`Rights::allow`] says may change: with roles and policies, and each second, for what depends on the time.
    /// None where that is not known.
    pub(super) fn version(&self) -> Option<(u64, i64)> {
        Some((self.identities.version()?, self.core.clock.now_ms() / 1000))
    }

    /// Whether the action may be done: allowed, or not asked for by the mode of the cloud's IAM. A warning says what is
    /// missing, and that `what` comes of it.
    pub(super) fn permit(&self, what: &str, action: &str, resource: &str, policy: Option<&Policy>) -> bool {
        if !self.are_looked_at() || self.allow(action, resource, policy) {
            return true;
        }
        self.warn(what, action, resource);
        !self.are_enforced()
    }

    pub(super) fn are_looked_at(&self) -> bool {
        self.mode != IamMode::Off
    }

    pub(super) fn are_enforced(&self) -> bool {
        self.mode == IamMode::Enforce
    }

    pub(super) fn warn(&self, what: &str, action: &str, resource: &str) {
        let statement = json!({"Effect": "Allow", "Action": action, "Resource": resource});
        let what = if self.are_enforced() { what.to_owned() } else { format!("not here, but on AWS: {what}") };
        tracing::warn!(
            function = self.function,
            "{what}: the role {} lacks a statement, or a policy of the resource denies it; grant it in the stack: {statement}",
            self.role
        );
    }
}
