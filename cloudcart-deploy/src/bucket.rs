//! What is in a bucket, with every version of it, and how to take it all out.

use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use serde::Serialize;

use crate::error::{AwsKind, Error, Result};
use crate::report::{Event, Reporter};
use crate::target::Target;

/// S3 deletes at most this many things in one call.
const BATCH: usize = 1000;

/// An emptied bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Emptied {
    /// Its name.
    pub bucket: String,
    /// How many objects, old versions and delete markers were deleted.
    pub objects: usize,
}

/// An object, one of its old versions, or a delete marker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Its key.
    pub key: String,
    /// Its version's id; none in a bucket whose endpoint knows no versions.
    pub id: Option<String>,
    /// Its size; nothing for a delete marker.
    pub bytes: u64,
    /// When it was written, in seconds since 1970.
    pub modified: i64,
}

/// Where a listing goes on.
#[derive(Debug, Clone, Default)]
struct Mark {
    key: Option<String>,
    version: Option<String>,
    token: Option<String>,
}

/// How many objects, old versions and delete markers a bucket holds, counted up to a thousand. `None` when that may not be
/// read; a bucket that is gone holds nothing.
pub async fn count(target: &Target, bucket: &str) -> Result<Option<usize>> {
    match page(target, bucket, "", &Mark::default()).await {
        Ok((versions, _)) => Ok(Some(versions.len())),
        Err(error) => match error.as_aws().map(|aws| aws.kind) {
            Some(AwsKind::NotFound) => Ok(Some(0)),
            Some(AwsKind::Denied) => Ok(None),
            _ => Err(error),
        },
    }
}

/// Everything in a bucket whose key begins with `prefix`, with every version and delete marker.
pub async fn versions(target: &Target, bucket: &str, prefix: &str) -> Result<Vec<Version>> {
    let mut all = Vec::new();
    let mut mark = Mark::default();
    loop {
        let (versions, next) = page(target, bucket, prefix, &mark).await?;
        all.extend(versions);
        match next {
            Some(next) => mark = next,
            None => return Ok(all),
        }
    }
}

/// Takes everything out of a bucket. A bucket that is gone is empty.
pub async fn empty(target: &Target, bucket: &str, reporter: &dyn Reporter) -> Result<Emptied> {
    let mut objects = 0;
    loop {
        // From the beginning each time: what was listed before is gone.
        let found = match page(target, bucket, "", &Mark::default()).await {
            Ok((found, _)) => found,
            Err(error) if error.as_aws().is_some_and(|aws| aws.kind == AwsKind::NotFound) => Vec::new(),
            Err(error) => return Err(error),
        };
        if found.is_empty() {
            let emptied = Emptied { bucket: bucket.to_owned(), objects };
            if objects > 0 {
                reporter.event(&Event::BucketEmptied { bucket: bucket.to_owned(), objects });
            }
            return Ok(emptied);
        }
        delete(target, bucket, &found).await?;
        objects += found.len();
    }
}

/// Deletes these, a thousand a call. The first one that is refused is an error that names it.
pub async fn delete(target: &Target, bucket: &str, versions: &[Version]) -> Result<()> {
    for batch in versions.chunks(BATCH) {
        let objects: Vec<ObjectIdentifier> = batch
            .iter()
            // The one required member is set.
            .filter_map(|one| ObjectIdentifier::builder().key(&one.key).set_version_id(one.id.clone()).build().ok())
            .collect();
        // So is this one's.
        let Ok(request) = Delete::builder().quiet(true).set_objects(Some(objects)).build() else { continue };
        let call = target.s3().delete_objects().bucket(bucket).expected_bucket_owner(&target.identity().account);
        let answer = call.delete(request).send().await.map_err(Error::aws("DeleteObjects"))?;
        if let Some(refused) = answer.errors().first() {
            return Err(Error::ObjectsLeft {
                bucket: bucket.to_owned(),
                key: refused.key().unwrap_or_default().to_owned(),
                reason: format!(
                    "{} ({})",
                    refused.message().unwrap_or("no reason given"),
                    refused.code().unwrap_or("no code")
                ),
            });
        }
    }
    Ok(())
}

/// A page of a listing of versions; of plain objects where the endpoint has no versions.
async fn page(target: &Target, bucket: &str, prefix: &str, mark: &Mark) -> Result<(Vec<Version>, Option<Mark>)> {
    if mark.token.is_some() {
        return plain_page(target, bucket, prefix, mark).await;
    }
    let answer = target
        .s3()
        .list_object_versions()
        .bucket(bucket)
        .prefix(prefix)
        .set_key_marker(mark.key.clone())
        .set_version_id_marker(mark.version.clone())
        .expected_bucket_owner(&target.identity().account)
        .send()
        .await;
    let answer = match answer.map_err(Error::aws("ListObjectVersions")) {
        Ok(answer) => answer,
        Err(error) if error.as_aws().is_some_and(|aws| aws.kind == AwsKind::NotOffered) => {
            return plain_page(target, bucket, prefix, mark).await;
        }
        Err(error) => return Err(error),
    };
    let objects = answer.versions().iter().map(|one| Version {
        key: one.key().unwrap_or_default().to_owned(),
        id: one.version_id().map(str::to_owned),
        bytes: one.size().and_then(|size| u64::try_from(size).ok()).unwrap_or_default(),
        modified: one.last_modified().map(aws_sdk_s3::primitives::DateTime::secs).unwrap_or_default(),
    });
    let markers = answer.delete_markers().iter().map(|one| Version {
        key: one.key().unwrap_or_default().to_owned(),
        id: one.version_id().map(str::to_owned),
        bytes: 0,
        modified: one.last_modified().map(aws_sdk_s3::primitives::DateTime::secs).unwrap_or_default(),
    });
    let next = answer.is_truncated().unwrap_or_default().then(|| Mark {
        key: answer.next_key_marker().map(str::to_owned),
        version: answer.next_version_id_marker().map(str::to_owned),
        token: None,
    });
    // A page that says there is more and not where would be asked for for ever.
    Ok((objects.chain(markers).collect(), next.filter(|next| next.key.is_some())))
}

async fn plain_page(target: &Target, bucket: &str, prefix: &str, mark: &Mark) -> Result<(Vec<Version>, Option<Mark>)> {
    let answer = target
        .s3()
        .list_objects_v2()
        .bucket(bucket)
        .prefix(prefix)
        .set_continuation_token(mark.token.clone())
        .expected_bucket_owner(&target.identity().account)
        .send()
        .await
        .map_err(Error::aws("ListObjectsV2"))?;
    let objects = answer
        .contents()
        .iter()
        .map(|one| Version {
            key: one.key().unwrap_or_default().to_owned(),
            id: None,
            bytes: one.size().and_then(|size| u64::try_from(size).ok()).unwrap_or_default(),
            modified: one.last_modified().map(aws_sdk_s3::primitives::DateTime::secs).unwrap_or_default(),
        })
        .collect();
    let next = answer.next_continuation_token().map(|token| Mark { token: Some(token.to_owned()), ..Mark::default() });
    Ok((objects, next))
}
