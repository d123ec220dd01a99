//! Lambda functions: what they are packed as and run on.

use super::links::FUNCTION;
use super::{Broken, Rule, error};
use crate::check::view::{Entry, View};

const CREATE: &str = "https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html";
const RUNTIMES: &str = "https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html";
const CODE: &str =
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-lambda-function-code.html";

pub(super) const RULES: &[Rule] = &[
    error("function-zip-package", CREATE, zip_package),
    error("function-image-package", CREATE, image_package),
    error("function-inline-code", CODE, inline_code),
    error("function-architecture", RUNTIMES, architecture),
];

/// Runtimes that run on x86_64 alone.
const X86_ONLY: [&str; 10] = [
    "provided",
    "go1.x",
    "java8",
    "dotnetcore2.1",
    "nodejs8.10",
    "nodejs10.x",
    "python2.7",
    "python3.6",
    "python3.7",
    "ruby2.5",
];

/// Whether the function is an image; none when nobody knows.
fn is_image(entry: &Entry<'_>) -> Option<bool> {
    let kind = entry.look("PackageType");
    if kind.is_absent() { Some(false) } else { kind.text().map(|kind| kind == "Image") }
}

/// <https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html>
fn zip_package(view: &View<'_>, broken: &mut Broken<'_, '_>) {
    for entry in view.of_kind(FUNCTION).filter(|entry| is_image(entry) == Some(false)) {
        if entry.look("Code/ImageUri").is_present() {
            let message = "the code is an image, and the package type is `Zip`";
            broken.at(entry.at("Code/ImageUri"), message, "set `PackageType` to `Image`");
            continue;
        }
        for place in ["Handler", "Runtime"] {
            if entry.look(place).is_absent() {
                let message = format!("a function of a zip file needs `{place}`");
                let hint = "for a binary of its own: `Runtime` is `provided.al2023`, and `Handler` any text";
                broken.at(entry.at(""), message, hint);
            }
        }
    }
}

/// <https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html>
fn image_package(view: &View<'_>, broken: &mut Broken<'_, '_>) {
    for entry in view.of_kind(FUNCTION).filter(|entry| is_image(entry) == Some(true)) {
        for place in ["Handler", "Runtime", "Layers"] {
            if entry.look(place).is_present() {
                let message = format!("a function of an image has no `{place}`: the image says it");
                broken.at(entry.at(place), message, format!("leave `{place}` out"));
            }
        }
        if entry.look("Code").object().is_some_and(|code| !code.contains_key("ImageUri")) {
            broken.at(entry.at("Code"), "a function of an image needs `ImageUri`", "give the image's URI");
        }
    }
}

/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-lambda-function-code.html>
fn inline_code(view: &View<'_>, broken: &mut Broken<'_, '_>) {
    for entry in view.of_kind(FUNCTION).filter(|entry| entry.look("Code/ZipFile").is_present()) {
        let Some(runtime) = entry.look("Runtime").text() else { continue };
        if !runtime.starts_with("nodejs") && !runtime.starts_with("python") {
            let message = format!("`{runtime}` takes no code within the template: only Node.js and Python do");
            broken.at(entry.at("Code/ZipFile"), message, "put the zip file in a bucket: `S3Bucket` and `S3Key`");
        }
    }
}

/// <https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html>
fn architecture(view: &View<'_>, broken: &mut Broken<'_, '_>) {
    for entry in view.of_kind(FUNCTION) {
        let Some(runtime) = entry.look("Runtime").text() else { continue };
        if X86_ONLY.contains(&runtime) && entry.items("Architectures").iter().any(|one| one == "arm64") {
            let message = format!("`{runtime}` runs on x86_64 only");
            broken.at(entry.at("Architectures"), message, "take a newer runtime, such as `provided.al2023`");
        }
    }
}
