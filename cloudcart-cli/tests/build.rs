//! `build` for Lambda as a program, with a cargo that only says what it made: documents, exit codes, messages and hints.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

#[path = "../../cloudcart-deploy/src/elf/craft.rs"]
mod craft;

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use craft::{AARCH64, X86_64, binary};

const FINE: [(&str, &str, &str); 1] = [("libc.so.6", "GLIBC_2.34", "pthread_create")];
const TOO_NEW: [(&str, &str, &str); 1] = [("libm.so.6", "GLIBC_2.38", "fmod")];

/// A project of one function, and programs that stand in for cargo, rustc and the C compiler of an x86_64 machine.
struct Project(tempfile::TempDir);

impl Project {
    fn new(made: &[u8]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path();
        let write = |name: &str, content: &[u8]| std::fs::write(home.join(name), content).unwrap();
        write(
            "Cargo.toml",
            b"[package]\nname = \"cloudcart-handlers\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[workspace]\n\
              [[bin]]\nname = \"products\"\npath = \"products.rs\"\n",
        );
        write("products.rs", b"fn main() {}");
        write("cloudcart.toml", b"[build]\narchitecture = \"x86_64\"\n");
        write("binary", made);
        let path = home.join("binary");
        let message = serde_json::json!({
            "reason": "compiler-artifact", "package_id": "path+file:///x#hands@0.0.0", "manifest_path": "/x/Cargo.toml",
            "target": {"kind": ["bin"], "crate_types": ["bin"], "name": "products", "src_path": "/x/a.rs",
                       "edition": "2021", "doc": true, "doctest": false, "test": true},
            "profile": {"opt_level": "s", "debuginfo": 0, "debug_assertions": false, "overflow_checks": true, "test": false},
            "features": [], "filenames": [path], "executable": path, "fresh": true,
        });
        write("messages", format!("{message}\n").as_bytes());
        std::fs::create_dir_all(home.join("std")).unwrap();
        write("std/libcore-0.rlib", b"");
        std::fs::create_dir_all(home.join("bin")).unwrap();
        let project = Self(folder);
        project.program("cc", "exit 1");
        let at = project.0.path().display();
        project.program(
            "rustc",
            &format!(
                "case \"$*\" in -vV) echo 'release: 1.99.0'; echo 'host: x86_64-unknown-linux-gnu';; \
                 *sysroot) echo /no/rust;; *) echo {at}/std;; esac"
            ),
        );
        let real = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
        project.program(
            "cargo",
            &format!(
                "case $1 in --version) echo 'cargo 1.99.0 (x)';; \
                 metadata) PATH=\"$REAL_PATH\" CARGO= RUSTC= exec {real} \"$@\";; \
                 *) printf 'warning: unused variable\\n   Compiling x v1.0.0\\n' >&2; cat {at}/messages;; esac"
            ),
        );
        project
    }

    fn program(&self, name: &str, script: &str) {
        let path = self.0.path().join("bin").join(name);
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn build(&self, args: &[&str], variables: &[(&str, &str)]) -> Output {
        let home = self.0.path();
        let mut command = Command::new(env!("CARGO_BIN_EXE_cloudcart"));
        command.current_dir(home).stdin(Stdio::null());
        for (name, _) in std::env::vars() {
            if ["CLOUDCART_", "AWS_", "RUSTFLAGS", "CARGO_ENCODED"].iter().any(|prefix| name.starts_with(prefix)) {
                command.env_remove(name);
            }
        }
        let bin = home.join("bin");
        command
            .args(["--stage", "dev", "build", "products"])
            .args(args)
            .env("REAL_PATH", std::env::var_os("PATH").unwrap())
            .env("PATH", std::env::join_paths([&bin, Path::new("/usr/bin"), Path::new("/bin")]).unwrap())
            .env("CARGO", bin.join("cargo"))
            .env("RUSTC", bin.join("rustc"))
            .env("CARGO_HOME", home.join("cargo-home"))
            .env("CARGO_ZIGBUILD_PYTHON_PATH", "no-python")
            .envs(variables.iter().copied())
            .output()
            .unwrap()
    }
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn the_document_has_what_scripts_rely_on_and_the_archive_is_what_lambda_starts() {
    let made = binary(X86_64, &FINE);
    let project = Project::new(&made);
    let output = project.build(&["--format", "json"], &[]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["builder"], "cargo");
    assert_eq!(document["target"], "x86_64-unknown-linux-gnu");
    assert_eq!(document["profile"], "lambda");
    assert_eq!(document["compiled"], false);
    assert!(document["compileMillis"].is_u64());
    let function = &document["functions"][0];
    assert_eq!((&function["name"], &function["arch"]), (&"products".into(), &"x86_64".into()));
    assert_eq!((&function["glibc"], &function["rebuilt"]), (&"2.34".into(), &true.into()));
    assert_eq!(function["binaryBytes"], made.len());
    assert!(function["packMillis"].is_u64() && function["sha256"].as_str().unwrap().len() == 64);
    assert!(err(&output).contains("warning: unused variable"), "{}", err(&output));
    assert!(!err(&output).contains("Compiling"), "{}", err(&output));
    let again: serde_json::Value = serde_json::from_slice(&project.build(&["--format", "json"], &[]).stdout).unwrap();
    assert_eq!(again["functions"][0]["rebuilt"], false);
    // Another program than ours reads the archive.
    let zip = function["zip"].as_str().unwrap();
    let script = "import sys, zipfile\nz = zipfile.ZipFile(sys.argv[1])\ni = z.infolist()\n\
                  print(z.testzip(), len(i), i[0].filename, oct(i[0].external_attr >> 16), i[0].file_size)";
    if let Ok(read) = Command::new("python3").args(["-c", script, zip]).output() {
        let expected = format!("None 1 bootstrap 0o100755 {}\n", made.len());
        assert_eq!(String::from_utf8_lossy(&read.stdout), expected, "{}", String::from_utf8_lossy(&read.stderr));
    }
}

#[test]
fn a_table_fits_a_hundred_columns() {
    let project = Project::new(&binary(X86_64, &FINE));
    let output = project.build(&[], &[]);
    let table = String::from_utf8(output.stdout.clone()).unwrap();
    assert!(table.starts_with("FUNCTION") && table.lines().all(|line| line.chars().count() <= 100), "{table}");
    assert!(err(&output).contains("(profile lambda, cargo for x86_64-unknown-linux-gnu)"), "{}", err(&output));
}

#[test]
fn every_refusal_is_a_failed_build_with_its_reason_and_a_way_out() {
    let old_but = binary(X86_64, &TOO_NEW);
    for (made, args, variables, words) in [
        (
            &old_but[..],
            &[][..],
            &[][..],
            &[
                "error: `products` cannot run on Lambda: it needs glibc 2.38, and provided.al2023 has 2.34",
                "cause: fmod@GLIBC_2.38 of libm.so.6",
                "hint: cargo install --locked cargo-zigbuild",
                "hint: pip install ziglang",
            ][..],
        ),
        (&old_but, &["--builder", "cargo"], &[], &["--builder auto"]),
        (
            &old_but,
            &["--builder", "zigbuild"],
            &[],
            &[
                "error: this machine cannot build for x86_64-unknown-linux-gnu yet",
                "hint: cargo install --locked cargo-zigbuild",
            ],
        ),
        (
            &binary(AARCH64, &[]),
            &[],
            &[],
            &["it is for arm64; the function is declared for x86_64", "hint: declare the function for it"],
        ),
        (b"#!/bin/sh\n", &[], &[], &["it is a script; Lambda runs ELF binaries for Linux", "hint: "]),
        (
            &binary(X86_64, &FINE),
            &[],
            &[("RUSTFLAGS", "-Ctarget-cpu=native")],
            &["`target-cpu=native` makes code", "where: the variable RUSTFLAGS", "x86-64-v3"],
        ),
    ] {
        let project = Project::new(made);
        let output = project.build(args, variables);
        assert_eq!(output.status.code(), Some(4), "{}", err(&output));
        assert!(output.stdout.is_empty());
        for word in words {
            assert!(err(&output).contains(word), "{word} is not in:\n{}", err(&output));
        }
    }
}

#[test]
fn a_function_larger_than_lambda_takes_is_refused() {
    let project = Project::new(b"");
    let file = std::fs::File::options().write(true).open(project.0.path().join("binary")).unwrap();
    file.set_len(262_144_001).unwrap();
    let output = project.build(&[], &[]);
    assert_eq!(output.status.code(), Some(4), "{}", err(&output));
    assert!(err(&output).contains("it has 262144001 bytes; Lambda takes at most 262144000"), "{}", err(&output));
}

#[test]
fn a_file_that_asks_for_this_processor_is_named() {
    let project = Project::new(&binary(X86_64, &FINE));
    let folder = project.0.path().join(".cargo");
    std::fs::create_dir_all(&folder).unwrap();
    let config = "[target.x86_64-unknown-linux-gnu]\nrustflags = [\"-C\", \"target-cpu=native\"]\n";
    std::fs::write(folder.join("config.toml"), config).unwrap();
    let output = project.build(&[], &[]);
    assert_eq!(output.status.code(), Some(4), "{}", err(&output));
    let place = "where: `target.x86_64-unknown-linux-gnu.rustflags` in ";
    assert!(err(&output).contains(place) && err(&output).contains(".cargo/config.toml"), "{}", err(&output));
}
