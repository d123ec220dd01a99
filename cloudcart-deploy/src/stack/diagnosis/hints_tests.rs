//! Every row of the table with a reason as the services really give it.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use super::*;

/// The row, the type, the reason, and a word that its hint must have.
const REAL: &[(&str, &str, &str, &str)] = &[
    (
        "environment key",
        "AWS::Lambda::Function",
        "Lambda was unable to decrypt the environment variables because KMS access was denied. Please check the function's KMS key settings. KMS Exception: AccessDeniedException KMS Message: The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.",
        "kms:Decrypt",
    ),
    (
        "environment key",
        "AWS::SQS::Queue",
        "User: arn:aws:iam::123456789012:user/dev is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:us-east-1:123456789012:key/1 because no identity-based policy allows the kms:Decrypt action (Service: Kms, Status Code: 400, Request ID: 1)",
        "key's policy",
    ),
    (
        "missing permission",
        "AWS::Events::Rule",
        "User: arn:aws:iam::538069693173:user/amp is not authorized to perform: events:PutRule on resource: arn:aws:events:us-east-1:538069693173:rule/amplify-gra",
        "allow `events:PutRule` on arn:aws:events:us-east-1:538069693173:rule/amplify-gra for arn:aws:iam::538069693173:user/amp",
    ),
    (
        "missing permission",
        "AWS::Lambda::Permission",
        "User: arn:aws:sts::123456789012:assumed-role/Zone/AWSCloudFormation is not authorized to perform: lambda:AddPermission on resource: arn:aws:lambda:us-east-2:123456789012:function:Pipe because no identity-based policy allows the lambda:AddPermission action (Service: AWSLambdaInternal; Status Code: 403; Error Code: AccessDeniedException; )",
        "allow `lambda:AddPermission` on arn:aws:lambda:us-east-2:123456789012:function:Pipe for",
    ),
    (
        "missing permission",
        "AWS::IAM::Role",
        "API: iam:CreateRole User: arn:aws:sts::123456789012:assumed-role/CodeStarWorker/AWSCloudFormation is not authorized to perform: iam:CreateRole on resource: arn:aws:iam::123456789012:role/awscodestar with an explicit deny in a service control policy",
        "explicitly denies `iam:CreateRole`",
    ),
    (
        "mapping's rights",
        "AWS::Lambda::EventSourceMapping",
        "Resource handler returned message: \"Invalid request provided: The provided execution role does not have permissions to call ReceiveMessage on SQS (Service: Lambda, Status Code: 400, Request ID: 1)\" (RequestToken: 1, HandlerErrorCode: InvalidRequest)",
        "sqs:ReceiveMessage",
    ),
    (
        "denied without a name",
        "AWS::EC2::NetworkAclEntry",
        "Resource handler returned message: \"You are not authorized to perform this operation. (Service: Ec2, Status Code: 403, Request ID: 739745f0)\" (RequestToken: e26ed59d, HandlerErrorCode: AccessDenied)",
        "CloudTrail",
    ),
    (
        "role not assumable",
        "AWS::Lambda::Function",
        "Resource handler returned message: \"The role defined for the function cannot be assumed by Lambda. (Service: Lambda, Status Code: 400, Request ID: 599fd384-26c2-42ec-a937-b890f6f22c8c)\" (RequestToken: f533030b-2cdb-3807-388b-efb80fc469af, HandlerErrorCode: InvalidRequest)",
        "trust policy",
    ),
    (
        "in another stack",
        "AWS::Logs::LogGroup",
        "/aws/lambda/development-get-stat already exists in stack arn:aws:cloudformation:us-east-1:123456789012:stack/alertgraph-development/1f",
        "`alertgraph-development`",
    ),
    (
        "mapping exists",
        "AWS::Lambda::EventSourceMapping",
        "Resource handler returned message: \"An event source mapping with SQS arn (\\\" arn:aws:sqs:eu-west-1:1:q \\\") and function (\\\" worker \\\") already exists. Please update or delete the existing mapping with UUID 2f\" (RequestToken: 1, HandlerErrorCode: AlreadyExists)",
        "delete-event-source-mapping",
    ),
    (
        "log group exists",
        "AWS::Logs::LogGroup",
        "Resource handler returned message: \"Resource of type 'AWS::Logs::LogGroup' with identifier '{\"/properties/LogGroupName\":\"/aws/lambda/shop\"}' already exists.\" (RequestToken: 258db5a1-23c6-5e4b-4d23-7a469fc2de96, HandlerErrorCode: AlreadyExists)",
        "delete-log-group",
    ),
    ("bucket exists", "AWS::S3::Bucket", "staging-static-assets already exists", "whole world"),
    ("name exists", "AWS::DynamoDB::Table", "ample-dev-project already exists", "leave the physical name away"),
    (
        "name exists",
        "AWS::CE::AnomalyMonitor",
        "Resource handler returned message: \"null\" (RequestToken: 1, HandlerErrorCode: AlreadyExists)",
        "import it",
    ),
    (
        "queue deleted recently",
        "AWS::SQS::Queue",
        "You must wait 60 seconds after deleting a queue before you can create another with the same name. (Service: Sqs, Status Code: 400, Request ID: 7503e9ea-2fa2-5fba-b1cc-b6117f9af4d4)",
        "in a minute",
    ),
    (
        "named replacement",
        "AWS::DynamoDB::Table",
        "CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename iot_device_health and update the stack again.",
        "physical name",
    ),
    (
        "one index at a time",
        "AWS::DynamoDB::Table",
        "Cannot perform more than one GSI creation or deletion in a single update",
        "one new or removed index per deployment",
    ),
    (
        "table busy",
        "AWS::DynamoDB::Table",
        "Attempt to change a resource which is still in use: Table is being created: hkdev-dynamo-fp-sale-log",
        "describe-table",
    ),
    (
        "code not there",
        "AWS::Lambda::Function",
        "Resource handler returned message: \"Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist. (Service: Lambda, Status Code: 400, Request ID: ad9bb8d6-5c12-432e-8438-8584ce7c9024)\" (RequestToken: fe23dc9c-f282-baaf-a281-8b99d4caf956, HandlerErrorCode: InvalidRequest)",
        "uploads what is missing",
    ),
    (
        "code bucket",
        "AWS::Lambda::Function",
        "Error occurred while GetObject. S3 Error Code: NoSuchBucket. S3 Error Message: The specified bucket does not exist (Service: AWSLambdaInternal; Status Code: 400; Error Code: InvalidParameterValueException)",
        "own region",
    ),
    (
        "code unreadable",
        "AWS::Lambda::Function",
        "Could not unzip uploaded file. Please check your file, then try to upload again. (Service: AWSLambdaInternal; Status Code: 400; Error Code: InvalidParameterValueException)",
        "zip file",
    ),
    (
        "code too large",
        "AWS::Lambda::Function",
        "Resource handler returned message: \"Unzipped size must be smaller than 262144000 bytes (Service: Lambda, Status Code: 400, Request ID: 69b4c29e-e336-421f-a6ec-ce7c413a93e7, Extended Request ID: null)\" (RequestToken: 282abe5b-810f-a238-fe9e-2b4f209af5bb, HandlerErrorCode: InvalidRequest)",
        "250 MB",
    ),
    (
        "runtime",
        "AWS::Lambda::Function",
        "Value Provided at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [java8, nodejs6.10] or be a valid ARN (Service: AWSLambdaInternal; Status Code: 400; Error Code: InvalidParameterValueException; Request ID: 9be2f808-fb62-11e8-8b75-23307281e7e6)",
        "provided.al2023",
    ),
    (
        "runtime",
        "AWS::Lambda::Function",
        "Resource handler returned message: \"The runtime parameter of nodejs6.10 is no longer supported for creating or updating AWS Lambda functions. We recommend you use the new runtime (nodejs16.x) while creating or updating functions. (Service: Lambda, Status Code: 400, Request ID: 1)\" (RequestToken: 1, HandlerErrorCode: InvalidRequest)",
        "provided.al2023",
    ),
    (
        "handler",
        "AWS::Lambda::Function",
        "1 validation error detected: Value 'my handler' at 'handler' failed to satisfy constraint: Member must satisfy regular expression pattern: [^\\s]+",
        "bootstrap",
    ),
    (
        "reserved concurrency",
        "AWS::Lambda::Function",
        "Resource handler returned message: \"Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [50]. (Service: Lambda, Status Code: 400, Request ID: b26c3792-2b8b-4077-bcc1-262012e3be87)\" (RequestToken: 0800020a-8ad8-8f92-0134-5e8c54643977, HandlerErrorCode: InvalidRequest)",
        "Service Quotas",
    ),
    (
        "visibility below timeout",
        "AWS::Lambda::EventSourceMapping",
        "Resource handler returned message: \"Invalid request provided: Queue visibility timeout: 30 seconds is less than Function timeout: 60 seconds (Service: Lambda, Status Code: 400, Request ID: 1)\" (RequestToken: 1, HandlerErrorCode: InvalidRequest)",
        "six times",
    ),
    (
        "environment too large",
        "AWS::Lambda::Function",
        "Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit.",
        "4 KB",
    ),
    (
        "reserved variable",
        "AWS::Lambda::Function",
        "Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: AWS_REGION",
        "AWS_",
    ),
    (
        "update under way",
        "AWS::Lambda::Function",
        "The operation cannot be performed at this time. An update is in progress for resource: arn:aws:lambda:eu-west-1:123456789012:function:shop",
        "wait",
    ),
    (
        "certificate",
        "AWS::ApiGateway::DomainName",
        "Invalid request provided: The provided certificate does not exist. (Service: ApiGateway, Status Code: 400, Request ID: 1, Extended Request ID: null)",
        "region",
    ),
    (
        "domain",
        "AWS::CloudFront::Distribution",
        "One or more of the CNAMEs you provided are already associated with a different resource. (Service: AmazonCloudFront; Status Code: 409; Error Code: CNAMEAlreadyExists; Request ID: 04203862-5630-11e9-a106-ed88d4c45bcd)",
        "remove it there",
    ),
    (
        "rate",
        "AWS::Lambda::EventSourceMapping",
        "Rate exceeded for operation 'Rate exceeded (Service: Lambda, Status Code: 429, Request ID: 2d5768a1-1dcc-42eb-9d7d-e3290f10f4ed, Extended Request ID: null)'.",
        "some minutes",
    ),
    (
        "quota",
        "AWS::Logs::SubscriptionFilter",
        "Resource limit exceeded. (Service: AWSLogs; Status Code: 400; Error Code: LimitExceededException; Request ID: 7f91c669-d06e-11e8-9a28-85527fa06d9e)",
        "Service Quotas",
    ),
    (
        "quota",
        "AWS::ApiGatewayV2::Api",
        "Resource handler returned message: \"Maximum number of APIs for this account has been reached\" (RequestToken: 1, HandlerErrorCode: ServiceLimitExceeded)",
        "Service Quotas",
    ),
    (
        "bucket not empty",
        "AWS::S3::Bucket",
        "The bucket you tried to delete is not empty (Service: Amazon S3; Status Code: 409; Error Code: BucketNotEmpty; Request ID: 1)",
        "cloudcart destroy",
    ),
    (
        "cycle",
        "",
        "Circular dependency between resources: [MyHttpApiApiGatewayDefaultStage, MyHttpApi, MyHttpApiRole]",
        "MyHttpApiApiGatewayDefaultStage, MyHttpApi, MyHttpApiRole need one another",
    ),
    (
        "no such export",
        "AWS::CloudFormation::Stack",
        "No export named shop-vpc found. Rollback requested by user.",
        "`shop-vpc`",
    ),
    (
        "export in use",
        "AWS::CloudFormation::Stack",
        "Export shop-vpc cannot be deleted as it is in use by shop-api",
        "imports",
    ),
    (
        "export taken",
        "AWS::CloudFormation::Stack",
        "Export with name pgd43:GetAtt:OutletDataSource:Name is already exported by stack amplify-appbackend-prod",
        "unique",
    ),
    ("capabilities", "", "Requires capabilities : [CAPABILITY_IAM]", "agrees to roles"),
    ("stack policy", "AWS::DynamoDB::Table", "Action denied by stack policy", "set-stack-policy"),
    (
        "hook",
        "AWS::S3::Bucket",
        "The following hook(s) failed: [AWSSamples::S3BucketEncrypt::Hook]",
        "rule of the account",
    ),
    (
        "hook",
        "",
        "The following hook(s)/validation failed: [AWS::EarlyValidation::ResourceExistenceCheck]. To troubleshoot Early Validation errors, use the DescribeEvents API for detailed failure information.",
        "mend what it names",
    ),
    (
        "policy principal",
        "AWS::IAM::Role",
        "Invalid principal in policy: \"AWS\":\"arn:aws:iam::123456789012:role/gone\" (Service: AmazonIdentityManagement; Status Code: 400; Error Code: MalformedPolicyDocument)",
        "must exist",
    ),
    (
        "properties",
        "AWS::ECS::TaskDefinition",
        "Properties validation failed for resource OrthancTaskDefinition with message: #/ContainerDefinitions/0/LinuxParameters: extraneous key [initProcessEnabled] is not permitted",
        "`#/`",
    ),
    ("properties", "AWS::IAM::Policy", "Value of property Roles must be of type List of String", "cloudcart synth"),
    (
        "attribute",
        "",
        "Template error: resource Queue does not support attribute type Nonsense in Fn::GetAtt",
        "Return values",
    ),
    (
        "unresolved reference",
        "",
        "Template format error: Unresolved resource dependencies [MqttDisconnectIotTopicRule1] in the Resources block of the template",
        "logical id",
    ),
    (
        "not stabilised",
        "AWS::CodeStar::GitHubRepository",
        "Resource handler returned message: \"Exceeded attempts to wait\" (RequestToken: 34894148-5a50-f236-994f-d42e72f8eec0, HandlerErrorCode: NotStabilized)",
        "became ready",
    ),
    (
        "not stabilised",
        "AWS::S3::Bucket",
        "Bucket mythicalmysfitsstreamings-clicksdestinationbucket-1nz7d080seuj did not stabilize",
        "became ready",
    ),
    (
        "expired",
        "AWS::Lambda::Function",
        "The security token included in the request is expired (Service: AWSLambda; Status Code: 403; Error Code: ExpiredTokenException)",
        "sign in again",
    ),
    ("cancelled by hand", "AWS::CloudFormation::Stack", "User Initiated", "somebody cancelled"),
    (
        "not found",
        "AWS::Lambda::Permission",
        "Resource handler returned message: \"Function not found: arn:aws:lambda:eu-west-1:123456789012:function:shop (Service: Lambda, Status Code: 404, Request ID: 1)\" (RequestToken: 1, HandlerErrorCode: NotFound)",
        "--drift",
    ),
    ("service failed", "AWS::CodePipeline::Pipeline", "Internal Failure", "deploy again"),
    (
        "service failed",
        "AWS::Route53::VPCAssociation",
        "Resource handler returned message: \"null\" (RequestToken: 1, HandlerErrorCode: InternalFailure)",
        "Health Dashboard",
    ),
    (
        "bad request",
        "AWS::Lambda::Function",
        "Resource handler returned message: \"Layer version is not compatible (Service: Lambda, Status Code: 400, Request ID: 1)\" (RequestToken: 1, HandlerErrorCode: InvalidRequest)",
        "refuses a value",
    ),
];

#[test]
fn every_real_reason_gets_the_hint_of_its_row() {
    for (name, kind, reason, word) in REAL {
        let row = row_for(kind, reason).unwrap_or_else(|| panic!("no row for: {reason}"));
        assert_eq!(row.name, *name, "{reason}");
        let hint = hint_for(kind, reason).unwrap();
        assert!(hint.contains(word), "{hint} lacks {word}");
    }
}

#[test]
fn every_row_has_a_real_reason_and_is_reached_by_it() {
    for row in TABLE {
        assert!(REAL.iter().any(|(name, ..)| *name == row.name), "no reason for row `{}`", row.name);
        for words in row.words {
            assert!(
                words.iter().all(|word| **word == word.to_ascii_lowercase()),
                "`{}` is compared in lower case",
                row.name
            );
        }
    }
}

#[test]
fn hints_hold_what_the_reason_names_and_manage_without() {
    let odd = "User: x is not authorized to perform: ";
    assert!(hint_for("", odd).unwrap().contains("lack a permission"));
    let bare = "not authorized to perform: sqs:CreateQueue";
    assert!(
        hint_for("", &format!("The caller is {bare}")).unwrap().contains("allow `sqs:CreateQueue` for the credentials")
    );
    assert_eq!(hint_for("", "Something nobody has seen"), None);
    assert_eq!(hint_for("", ""), None);
}
