//! Finds code and templates in the asset bucket that no stack uses any more, and removes them.
//!
//! Everything that is not certain stays: what is younger than a grace period, for a deployment may be under way; what belongs
//! to a stack that is not at rest, for its rollback may need it; what may belong to a stack that cannot be read; and whatever
//! in the bucket is not named as this library names things.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_cloudformation::types::{ExecutionStatus, Stack, StackStatus};
use serde::Serialize;

use crate::assets::bucket_name;
use crate::bucket::{self, Version};
use crate::error::{AwsKind, Error, Result};
use crate::target::Target;

/// The tag that this library's stacks have.
pub const STACK_TAG: &str = "cloudcart:stack";

/// Age and use of what is in the asset bucket.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Survey {
    /// The bucket; nothing else is set when it is not there.
    pub bucket: String,
    /// Whether it is there.
    pub exists: bool,
    /// What no stack uses, in the order of its keys.
    pub unused: Vec<Unused>,
    /// How many objects stay.
    pub kept: usize,
    /// The stacks that could not be read, so that everything that may be theirs stays.
    pub unreadable: Vec<String>,
}

impl Survey {
    /// How many bytes the removal frees.
    pub fn bytes(&self) -> u64 {
        self.unused.iter().map(|one| one.bytes).sum()
    }
}

/// An object that no stack uses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Unused {
    /// Its key.
    pub key: String,
    /// The bytes of all its versions.
    pub bytes: u64,
    /// When its newest version was written, in seconds since 1970.
    pub modified: i64,
    #[serde(skip)]
    versions: Vec<Version>,
}

/// What the stacks of the account and region use.
#[derive(Debug, Default)]
struct Uses {
    /// Every text in which a stack may name an object.
    texts: Vec<String>,
    /// Stacks under whose names everything stays.
    whole: BTreeSet<String>,
    /// Everything stays.
    everything: bool,
    unreadable: BTreeSet<String>,
}

impl Uses {
    fn names(&self, key: &str) -> bool {
        self.everything
            || key.split_once('/').is_some_and(|(stack, _)| self.whole.contains(stack))
            || self.texts.iter().any(|text| text.contains(key))
    }
}

/// Looks for what no stack uses and is older than `grace` at `now` (seconds since 1970).
pub async fn survey(target: &Target, now: i64, grace: Duration) -> Result<Survey> {
    let bucket = bucket_name(&target.identity().account, target.region());
    // The objects before the stacks: what a deployment uploads or begins to use in between is seen or young.
    let versions = match bucket::versions(target, &bucket, "").await {
        Ok(versions) => versions,
        Err(error) if error.as_aws().is_some_and(|aws| aws.kind == AwsKind::NotFound) => {
            return Ok(Survey { bucket, ..Survey::default() });
        }
        Err(error) => return Err(error),
    };
    let uses = uses(target, &bucket).await?;
    let grace = i64::try_from(grace.as_secs()).unwrap_or(i64::MAX);
    let (unused, kept) = sort_out(versions, |key| uses.names(key), now.saturating_sub(grace));
    let unreadable = uses.unreadable.into_iter().collect();
    Ok(Survey { bucket, exists: true, unused, kept, unreadable })
}

/// Tells what may go from what stays, by key: all versions of an object, or none.
fn sort_out(versions: Vec<Version>, used: impl Fn(&str) -> bool, oldest: i64) -> (Vec<Unused>, usize) {
    let mut objects: Vec<Unused> = Vec::new();
    let mut versions = versions;
    versions.sort_by(|one, other| one.key.cmp(&other.key));
    for version in versions {
        match objects.last_mut().filter(|last| last.key == version.key) {
            Some(last) => {
                last.bytes += version.bytes;
                last.modified = last.modified.max(version.modified);
                last.versions.push(version);
            }
            None => objects.push(Unused {
                key: version.key.clone(),
                bytes: version.bytes,
                modified: version.modified,
                versions: vec![version],
            }),
        }
    }
    let all = objects.len();
    objects.retain(|one| one.modified < oldest && is_ours(&one.key) && !used(&one.key));
    let kept = all - objects.len();
    (objects, kept)
}

/// Whether a key is of this library's making: `<stack>/<function>/<digest>.zip` or `<stack>/templates/<digest>.json`.
fn is_ours(key: &str) -> bool {
    let parts: Vec<&str> = key.split('/').collect();
    let [stack, middle, name] = parts[..] else { return false };
    let digest = match name.strip_suffix(".zip") {
        Some(digest) => Some(digest),
        None => name.strip_suffix(".json").filter(|_| middle == "templates"),
    };
    let is_digest = |text: &str| text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    !stack.is_empty() && !middle.is_empty() && digest.is_some_and(is_digest)
}

/// Deletes what a survey found, as far as a second look still finds it unused: while a person thought about it, somebody may
/// have deployed. Gives what went.
pub async fn remove(target: &Target, found: &Survey, now: i64, grace: Duration) -> Result<Survey> {
    let mut again = survey(target, now, grace).await?;
    again.unused.retain(|one| found.unused.iter().any(|before| before.key == one.key));
    let versions: Vec<Version> = again.unused.iter().flat_map(|one| one.versions.iter().cloned()).collect();
    bucket::delete(target, &again.bucket, &versions).await?;
    Ok(again)
}

/// Where the code of a removed stack still is, if any is. Not being able to look is no answer, and no failure.
pub async fn left_by(target: &Target, stack: &str) -> Option<String> {
    let owner = &target.identity().account;
    let bucket = bucket_name(owner, target.region());
    let prefix = format!("{stack}/");
    let call = target.s3().list_objects_v2().bucket(&bucket).prefix(&prefix).max_keys(1).expected_bucket_owner(owner);
    let answer = call.send().await.ok()?;
    (!answer.contents().is_empty()).then(|| format!("s3://{bucket}/{prefix}"))
}

/// What every stack that is there uses.
async fn uses(target: &Target, bucket: &str) -> Result<Uses> {
    let mut uses = Uses::default();
    let mut token = None;
    loop {
        let page = target.cloudformation().describe_stacks().set_next_token(token).send().await;
        let page = page.map_err(Error::aws("DescribeStacks"))?;
        for stack in page.stacks() {
            read(target, bucket, stack, &mut uses).await?;
        }
        token = page.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
        if token.is_none() {
            return Ok(uses);
        }
    }
}

async fn read(target: &Target, bucket: &str, stack: &Stack, uses: &mut Uses) -> Result<()> {
    use StackStatus as S;
    let name = stack.stack_name().unwrap_or_default().to_owned();
    let status = stack.stack_status();
    if status == Some(&S::DeleteComplete) {
        return Ok(());
    }
    let ours = stack.tags().iter().any(|tag| tag.key() == Some(STACK_TAG));
    let values: Vec<String> =
        stack.parameters().iter().filter_map(|one| one.parameter_value()).map(str::to_owned).collect();
    let names_the_bucket = values.iter().any(|value| value.contains(bucket));
    uses.texts.extend(values);
    let at_rest = matches!(
        status,
        Some(
            S::CreateComplete
                | S::UpdateComplete
                | S::UpdateRollbackComplete
                | S::ImportComplete
                | S::ImportRollbackComplete
        )
    );
    if !at_rest {
        // What it changes from, and what it changes to, cannot both be asked for.
        uses.whole.insert(name.clone());
    }
    if status == Some(&S::ReviewInProgress) {
        // An empty shell has no template yet.
        return Ok(());
    }
    match target.cloudformation().get_template().stack_name(&name).send().await.map_err(Error::aws("GetTemplate")) {
        Ok(answer) => {
            let text = answer.template_body().unwrap_or_default();
            // Most stacks have nothing to do with the bucket, and need not be remembered.
            if ours || names_the_bucket || text.contains(bucket) {
                uses.texts.push(text.to_owned());
            }
        }
        Err(error) if is_gone(&error) => return Ok(()),
        Err(error) => unread(uses, &name, ours, names_the_bucket, error)?,
    }
    if (ours || names_the_bucket) && at_rest {
        match pending(target, &name).await {
            Ok(false) => {}
            Ok(true) => _ = uses.whole.insert(name),
            Err(error) if is_gone(&error) => {}
            Err(error) => unread(uses, &name, ours, names_the_bucket, error)?,
        }
    }
    Ok(())
}

/// Notes a stack that may not be read. Whatever may be its stays.
fn unread(uses: &mut Uses, name: &str, ours: bool, names_the_bucket: bool, error: Error) -> Result<()> {
    if !error.as_aws().is_some_and(|aws| matches!(aws.kind, AwsKind::Denied | AwsKind::NotOffered)) {
        return Err(error);
    }
    uses.whole.insert(name.to_owned());
    uses.unreadable.insert(name.to_owned());
    // Another tool's stack that is given the bucket may name anything in it where nobody can look.
    uses.everything |= names_the_bucket && !ours;
    Ok(())
}

/// A stack that was there a moment ago is gone now.
fn is_gone(error: &Error) -> bool {
    crate::stack::is_absent(error)
}

/// Whether a change set waits for its execution.
async fn pending(target: &Target, stack: &str) -> Result<bool> {
    let mut token = None;
    loop {
        let page = target.cloudformation().list_change_sets().stack_name(stack).set_next_token(token).send().await;
        let page = page.map_err(Error::aws("ListChangeSets"))?;
        let waits = |status: Option<&ExecutionStatus>| {
            matches!(
                status,
                Some(ExecutionStatus::Available | ExecutionStatus::ExecuteInProgress | ExecutionStatus::Unavailable)
            )
        };
        let alive = |status: Option<&str>| !matches!(status, Some("FAILED"));
        let waiting = page.summaries().iter().any(|one| {
            waits(one.execution_status())
                && alive(one.status().map(aws_sdk_cloudformation::types::ChangeSetStatus::as_str))
        });
        if waiting {
            return Ok(true);
        }
        token = page.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
        if token.is_none() {
            return Ok(false);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(stack: &str, middle: &str, digit: char, ending: &str) -> String {
        format!("{stack}/{middle}/{}.{ending}", digit.to_string().repeat(64))
    }

    fn version(key: &str, id: &str, modified: i64) -> Version {
        Version { key: key.to_owned(), id: Some(id.to_owned()), bytes: 10, modified }
    }

    #[test]
    fn only_keys_of_our_own_making_may_go() {
        assert!(is_ours(&key("shop", "cart", 'a', "zip")));
        assert!(is_ours(&key("shop", "templates", '0', "json")));
        for other in [
            key("shop", "cart", 'a', "json"),
            key("shop", "cart", 'g', "zip"),
            key("", "cart", 'a', "zip"),
            format!("more/{}", key("shop", "cart", 'a', "zip")),
            "shop/cart/ab.zip".to_owned(),
            "README.md".to_owned(),
        ] {
            assert!(!is_ours(&other), "{other}");
        }
    }

    #[test]
    fn an_object_goes_with_all_its_versions_or_not_at_all() {
        let (old, used, young) = (key("s", "f", 'a', "zip"), key("s", "f", 'b', "zip"), key("s", "f", 'c', "zip"));
        let versions = vec![
            version(&old, "1", 10),
            version(&young, "1", 10),
            version(&used, "1", 10),
            version(&old, "2", 20),
            version(&young, "2", 101),
            version("notes.txt", "1", 1),
        ];
        let (unused, kept) = sort_out(versions, |key| key == used, 100);
        assert_eq!(kept, 3);
        assert_eq!(unused.len(), 1);
        assert_eq!((unused[0].key.as_str(), unused[0].bytes, unused[0].modified), (old.as_str(), 20, 20));
        assert_eq!(unused[0].versions.len(), 2);
    }

    #[test]
    fn a_key_is_used_where_a_stack_names_it_or_may() {
        let named = key("s", "f", 'a', "zip");
        let mut uses = Uses { texts: vec![format!("s3://b/{named}")], ..Uses::default() };
        assert!(uses.names(&named));
        assert!(!uses.names(&key("t", "f", 'a', "zip")));
        uses.whole.insert("t".to_owned());
        assert!(uses.names(&key("t", "f", 'a', "zip")));
        assert!(!uses.names(&key("tt", "f", 'a', "zip")));
        uses.everything = true;
        assert!(uses.names(&key("tt", "f", 'a', "zip")));
    }
}
