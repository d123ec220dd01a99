//! Termination protection: whether a stack may be removed.

use super::describe;
use crate::error::{Error, Result};
use crate::target::Target;

/// Switches a stack's termination protection on or off, and says whether that changed anything. A stack that is not there is
/// [`Error::NoStack`].
pub async fn protect(target: &Target, stack: &str, on: bool) -> Result<bool> {
    let view = describe(target, stack).await?.ok_or_else(|| Error::NoStack(stack.to_owned()))?;
    if view.protected == on {
        return Ok(false);
    }
    let call = target.cloudformation().update_termination_protection().stack_name(&view.name);
    let done = call.enable_termination_protection(on).send().await;
    done.map(|_| true).map_err(Error::aws("UpdateTerminationProtection"))
}
