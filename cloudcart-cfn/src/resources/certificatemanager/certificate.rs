//! `AWS::CertificateManager::Certificate`.
// Made by `cargo xtask generate` from `schemas/aws-certificatemanager-certificate.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::CertificateManager::Certificate`. `Ref` gives `CertificateArn`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-certificatemanager-certificate.html>
    Certificate<'stack>: kind::certificatemanager::Certificate {
        required {
            /// `DomainName`: a text. Create-only: a change replaces the resource.
            domain_name "DomainName": String,
        }
        optional {
            /// `CertificateAuthorityArn`: a text. Create-only: a change replaces the resource.
            certificate_authority_arn "CertificateAuthorityArn": String,
            /// `CertificateExport`: one of `DISABLED`, `ENABLED`. Create-only: a change replaces the resource.
            certificate_export "CertificateExport": CertificateExport,
            /// `CertificateTransparencyLoggingPreference`: one of `DISABLED`, `ENABLED`.
            certificate_transparency_logging_preference "CertificateTransparencyLoggingPreference": CertificateTransparencyLoggingPreference,
            /// `DomainValidationOptions`: a list. Create-only: a change replaces the resource.
            domain_validation_options "DomainValidationOptions": Vec<Value<'stack, DomainValidationOption<'stack>>>,
            /// `KeyAlgorithm`: one of 7 words. Create-only: a change replaces the resource.
            key_algorithm "KeyAlgorithm": KeyAlgorithm,
            /// `SubjectAlternativeNames`: a list. Create-only: a change replaces the resource.
            subject_alternative_names "SubjectAlternativeNames": Vec<Value<'stack, String>>,
            /// `Tags`: a list of 1 to 50 items.
            tags "Tags": Vec<Value<'stack, Tag<'stack>>>,
            /// `ValidationMethod`: one of `DNS`, `EMAIL`. Write-only: it cannot be read back.
            validation_method "ValidationMethod": ValidationMethod,
        }
        attributes {
            /// `CertificateArn`: what `Ref` gives.
            certificate_arn "CertificateArn": Arn<kind::certificatemanager::Certificate>,
        }
    }
}

object! {
    /// `DomainValidationOption` of [`Certificate`].
    DomainValidationOption<'stack> {
        required {}
        optional {
            /// `DomainName`: a text.
            domain_name "DomainName": String,
            /// `HostedZoneId`: a text. Write-only: it cannot be read back.
            hosted_zone_id "HostedZoneId": Ref<kind::route53::HostedZone>,
            /// `ValidationDomain`: a text.
            validation_domain "ValidationDomain": String,
        }
    }
}

enumeration! {
    /// `CertificateExport` of [`Certificate`].
    CertificateExport {
        Disabled "DISABLED",
        Enabled "ENABLED",
    }
}

enumeration! {
    /// `CertificateTransparencyLoggingPreference` of [`Certificate`].
    CertificateTransparencyLoggingPreference {
        Disabled "DISABLED",
        Enabled "ENABLED",
    }
}

enumeration! {
    /// `KeyAlgorithm` of [`Certificate`].
    KeyAlgorithm {
        EcPrime256v1 "EC_prime256v1",
        EcSecp384r1 "EC_secp384r1",
        EcSecp521r1 "EC_secp521r1",
        Rsa1024 "RSA_1024",
        Rsa2048 "RSA_2048",
        Rsa3072 "RSA_3072",
        Rsa4096 "RSA_4096",
    }
}

enumeration! {
    /// `ValidationMethod` of [`Certificate`].
    ValidationMethod {
        Dns "DNS",
        Email "EMAIL",
    }
}

default_object! {
    DomainValidationOption,
}
