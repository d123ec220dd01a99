//! `AWS::Scheduler::Schedule`.
// Made by `cargo xtask generate` from `schemas/aws-scheduler-schedule.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::Scheduler::Schedule`. `Ref` gives `Name`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-scheduler-schedule.html>
    Schedule<'stack>: kind::scheduler::Schedule {
        required {
            /// `FlexibleTimeWindow`: an object.
            flexible_time_window "FlexibleTimeWindow": FlexibleTimeWindow<'stack>,
            /// `ScheduleExpression`: a text of 1 to 256 characters.
            schedule_expression "ScheduleExpression": String,
            /// `Target`: an object.
            target "Target": Target<'stack>,
        }
        optional {
            /// `Description`: a text of up to 512 characters.
            description "Description": String,
            /// `EndDate`: a text.
            end_date "EndDate": String,
            /// `GroupName`: a text of 1 to 64 characters, pattern `^[0-9a-zA-Z-_.]+$`.
            group_name "GroupName": Ref<kind::scheduler::ScheduleGroup>,
            /// `KmsKeyArn`: a text of 1 to 2,048 characters, pattern `^arn:aws[a-z-]*:kms:[a-z0-9\-]+:\d{12}:(key|alias)\/[0-9a-zA-Z-_]*$`.
            kms_key_arn "KmsKeyArn": Arn<kind::kms::Key>,
            /// `Name`: a text of 1 to 64 characters, pattern `^[0-9a-zA-Z-_.]+$`. Create-only: a change replaces the resource.
            name "Name": String,
            /// `ScheduleExpressionTimezone`: a text of 1 to 50 characters.
            schedule_expression_timezone "ScheduleExpressionTimezone": String,
            /// `StartDate`: a text.
            start_date "StartDate": String,
            /// `State`: one of `DISABLED`, `ENABLED`.
            state "State": ScheduleState,
        }
        attributes {}
    }
}

object! {
    /// `AwsVpcConfiguration` of [`Schedule`].
    AwsVpcConfiguration<'stack> {
        required {
            /// `Subnets`: a list of 1 to 16 items.
            subnets "Subnets": Vec<Value<'stack, Ref<kind::ec2::Subnet>>>,
        }
        optional {
            /// `AssignPublicIp`: one of `DISABLED`, `ENABLED`.
            assign_public_ip "AssignPublicIp": AssignPublicIp,
            /// `SecurityGroups`: a list of 1 to 5 items.
            security_groups "SecurityGroups": Vec<Value<'stack, Ref<kind::ec2::SecurityGroup>>>,
        }
    }
}

object! {
    /// `CapacityProviderStrategyItem` of [`Schedule`].
    CapacityProviderStrategyItem<'stack> {
        required {
            /// `CapacityProvider`: a text of 1 to 255 characters.
            capacity_provider "CapacityProvider": String,
        }
        optional {
            /// `Base`: a number, 0 to 100,000.
            base "Base": f64,
            /// `Weight`: a number, 0 to 1,000.
            weight "Weight": f64,
        }
    }
}

object! {
    /// `DeadLetterConfig` of [`Schedule`].
    DeadLetterConfig<'stack> {
        required {}
        optional {
            /// `Arn`: a text of 1 to 1,600 characters, pattern `^arn:aws[a-z-]*:sqs:[a-z0-9\-]+:\d{12}:[a-zA-Z0-9\-_]+$`.
            arn "Arn": Arn<kind::sqs::Queue>,
        }
    }
}

object! {
    /// `EcsParameters` of [`Schedule`].
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
            /// `Group`: a text of 1 to 255 characters.
            group "Group": String,
            /// `LaunchType`: one of `EC2`, `EXTERNAL`, `FARGATE`.
            launch_type "LaunchType": LaunchType,
            /// `NetworkConfiguration`: an object.
            network_configuration "NetworkConfiguration": NetworkConfiguration<'stack>,
            /// `PlacementConstraints`: a list of up to 10 items.
            placement_constraints "PlacementConstraints": Vec<Value<'stack, PlacementConstraint<'stack>>>,
            /// `PlacementStrategy`: a list of up to 5 items.
            placement_strategy "PlacementStrategy": Vec<Value<'stack, PlacementStrategy<'stack>>>,
            /// `PlatformVersion`: a text of 1 to 64 characters.
            platform_version "PlatformVersion": String,
            /// `PropagateTags`: `TASK_DEFINITION`.
            propagate_tags "PropagateTags": PropagateTags,
            /// `ReferenceId`: a text of up to 1,024 characters.
            reference_id "ReferenceId": String,
            /// `Tags`: a list of up to 50 items.
            tags "Tags": Vec<Value<'stack, BTreeMap<String, Value<'stack, String>>>>,
            /// `TaskCount`: a number, 1 to 10.
            task_count "TaskCount": f64,
        }
    }
}

object! {
    /// `EventBridgeParameters` of [`Schedule`].
    EventBridgeParameters<'stack> {
        required {
            /// `DetailType`: a text of 1 to 128 characters.
            detail_type "DetailType": String,
            /// `Source`: a text of 1 to 256 characters, pattern `^(?=[/\.\-_A-Za-z0-9]+)((?!aws\.).*)|(\$(\.[\w_-]+(\[(\d+|\*)\])*)*)$`.
            source "Source": String,
        }
        optional {}
    }
}

object! {
    /// `FlexibleTimeWindow` of [`Schedule`].
    FlexibleTimeWindow<'stack> {
        required {
            /// `Mode`: one of `FLEXIBLE`, `OFF`.
            mode "Mode": FlexibleTimeWindowMode,
        }
        optional {
            /// `MaximumWindowInMinutes`: a number, 1 to 1,440.
            maximum_window_in_minutes "MaximumWindowInMinutes": f64,
        }
    }
}

object! {
    /// `KinesisParameters` of [`Schedule`].
    KinesisParameters<'stack> {
        required {
            /// `PartitionKey`: a text of 1 to 256 characters.
            partition_key "PartitionKey": String,
        }
        optional {}
    }
}

object! {
    /// `NetworkConfiguration` of [`Schedule`].
    NetworkConfiguration<'stack> {
        required {}
        optional {
            /// `AwsvpcConfiguration`: an object.
            awsvpc_configuration "AwsvpcConfiguration": AwsVpcConfiguration<'stack>,
        }
    }
}

object! {
    /// `PlacementConstraint` of [`Schedule`].
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
    /// `PlacementStrategy` of [`Schedule`].
    PlacementStrategy<'stack> {
        required {}
        optional {
            /// `Field`: a text of up to 255 characters.
            field "Field": String,
            /// `Type`: one of `binpack`, `random`, `spread`.
            r#type "Type": PlacementStrategyType,
        }
    }
}

object! {
    /// `RetryPolicy` of [`Schedule`].
    RetryPolicy<'stack> {
        required {}
        optional {
            /// `MaximumEventAgeInSeconds`: a number, 60 to 86,400.
            maximum_event_age_in_seconds "MaximumEventAgeInSeconds": f64,
            /// `MaximumRetryAttempts`: a number, 0 to 185.
            maximum_retry_attempts "MaximumRetryAttempts": f64,
        }
    }
}

object! {
    /// `SageMakerPipelineParameter` of [`Schedule`].
    SageMakerPipelineParameter<'stack> {
        required {
            /// `Name`: a text of 1 to 256 characters, pattern `^[A-Za-z0-9\-_]*$`.
            name "Name": String,
            /// `Value`: a text of 1 to 1,024 characters.
            value "Value": String,
        }
        optional {}
    }
}

object! {
    /// `SageMakerPipelineParameters` of [`Schedule`].
    SageMakerPipelineParameters<'stack> {
        required {}
        optional {
            /// `PipelineParameterList`: a list of up to 200 items.
            pipeline_parameter_list "PipelineParameterList": Vec<Value<'stack, SageMakerPipelineParameter<'stack>>>,
        }
    }
}

object! {
    /// `SqsParameters` of [`Schedule`].
    SqsParameters<'stack> {
        required {}
        optional {
            /// `MessageGroupId`: a text of 1 to 128 characters.
            message_group_id "MessageGroupId": String,
        }
    }
}

object! {
    /// `Target` of [`Schedule`].
    Target<'stack> {
        required {
            /// `Arn`: a text of 1 to 1,600 characters.
            arn "Arn": String,
            /// `RoleArn`: a text of 1 to 1,600 characters, pattern `^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@\/-]+$`.
            role_arn "RoleArn": Arn<kind::iam::Role>,
        }
        optional {
            /// `DeadLetterConfig`: an object.
            dead_letter_config "DeadLetterConfig": DeadLetterConfig<'stack>,
            /// `EcsParameters`: an object.
            ecs_parameters "EcsParameters": EcsParameters<'stack>,
            /// `EventBridgeParameters`: an object.
            event_bridge_parameters "EventBridgeParameters": EventBridgeParameters<'stack>,
            /// `Input`: a text of at least 1 character.
            input "Input": String,
            /// `KinesisParameters`: an object.
            kinesis_parameters "KinesisParameters": KinesisParameters<'stack>,
            /// `RetryPolicy`: an object.
            retry_policy "RetryPolicy": RetryPolicy<'stack>,
            /// `SageMakerPipelineParameters`: an object.
            sage_maker_pipeline_parameters "SageMakerPipelineParameters": SageMakerPipelineParameters<'stack>,
            /// `SqsParameters`: an object.
            sqs_parameters "SqsParameters": SqsParameters<'stack>,
        }
    }
}

enumeration! {
    /// `AssignPublicIp` of [`Schedule`].
    AssignPublicIp {
        Disabled "DISABLED",
        Enabled "ENABLED",
    }
}

enumeration! {
    /// `Mode` of [`Schedule`].
    FlexibleTimeWindowMode {
        Flexible "FLEXIBLE",
        Off "OFF",
    }
}

enumeration! {
    /// `LaunchType` of [`Schedule`].
    LaunchType {
        Ec2 "EC2",
        External "EXTERNAL",
        Fargate "FARGATE",
    }
}

enumeration! {
    /// `Type` of [`Schedule`].
    PlacementConstraintType {
        DistinctInstance "distinctInstance",
        MemberOf "memberOf",
    }
}

enumeration! {
    /// `Type` of [`Schedule`].
    PlacementStrategyType {
        Binpack "binpack",
        Random "random",
        Spread "spread",
    }
}

enumeration! {
    /// `PropagateTags` of [`Schedule`].
    PropagateTags {
        TaskDefinition "TASK_DEFINITION",
    }
}

enumeration! {
    /// `State` of [`Schedule`].
    ScheduleState {
        Disabled "DISABLED",
        Enabled "ENABLED",
    }
}

default_object! {
    DeadLetterConfig,
    NetworkConfiguration,
    PlacementConstraint,
    PlacementStrategy,
    RetryPolicy,
    SageMakerPipelineParameters,
    SqsParameters,
}
