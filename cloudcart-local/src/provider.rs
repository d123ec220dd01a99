//! What CloudFormation needs of a service to create, change and delete one resource type.

use async_trait::async_trait;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// How the local cloud treats a property of a resource type. A top-level property that is not listed is unknown, and a
/// template that uses it is refused with its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Support {
    /// Done as AWS does it.
    Honoured,
    /// Accepted and listed in the fidelity report: the text says what it would do on AWS and why it does nothing here.
    Ignored(&'static str),
    /// Done, and listed in the fidelity report too: the text says how it differs from AWS.
    Differing(&'static str),
}

/// What a change of a property means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnChange {
    /// Updated in place.
    Update,
    /// A new resource takes the old one's place.
    Replace,
}

/// One property of a resource type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Property {
    /// Exact name, for example `VisibilityTimeout`. A member of a property is listed only to say that it is ignored or differs,
    /// by its path: `LoggingConfig.LogGroup`, through the items of lists, `*` for any key of a map. A change of it is one of its
    /// property.
    pub name: &'static str,
    /// What is done with it.
    pub support: Support,
    /// What a change of it means.
    pub on_change: OnChange,
}

impl Property {
    /// A property that is honoured and updated in place.
    pub const fn honoured(name: &'static str) -> Self {
        Self { name, support: Support::Honoured, on_change: OnChange::Update }
    }

    /// A property that is honoured and whose change replaces the resource.
    pub const fn create_only(name: &'static str) -> Self {
        Self { name, support: Support::Honoured, on_change: OnChange::Replace }
    }

    /// A property that is honoured, updated in place and reported, because it differs from AWS.
    pub const fn differing(name: &'static str, how: &'static str) -> Self {
        Self { name, support: Support::Differing(how), on_change: OnChange::Update }
    }

    /// A property that is accepted, reported and otherwise ignored.
    pub const fn ignored(name: &'static str, why: &'static str) -> Self {
        Self { name, support: Support::Ignored(why), on_change: OnChange::Update }
    }
}

/// One resource as CloudFormation wants it. Intrinsics are resolved.
#[derive(Debug, Clone)]
pub struct ResourceRequest {
    /// Name of the stack.
    pub stack_name: String,
    /// ARN of the stack.
    pub stack_id: String,
    /// Logical id in the template.
    pub logical_id: String,
    /// The resource's properties, an object.
    pub properties: Map<String, Value>,
    /// A name for a resource that the template does not name: `<stack>-<logical id>-<12 characters>`, as CloudFormation makes
    /// it. Stable for one creation; cut it where the service's limit is shorter.
    pub generated_name: String,
}

/// A resource that exists.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Provisioned {
    /// What `Ref` gives.
    pub physical_id: String,
    /// What `Fn::GetAtt` gives, by attribute name.
    pub attributes: BTreeMap<String, Value>,
}

/// What reading a resource gave.
#[derive(Debug, Clone, PartialEq)]
pub enum Reading {
    /// The type cannot be read.
    NotOffered,
    /// It is not there any more.
    Gone,
    /// It is there. Both objects hold properties by their names in a template, written in one normal form, so that equal
    /// settings are equal values. A property that is in neither is not compared.
    There {
        /// What the request's properties come to.
        expected: Map<String, Value>,
        /// What the resource has.
        actual: Map<String, Value>,
    },
}

/// Why a resource could not be made, changed or deleted, in the words of the service: it becomes `ResourceStatusReason`.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct ProvisionError {
    /// The reason, for example `Resource handler returned message: "…" (HandlerErrorCode: InvalidRequest)`'s inner text.
    pub message: String,
    /// CloudFormation's handler error code, for example `InvalidRequest`, `AlreadyExists`, `NotFound`, `GeneralServiceException`.
    pub code: &'static str,
}

impl ProvisionError {
    /// A refusal of the request.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: "InvalidRequest" }
    }

    /// A refusal with another handler error code.
    pub fn with_code(code: &'static str, message: impl Into<String>) -> Self {
        Self { message: message.into(), code }
    }
}

impl From<crate::error::AwsError> for ProvisionError {
    fn from(error: crate::error::AwsError) -> Self {
        let code = match (error.status, error.code.as_str()) {
            (404, _) => "NotFound",
            (409, _) => "AlreadyExists",
            (500.., _) => "GeneralServiceException",
            _ => "InvalidRequest",
        };
        Self { message: error.message, code }
    }
}

impl From<crate::store::StoreError> for ProvisionError {
    fn from(error: crate::store::StoreError) -> Self {
        crate::error::AwsError::internal(&error).into()
    }
}

/// Creates, changes and deletes the resources of one type.
#[async_trait]
pub trait ResourceProvider: Send + Sync + 'static {
    /// For example `AWS::SQS::Queue`.
    fn type_name(&self) -> &'static str;

    /// Every top-level property that is accepted.
    fn properties(&self) -> &'static [Property];

    /// Makes the resource.
    async fn create(&self, request: &ResourceRequest) -> Result<Provisioned, ProvisionError>;

    /// Changes it in place from `previous` properties to `request.properties`. Called only when no create-only property
    /// changed. The physical id stays.
    async fn update(
        &self,
        physical_id: &str,
        previous: &Map<String, Value>,
        request: &ResourceRequest,
    ) -> Result<Provisioned, ProvisionError>;

    /// Removes it. A resource that is gone already is a success.
    async fn delete(&self, physical_id: &str, request: &ResourceRequest) -> Result<(), ProvisionError>;

    /// Removes what a creation left behind whose end is not known, because the process stopped (or panicked) in the middle
    /// of it. `request` is the one that [`ResourceProvider::create`] had. Only what that very creation made may go: a
    /// resource of the same name that was there before must stay. Nothing to remove is a success.
    ///
    /// The default deletes by the generated name, which does for a type whose physical id is its name. A type whose ids
    /// are made by the service must find the thing by what it noted at creation, such as the generated name.
    async fn discard(&self, request: &ResourceRequest) -> Result<(), ProvisionError> {
        self.delete(&request.generated_name, request).await
    }

    /// Compares the resource with what it was last asked to be, for drift detection.
    async fn read(&self, _physical_id: &str, _request: &ResourceRequest) -> Result<Reading, ProvisionError> {
        Ok(Reading::NotOffered)
    }
}

/// A generated name cut to `limit` bytes; its random end stays, so that it stays unique.
pub(crate) fn fit(generated: &str, limit: usize) -> String {
    if generated.len() <= limit {
        return generated.to_owned();
    }
    let (front, random) = generated.rsplit_once('-').unwrap_or((generated, ""));
    let room = limit.saturating_sub(random.len() + 1).min(front.len());
    format!("{}-{random}", front[..room].trim_end_matches('-'))
}

#[cfg(test)]
mod tests {
    use super::fit;

    #[test]
    fn a_long_generated_name_keeps_its_random_end() {
        let name = fit(&format!("{}-Role-ABCDEFGHIJKL", "s".repeat(70)), 64);
        assert_eq!(name.len(), 64);
        assert!(name.ends_with("-ABCDEFGHIJKL"));
        assert_eq!(fit("stack-Role-ABC", 64), "stack-Role-ABC");
    }
}
