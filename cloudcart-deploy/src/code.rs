//! Functions' code by itself: what runs now, new code without a stack operation, and code that drifted put back.
//!
//! Lambda tells the SHA-256 of the zip that a function runs (`CodeSha256`, base64), so what is live is known without any
//! state of ours.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_lambda::types::LastUpdateStatus;
use base64::Engine as _;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use serde::Serialize;
use tokio::time::Instant;

use crate::assets;
use crate::build::Package;
use crate::error::{AwsKind, Error, Result};
use crate::report::{Event, Reporter};
use crate::target::Target;

/// Lambda's control plane takes fifteen calls a second from an account; four functions at once stay well below.
const AT_ONCE: usize = 4;
/// How long Lambda may take to put new code in place.
const PATIENCE: Duration = Duration::from_mins(3);

/// A function of the stack and the package that it should run.
#[derive(Debug, Clone)]
pub struct Wanted<'a> {
    /// The logical id.
    pub logical_id: &'a str,
    /// The package.
    pub package: &'a Package,
}

/// What a function runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Live {
    /// The logical id.
    pub logical_id: String,
    /// The function's own name.
    pub name: String,
    /// SHA-256 of the zip, lower-case hexadecimal.
    pub sha256: String,
    /// `x86_64` or `arm64`.
    pub architecture: String,
    /// When it was changed last, as Lambda tells it.
    pub last_modified: String,
}

/// What became of a function's code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Updated {
    /// The function as it is now.
    #[serde(flatten)]
    pub live: Live,
    /// Whether its code was another before.
    pub changed: bool,
}

/// What the function behind a logical id runs.
pub async fn live(target: &Target, stack: &str, logical_id: &str) -> Result<Live> {
    let name = crate::functions::name_of(target, stack, logical_id).await?;
    let function = target.lambda().get_function_configuration().function_name(&name).send().await;
    let function = function.map_err(Error::aws("GetFunctionConfiguration"))?;
    Ok(Live {
        logical_id: logical_id.to_owned(),
        sha256: function.code_sha256().map(hex).unwrap_or_default(),
        architecture: function
            .architectures()
            .first()
            .map_or_else(|| "x86_64".to_owned(), |one| one.as_str().to_owned()),
        last_modified: function.last_modified().unwrap_or_default().to_owned(),
        name,
    })
}

/// What each function runs, and whether its package holds something else, in the order given.
pub async fn compare(target: &Target, stack: &str, wanted: &[Wanted<'_>]) -> Result<Vec<(Live, bool)>> {
    stream::iter(wanted.iter().map(|one| async move {
        let live = live(target, stack, one.logical_id).await?;
        let differs = live.sha256 != one.package.sha256;
        Ok((live, differs))
    }))
    .buffered(AT_ONCE)
    .try_collect()
    .await
}

/// Brings each function's code, and nothing else, to what its package holds. Functions that run it already are left alone.
///
/// Each new code is verified by the hash that Lambda tells afterwards. The stack's parameters still name the old code: the
/// next deployment of the stack brings both together, see [`reconcile`].
pub async fn update(
    target: &Target,
    stack: &str,
    wanted: &[Wanted<'_>],
    reporter: &dyn Reporter,
) -> Result<Vec<Updated>> {
    let found = compare(target, stack, wanted).await?;
    let outdated: Vec<(&Wanted<'_>, &Live)> =
        wanted.iter().zip(&found).filter(|(_, (_, differs))| *differs).map(|(one, (live, _))| (one, live)).collect();
    for (one, live) in &outdated {
        if live.architecture != one.package.arch {
            let reason = format!("it runs on {}, and the new code is for {}", live.architecture, one.package.arch);
            return Err(Error::Code { function: live.name.clone(), reason });
        }
    }
    let mut now: BTreeMap<String, Live> = BTreeMap::new();
    if !outdated.is_empty() {
        // Through the bucket, so that the next deployment finds it there.
        let packages: Vec<Package> = outdated.iter().map(|(one, _)| one.package.clone()).collect();
        let bucket = assets::ensure_bucket(target, reporter).await?;
        let keys = assets::upload(target, &bucket, stack, &packages, reporter).await?;
        let (bucket, keys) = (&bucket, &keys);
        let put = outdated.iter().map(|(one, live)| put(target, bucket, keys, one, live, reporter));
        let put: Vec<Live> = stream::iter(put).buffered(AT_ONCE).try_collect().await?;
        now.extend(put.into_iter().map(|live| (live.logical_id.clone(), live)));
    }
    let updated = found
        .into_iter()
        .map(|(live, changed)| Updated { live: now.remove(&live.logical_id).unwrap_or(live), changed });
    Ok(updated.collect())
}

/// After a deployment of the stack: functions whose code is not what the stack deployed, because somebody changed it beside the
/// stack, get it back. CloudFormation does not see such a change. Returns those that were put back.
pub async fn reconcile(
    target: &Target,
    stack: &str,
    wanted: &[Wanted<'_>],
    reporter: &dyn Reporter,
) -> Result<Vec<Updated>> {
    let all = update(target, stack, wanted, reporter).await?;
    Ok(all.into_iter().filter(|one| one.changed).collect())
}

async fn put(
    target: &Target,
    bucket: &str,
    keys: &BTreeMap<String, String>,
    one: &Wanted<'_>,
    live: &Live,
    reporter: &dyn Reporter,
) -> Result<Live> {
    let lost = |reason: String| Error::Code { function: live.name.clone(), reason };
    let key = keys.get(&one.package.name).ok_or_else(|| lost("its code was not uploaded".to_owned()))?;
    let started = Instant::now();
    loop {
        let call = target.lambda().update_function_code().function_name(&live.name).s3_bucket(bucket).s3_key(key);
        match call.send().await.map_err(Error::aws("UpdateFunctionCode")) {
            Ok(_) => break,
            // Another update of the function is under way.
            Err(error) if is_conflict(&error) && started.elapsed() < PATIENCE => {
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            Err(error) => return Err(error),
        }
    }
    let mut pause = Duration::from_millis(if target.is_aws() { 500 } else { 50 });
    loop {
        let now = target.lambda().get_function_configuration().function_name(&live.name).send().await;
        match now.map_err(Error::aws("GetFunctionConfiguration")) {
            Ok(now) => match now.last_update_status() {
                Some(LastUpdateStatus::Failed) => {
                    let reason = now.last_update_status_reason().unwrap_or("Lambda gave no reason");
                    return Err(lost(format!("Lambda did not take the new code: {reason}")));
                }
                Some(LastUpdateStatus::InProgress) => {}
                _ => {
                    let sha256 = now.code_sha256().map(hex).unwrap_or_default();
                    if sha256 != one.package.sha256 {
                        let built = &one.package.sha256;
                        return Err(lost(format!("it runs code {sha256} and not {built}, which was sent")));
                    }
                    let last_modified = now.last_modified().unwrap_or_default().to_owned();
                    let live = Live { sha256, last_modified, ..live.clone() };
                    reporter
                        .event(&Event::CodeUpdated { function: one.package.name.clone(), sha256: live.sha256.clone() });
                    return Ok(live);
                }
            },
            Err(error) if error.as_aws().is_some_and(crate::error::Aws::is_passing) => {}
            Err(error) => return Err(error),
        }
        if started.elapsed() > PATIENCE {
            return Err(lost(format!("its code is not in place after {} s", PATIENCE.as_secs())));
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(3));
    }
}

fn is_conflict(error: &Error) -> bool {
    error
        .as_aws()
        .is_some_and(|aws| aws.code.as_deref() == Some("ResourceConflictException") || aws.kind == AwsKind::Throttled)
}

/// Lambda's base64 as the hexadecimal of everybody else. What is no base64 is given as it is, and equals nothing.
fn hex(base64: &str) -> String {
    match base64::engine::general_purpose::STANDARD.decode(base64) {
        Ok(bytes) => hex::encode(bytes),
        Err(_) => base64.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_compared_in_one_spelling() {
        assert_eq!(hex("q80="), "abcd");
        assert_eq!(hex("no base64!"), "no base64!");
    }
}
