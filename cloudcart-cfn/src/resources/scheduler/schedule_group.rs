//! `AWS::Scheduler::ScheduleGroup`.
// Made by `cargo xtask generate` from `schemas/aws-scheduler-schedulegroup.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::Scheduler::ScheduleGroup`. `Ref` gives `Name`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-scheduler-schedulegroup.html>
    ScheduleGroup<'stack>: kind::scheduler::ScheduleGroup {
        required {}
        optional {
            /// `Name`: a text of 1 to 64 characters, pattern `^[0-9a-zA-Z-_.]+$`. Create-only: a change replaces the resource.
            name "Name": String,
            /// `Tags`: a list of up to 200 items.
            tags "Tags": Vec<Value<'stack, Tag<'stack>>>,
        }
        attributes {
            /// `CreationDate`.
            creation_date "CreationDate": String,
            /// `LastModificationDate`.
            last_modification_date "LastModificationDate": String,
            /// `State`.
            state "State": String,
        }
    }
}

default_object! {
    ScheduleGroup,
}
