//! `AWS::KMS::Key`.
// Made by `cargo xtask generate` from `schemas/aws-kms-key.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::KMS::Key`. `Ref` gives `KeyId`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kms-key.html>
    Key<'stack>: kind::kms::Key {
        required {}
        optional {
            /// `BypassPolicyLockoutSafetyCheck`: true or false. Write-only: it cannot be read back.
            bypass_policy_lockout_safety_check "BypassPolicyLockoutSafetyCheck": bool,
            /// `Description`: a text of up to 8,192 characters.
            description "Description": String,
            /// `EnableKeyRotation`: true or false.
            enable_key_rotation "EnableKeyRotation": bool,
            /// `Enabled`: true or false.
            enabled "Enabled": bool,
            /// `KeyPolicy`: JSON.
            key_policy "KeyPolicy": PolicyDocument<'stack>,
            /// `KeySpec`: one of 17 words.
            key_spec "KeySpec": KeySpec,
            /// `KeyUsage`: one of `ENCRYPT_DECRYPT`, `GENERATE_VERIFY_MAC`, `KEY_AGREEMENT`, `SIGN_VERIFY`.
            key_usage "KeyUsage": KeyUsage,
            /// `MultiRegion`: true or false.
            multi_region "MultiRegion": bool,
            /// `Origin`: one of `AWS_KMS`, `EXTERNAL`.
            origin "Origin": Origin,
            /// `PendingWindowInDays`: a whole number, 7 to 30. Write-only: it cannot be read back.
            pending_window_in_days "PendingWindowInDays": Int<7, 30>,
            /// `RotationPeriodInDays`: a whole number, 90 to 2,560. Write-only: it cannot be read back.
            rotation_period_in_days "RotationPeriodInDays": Int<90, 2_560>,
            /// `Tags`: a list.
            tags "Tags": Vec<Value<'stack, Tag<'stack>>>,
        }
        attributes {
            /// `KeyId`: what `Ref` gives.
            key_id "KeyId": Ref<kind::kms::Key>,
        }
    }
}

enumeration! {
    /// `KeySpec` of [`Key`].
    KeySpec {
        EccNistEdwards25519 "ECC_NIST_EDWARDS25519",
        EccNistP256 "ECC_NIST_P256",
        EccNistP384 "ECC_NIST_P384",
        EccNistP521 "ECC_NIST_P521",
        EccSecgP256k1 "ECC_SECG_P256K1",
        Hmac224 "HMAC_224",
        Hmac256 "HMAC_256",
        Hmac384 "HMAC_384",
        Hmac512 "HMAC_512",
        MlDsa44 "ML_DSA_44",
        MlDsa65 "ML_DSA_65",
        MlDsa87 "ML_DSA_87",
        Rsa2048 "RSA_2048",
        Rsa3072 "RSA_3072",
        Rsa4096 "RSA_4096",
        Sm2 "SM2",
        SymmetricDefault "SYMMETRIC_DEFAULT",
    }
}

enumeration! {
    /// `KeyUsage` of [`Key`].
    KeyUsage {
        EncryptDecrypt "ENCRYPT_DECRYPT",
        GenerateVerifyMac "GENERATE_VERIFY_MAC",
        KeyAgreement "KEY_AGREEMENT",
        SignVerify "SIGN_VERIFY",
    }
}

enumeration! {
    /// `Origin` of [`Key`].
    Origin {
        AwsKms "AWS_KMS",
        External "EXTERNAL",
    }
}

default_object! {
    Key,
}
