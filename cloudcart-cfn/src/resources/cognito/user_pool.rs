//! `AWS::Cognito::UserPool`.
// Made by `cargo xtask generate` from `schemas/aws-cognito-userpool.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::Cognito::UserPool`. `Ref` gives `UserPoolId`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cognito-userpool.html>
    UserPool<'stack>: kind::cognito::UserPool {
        required {}
        optional {
            /// `AccountRecoverySetting`: an object.
            account_recovery_setting "AccountRecoverySetting": AccountRecoverySetting<'stack>,
            /// `AdminCreateUserConfig`: an object.
            admin_create_user_config "AdminCreateUserConfig": AdminCreateUserConfig<'stack>,
            /// `AliasAttributes`: a list.
            alias_attributes "AliasAttributes": Vec<Value<'stack, AliasAttribute>>,
            /// `AutoVerifiedAttributes`: a list.
            auto_verified_attributes "AutoVerifiedAttributes": Vec<Value<'stack, AutoVerifiedAttribute>>,
            /// `DeletionProtection`: one of `ACTIVE`, `INACTIVE`.
            deletion_protection "DeletionProtection": DeletionProtection,
            /// `DeviceConfiguration`: an object.
            device_configuration "DeviceConfiguration": DeviceConfiguration<'stack>,
            /// `EmailAuthenticationMessage`: a text of 6 to 20,000 characters.
            email_authentication_message "EmailAuthenticationMessage": String,
            /// `EmailAuthenticationSubject`: a text of 1 to 140 characters.
            email_authentication_subject "EmailAuthenticationSubject": String,
            /// `EmailConfiguration`: an object.
            email_configuration "EmailConfiguration": EmailConfiguration<'stack>,
            /// `EmailVerificationMessage`: a text of 6 to 20,000 characters, pattern `^[\p{L}\p{M}\p{S}\p{N}\p{P}\s*]*\{####\}[\p{L}\p{M}\p{S}\p{N}\p{P}\s*]*$`.
            email_verification_message "EmailVerificationMessage": String,
            /// `EmailVerificationSubject`: a text of 1 to 140 characters, pattern `^[\p{L}\p{M}\p{S}\p{N}\p{P}\s]+$`.
            email_verification_subject "EmailVerificationSubject": String,
            /// `EnabledMfas`: a list. Write-only: it cannot be read back.
            enabled_mfas "EnabledMfas": Vec<Value<'stack, String>>,
            /// `IssuerConfiguration`: an object.
            issuer_configuration "IssuerConfiguration": IssuerConfiguration<'stack>,
            /// `KeyConfiguration`: an object.
            key_configuration "KeyConfiguration": KeyConfiguration<'stack>,
            /// `LambdaConfig`: an object.
            lambda_config "LambdaConfig": LambdaConfig<'stack>,
            /// `MfaConfiguration`: one of `OFF`, `ON`, `OPTIONAL`.
            mfa_configuration "MfaConfiguration": MfaConfiguration,
            /// `Policies`: an object.
            policies "Policies": Policies<'stack>,
            /// `Schema`: a list of 1 to 50 items.
            schema "Schema": Vec<Value<'stack, SchemaAttribute<'stack>>>,
            /// `SmsAuthenticationMessage`: a text of 6 to 140 characters, pattern `\{####\}`.
            sms_authentication_message "SmsAuthenticationMessage": String,
            /// `SmsConfiguration`: an object.
            sms_configuration "SmsConfiguration": SmsConfiguration<'stack>,
            /// `SmsVerificationMessage`: a text of 6 to 140 characters, pattern `\{####\}`.
            sms_verification_message "SmsVerificationMessage": String,
            /// `UserAttributeUpdateSettings`: an object.
            user_attribute_update_settings "UserAttributeUpdateSettings": UserAttributeUpdateSettings<'stack>,
            /// `UserPoolAddOns`: an object.
            user_pool_add_ons "UserPoolAddOns": UserPoolAddOns<'stack>,
            /// `UserPoolName`: a text of 1 to 128 characters.
            user_pool_name "UserPoolName": String,
            /// `UserPoolTags`: an object.
            user_pool_tags "UserPoolTags": BTreeMap<String, Value<'stack, String>>,
            /// `UserPoolTier`: one of `ESSENTIALS`, `LITE`, `PLUS`.
            user_pool_tier "UserPoolTier": UserPoolTier,
            /// `UsernameAttributes`: a list.
            username_attributes "UsernameAttributes": Vec<Value<'stack, UsernameAttribute>>,
            /// `UsernameConfiguration`: an object.
            username_configuration "UsernameConfiguration": UsernameConfiguration<'stack>,
            /// `VerificationMessageTemplate`: an object.
            verification_message_template "VerificationMessageTemplate": VerificationMessageTemplate<'stack>,
            /// `WebAuthnFactorConfiguration`: one of `MULTI_FACTOR_WITH_USER_VERIFICATION`, `SINGLE_FACTOR`.
            web_authn_factor_configuration "WebAuthnFactorConfiguration": WebAuthnFactorConfiguration,
            /// `WebAuthnRelyingPartyID`: a text of 1 to 63 characters.
            web_authn_relying_party_id "WebAuthnRelyingPartyID": String,
            /// `WebAuthnUserVerification`: a text of 1 to 9 characters.
            web_authn_user_verification "WebAuthnUserVerification": String,
        }
        attributes {
            /// `ProviderName`.
            provider_name "ProviderName": String,
            /// `ProviderURL`.
            provider_url "ProviderURL": String,
            /// `UserPoolId`: what `Ref` gives.
            user_pool_id "UserPoolId": Ref<kind::cognito::UserPool>,
        }
    }
}

object! {
    /// `AccountRecoverySetting` of [`UserPool`].
    AccountRecoverySetting<'stack> {
        required {}
        optional {
            /// `RecoveryMechanisms`: a list of 1 to 2 items.
            recovery_mechanisms "RecoveryMechanisms": Vec<Value<'stack, RecoveryOption<'stack>>>,
        }
    }
}

object! {
    /// `AdminCreateUserConfig` of [`UserPool`].
    AdminCreateUserConfig<'stack> {
        required {}
        optional {
            /// `AllowAdminCreateUserOnly`: true or false.
            allow_admin_create_user_only "AllowAdminCreateUserOnly": bool,
            /// `InviteMessageTemplate`: an object.
            invite_message_template "InviteMessageTemplate": InviteMessageTemplate<'stack>,
            /// `UnusedAccountValidityDays`: a whole number, 0 to 365.
            unused_account_validity_days "UnusedAccountValidityDays": Int<0, 365>,
        }
    }
}

object! {
    /// `AdvancedSecurityAdditionalFlows` of [`UserPool`].
    AdvancedSecurityAdditionalFlows<'stack> {
        required {}
        optional {
            /// `CustomAuthMode`: one of `AUDIT`, `ENFORCED`.
            custom_auth_mode "CustomAuthMode": CustomAuthMode,
        }
    }
}

object! {
    /// `CustomEmailSender` of [`UserPool`].
    CustomEmailSender<'stack> {
        required {}
        optional {
            /// `LambdaArn`: a text of 20 to 2,048 characters.
            lambda_arn "LambdaArn": Arn<kind::lambda::Function>,
            /// `LambdaVersion`: `V1_0`.
            lambda_version "LambdaVersion": CustomEmailSenderLambdaVersion,
        }
    }
}

object! {
    /// `CustomSMSSender` of [`UserPool`].
    CustomSMSSender<'stack> {
        required {}
        optional {
            /// `LambdaArn`: a text of 20 to 2,048 characters.
            lambda_arn "LambdaArn": Arn<kind::lambda::Function>,
            /// `LambdaVersion`: `V1_0`.
            lambda_version "LambdaVersion": CustomSMSSenderLambdaVersion,
        }
    }
}

object! {
    /// `DeviceConfiguration` of [`UserPool`].
    DeviceConfiguration<'stack> {
        required {}
        optional {
            /// `ChallengeRequiredOnNewDevice`: true or false.
            challenge_required_on_new_device "ChallengeRequiredOnNewDevice": bool,
            /// `DeviceOnlyRememberedOnUserPrompt`: true or false.
            device_only_remembered_on_user_prompt "DeviceOnlyRememberedOnUserPrompt": bool,
        }
    }
}

object! {
    /// `EmailConfiguration` of [`UserPool`].
    EmailConfiguration<'stack> {
        required {}
        optional {
            /// `ConfigurationSet`: a text of 1 to 64 characters, pattern `^[a-zA-Z0-9_-]+$`.
            configuration_set "ConfigurationSet": Ref<kind::ses::ConfigurationSet>,
            /// `EmailSendingAccount`: one of `COGNITO_DEFAULT`, `DEVELOPER`.
            email_sending_account "EmailSendingAccount": EmailSendingAccount,
            /// `From`: a text of up to 131,072 characters.
            from "From": String,
            /// `ReplyToEmailAddress`: a text, pattern `^[\p{L}\p{M}\p{S}\p{N}\p{P}]+@[\p{L}\p{M}\p{S}\p{N}\p{P}]+$`.
            reply_to_email_address "ReplyToEmailAddress": String,
            /// `SourceArn`: a text of 20 to 2,048 characters.
            source_arn "SourceArn": String,
        }
    }
}

object! {
    /// `EumsSmsConfiguration` of [`UserPool`].
    EumsSmsConfiguration<'stack> {
        required {
            /// `CallerArn`: a text of 20 to 2,048 characters.
            caller_arn "CallerArn": String,
        }
        optional {
            /// `ConfigurationSetName`: a text of up to 131,072 characters.
            configuration_set_name "ConfigurationSetName": String,
            /// `ExternalId`: a text of up to 131,072 characters.
            external_id "ExternalId": String,
            /// `InEntityId`: a text of up to 131,072 characters.
            in_entity_id "InEntityId": String,
            /// `InTemplateId`: a text of up to 131,072 characters.
            in_template_id "InTemplateId": String,
            /// `OriginationIdentity`: a text of up to 131,072 characters.
            origination_identity "OriginationIdentity": String,
            /// `Region`: a text of 5 to 32 characters.
            region "Region": String,
        }
    }
}

object! {
    /// `InboundFederation` of [`UserPool`].
    InboundFederation<'stack> {
        required {}
        optional {
            /// `LambdaArn`: a text of 20 to 2,048 characters.
            lambda_arn "LambdaArn": Arn<kind::lambda::Function>,
            /// `LambdaVersion`: `V1_0`.
            lambda_version "LambdaVersion": InboundFederationLambdaVersion,
        }
    }
}

object! {
    /// `InviteMessageTemplate` of [`UserPool`].
    InviteMessageTemplate<'stack> {
        required {}
        optional {
            /// `EmailMessage`: a text of 6 to 20,000 characters, pattern `^[\p{L}\p{M}\p{S}\p{N}\p{P}\s*]*$`.
            email_message "EmailMessage": String,
            /// `EmailSubject`: a text of 1 to 140 characters, pattern `^[\p{L}\p{M}\p{S}\p{N}\p{P}\s]+$`.
            email_subject "EmailSubject": String,
            /// `SMSMessage`: a text of 6 to 140 characters, pattern `^(?s)`.
            sms_message "SMSMessage": String,
        }
    }
}

object! {
    /// `IssuerConfiguration` of [`UserPool`].
    IssuerConfiguration<'stack> {
        required {}
        optional {
            /// `Type`: one of `ORIGINAL`, `UPDATED`.
            r#type "Type": IssuerConfigurationType,
        }
    }
}

object! {
    /// `KeyConfiguration` of [`UserPool`].
    KeyConfiguration<'stack> {
        required {}
        optional {
            /// `KeyType`: one of `AWS_OWNED_KEY`, `CUSTOMER_MANAGED_KEY`.
            key_type "KeyType": EncryptionKeyType,
            /// `KmsKeyArn`: a text of 20 to 2,048 characters.
            kms_key_arn "KmsKeyArn": Arn<kind::kms::Key>,
        }
    }
}

object! {
    /// `LambdaConfig` of [`UserPool`].
    LambdaConfig<'stack> {
        required {}
        optional {
            /// `CreateAuthChallenge`: a text of 20 to 2,048 characters.
            create_auth_challenge "CreateAuthChallenge": Arn<kind::lambda::Function>,
            /// `CustomEmailSender`: an object.
            custom_email_sender "CustomEmailSender": CustomEmailSender<'stack>,
            /// `CustomMessage`: a text of 20 to 2,048 characters.
            custom_message "CustomMessage": Arn<kind::lambda::Function>,
            /// `CustomSMSSender`: an object.
            custom_sms_sender "CustomSMSSender": CustomSMSSender<'stack>,
            /// `DefineAuthChallenge`: a text of 20 to 2,048 characters.
            define_auth_challenge "DefineAuthChallenge": Arn<kind::lambda::Function>,
            /// `InboundFederation`: an object.
            inbound_federation "InboundFederation": InboundFederation<'stack>,
            /// `KMSKeyID`: a text of 20 to 2,048 characters.
            kms_key_id "KMSKeyID": Arn<kind::kms::Key>,
            /// `PostAuthentication`: a text of 20 to 2,048 characters.
            post_authentication "PostAuthentication": Arn<kind::lambda::Function>,
            /// `PostConfirmation`: a text of 20 to 2,048 characters.
            post_confirmation "PostConfirmation": Arn<kind::lambda::Function>,
            /// `PreAuthentication`: a text of 20 to 2,048 characters.
            pre_authentication "PreAuthentication": Arn<kind::lambda::Function>,
            /// `PreSignUp`: a text of 20 to 2,048 characters.
            pre_sign_up "PreSignUp": Arn<kind::lambda::Function>,
            /// `PreTokenGeneration`: a text of 20 to 2,048 characters.
            pre_token_generation "PreTokenGeneration": Arn<kind::lambda::Function>,
            /// `PreTokenGenerationConfig`: an object.
            pre_token_generation_config "PreTokenGenerationConfig": PreTokenGenerationConfig<'stack>,
            /// `UserMigration`: a text of 20 to 2,048 characters.
            user_migration "UserMigration": Arn<kind::lambda::Function>,
            /// `VerifyAuthChallengeResponse`: a text of 20 to 2,048 characters.
            verify_auth_challenge_response "VerifyAuthChallengeResponse": Arn<kind::lambda::Function>,
        }
    }
}

object! {
    /// `NumberAttributeConstraints` of [`UserPool`].
    NumberAttributeConstraints<'stack> {
        required {}
        optional {
            /// `MaxValue`: a text of up to 131,072 characters.
            max_value "MaxValue": String,
            /// `MinValue`: a text of up to 131,072 characters.
            min_value "MinValue": String,
        }
    }
}

object! {
    /// `PasswordPolicy` of [`UserPool`].
    PasswordPolicy<'stack> {
        required {}
        optional {
            /// `MinimumLength`: a whole number, 6 to 99.
            minimum_length "MinimumLength": Int<6, 99>,
            /// `PasswordHistorySize`: a whole number, 0 to 24.
            password_history_size "PasswordHistorySize": Int<0, 24>,
            /// `RequireLowercase`: true or false.
            require_lowercase "RequireLowercase": bool,
            /// `RequireNumbers`: true or false.
            require_numbers "RequireNumbers": bool,
            /// `RequireSymbols`: true or false.
            require_symbols "RequireSymbols": bool,
            /// `RequireUppercase`: true or false.
            require_uppercase "RequireUppercase": bool,
            /// `TemporaryPasswordValidityDays`: a whole number, 0 to 365.
            temporary_password_validity_days "TemporaryPasswordValidityDays": Int<0, 365>,
        }
    }
}

object! {
    /// `Policies` of [`UserPool`].
    Policies<'stack> {
        required {}
        optional {
            /// `PasswordPolicy`: an object.
            password_policy "PasswordPolicy": PasswordPolicy<'stack>,
            /// `SignInPolicy`: an object.
            sign_in_policy "SignInPolicy": SignInPolicy<'stack>,
        }
    }
}

object! {
    /// `PreTokenGenerationConfig` of [`UserPool`].
    PreTokenGenerationConfig<'stack> {
        required {}
        optional {
            /// `LambdaArn`: a text of 20 to 2,048 characters.
            lambda_arn "LambdaArn": Arn<kind::lambda::Function>,
            /// `LambdaVersion`: one of `V1_0`, `V2_0`, `V3_0`.
            lambda_version "LambdaVersion": PreTokenGenerationConfigLambdaVersion,
        }
    }
}

object! {
    /// `RecoveryOption` of [`UserPool`].
    RecoveryOption<'stack> {
        required {}
        optional {
            /// `Name`: one of `admin_only`, `verified_email`, `verified_phone_number`.
            name "Name": RecoveryOptionName,
            /// `Priority`: a whole number, 1 to 2.
            priority "Priority": Int<1, 2>,
        }
    }
}

object! {
    /// `SchemaAttribute` of [`UserPool`].
    SchemaAttribute<'stack> {
        required {}
        optional {
            /// `AttributeDataType`: one of `Boolean`, `DateTime`, `Number`, `String`.
            attribute_data_type "AttributeDataType": AttributeDataType,
            /// `DeveloperOnlyAttribute`: true or false.
            developer_only_attribute "DeveloperOnlyAttribute": bool,
            /// `Mutable`: true or false.
            mutable "Mutable": bool,
            /// `Name`: a text of 1 to 20 characters, pattern `^[\p{L}\p{M}\p{S}\p{N}\p{P}]+$`.
            name "Name": String,
            /// `NumberAttributeConstraints`: an object.
            number_attribute_constraints "NumberAttributeConstraints": NumberAttributeConstraints<'stack>,
            /// `Required`: true or false.
            required "Required": bool,
            /// `StringAttributeConstraints`: an object.
            string_attribute_constraints "StringAttributeConstraints": StringAttributeConstraints<'stack>,
        }
    }
}

object! {
    /// `SignInPolicy` of [`UserPool`].
    SignInPolicy<'stack> {
        required {}
        optional {
            /// `AllowedFirstAuthFactors`: a list of 1 to 5 items.
            allowed_first_auth_factors "AllowedFirstAuthFactors": Vec<Value<'stack, AllowedFirstAuthFactor>>,
        }
    }
}

object! {
    /// `SmsConfiguration` of [`UserPool`].
    SmsConfiguration<'stack> {
        required {}
        optional {
            /// `EumsSms`: an object.
            eums_sms "EumsSms": EumsSmsConfiguration<'stack>,
            /// `ExternalId`: a text of up to 131,072 characters.
            external_id "ExternalId": String,
            /// `SnsCallerArn`: a text of up to 2,048 characters.
            sns_caller_arn "SnsCallerArn": Arn<kind::iam::Role>,
            /// `SnsRegion`: a text of 5 to 32 characters.
            sns_region "SnsRegion": String,
        }
    }
}

object! {
    /// `StringAttributeConstraints` of [`UserPool`].
    StringAttributeConstraints<'stack> {
        required {}
        optional {
            /// `MaxLength`: a text of up to 131,072 characters.
            max_length "MaxLength": String,
            /// `MinLength`: a text of up to 131,072 characters.
            min_length "MinLength": String,
        }
    }
}

object! {
    /// `UserAttributeUpdateSettings` of [`UserPool`].
    UserAttributeUpdateSettings<'stack> {
        required {
            /// `AttributesRequireVerificationBeforeUpdate`: a list.
            attributes_require_verification_before_update "AttributesRequireVerificationBeforeUpdate": Vec<Value<'stack, AttributesRequireVerificationBeforeUpdate>>,
        }
        optional {}
    }
}

object! {
    /// `UserPoolAddOns` of [`UserPool`].
    UserPoolAddOns<'stack> {
        required {}
        optional {
            /// `AdvancedSecurityAdditionalFlows`: an object.
            advanced_security_additional_flows "AdvancedSecurityAdditionalFlows": AdvancedSecurityAdditionalFlows<'stack>,
            /// `AdvancedSecurityMode`: one of `AUDIT`, `ENFORCED`, `OFF`.
            advanced_security_mode "AdvancedSecurityMode": AdvancedSecurityMode,
        }
    }
}

object! {
    /// `UsernameConfiguration` of [`UserPool`].
    UsernameConfiguration<'stack> {
        required {}
        optional {
            /// `CaseSensitive`: true or false.
            case_sensitive "CaseSensitive": bool,
        }
    }
}

object! {
    /// `VerificationMessageTemplate` of [`UserPool`].
    VerificationMessageTemplate<'stack> {
        required {}
        optional {
            /// `DefaultEmailOption`: one of `CONFIRM_WITH_CODE`, `CONFIRM_WITH_LINK`.
            default_email_option "DefaultEmailOption": DefaultEmailOption,
            /// `EmailMessage`: a text of 6 to 20,000 characters, pattern `^[\p{L}\p{M}\p{S}\p{N}\p{P}\s*]*\{####\}[\p{L}\p{M}\p{S}\p{N}\p{P}\s*]*$`.
            email_message "EmailMessage": String,
            /// `EmailMessageByLink`: a text of 6 to 20,000 characters.
            email_message_by_link "EmailMessageByLink": String,
            /// `EmailSubject`: a text of 1 to 140 characters, pattern `^[\p{L}\p{M}\p{S}\p{N}\p{P}\s]+$`.
            email_subject "EmailSubject": String,
            /// `EmailSubjectByLink`: a text of 1 to 140 characters, pattern `^[\p{L}\p{M}\p{S}\p{N}\p{P}\s]+$`.
            email_subject_by_link "EmailSubjectByLink": String,
            /// `SmsMessage`: a text of 6 to 140 characters, pattern `\{####\}`.
            sms_message "SmsMessage": String,
        }
    }
}

enumeration! {
    /// `AdvancedSecurityMode` of [`UserPool`].
    AdvancedSecurityMode {
        Audit "AUDIT",
        Enforced "ENFORCED",
        Off "OFF",
    }
}

enumeration! {
    /// `AliasAttribute` of [`UserPool`].
    AliasAttribute {
        Email "email",
        PhoneNumber "phone_number",
        PreferredUsername "preferred_username",
    }
}

enumeration! {
    /// `AllowedFirstAuthFactor` of [`UserPool`].
    AllowedFirstAuthFactor {
        EmailOtp "EMAIL_OTP",
        Password "PASSWORD",
        SmsOtp "SMS_OTP",
        SoftwareToken "SOFTWARE_TOKEN",
        WebAuthn "WEB_AUTHN",
    }
}

enumeration! {
    /// `AttributeDataType` of [`UserPool`].
    AttributeDataType {
        Boolean "Boolean",
        DateTime "DateTime",
        Number "Number",
        String "String",
    }
}

enumeration! {
    /// `AttributesRequireVerificationBeforeUpdate` of [`UserPool`].
    AttributesRequireVerificationBeforeUpdate {
        Email "email",
        PhoneNumber "phone_number",
    }
}

enumeration! {
    /// `AutoVerifiedAttribute` of [`UserPool`].
    AutoVerifiedAttribute {
        Email "email",
        PhoneNumber "phone_number",
    }
}

enumeration! {
    /// `CustomAuthMode` of [`UserPool`].
    CustomAuthMode {
        Audit "AUDIT",
        Enforced "ENFORCED",
    }
}

enumeration! {
    /// `LambdaVersion` of [`UserPool`].
    CustomEmailSenderLambdaVersion {
        V10 "V1_0",
    }
}

enumeration! {
    /// `LambdaVersion` of [`UserPool`].
    CustomSMSSenderLambdaVersion {
        V10 "V1_0",
    }
}

enumeration! {
    /// `DefaultEmailOption` of [`UserPool`].
    DefaultEmailOption {
        ConfirmWithCode "CONFIRM_WITH_CODE",
        ConfirmWithLink "CONFIRM_WITH_LINK",
    }
}

enumeration! {
    /// `DeletionProtection` of [`UserPool`].
    DeletionProtection {
        Active "ACTIVE",
        Inactive "INACTIVE",
    }
}

enumeration! {
    /// `EmailSendingAccount` of [`UserPool`].
    EmailSendingAccount {
        CognitoDefault "COGNITO_DEFAULT",
        Developer "DEVELOPER",
    }
}

enumeration! {
    /// `KeyType` of [`UserPool`].
    EncryptionKeyType {
        AwsOwnedKey "AWS_OWNED_KEY",
        CustomerManagedKey "CUSTOMER_MANAGED_KEY",
    }
}

enumeration! {
    /// `LambdaVersion` of [`UserPool`].
    InboundFederationLambdaVersion {
        V10 "V1_0",
    }
}

enumeration! {
    /// `Type` of [`UserPool`].
    IssuerConfigurationType {
        Original "ORIGINAL",
        Updated "UPDATED",
    }
}

enumeration! {
    /// `MfaConfiguration` of [`UserPool`].
    MfaConfiguration {
        Off "OFF",
        On "ON",
        Optional "OPTIONAL",
    }
}

enumeration! {
    /// `LambdaVersion` of [`UserPool`].
    PreTokenGenerationConfigLambdaVersion {
        V10 "V1_0",
        V20 "V2_0",
        V30 "V3_0",
    }
}

enumeration! {
    /// `Name` of [`UserPool`].
    RecoveryOptionName {
        AdminOnly "admin_only",
        VerifiedEmail "verified_email",
        VerifiedPhoneNumber "verified_phone_number",
    }
}

enumeration! {
    /// `UserPoolTier` of [`UserPool`].
    UserPoolTier {
        Essentials "ESSENTIALS",
        Lite "LITE",
        Plus "PLUS",
    }
}

enumeration! {
    /// `UsernameAttribute` of [`UserPool`].
    UsernameAttribute {
        Email "email",
        PhoneNumber "phone_number",
    }
}

enumeration! {
    /// `WebAuthnFactorConfiguration` of [`UserPool`].
    WebAuthnFactorConfiguration {
        MultiFactorWithUserVerification "MULTI_FACTOR_WITH_USER_VERIFICATION",
        SingleFactor "SINGLE_FACTOR",
    }
}

default_object! {
    AccountRecoverySetting,
    AdminCreateUserConfig,
    AdvancedSecurityAdditionalFlows,
    CustomEmailSender,
    CustomSMSSender,
    DeviceConfiguration,
    EmailConfiguration,
    InboundFederation,
    InviteMessageTemplate,
    IssuerConfiguration,
    KeyConfiguration,
    LambdaConfig,
    NumberAttributeConstraints,
    PasswordPolicy,
    Policies,
    PreTokenGenerationConfig,
    RecoveryOption,
    SchemaAttribute,
    SignInPolicy,
    SmsConfiguration,
    StringAttributeConstraints,
    UserPool,
    UserPoolAddOns,
    UsernameConfiguration,
    VerificationMessageTemplate,
}
