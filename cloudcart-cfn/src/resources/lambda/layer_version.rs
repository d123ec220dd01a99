//! `AWS::Lambda::LayerVersion`.
// Made by `cargo xtask generate` from `schemas/aws-lambda-layerversion.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::Lambda::LayerVersion`. `Ref` gives `LayerVersionArn`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-layerversion.html>
    LayerVersion<'stack>: kind::lambda::LayerVersion {
        required {
            /// `Content`: an object. Create-only: a change replaces the resource. Write-only: it cannot be read back.
            content "Content": Content<'stack>,
        }
        optional {
            /// `CompatibleArchitectures`: a list of up to 2 items. Create-only: a change replaces the resource.
            compatible_architectures "CompatibleArchitectures": Vec<Value<'stack, CompatibleArchitecture>>,
            /// `CompatibleRuntimes`: a list of up to 15 items. Create-only: a change replaces the resource.
            compatible_runtimes "CompatibleRuntimes": Vec<Value<'stack, CompatibleRuntime>>,
            /// `Description`: a text of up to 256 characters. Create-only: a change replaces the resource.
            description "Description": String,
            /// `LayerName`: a text of 1 to 140 characters. Create-only: a change replaces the resource.
            layer_name "LayerName": String,
            /// `LicenseInfo`: a text of up to 512 characters. Create-only: a change replaces the resource.
            license_info "LicenseInfo": String,
        }
        attributes {
            /// `LayerVersionArn`: what `Ref` gives.
            layer_version_arn "LayerVersionArn": Arn<kind::lambda::LayerVersion>,
        }
    }
}

object! {
    /// `Content` of [`LayerVersion`].
    Content<'stack> {
        required {
            /// `S3Bucket`: a text of 3 to 63 characters, pattern `^[0-9A-Za-z\.\-_]*(?<!\.)$`.
            s3_bucket "S3Bucket": String,
            /// `S3Key`: a text of 1 to 1,024 characters.
            s3_key "S3Key": String,
        }
        optional {
            /// `S3ObjectStorageMode`: one of `COPY`, `REFERENCE`.
            s3_object_storage_mode "S3ObjectStorageMode": S3ObjectStorageMode,
            /// `S3ObjectVersion`: a text of 1 to 1,024 characters.
            s3_object_version "S3ObjectVersion": String,
        }
    }
}

enumeration! {
    /// `CompatibleArchitecture` of [`LayerVersion`].
    CompatibleArchitecture {
        Arm64 "arm64",
        X86_64 "x86_64",
    }
}

enumeration! {
    /// `CompatibleRuntime` of [`LayerVersion`].
    CompatibleRuntime {
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
    /// `S3ObjectStorageMode` of [`LayerVersion`].
    S3ObjectStorageMode {
        Copy "COPY",
        Reference "REFERENCE",
    }
}
