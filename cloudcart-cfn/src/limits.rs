//! CloudFormation's limits and how much of them a template uses.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>

use crate::template::Template;

/// Resources in a template.
pub const RESOURCES: usize = 500;
/// Parameters in a template.
pub const PARAMETERS: usize = 200;
/// Outputs in a template.
pub const OUTPUTS: usize = 200;
/// Mappings in a template.
pub const MAPPINGS: usize = 200;
/// Keys of a mapping, and attributes under each.
pub const MAPPING_KEYS: usize = 200;
/// Dynamic references, `{{resolve:…}}`, in a template.
pub const DYNAMIC_REFERENCES: usize = 60;
/// Bytes of a parameter's value.
pub const PARAMETER_BYTES: usize = 4_096;
/// Bytes of a parameter's description.
pub const PARAMETER_DESCRIPTION_BYTES: usize = 4_000;
/// Bytes of a template that is sent with the request.
pub const INLINE_BYTES: usize = 51_200;
/// Bytes of a template that is read from S3. The page says 1 MB; the service's own message counts a million.
pub const S3_BYTES: usize = 1_000_000;
/// Bytes of the description of the template or an output.
pub const DESCRIPTION_BYTES: usize = 1_024;
/// Characters of a name of a resource, parameter or output.
pub const NAME_CHARS: usize = 255;

/// Bytes of a Lambda function's environment variables, names and values together.
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
pub const ENVIRONMENT_BYTES: usize = 4_096;
/// Names of environment variables that Lambda sets itself and refuses in a template.
/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>
pub const RESERVED_ENVIRONMENT: [&str; 19] = [
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_MAX_CONCURRENCY",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
];

/// What a template holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Resources.
    pub resources: usize,
    /// Parameters.
    pub parameters: usize,
    /// Conditions.
    pub conditions: usize,
    /// Outputs.
    pub outputs: usize,
    /// Bytes of the compact JSON.
    pub bytes: usize,
}

impl Counts {
    pub(crate) fn of(template: &Template) -> Self {
        Self {
            resources: template.resources.len(),
            parameters: template.parameters.len(),
            conditions: template.conditions.len(),
            outputs: template.outputs.len(),
            bytes: template.to_json_compact().len(),
        }
    }

    /// Name, used, limit: for a table.
    pub const fn against_limits(&self) -> [(&'static str, usize, usize); 5] {
        [
            ("resources", self.resources, RESOURCES),
            ("parameters", self.parameters, PARAMETERS),
            ("outputs", self.outputs, OUTPUTS),
            ("bytes inline", self.bytes, INLINE_BYTES),
            ("bytes from S3", self.bytes, S3_BYTES),
        ]
    }

    /// Whether the template may be sent with the request; if not it must come from S3.
    pub const fn fits_inline(&self) -> bool {
        self.bytes <= INLINE_BYTES
    }
}
