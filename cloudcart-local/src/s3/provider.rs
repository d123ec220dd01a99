//! `AWS::S3::Bucket`.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html>

use super::{S3, check_bucket_name};
use crate::provider::{Property, ProvisionError, Provisioned, Reading, ResourceProvider, ResourceRequest, fit};
use async_trait::async_trait;
use serde_json::{Map, Value, json};
use std::{collections::BTreeMap, sync::Arc};

/// The longest name of a bucket.
const NAME_LIMIT: usize = 63;

pub(super) struct BucketProvider(pub(super) Arc<S3>);

#[async_trait]
impl ResourceProvider for BucketProvider {
    fn type_name(&self) -> &'static str {
        "AWS::S3::Bucket"
    }

    fn properties(&self) -> &'static [Property] {
        const NO_READERS: &str = "would watch the bucket and tell of it; nothing does here";
        const PROPERTIES: &[Property] = &[
            Property::ignored("AccelerateConfiguration", "would speed up transfers from far away; this is near"),
            Property::ignored("AccessControl", "would open the bucket to others; the local cloud has one account"),
            Property::ignored("AnalyticsConfigurations", NO_READERS),
            Property::ignored(
                "BucketEncryption",
                "would choose the key of the encryption at rest; objects are local files",
            ),
            Property::create_only("BucketName"),
            Property::ignored(
                "CorsConfiguration",
                "would let browsers in; the local cloud adds no CORS headers to objects",
            ),
            Property::ignored("IntelligentTieringConfigurations", "a class changes the price only"),
            Property::ignored("InventoryConfigurations", NO_READERS),
            Property::ignored("LifecycleConfiguration", "would expire objects; nothing expires here"),
            Property::ignored("LoggingConfiguration", "would log requests to another bucket; nothing does here"),
            Property::ignored("MetricsConfigurations", NO_READERS),
            Property::ignored("NotificationConfiguration", "would tell of new objects; nothing does here"),
            Property::ignored("OwnershipControls", "concerns objects of other accounts; the local cloud has one"),
            Property::ignored("PublicAccessBlockConfiguration", "would keep the public out; nothing is public here"),
            Property::ignored("ReplicationConfiguration", "would copy objects to another region; there is one here"),
            Property::ignored(
                "Tags",
                "tags for cost and for tag-based policies, which the local cloud does not evaluate",
            ),
            Property::honoured("VersioningConfiguration"),
        ];
        PROPERTIES
    }

    async fn create(&self, request: &ResourceRequest) -> Result<Provisioned, ProvisionError> {
        let name = match request.properties.get("BucketName") {
            None => generated(request),
            Some(Value::String(name)) => name.clone(),
            Some(_) => return Err(ProvisionError::invalid("#/BucketName: expected type: String")),
        };
        check_bucket_name(&name)?;
        let status = versioning(&request.properties)?;
        if !self.0.objects.create_bucket(&name, self.0.core.clock.now_ms())? {
            return Err(ProvisionError::with_code("AlreadyExists", format!("{name} already exists")));
        }
        self.set_versioning(&name, status)?;
        Ok(self.provisioned(&name))
    }

    async fn update(
        &self,
        physical_id: &str,
        previous: &Map<String, Value>,
        request: &ResourceRequest,
    ) -> Result<Provisioned, ProvisionError> {
        if !self.0.objects.bucket_exists(physical_id)? {
            return Err(ProvisionError::with_code("NotFound", "The specified bucket does not exist"));
        }
        let (before, wanted) = (versioning(previous)?, versioning(&request.properties)?);
        // A bucket that kept versions once cannot forget that it did.
        let status = if wanted.is_none() && before.is_some() { Some("Suspended") } else { wanted };
        self.set_versioning(physical_id, status)?;
        Ok(self.provisioned(physical_id))
    }

    async fn delete(&self, physical_id: &str, _request: &ResourceRequest) -> Result<(), ProvisionError> {
        if self.0.objects.bucket_exists(physical_id)? && !self.0.objects.delete_bucket(physical_id)? {
            return Err(ProvisionError::with_code(
                "GeneralServiceException",
                "The bucket you tried to delete is not empty. You must delete all versions in the bucket.",
            ));
        }
        Ok(())
    }

    async fn discard(&self, request: &ResourceRequest) -> Result<(), ProvisionError> {
        // A bucket of the author's own name may have been there before.
        if request.properties.contains_key("BucketName") {
            return Ok(());
        }
        self.delete(&generated(request), request).await
    }

    async fn read(&self, physical_id: &str, request: &ResourceRequest) -> Result<Reading, ProvisionError> {
        if !self.0.objects.bucket_exists(physical_id)? {
            return Ok(Reading::Gone);
        }
        let shown = |status: Option<&str>| {
            Map::from_iter([("VersioningConfiguration".to_owned(), json!({ "Status": status }))])
        };
        let actual = match self.0.objects.versioning(physical_id)? {
            super::versions::Versioning::Enabled => Some("Enabled"),
            super::versions::Versioning::Suspended => Some("Suspended"),
            super::versions::Versioning::Never => None,
        };
        Ok(Reading::There { expected: shown(versioning(&request.properties)?), actual: shown(actual) })
    }
}

impl BucketProvider {
    fn set_versioning(&self, bucket: &str, status: Option<&str>) -> Result<(), ProvisionError> {
        let document = status.map(|status| {
            format!(
                "<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Status>{status}</Status>\
                 </VersioningConfiguration>"
            )
        });
        Ok(self.0.objects.configure(bucket, "versioning", document.as_deref())?)
    }

    fn provisioned(&self, name: &str) -> Provisioned {
        let region = &self.0.core.region;
        Provisioned {
            physical_id: name.to_owned(),
            attributes: BTreeMap::from([
                ("Arn".to_owned(), json!(format!("arn:aws:s3:::{name}"))),
                ("DomainName".to_owned(), json!(format!("{name}.s3.amazonaws.com"))),
                ("RegionalDomainName".to_owned(), json!(format!("{name}.s3.{region}.amazonaws.com"))),
            ]),
        }
    }
}

fn generated(request: &ResourceRequest) -> String {
    fit(&request.generated_name, NAME_LIMIT).to_ascii_lowercase()
}

fn versioning(properties: &Map<String, Value>) -> Result<Option<&str>, ProvisionError> {
    let Some(configuration) = properties.get("VersioningConfiguration") else { return Ok(None) };
    match configuration.get("Status").and_then(Value::as_str) {
        Some(status @ ("Enabled" | "Suspended")) => Ok(Some(status)),
        _ => Err(ProvisionError::invalid("#/VersioningConfiguration/Status: must be Enabled or Suspended")),
    }
}
