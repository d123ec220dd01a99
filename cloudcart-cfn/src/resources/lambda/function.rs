//! `AWS::Lambda::Function`.
// Made by `cargo xtask generate` from `schemas/aws-lambda-function.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::Lambda::Function`. `Ref` gives `FunctionName`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html>
    Function<'stack>: kind::lambda::Function {
        required {
            /// `Code`: an object.
            code "Code": Code<'stack>,
            /// `Role`: a text of up to 10,000 characters, pattern `^arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+$`.
            role "Role": Arn<kind::iam::Role>,
        }
        optional {
            /// `Architectures`: a list of 1 item.
            architectures "Architectures": Vec<Value<'stack, Architecture>>,
            /// `CapacityProviderConfig`: an object.
            capacity_provider_config "CapacityProviderConfig": CapacityProviderConfig<'stack>,
            /// `CodeSigningConfigArn`: a text of up to 200 characters.
            code_signing_config_arn "CodeSigningConfigArn": String,
            /// `DeadLetterConfig`: an object.
            dead_letter_config "DeadLetterConfig": DeadLetterConfig<'stack>,
            /// `Description`: a text of up to 256 characters.
            description "Description": String,
            /// `DurableConfig`: an object. A change may replace the resource.
            durable_config "DurableConfig": DurableConfig<'stack>,
            /// `Environment`: an object.
            environment "Environment": Environment<'stack>,
            /// `EphemeralStorage`: an object.
            ephemeral_storage "EphemeralStorage": EphemeralStorage<'stack>,
            /// `FileSystemConfigs`: a list of up to 1 item.
            file_system_configs "FileSystemConfigs": Vec<Value<'stack, FileSystemConfig<'stack>>>,
            /// `FunctionName`: a text of at least 1 character. Create-only: a change replaces the resource.
            function_name "FunctionName": String,
            /// `FunctionScalingConfig`: an object.
            function_scaling_config "FunctionScalingConfig": FunctionScalingConfig<'stack>,
            /// `Handler`: a text of up to 128 characters, pattern `^[^\s]+$`.
            handler "Handler": String,
            /// `ImageConfig`: an object.
            image_config "ImageConfig": ImageConfig<'stack>,
            /// `KmsKeyArn`: a text of up to 10,000 characters, pattern `^(arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|()$`.
            kms_key_arn "KmsKeyArn": Arn<kind::kms::Key>,
            /// `Layers`: a list of up to 5 items.
            layers "Layers": Vec<Value<'stack, Arn<kind::lambda::LayerVersion>>>,
            /// `LoggingConfig`: an object.
            logging_config "LoggingConfig": LoggingConfig<'stack>,
            /// `MemorySize`: a whole number, 128 to 32,768.
            memory_size "MemorySize": Int<128, 32_768>,
            /// `PackageType`: one of `Image`, `Zip`. Create-only: a change replaces the resource.
            package_type "PackageType": PackageType,
            /// `PublishToLatestPublished`: true or false. Write-only: it cannot be read back.
            publish_to_latest_published "PublishToLatestPublished": bool,
            /// `RecursiveLoop`: one of `Allow`, `Terminate`.
            recursive_loop "RecursiveLoop": RecursiveLoop,
            /// `ReservedConcurrentExecutions`: a whole number, at least 0.
            reserved_concurrent_executions "ReservedConcurrentExecutions": Int<0, { i64::MAX }>,
            /// `Runtime`: one of 51 words.
            runtime "Runtime": Runtime,
            /// `RuntimeManagementConfig`: an object.
            runtime_management_config "RuntimeManagementConfig": RuntimeManagementConfig<'stack>,
            /// `SnapStart`: an object. Write-only: it cannot be read back.
            snap_start "SnapStart": SnapStart<'stack>,
            /// `Tags`: a list.
            tags "Tags": Vec<Value<'stack, Tag<'stack>>>,
            /// `TenancyConfig`: an object. Create-only: a change replaces the resource.
            tenancy_config "TenancyConfig": TenancyConfig<'stack>,
            /// `Timeout`: a whole number, 1 to 5,400.
            timeout "Timeout": Int<1, 5_400>,
            /// `TracingConfig`: an object.
            tracing_config "TracingConfig": TracingConfig<'stack>,
            /// `VpcConfig`: an object.
            vpc_config "VpcConfig": VpcConfig<'stack>,
        }
        attributes {
            /// `SnapStartResponse.ApplyOn`.
            snap_start_response_apply_on "SnapStartResponse.ApplyOn": String,
            /// `SnapStartResponse.OptimizationStatus`.
            snap_start_response_optimization_status "SnapStartResponse.OptimizationStatus": String,
        }
    }
}

object! {
    /// `CapacityProviderConfig` of [`Function`].
    CapacityProviderConfig<'stack> {
        required {
            /// `LambdaManagedInstancesCapacityProviderConfig`: an object.
            lambda_managed_instances_capacity_provider_config "LambdaManagedInstancesCapacityProviderConfig": LambdaManagedInstancesCapacityProviderConfig<'stack>,
        }
        optional {}
    }
}

object! {
    /// `Code` of [`Function`].
    Code<'stack> {
        required {}
        optional {
            /// `ImageUri`: a text. Write-only: it cannot be read back.
            image_uri "ImageUri": String,
            /// `S3Bucket`: a text of 3 to 63 characters, pattern `^[0-9A-Za-z\.\-_]*(?<!\.)$`. Write-only: it cannot be read back.
            s3_bucket "S3Bucket": String,
            /// `S3Key`: a text of 1 to 1,024 characters. Write-only: it cannot be read back.
            s3_key "S3Key": String,
            /// `S3ObjectStorageMode`: one of `COPY`, `REFERENCE`. Write-only: it cannot be read back.
            s3_object_storage_mode "S3ObjectStorageMode": S3ObjectStorageMode,
            /// `S3ObjectVersion`: a text of 1 to 1,024 characters. Write-only: it cannot be read back.
            s3_object_version "S3ObjectVersion": String,
            /// `SourceKMSKeyArn`: a text of up to 10,000 characters, pattern `^(arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|()$`. Write-only: it cannot be read back.
            source_kms_key_arn "SourceKMSKeyArn": String,
            /// `ZipFile`: a text. Write-only: it cannot be read back.
            zip_file "ZipFile": String,
        }
    }
}

object! {
    /// `DeadLetterConfig` of [`Function`].
    DeadLetterConfig<'stack> {
        required {}
        optional {
            /// `TargetArn`: a text of up to 10,000 characters, pattern `^(arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|()$`.
            target_arn "TargetArn": String,
        }
    }
}

object! {
    /// `DurableConfig` of [`Function`].
    DurableConfig<'stack> {
        required {
            /// `ExecutionTimeout`: a whole number, 1 to 31,622,400.
            execution_timeout "ExecutionTimeout": Int<1, 31_622_400>,
        }
        optional {
            /// `KMSKeyArn`: a text of up to 10,000 characters, pattern `^(arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|()$`.
            kms_key_arn "KMSKeyArn": Arn<kind::kms::Key>,
            /// `RetentionPeriodInDays`: a whole number, 1 to 90.
            retention_period_in_days "RetentionPeriodInDays": Int<1, 90>,
        }
    }
}

object! {
    /// `Environment` of [`Function`].
    Environment<'stack> {
        required {}
        optional {
            /// `Variables`: an object.
            variables "Variables": BTreeMap<String, Value<'stack, String>>,
        }
    }
}

object! {
    /// `EphemeralStorage` of [`Function`].
    EphemeralStorage<'stack> {
        required {
            /// `Size`: a whole number, 512 to 32,768.
            size "Size": Int<512, 32_768>,
        }
        optional {}
    }
}

object! {
    /// `FileSystemConfig` of [`Function`].
    FileSystemConfig<'stack> {
        required {
            /// `Arn`: a text of up to 200 characters.
            arn "Arn": String,
            /// `LocalMountPath`: a text of up to 160 characters, pattern `^/mnt/[a-zA-Z0-9-_.]+$`.
            local_mount_path "LocalMountPath": String,
        }
        optional {
            /// `S3FilesConfig`: an object.
            s3_files_config "S3FilesConfig": S3FilesConfig<'stack>,
        }
    }
}

object! {
    /// `FunctionScalingConfig` of [`Function`].
    FunctionScalingConfig<'stack> {
        required {}
        optional {
            /// `MaxExecutionEnvironments`: a whole number, 0 to 15,000.
            max_execution_environments "MaxExecutionEnvironments": Int<0, 15_000>,
            /// `MinExecutionEnvironments`: a whole number, 0 to 15,000.
            min_execution_environments "MinExecutionEnvironments": Int<0, 15_000>,
        }
    }
}

object! {
    /// `ImageConfig` of [`Function`].
    ImageConfig<'stack> {
        required {}
        optional {
            /// `Command`: a list of up to 1,500 items.
            command "Command": Vec<Value<'stack, String>>,
            /// `EntryPoint`: a list of up to 1,500 items.
            entry_point "EntryPoint": Vec<Value<'stack, String>>,
            /// `WorkingDirectory`: a text of up to 1,000 characters.
            working_directory "WorkingDirectory": String,
        }
    }
}

object! {
    /// `LambdaManagedInstancesCapacityProviderConfig` of [`Function`].
    LambdaManagedInstancesCapacityProviderConfig<'stack> {
        required {
            /// `CapacityProviderArn`: a text of 1 to 140 characters.
            capacity_provider_arn "CapacityProviderArn": String,
        }
        optional {
            /// `ExecutionEnvironmentMemoryGiBPerVCpu`: a number, 2 to 8.
            execution_environment_memory_gib_per_vcpu "ExecutionEnvironmentMemoryGiBPerVCpu": f64,
            /// `PerExecutionEnvironmentMaxConcurrency`: a whole number, 1 to 1,600.
            per_execution_environment_max_concurrency "PerExecutionEnvironmentMaxConcurrency": Int<1, 1_600>,
        }
    }
}

object! {
    /// `LoggingConfig` of [`Function`].
    LoggingConfig<'stack> {
        required {}
        optional {
            /// `ApplicationLogLevel`: one of 6 words.
            application_log_level "ApplicationLogLevel": ApplicationLogLevel,
            /// `LogFormat`: one of `JSON`, `Text`.
            log_format "LogFormat": LogFormat,
            /// `LogGroup`: a text of 1 to 512 characters, pattern `[\.\-_/#A-Za-z0-9]+`.
            log_group "LogGroup": Ref<kind::logs::LogGroup>,
            /// `SystemLogLevel`: one of `DEBUG`, `INFO`, `WARN`.
            system_log_level "SystemLogLevel": SystemLogLevel,
        }
    }
}

object! {
    /// `RuntimeManagementConfig` of [`Function`].
    RuntimeManagementConfig<'stack> {
        required {
            /// `UpdateRuntimeOn`: one of `Auto`, `FunctionUpdate`, `Manual`.
            update_runtime_on "UpdateRuntimeOn": UpdateRuntimeOn,
        }
        optional {
            /// `RuntimeVersionArn`: a text.
            runtime_version_arn "RuntimeVersionArn": String,
        }
    }
}

object! {
    /// `S3FilesConfig` of [`Function`].
    S3FilesConfig<'stack> {
        required {}
        optional {
            /// `DirectS3Read`: one of `AUTO`, `DISABLED`, `ENABLED`.
            direct_s3_read "DirectS3Read": DirectS3Read,
        }
    }
}

object! {
    /// `SnapStart` of [`Function`].
    SnapStart<'stack> {
        required {
            /// `ApplyOn`: one of `None`, `PublishedVersions`. Write-only: it cannot be read back.
            apply_on "ApplyOn": ApplyOn,
        }
        optional {}
    }
}

object! {
    /// `TenancyConfig` of [`Function`].
    TenancyConfig<'stack> {
        required {
            /// `TenantIsolationMode`: `PER_TENANT`.
            tenant_isolation_mode "TenantIsolationMode": TenantIsolationMode,
        }
        optional {}
    }
}

object! {
    /// `TracingConfig` of [`Function`].
    TracingConfig<'stack> {
        required {}
        optional {
            /// `Mode`: one of `Active`, `PassThrough`.
            mode "Mode": TracingConfigMode,
        }
    }
}

object! {
    /// `VpcConfig` of [`Function`].
    VpcConfig<'stack> {
        required {}
        optional {
            /// `Ipv6AllowedForDualStack`: true or false.
            ipv6_allowed_for_dual_stack "Ipv6AllowedForDualStack": bool,
            /// `SecurityGroupIds`: a list of up to 5 items.
            security_group_ids "SecurityGroupIds": Vec<Value<'stack, Ref<kind::ec2::SecurityGroup>>>,
            /// `SubnetIds`: a list of up to 16 items.
            subnet_ids "SubnetIds": Vec<Value<'stack, Ref<kind::ec2::Subnet>>>,
        }
    }
}

enumeration! {
    /// `ApplicationLogLevel` of [`Function`].
    ApplicationLogLevel {
        Debug "DEBUG",
        Error "ERROR",
        Fatal "FATAL",
        Info "INFO",
        Trace "TRACE",
        Warn "WARN",
    }
}

enumeration! {
    /// `ApplyOn` of [`Function`].
    ApplyOn {
        None "None",
        PublishedVersions "PublishedVersions",
    }
}

enumeration! {
    /// `Architecture` of [`Function`].
    Architecture {
        Arm64 "arm64",
        X86_64 "x86_64",
    }
}

enumeration! {
    /// `DirectS3Read` of [`Function`].
    DirectS3Read {
        Auto "AUTO",
        Disabled "DISABLED",
        Enabled "ENABLED",
    }
}

enumeration! {
    /// `LogFormat` of [`Function`].
    LogFormat {
        Json "JSON",
        Text "Text",
    }
}

enumeration! {
    /// `PackageType` of [`Function`].
    PackageType {
        Image "Image",
        Zip "Zip",
    }
}

enumeration! {
    /// `RecursiveLoop` of [`Function`].
    RecursiveLoop {
        Allow "Allow",
        Terminate "Terminate",
    }
}

enumeration! {
    /// `Runtime` of [`Function`].
    Runtime {
        Dotnet10 "dotnet10",
        Dotnet6 "dotnet6",
        Dotnet8 "dotnet8",
        Dotnetcore10 "dotnetcore1.0",
        Dotnetcore20 "dotnetcore2.0",
        Dotnetcore21 "dotnetcore2.1",
        Dotnetcore31 "dotnetcore3.1",
        Go1X "go1.x",
        Java11 "java11",
        Java11Al2023 "java11.al2023",
        Java17 "java17",
        Java17Al2023 "java17.al2023",
        Java21 "java21",
        Java25 "java25",
        Java8 "java8",
        Java8Al2 "java8.al2",
        Java8Al2023 "java8.al2023",
        Nodejs "nodejs",
        Nodejs10X "nodejs10.x",
        Nodejs12X "nodejs12.x",
        Nodejs14X "nodejs14.x",
        Nodejs16X "nodejs16.x",
        Nodejs18X "nodejs18.x",
        Nodejs20X "nodejs20.x",
        Nodejs22X "nodejs22.x",
        Nodejs24X "nodejs24.x",
        Nodejs26X "nodejs26.x",
        Nodejs43 "nodejs4.3",
        Nodejs43Edge "nodejs4.3-edge",
        Nodejs610 "nodejs6.10",
        Nodejs810 "nodejs8.10",
        Provided "provided",
        ProvidedAl2 "provided.al2",
        ProvidedAl2023 "provided.al2023",
        Python27 "python2.7",
        Python310 "python3.10",
        Python311 "python3.11",
        Python312 "python3.12",
        Python313 "python3.13",
        Python314 "python3.14",
        Python315 "python3.15",
        Python36 "python3.6",
        Python37 "python3.7",
        Python38 "python3.8",
        Python39 "python3.9",
        Ruby25 "ruby2.5",
        Ruby27 "ruby2.7",
        Ruby32 "ruby3.2",
        Ruby33 "ruby3.3",
        Ruby34 "ruby3.4",
        Ruby40 "ruby4.0",
    }
}

enumeration! {
    /// `S3ObjectStorageMode` of [`Function`].
    S3ObjectStorageMode {
        Copy "COPY",
        Reference "REFERENCE",
    }
}

enumeration! {
    /// `SystemLogLevel` of [`Function`].
    SystemLogLevel {
        Debug "DEBUG",
        Info "INFO",
        Warn "WARN",
    }
}

enumeration! {
    /// `TenantIsolationMode` of [`Function`].
    TenantIsolationMode {
        PerTenant "PER_TENANT",
    }
}

enumeration! {
    /// `Mode` of [`Function`].
    TracingConfigMode {
        Active "Active",
        PassThrough "PassThrough",
    }
}

enumeration! {
    /// `UpdateRuntimeOn` of [`Function`].
    UpdateRuntimeOn {
        Auto "Auto",
        FunctionUpdate "FunctionUpdate",
        Manual "Manual",
    }
}

default_object! {
    Code,
    DeadLetterConfig,
    Environment,
    FunctionScalingConfig,
    ImageConfig,
    LoggingConfig,
    S3FilesConfig,
    TracingConfig,
    VpcConfig,
}
