//! What the templates of the AWS CDK have beside resources of the services: `AWS::CDK::Metadata`, and the version of the
//! bootstrap resources in Parameter Store.

use crate::{
    api::{ApiRequest, Need, Service},
    core::Core,
    error::{AwsError, Protocol},
    provider::{Property, ProvisionError, Provisioned, ResourceProvider, ResourceRequest},
};
use async_trait::async_trait;
use bytes::Bytes;
use http::{Response, header};
use serde_json::{Map, Value, json};
use std::{collections::BTreeMap, sync::Arc};

/// The version of the CDK's bootstrap resources whose way of keeping assets this cloud has: a bucket by a name of theirs.
const BOOTSTRAP_VERSION: &str = "33";

/// Why such a value differs from AWS.
pub(super) const BUILT_IN: &str = "the local cloud has no Parameter Store: the value is built in; there are no bootstrap \
    resources either, and the bucket of the assets is to be made like any other";

/// The value of a parameter of Parameter Store that this cloud knows: `/cdk-bootstrap/<qualifier>/version`.
pub(super) fn stored(name: &str) -> Option<&'static str> {
    let qualifier = name.strip_prefix("/cdk-bootstrap/")?.strip_suffix("/version")?;
    (!qualifier.is_empty() && qualifier.bytes().all(|byte| byte.is_ascii_alphanumeric())).then_some(BOOTSTRAP_VERSION)
}

/// Parameter Store, as far as `cdk deploy` asks it: `GetParameter` for what is built in. `awsJson1_1`.
pub struct Parameters(Arc<Core>);

impl Parameters {
    /// The parameters of this cloud.
    pub fn new(core: Arc<Core>) -> Self {
        Self(core)
    }
}

#[async_trait]
impl Service for Parameters {
    fn name(&self) -> &'static str {
        "ssm"
    }

    fn protocol(&self) -> Protocol {
        Protocol::Json11
    }

    fn needs(&self, request: &ApiRequest) -> Result<Vec<Need>, AwsError> {
        if request.operation != "GetParameter" {
            return Ok(Vec::new());
        }
        let input = request.json()?;
        let name = input.get("Name").and_then(Value::as_str).unwrap_or_default();
        let arn = self.0.arn("ssm", &format!("parameter/{}", name.trim_start_matches('/')));
        Ok(vec![Need::new("ssm:GetParameter", arn)])
    }

    async fn call(&self, request: ApiRequest) -> Result<Response<Bytes>, AwsError> {
        if request.operation != "GetParameter" {
            return Err(AwsError::not_offered(&format!("ssm:{}", request.operation)));
        }
        let input = request.json()?;
        let name = input.get("Name").and_then(Value::as_str).unwrap_or_default();
        let Some(value) = stored(name) else {
            // AWS's has no message.
            return Err(AwsError::bad_request(
                "ParameterNotFound",
                format!("{name} is not there: the local cloud has /cdk-bootstrap/<qualifier>/version alone"),
            ));
        };
        let body = json!({"Parameter": {
            "ARN": self.0.arn("ssm", &format!("parameter/{}", name.trim_start_matches('/'))),
            "DataType": "text",
            "Name": name,
            "Type": "String",
            "Value": value,
            "Version": 1,
        }});
        Response::builder()
            .header(header::CONTENT_TYPE, "application/x-amz-json-1.1")
            .body(Bytes::from(body.to_string()))
            .map_err(|error| AwsError::internal(&error))
    }
}

/// `AWS::CDK::Metadata`, by which the CDK counts which constructs are in use.
pub(super) struct Metadata;

#[async_trait]
impl ResourceProvider for Metadata {
    fn type_name(&self) -> &'static str {
        "AWS::CDK::Metadata"
    }

    fn properties(&self) -> &'static [Property] {
        const {
            &[Property::ignored(
                "Analytics",
                "would tell AWS which constructs are in use; the local cloud tells nobody",
            )]
        }
    }

    async fn create(&self, request: &ResourceRequest) -> Result<Provisioned, ProvisionError> {
        Ok(Provisioned { physical_id: request.generated_name.clone(), attributes: BTreeMap::new() })
    }

    async fn update(
        &self,
        physical_id: &str,
        _previous: &Map<String, Value>,
        _request: &ResourceRequest,
    ) -> Result<Provisioned, ProvisionError> {
        Ok(Provisioned { physical_id: physical_id.to_owned(), attributes: BTreeMap::new() })
    }

    async fn delete(&self, _physical_id: &str, _request: &ResourceRequest) -> Result<(), ProvisionError> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::stored;

    #[test]
    fn only_the_versions_of_bootstrap_resources_are_stored() {
        assert_eq!(stored("/cdk-bootstrap/hnb659fds/version"), Some("33"));
        for other in ["/cdk-bootstrap//version", "/cdk-bootstrap/a/b/version", "/cdk-bootstrap/a", "a", ""] {
            assert_eq!(stored(other), None, "{other}");
        }
    }
}
