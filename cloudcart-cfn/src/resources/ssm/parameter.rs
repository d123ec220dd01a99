//! `AWS::SSM::Parameter`.
// Made by `cargo xtask generate` from `schemas/aws-ssm-parameter.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::SSM::Parameter`. `Ref` gives `Name`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ssm-parameter.html>
    Parameter<'stack>: kind::ssm::Parameter {
        required {
            /// `Type`: one of `String`, `StringList`.
            r#type "Type": ParameterType,
            /// `Value`: a text.
            value "Value": String,
        }
        optional {
            /// `AllowedPattern`: a text of up to 1,024 characters. Write-only: it cannot be read back.
            allowed_pattern "AllowedPattern": String,
            /// `DataType`: one of `aws:ec2:image`, `text`.
            data_type "DataType": DataType,
            /// `Description`: a text of up to 1,024 characters. Write-only: it cannot be read back.
            description "Description": String,
            /// `Name`: a text of 1 to 2,048 characters. Create-only: a change replaces the resource.
            name "Name": String,
            /// `Policies`: a text of 1 to 4,096 characters. Write-only: it cannot be read back.
            policies "Policies": String,
            /// `Tags`: an object.
            tags "Tags": BTreeMap<String, Value<'stack, String>>,
            /// `Tier`: one of `Advanced`, `Intelligent-Tiering`, `Standard`. Write-only: it cannot be read back.
            tier "Tier": Tier,
        }
        attributes {
            /// `Type`.
            r#type "Type": String,
            /// `Value`.
            value "Value": String,
        }
    }
}

enumeration! {
    /// `DataType` of [`Parameter`].
    DataType {
        AwsEc2Image "aws:ec2:image",
        Text "text",
    }
}

enumeration! {
    /// `Type` of [`Parameter`].
    ParameterType {
        String "String",
        StringList "StringList",
    }
}

enumeration! {
    /// `Tier` of [`Parameter`].
    Tier {
        Advanced "Advanced",
        IntelligentTiering "Intelligent-Tiering",
        Standard "Standard",
    }
}
