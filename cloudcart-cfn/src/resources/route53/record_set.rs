//! `AWS::Route53::RecordSet`.
// Made by `cargo xtask generate` from `schemas/aws-route53-recordset.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::Route53::RecordSet`. `Ref` gives `Name`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-route53-recordset.html>
    RecordSet<'stack>: kind::route53::RecordSet {
        required {
            /// `Name`: a text of up to 1,024 characters.
            name "Name": String,
            /// `Type`: a text.
            r#type "Type": String,
        }
        optional {
            /// `AliasTarget`: an object.
            alias_target "AliasTarget": AliasTarget<'stack>,
            /// `CidrRoutingConfig`: an object.
            cidr_routing_config "CidrRoutingConfig": CidrRoutingConfig<'stack>,
            /// `Comment`: a text of up to 256 characters. Write-only: it cannot be read back.
            comment "Comment": String,
            /// `Failover`: one of `PRIMARY`, `SECONDARY`.
            failover "Failover": Failover,
            /// `GeoLocation`: an object.
            geo_location "GeoLocation": GeoLocation<'stack>,
            /// `GeoProximityLocation`: an object.
            geo_proximity_location "GeoProximityLocation": GeoProximityLocation<'stack>,
            /// `HealthCheckId`: a text of up to 64 characters.
            health_check_id "HealthCheckId": String,
            /// `HostedZoneId`: a text of up to 44 characters. Create-only: a change replaces the resource.
            hosted_zone_id "HostedZoneId": Ref<kind::route53::HostedZone>,
            /// `HostedZoneName`: a text of up to 256 characters. Create-only: a change replaces the resource. Write-only: it cannot be read back.
            hosted_zone_name "HostedZoneName": String,
            /// `MultiValueAnswer`: true or false.
            multi_value_answer "MultiValueAnswer": bool,
            /// `Region`: a text.
            region "Region": String,
            /// `ResourceRecords`: a list.
            resource_records "ResourceRecords": Vec<Value<'stack, String>>,
            /// `SetIdentifier`: a text of up to 128 characters.
            set_identifier "SetIdentifier": String,
            /// `TTL`: a text.
            ttl "TTL": String,
            /// `Weight`: a whole number.
            weight "Weight": i64,
        }
        attributes {}
    }
}

object! {
    /// `AliasTarget` of [`RecordSet`].
    AliasTarget<'stack> {
        required {
            /// `DNSName`: a text of up to 1,024 characters.
            dns_name "DNSName": String,
            /// `HostedZoneId`: a text of up to 44 characters.
            hosted_zone_id "HostedZoneId": String,
        }
        optional {
            /// `EvaluateTargetHealth`: true or false.
            evaluate_target_health "EvaluateTargetHealth": bool,
        }
    }
}

object! {
    /// `CidrRoutingConfig` of [`RecordSet`].
    CidrRoutingConfig<'stack> {
        required {
            /// `CollectionId`: a text, pattern `^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$`.
            collection_id "CollectionId": String,
            /// `LocationName`: a text of 1 to 16 characters, pattern `[0-9A-Za-z_\-\*]+`.
            location_name "LocationName": String,
        }
        optional {}
    }
}

object! {
    /// `Coordinates` of [`RecordSet`].
    Coordinates<'stack> {
        required {
            /// `Latitude`: a text, pattern `[-+]?[0-9]{1,2}(\.[0-9]{0,2})?`.
            latitude "Latitude": String,
            /// `Longitude`: a text, pattern `[-+]?[0-9]{1,3}(\.[0-9]{0,2})?`.
            longitude "Longitude": String,
        }
        optional {}
    }
}

object! {
    /// `GeoLocation` of [`RecordSet`].
    GeoLocation<'stack> {
        required {}
        optional {
            /// `ContinentCode`: a text of 2 characters.
            continent_code "ContinentCode": String,
            /// `CountryCode`: a text of 1 to 2 characters.
            country_code "CountryCode": String,
            /// `SubdivisionCode`: a text of 1 to 3 characters.
            subdivision_code "SubdivisionCode": String,
        }
    }
}

object! {
    /// `GeoProximityLocation` of [`RecordSet`].
    GeoProximityLocation<'stack> {
        required {}
        optional {
            /// `AWSRegion`: a text of 1 to 64 characters.
            aws_region "AWSRegion": String,
            /// `Bias`: a whole number, -99 to 99.
            bias "Bias": Int<-99, 99>,
            /// `Coordinates`: an object.
            coordinates "Coordinates": Coordinates<'stack>,
            /// `LocalZoneGroup`: a text of 1 to 64 characters.
            local_zone_group "LocalZoneGroup": String,
        }
    }
}

enumeration! {
    /// `Failover` of [`RecordSet`].
    Failover {
        Primary "PRIMARY",
        Secondary "SECONDARY",
    }
}

default_object! {
    GeoLocation,
    GeoProximityLocation,
}
