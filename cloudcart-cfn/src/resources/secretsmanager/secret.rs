//! `AWS::SecretsManager::Secret`.
// Made by `cargo xtask generate` from `schemas/aws-secretsmanager-secret.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::SecretsManager::Secret`. `Ref` gives `Id`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-secret.html>
    Secret<'stack>: kind::secretsmanager::Secret {
        required {}
        optional {
            /// `Description`: a text of up to 2,048 characters.
            description "Description": String,
            /// `GenerateSecretString`: an object. Write-only: it cannot be read back.
            generate_secret_string "GenerateSecretString": GenerateSecretString<'stack>,
            /// `KmsKeyId`: a text of up to 2,048 characters.
            kms_key_id "KmsKeyId": String,
            /// `Name`: a text of up to 512 characters. Create-only: a change replaces the resource.
            name "Name": String,
            /// `ReplicaRegions`: a list.
            replica_regions "ReplicaRegions": Vec<Value<'stack, ReplicaRegion<'stack>>>,
            /// `SecretString`: a text of 1 to 65,536 characters. Write-only: it cannot be read back.
            secret_string "SecretString": String,
            /// `Tags`: a list.
            tags "Tags": Vec<Value<'stack, Tag<'stack>>>,
            /// `Type`: a text of up to 256 characters.
            r#type "Type": String,
        }
        attributes {}
    }
}

object! {
    /// `GenerateSecretString` of [`Secret`].
    GenerateSecretString<'stack> {
        required {}
        optional {
            /// `ExcludeCharacters`: a text.
            exclude_characters "ExcludeCharacters": String,
            /// `ExcludeLowercase`: true or false.
            exclude_lowercase "ExcludeLowercase": bool,
            /// `ExcludeNumbers`: true or false.
            exclude_numbers "ExcludeNumbers": bool,
            /// `ExcludePunctuation`: true or false.
            exclude_punctuation "ExcludePunctuation": bool,
            /// `ExcludeUppercase`: true or false.
            exclude_uppercase "ExcludeUppercase": bool,
            /// `GenerateStringKey`: a text.
            generate_string_key "GenerateStringKey": String,
            /// `IncludeSpace`: true or false.
            include_space "IncludeSpace": bool,
            /// `PasswordLength`: a whole number.
            password_length "PasswordLength": i64,
            /// `RequireEachIncludedType`: true or false.
            require_each_included_type "RequireEachIncludedType": bool,
            /// `SecretStringTemplate`: a text.
            secret_string_template "SecretStringTemplate": String,
        }
    }
}

object! {
    /// `ReplicaRegion` of [`Secret`].
    ReplicaRegion<'stack> {
        required {
            /// `Region`: a text.
            region "Region": String,
        }
        optional {
            /// `KmsKeyId`: a text.
            kms_key_id "KmsKeyId": String,
        }
    }
}

default_object! {
    GenerateSecretString,
    Secret,
}
