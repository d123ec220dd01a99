//! `AWS::SES::EmailIdentity`.
// Made by `cargo xtask generate` from `schemas/aws-ses-emailidentity.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::SES::EmailIdentity`. `Ref` gives `EmailIdentity`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ses-emailidentity.html>
    EmailIdentity<'stack>: kind::ses::EmailIdentity {
        required {
            /// `EmailIdentity`: a text. Create-only: a change replaces the resource.
            email_identity "EmailIdentity": String,
        }
        optional {
            /// `ConfigurationSetAttributes`: an object.
            configuration_set_attributes "ConfigurationSetAttributes": ConfigurationSetAttributes<'stack>,
            /// `DkimAttributes`: an object.
            dkim_attributes "DkimAttributes": DkimAttributes<'stack>,
            /// `DkimSigningAttributes`: an object.
            dkim_signing_attributes "DkimSigningAttributes": DkimSigningAttributes<'stack>,
            /// `FeedbackAttributes`: an object.
            feedback_attributes "FeedbackAttributes": FeedbackAttributes<'stack>,
            /// `MailFromAttributes`: an object.
            mail_from_attributes "MailFromAttributes": MailFromAttributes<'stack>,
            /// `Tags`: a list of up to 50 items.
            tags "Tags": Vec<Value<'stack, Tag<'stack>>>,
        }
        attributes {
            /// `DkimDNSTokenName1`.
            dkim_dns_token_name1 "DkimDNSTokenName1": String,
            /// `DkimDNSTokenName2`.
            dkim_dns_token_name2 "DkimDNSTokenName2": String,
            /// `DkimDNSTokenName3`.
            dkim_dns_token_name3 "DkimDNSTokenName3": String,
            /// `DkimDNSTokenValue1`.
            dkim_dns_token_value1 "DkimDNSTokenValue1": String,
            /// `DkimDNSTokenValue2`.
            dkim_dns_token_value2 "DkimDNSTokenValue2": String,
            /// `DkimDNSTokenValue3`.
            dkim_dns_token_value3 "DkimDNSTokenValue3": String,
        }
    }
}

object! {
    /// `ConfigurationSetAttributes` of [`EmailIdentity`].
    ConfigurationSetAttributes<'stack> {
        required {}
        optional {
            /// `ConfigurationSetName`: a text.
            configuration_set_name "ConfigurationSetName": Ref<kind::ses::ConfigurationSet>,
        }
    }
}

object! {
    /// `DkimAttributes` of [`EmailIdentity`].
    DkimAttributes<'stack> {
        required {}
        optional {
            /// `SigningEnabled`: true or false.
            signing_enabled "SigningEnabled": bool,
        }
    }
}

object! {
    /// `DkimSigningAttributes` of [`EmailIdentity`].
    DkimSigningAttributes<'stack> {
        required {}
        optional {
            /// `DomainSigningPrivateKey`: a text. Write-only: it cannot be read back.
            domain_signing_private_key "DomainSigningPrivateKey": String,
            /// `DomainSigningSelector`: a text. Write-only: it cannot be read back.
            domain_signing_selector "DomainSigningSelector": String,
            /// `NextSigningKeyLength`: a text, pattern `RSA_1024_BIT|RSA_2048_BIT`.
            next_signing_key_length "NextSigningKeyLength": String,
        }
    }
}

object! {
    /// `FeedbackAttributes` of [`EmailIdentity`].
    FeedbackAttributes<'stack> {
        required {}
        optional {
            /// `EmailForwardingEnabled`: true or false.
            email_forwarding_enabled "EmailForwardingEnabled": bool,
        }
    }
}

object! {
    /// `MailFromAttributes` of [`EmailIdentity`].
    MailFromAttributes<'stack> {
        required {}
        optional {
            /// `BehaviorOnMxFailure`: a text, pattern `USE_DEFAULT_VALUE|REJECT_MESSAGE`.
            behavior_on_mx_failure "BehaviorOnMxFailure": String,
            /// `MailFromDomain`: a text.
            mail_from_domain "MailFromDomain": String,
        }
    }
}

default_object! {
    ConfigurationSetAttributes,
    DkimAttributes,
    DkimSigningAttributes,
    FeedbackAttributes,
    MailFromAttributes,
}
