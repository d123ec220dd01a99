//! What happens while this library works, as typed events, and who is told.

use std::path::PathBuf;

use serde::Serialize;

use crate::build::{Builder, Package};
use crate::stack::{Plan, ResourceEvent};

/// Something that happened. Serialises as one flat object with a `code`, which is stable; `--format json` prints these.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "code", rename_all = "SCREAMING_SNAKE_CASE", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum Event {
    /// Cargo starts to build these functions.
    BuildStarted {
        /// Their names.
        functions: Vec<String>,
        /// The cargo profile.
        profile: String,
        /// Who compiles.
        builder: Builder,
        /// The target as it is named to the builder; none for this machine.
        target: Option<String>,
    },
    /// Another builder goes on, for the binary of the first cannot run on Lambda.
    BuilderChanged {
        /// Who compiles now.
        builder: Builder,
        /// Why.
        reason: String,
    },
    /// A line of cargo's standard error.
    CargoLine {
        /// The line.
        line: String,
    },
    /// How far cargo is.
    CargoProgress {
        /// How many units are compiled.
        done: u64,
        /// How many there will be.
        total: u64,
        /// What is compiled now.
        current: String,
    },
    /// Everything is compiled.
    Compiled {
        /// Whether anything had to be.
        compiled: bool,
        /// How long cargo ran, in milliseconds.
        millis: u64,
        /// The compiler's warnings, as it draws them.
        warnings: String,
    },
    /// A binary names a folder of this machine: built in another folder it would be another one.
    FolderInBinary {
        /// The function.
        function: String,
        /// The folder.
        folder: PathBuf,
    },
    /// A function is packed.
    Packed(Package),
    /// A bucket was emptied, with all versions.
    BucketEmptied {
        /// Its name.
        bucket: String,
        /// How many objects, old versions and delete markers.
        objects: usize,
    },
    /// A log group that a removed stack left behind was deleted.
    LogGroupSwept {
        /// Its name.
        group: String,
    },
    /// A log group that a removed stack left behind could not be deleted.
    LogGroupLeft {
        /// Its name.
        group: String,
        /// Why.
        reason: String,
    },
    /// The bucket for code was made.
    BucketCreated {
        /// Its name.
        bucket: String,
    },
    /// The endpoint lacks one of the bucket's safeguards; never so on AWS.
    BucketSafeguardMissing {
        /// The API operation.
        operation: String,
    },
    /// How far the uploads are.
    UploadProgress {
        /// How many archives are there.
        files_done: usize,
        /// How many there will be.
        files: usize,
        /// How many bytes are there.
        bytes_done: u64,
        /// How many there will be.
        bytes: u64,
    },
    /// An archive was already there.
    AssetPresent {
        /// The function.
        function: String,
        /// Its key.
        key: String,
    },
    /// An archive was uploaded.
    AssetUploaded {
        /// The function.
        function: String,
        /// Its key.
        key: String,
        /// Its size.
        bytes: u64,
    },
    /// A function got new code without a stack operation, and runs it.
    CodeUpdated {
        /// The function.
        function: String,
        /// SHA-256 of the zip, lower-case hexadecimal.
        sha256: String,
    },
    /// Another operation is under way; waiting for it to end.
    StackBusy {
        /// The stack.
        stack: String,
        /// Its status.
        status: String,
    },
    /// The remains of a failed first creation are removed.
    RemovingFailedStack {
        /// The stack.
        stack: String,
        /// Its status.
        status: String,
    },
    /// The change set is there.
    Planned(Plan),
    /// Nothing to change.
    NoChanges {
        /// The stack.
        stack: String,
    },
    /// The operation starts.
    Executing {
        /// The stack.
        stack: String,
    },
    /// A resource, or the stack itself, went on.
    Resource(ResourceEvent),
    /// A poll failed in passing; it is repeated.
    PollRepeated {
        /// Why.
        reason: String,
        /// When, in milliseconds.
        next_in_millis: u64,
    },
    /// The stack's resources are compared with what is there.
    DriftDetection {
        /// The stack.
        stack: String,
    },
    /// The comparison failed for some resources.
    DriftIncomplete {
        /// The stack.
        stack: String,
        /// Why.
        reason: String,
    },
    /// The stack has reached its end state.
    StackSettled {
        /// The stack.
        stack: String,
        /// Its status.
        status: String,
    },
}

/// Who is told what happens.
pub trait Reporter: Send + Sync {
    /// Takes an event. Must not block for long.
    fn event(&self, event: &Event);
}

/// Tells nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Reporter for Silent {
    fn event(&self, _event: &Event) {}
}
