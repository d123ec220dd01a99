//! `AWS::Events::Rule`.
// Made by `cargo xtask generate` from `schemas/aws-events-rule.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::Events::Rule`. `Ref` gives `RuleName`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-rule.html>
    Rule<'stack>: kind::events::Rule {
        required {}
        optional {
            /// `Description`: a text of up to 512 characters.
            description "Description": String,
            /// `EventBusName`: a text of 1 to 1,600 characters. A change may replace the resource.
            event_bus_name "EventBusName": Ref<kind::events::EventBus>,
            /// `EventPattern`: JSON.
            event_pattern "EventPattern": Json,
            /// `Name`: a text of 1 to 64 characters, pattern `^[\.\-_A-Za-z0-9]+$`. Create-only: a change replaces the resource.
            name "Name": String,
            /// `RoleArn`: a text of 1 to 1,600 characters.
            role_arn "RoleArn": Arn<kind::iam::Role>,
            /// `ScheduleExpression`: a text of up to 256 characters, pattern `^(rate\(.+\)|cron\(.+\))?$`.
            schedule_expression "ScheduleExpression": String,
            /// `State`: one of `DISABLED`, `ENABLED`, `ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS`.
            state "State": RuleState,
            /// `Tags`: a list.
            tags "Tags": Vec<Value<'stack, Tag<'stack>>>,
            /// `Targets`: a list of up to 5 items.
            targets "Targets": Vec<Value<'stack, Target<'stack>>>,
        }
        attributes {
            /// `RuleName`: what `Ref` gives.
            rule_name "RuleName": Ref<kind::events::Rule>,
        }
    }
}

object! {
    /// `AppSyncParameters` of [`Rule`].
    AppSyncParameters<'stack> {
        required {
            /// `GraphQLOperation`: a text.
            graph_ql_operation "GraphQLOperation": String,
        }
        optional {}
    }
}

object! {
    /// `AwsVpcConfiguration` of [`Rule`].
    AwsVpcConfiguration<'stack> {
        required {
            /// `Subnets`: a list.
            subnets "Subnets": Vec<Value<'stack, Ref<kind::ec2::Subnet>>>,
        }
        optional {
            /// `AssignPublicIp`: one of `DISABLED`, `ENABLED`.
            assign_public_ip "AssignPublicIp": AssignPublicIp,
            /// `SecurityGroups`: a list.
            security_groups "SecurityGroups": Vec<Value<'stack, Ref<kind::ec2::SecurityGroup>>>,
        }
    }
}

object! {
    /// `BatchArrayProperties` of [`Rule`].
    BatchArrayProperties<'stack> {
        required {}
        optional {
            /// `Size`: a whole number.
            size "Size": i64,
        }
    }
}

object! {
    /// `BatchParameters` of [`Rule`].
    BatchParameters<'stack> {
        required {
            /// `JobDefinition`: a text.
            job_definition "JobDefinition": String,
            /// `JobName`: a text.
            job_name "JobName": String,
        }
        optional {
            /// `ArrayProperties`: an object.
            array_properties "ArrayProperties": BatchArrayProperties<'stack>,
            /// `RetryStrategy`: an object.
            retry_strategy "RetryStrategy": BatchRetryStrategy<'stack>,
        }
    }
}

object! {
    /// `BatchRetryStrategy` of [`Rule`].
    BatchRetryStrategy<'stack> {
        required {}
        optional {
            /// `Attempts`: a whole number.
            attempts "Attempts": i64,
        }
    }
}

object! {
    /// `CapacityProviderStrategyItem` of [`Rule`].
    CapacityProviderStrategyItem<'stack> {
        required {
            /// `CapacityProvider`: a text of 1 to 255 characters.
            capacity_provider "CapacityProvider": String,
        }
        optional {
            /// `Base`: a whole number, 0 to 100,000.
            base "Base": Int<0, 100_000>,
            /// `Weight`: a whole number, 0 to 1,000.
            weight "Weight": Int<0, 1_000>,
        }
    }
}

object! {
    /// `DeadLetterConfig` of [`Rule`].
    DeadLetterConfig<'stack> {
        required {}
        optional {
            /// `Arn`: a text of 1 to 1,600 characters.
            arn "Arn": Arn<kind::sqs::Queue>,
        }
    }
}

object! {
    /// `EcsParameters` of [`Rule`].
    EcsParameters<'stack> {
        required {
            /// `TaskDefinitionArn`: a text of 1 to 1,600 characters.
            task_definition_arn "TaskDefinitionArn": String,
        }
        optional {
            /// `CapacityProviderStrategy`: a list of up to 6 items.
            capacity_provider_strategy "CapacityProviderStrategy": Vec<Value<'stack, CapacityProviderStrategyItem<'stack>>>,
            /// `EnableECSManagedTags`: true or false.
            enable_ecs_managed_tags "EnableECSManagedTags": bool,
            /// `EnableExecuteCommand`: true or false.
            enable_execute_command "EnableExecuteCommand": bool,
            /// `Group`: a text.
            group "Group": String,
            /// `LaunchType`: one of `EC2`, `EXTERNAL`, `FARGATE`.
            launch_type "LaunchType": LaunchType,
            /// `NetworkConfiguration`: an object.
            network_configuration "NetworkConfiguration": NetworkConfiguration<'stack>,
            /// `PlacementConstraints`: a list of up to 10 items.
            placement_constraints "PlacementConstraints": Vec<Value<'stack, PlacementConstraint<'stack>>>,
            /// `PlacementStrategies`: a list.
            placement_strategies "PlacementStrategies": Vec<Value<'stack, PlacementStrategy<'stack>>>,
            /// `PlatformVersion`: a text.
            platform_version "PlatformVersion": String,
            /// `PropagateTags`: `TASK_DEFINITION`.
            propagate_tags "PropagateTags": PropagateTags,
            /// `ReferenceId`: a text of up to 1,024 characters.
            reference_id "ReferenceId": String,
            /// `TagList`: a list.
            tag_list "TagList": Vec<Value<'stack, Tag<'stack>>>,
            /// `TaskCount`: a whole number, at least 1.
            task_count "TaskCount": Int<1, { i64::MAX }>,
        }
    }
}

object! {
    /// `HttpParameters` of [`Rule`].
    HttpParameters<'stack> {
        required {}
        optional {
            /// `HeaderParameters`: an object.
            header_parameters "HeaderParameters": BTreeMap<String, Value<'stack, String>>,
            /// `PathParameterValues`: a list.
            path_parameter_values "PathParameterValues": Vec<Value<'stack, String>>,
            /// `QueryStringParameters`: an object.
            query_string_parameters "QueryStringParameters": BTreeMap<String, Value<'stack, String>>,
        }
    }
}

object! {
    /// `InputTransformer` of [`Rule`].
    InputTransformer<'stack> {
        required {
            /// `InputTemplate`: a text of 1 to 8,192 characters.
            input_template "InputTemplate": String,
        }
        optional {
            /// `InputPathsMap`: an object.
            input_paths_map "InputPathsMap": BTreeMap<String, Value<'stack, String>>,
        }
    }
}

object! {
    /// `KinesisParameters` of [`Rule`].
    KinesisParameters<'stack> {
        required {
            /// `PartitionKeyPath`: a text of up to 256 characters.
            partition_key_path "PartitionKeyPath": String,
        }
        optional {}
    }
}

object! {
    /// `NetworkConfiguration` of [`Rule`].
    NetworkConfiguration<'stack> {
        required {}
        optional {
            /// `AwsVpcConfiguration`: an object.
            aws_vpc_configuration "AwsVpcConfiguration": AwsVpcConfiguration<'stack>,
        }
    }
}

object! {
    /// `PlacementConstraint` of [`Rule`].
    PlacementConstraint<'stack> {
        required {}
        optional {
            /// `Expression`: a text of up to 2,000 characters.
            expression "Expression": String,
            /// `Type`: one of `distinctInstance`, `memberOf`.
            r#type "Type": PlacementConstraintType,
        }
    }
}

object! {
    /// `PlacementStrategy` of [`Rule`].
    PlacementStrategy<'stack> {
        required {}
        optional {
            /// `Field`: a text.
            field "Field": String,
            /// `Type`: a text.
            r#type "Type": String,
        }
    }
}

object! {
    /// `RedshiftDataParameters` of [`Rule`].
    RedshiftDataParameters<'stack> {
        required {
            /// `Database`: a text of 1 to 64 characters.
            database "Database": String,
        }
        optional {
            /// `DbUser`: a text of 1 to 128 characters.
            db_user "DbUser": String,
            /// `SecretManagerArn`: a text of 1 to 1,600 characters.
            secret_manager_arn "SecretManagerArn": Arn<kind::secretsmanager::Secret>,
            /// `Sql`: a text of 1 to 100,000 characters.
            sql "Sql": String,
            /// `Sqls`: a list.
            sqls "Sqls": Vec<Value<'stack, String>>,
            /// `StatementName`: a text of 1 to 500 characters.
            statement_name "StatementName": String,
            /// `WithEvent`: true or false.
            with_event "WithEvent": bool,
        }
    }
}

object! {
    /// `RetryPolicy` of [`Rule`].
    RetryPolicy<'stack> {
        required {}
        optional {
            /// `MaximumEventAgeInSeconds`: a whole number, 60 to 86,400.
            maximum_event_age_in_seconds "MaximumEventAgeInSeconds": Int<60, 86_400>,
            /// `MaximumRetryAttempts`: a whole number, 0 to 185.
            maximum_retry_attempts "MaximumRetryAttempts": Int<0, 185>,
        }
    }
}

object! {
    /// `RunCommandParameters` of [`Rule`].
    RunCommandParameters<'stack> {
        required {
            /// `RunCommandTargets`: a list of 1 to 5 items.
            run_command_targets "RunCommandTargets": Vec<Value<'stack, RunCommandTarget<'stack>>>,
        }
        optional {}
    }
}

object! {
    /// `RunCommandTarget` of [`Rule`].
    RunCommandTarget<'stack> {
        required {
            /// `Key`: a text of 1 to 128 characters, pattern `^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`.
            key "Key": String,
            /// `Values`: a list of 1 to 50 items.
            values "Values": Vec<Value<'stack, String>>,
        }
        optional {}
    }
}

object! {
    /// `SageMakerPipelineParameter` of [`Rule`].
    SageMakerPipelineParameter<'stack> {
        required {
            /// `Name`: a text of 1 to 256 characters, pattern `^[a-zA-Z0-9]([a-zA-Z0-9_-]*[a-zA-Z0-9])?$`.
            name "Name": String,
            /// `Value`: a text of up to 1,024 characters.
            value "Value": String,
        }
        optional {}
    }
}

object! {
    /// `SageMakerPipelineParameters` of [`Rule`].
    SageMakerPipelineParameters<'stack> {
        required {}
        optional {
            /// `PipelineParameterList`: a list of up to 200 items.
            pipeline_parameter_list "PipelineParameterList": Vec<Value<'stack, SageMakerPipelineParameter<'stack>>>,
        }
    }
}

object! {
    /// `SqsParameters` of [`Rule`].
    SqsParameters<'stack> {
        required {
            /// `MessageGroupId`: a text.
            message_group_id "MessageGroupId": String,
        }
        optional {}
    }
}

object! {
    /// `Target` of [`Rule`].
    Target<'stack> {
        required {
            /// `Arn`: a text of 1 to 1,600 characters.
            arn "Arn": String,
            /// `Id`: a text of 1 to 64 characters, pattern `^[\.\-_A-Za-z0-9]+$`.
            id "Id": String,
        }
        optional {
            /// `AppSyncParameters`: an object.
            app_sync_parameters "AppSyncParameters": AppSyncParameters<'stack>,
            /// `BatchParameters`: an object.
            batch_parameters "BatchParameters": BatchParameters<'stack>,
            /// `DeadLetterConfig`: an object.
            dead_letter_config "DeadLetterConfig": DeadLetterConfig<'stack>,
            /// `EcsParameters`: an object.
            ecs_parameters "EcsParameters": EcsParameters<'stack>,
            /// `HttpParameters`: an object.
            http_parameters "HttpParameters": HttpParameters<'stack>,
            /// `Input`: a text of up to 8,192 characters.
            input "Input": String,
            /// `InputPath`: a text of up to 256 characters.
            input_path "InputPath": String,
            /// `InputTransformer`: an object.
            input_transformer "InputTransformer": InputTransformer<'stack>,
            /// `KinesisParameters`: an object.
            kinesis_parameters "KinesisParameters": KinesisParameters<'stack>,
            /// `RedshiftDataParameters`: an object.
            redshift_data_parameters "RedshiftDataParameters": RedshiftDataParameters<'stack>,
            /// `RetryPolicy`: an object.
            retry_policy "RetryPolicy": RetryPolicy<'stack>,
            /// `RoleArn`: a text of 1 to 1,600 characters.
            role_arn "RoleArn": Arn<kind::iam::Role>,
            /// `RunCommandParameters`: an object.
            run_command_parameters "RunCommandParameters": RunCommandParameters<'stack>,
            /// `SageMakerPipelineParameters`: an object.
            sage_maker_pipeline_parameters "SageMakerPipelineParameters": SageMakerPipelineParameters<'stack>,
            /// `SqsParameters`: an object.
            sqs_parameters "SqsParameters": SqsParameters<'stack>,
        }
    }
}

enumeration! {
    /// `AssignPublicIp` of [`Rule`].
    AssignPublicIp {
        Disabled "DISABLED",
        Enabled "ENABLED",
    }
}

enumeration! {
    /// `LaunchType` of [`Rule`].
    LaunchType {
        Ec2 "EC2",
        External "EXTERNAL",
        Fargate "FARGATE",
    }
}

enumeration! {
    /// `Type` of [`Rule`].
    PlacementConstraintType {
        DistinctInstance "distinctInstance",
        MemberOf "memberOf",
    }
}

enumeration! {
    /// `PropagateTags` of [`Rule`].
    PropagateTags {
        TaskDefinition "TASK_DEFINITION",
    }
}

enumeration! {
    /// `State` of [`Rule`].
    RuleState {
        Disabled "DISABLED",
        Enabled "ENABLED",
        EnabledWithAllCloudtrailManagementEvents "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS",
    }
}

default_object! {
    BatchArrayProperties,
    BatchRetryStrategy,
    DeadLetterConfig,
    HttpParameters,
    NetworkConfiguration,
    PlacementConstraint,
    PlacementStrategy,
    RetryPolicy,
    Rule,
    SageMakerPipelineParameters,
}
