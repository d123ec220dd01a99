//! The dependency arrows of the architecture hold.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use cargo_metadata::{DependencyKind, MetadataCommand};

/// Which crate of the workspace may depend on which. There are no others.
const ARROWS: [(&str, &[&str]); 7] = [
    ("cloudcart-cli", &["cloudcart-cfn", "cloudcart-deploy", "cloudcart-local", "cloudcart-shop"]),
    ("cloudcart-handlers", &["cloudcart-shop"]),
    ("cloudcart-shop", &[]),
    ("cloudcart-cfn", &[]),
    ("cloudcart-deploy", &[]),
    ("cloudcart-local", &["cloudcart-cfn"]),
    ("cloudcart-bench", &[]),
];

/// What the library of typed CloudFormation is made of: serde's formats, and the two engines for the patterns of the schemas.
const CFN_MAY_USE: [&str; 6] = ["regex-lite", "regress", "serde", "serde-saphyr", "serde_json", "thiserror"];

/// A pure crate has no runtime, SDK, cryptography, randomness or logging.
const NOT_IN_A_PURE_CRATE: [&str; 9] =
    ["aws-", "getrandom", "hyper", "lambda_", "rand", "reqwest", "ring", "tokio", "tracing"];

fn workspace_root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// Each crate of the workspace with what its library or binary depends on; what its tests need does not count.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let metadata = MetadataCommand::new()
        .manifest_path(workspace_root().join("Cargo.toml"))
        .no_deps()
        .other_options(vec!["--offline".to_owned()])
        .exec()
        .unwrap();
    let packages = metadata.packages.iter().map(|package| {
        let needed = package.dependencies.iter().filter(|dependency| dependency.kind != DependencyKind::Development);
        (package.name.to_string(), needed.map(|dependency| dependency.name.clone()).collect())
    });
    packages.collect()
}

#[test]
fn dependency_arrows_hold() {
    let dependencies = dependencies();
    let allowed: BTreeMap<&str, BTreeSet<&str>> =
        ARROWS.iter().map(|(from, to)| (*from, to.iter().copied().collect())).collect();
    for (package, needed) in &dependencies {
        let ours: BTreeSet<&str> =
            needed.iter().map(String::as_str).filter(|name| dependencies.contains_key(*name)).collect();
        // A crate that is not listed (a generator, an example) is no part of the product and may use any of it.
        let Some(allowed) = allowed.get(package.as_str()) else {
            assert!(!package.starts_with("cloudcart-"), "{package} has no arrows in this test");
            continue;
        };
        let forbidden: Vec<_> = ours.difference(allowed).collect();
        assert!(forbidden.is_empty(), "{package} may not know {forbidden:?}");
    }
    for package in allowed.keys() {
        assert!(dependencies.contains_key(*package), "{package} is gone");
    }
}

#[test]
fn the_cloudformation_library_needs_formats_and_patterns_only() {
    let used = &dependencies()["cloudcart-cfn"];
    let foreign: Vec<_> = used.iter().filter(|name| !CFN_MAY_USE.contains(&name.as_str())).collect();
    assert!(foreign.is_empty(), "cloudcart-cfn needs {foreign:?}");
}

#[test]
fn the_shop_is_pure() {
    let used = &dependencies()["cloudcart-shop"];
    let impure: Vec<_> =
        used.iter().filter(|name| NOT_IN_A_PURE_CRATE.iter().any(|prefix| name.starts_with(prefix))).collect();
    assert!(impure.is_empty(), "cloudcart-shop needs {impure:?}");
}

/// A panic must end one record and not the process with its nine others, and money must not wrap.
#[test]
fn release_profile_panics_unwind() {
    let manifest = std::fs::read_to_string(workspace_root().join("Cargo.toml")).unwrap();
    let manifest: toml::Table = manifest.parse().unwrap();
    let profiles = manifest["profile"].as_table().unwrap();
    let lambda = &profiles["lambda"];
    assert_eq!(lambda["panic"].as_str(), Some("unwind"));
    assert_eq!(lambda["overflow-checks"].as_bool(), Some(true));
    for (name, profile) in profiles {
        assert_ne!(profile.get("panic").and_then(toml::Value::as_str), Some("abort"), "profile {name}");
    }
}

/// The feature reads numbers exactly, and in turn breaks enums of serde wherever else in the build they are.
#[test]
fn no_arbitrary_precision_in_tree() {
    let output = std::process::Command::new(env!("CARGO"))
        .current_dir(workspace_root())
        .args(["tree", "--workspace", "--offline", "--edges", "features", "--invert", "serde_json", "--prefix", "none"])
        .output()
        .unwrap();
    let tree = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(tree.contains("serde_json feature \"raw_value\""), "this test reads something else: {tree}");
    assert!(!tree.contains("arbitrary_precision"), "{tree}");
}

/// Ring is the only crypto provider. The lock file is the graph for every platform and feature of the workspace.
#[test]
fn no_second_crypto_provider_is_in_the_graph() {
    let lock = std::fs::read_to_string(workspace_root().join("Cargo.lock")).unwrap();
    let lock: toml::Table = lock.parse().unwrap();
    let names: Vec<&str> =
        lock["package"].as_array().unwrap().iter().map(|package| package["name"].as_str().unwrap()).collect();
    assert!(names.contains(&"ring"), "this test reads the wrong file");
    let providers: Vec<_> =
        names.iter().filter(|name| name.starts_with("aws-lc") || ["boring", "openssl-sys"].contains(name)).collect();
    assert!(providers.is_empty(), "{providers:?} came into the graph");
}
