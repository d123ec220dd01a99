//! Sweeps log groups that a removed stack left behind: as far as the caller may, and without failing.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::error::{AwsKind, Error, Result};
use crate::report::{Event, Reporter};
use crate::target::Target;

/// A log group that could not be swept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LeftGroup {
    /// Its name.
    pub group: String,
    /// Why it stays.
    pub reason: String,
}

/// Deletes those of `groups` that are there. Gives the names of those that are gone now, and those that could not be looked
/// for or deleted.
pub async fn sweep(
    target: &Target,
    groups: &BTreeSet<String>,
    reporter: &dyn Reporter,
) -> (Vec<String>, Vec<LeftGroup>) {
    let (mut swept, mut left) = (Vec::new(), Vec::new());
    for group in groups {
        match delete(target, group).await {
            Ok(true) => {
                reporter.event(&Event::LogGroupSwept { group: group.clone() });
                swept.push(group.clone());
            }
            Ok(false) => {}
            Err(error) => {
                let reason = error.to_string();
                reporter.event(&Event::LogGroupLeft { group: group.clone(), reason: reason.clone() });
                left.push(LeftGroup { group: group.clone(), reason });
            }
        }
    }
    (swept, left)
}

/// Whether the group was there. One that nobody may look for is deleted blindly: its name is the stack's own.
async fn delete(target: &Target, group: &str) -> Result<bool> {
    let logs = target.logs();
    let found = logs.describe_log_groups().log_group_name_prefix(group).send().await;
    match found.map_err(Error::aws("DescribeLogGroups")) {
        Ok(found) if found.log_groups().iter().any(|one| one.log_group_name() == Some(group)) => {}
        Ok(_) => return Ok(false),
        Err(error) if error.as_aws().is_some_and(|aws| aws.kind == AwsKind::Denied) => {}
        Err(error) => return Err(error),
    }
    match logs.delete_log_group().log_group_name(group).send().await.map_err(Error::aws("DeleteLogGroup")) {
        Ok(_) => Ok(true),
        Err(error) if error.as_aws().is_some_and(|aws| aws.kind == AwsKind::NotFound) => Ok(false),
        Err(error) => Err(error),
    }
}
