//! Builds by programs that only say what cargo, rustc and zig would: which of them is called, and how.

use std::os::unix::fs::PermissionsExt as _;

use super::*;
use crate::elf::craft::{AARCH64, RISCV, X86_64, binary};

/// Folders with programs in them, and a workspace.
struct Fake {
    home: tempfile::TempDir,
    environment: Environment,
}

const X86: &str = "x86_64-unknown-linux-gnu";
const TOO_NEW: [(&str, &str, &str); 1] = [("libm.so.6", "GLIBC_2.38", "fmod")];
const FINE: [(&str, &str, &str); 1] = [("libc.so.6", "GLIBC_2.34", "pthread_create")];

impl Fake {
    /// A machine of x86_64 with a compiler that can make code for both, a C compiler, and no zig.
    fn new() -> Self {
        let home = project("fn main() {}");
        let std = home.path().join("std");
        std::fs::create_dir_all(&std).unwrap();
        std::fs::write(std.join("libcore-0.rlib"), "").unwrap();
        let bin = home.path().join("bin");
        std::fs::create_dir_all(&bin).unwrap();
        let real = Environment::of_process().cargo();
        let path = std::env::join_paths([&bin, Path::new("/usr/bin"), Path::new("/bin")]).unwrap();
        let environment = Environment::of_process()
            .without("RUSTFLAGS")
            .without("CARGO_ENCODED_RUSTFLAGS")
            .with("REAL_PATH", std::env::var_os("PATH").unwrap_or_default())
            .with("PATH", path)
            .with("CARGO_HOME", home.path().join("cargo-home"))
            .with("CARGO", bin.join("cargo"))
            .with("RUSTC", bin.join("rustc"))
            .with("CARGO_ZIGBUILD_PYTHON_PATH", "no-python");
        let fake = Self { home, environment };
        fake.program("cc", "exit 1");
        fake.program(
            "rustc",
            &format!(
                "case \"$*\" in -vV) echo 'release: 1.99.0'; echo 'host: {X86}';; \
                 *sysroot) echo /no/rust;; *) echo {};; esac",
                std.display()
            ),
        );
        let folder = fake.home.path().display();
        fake.program(
            "cargo",
            &format!(
                "case $1 in --version) echo 'cargo 1.99.0 (x)';; \
                 metadata) PATH=\"$REAL_PATH\" CARGO= RUSTC= exec {real} \"$@\";; \
                 *) echo \"$*\" >> {folder}/calls; echo \"$CARGO_ENCODED_RUSTFLAGS\" > {folder}/flags; \
                 mkdir -p target/{X86}; cat {folder}/$1.messages;; esac"
            ),
        );
        fake
    }

    fn program(&self, name: &str, script: &str) {
        let path = self.home.path().join("bin").join(name);
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn with_zig(self) -> Self {
        self.program("cargo-zigbuild", "echo cargo-zigbuild 0.24.1");
        self.program("zig", "echo 0.15.2");
        self
    }

    /// What a call of cargo makes.
    fn makes(&self, verb: &str, content: &[u8]) -> &Self {
        let path = self.home.path().join(format!("{verb}.binary"));
        std::fs::write(&path, content).unwrap();
        let message = serde_json::json!({
            "reason": "compiler-artifact", "package_id": "path+file:///x#hands@0.0.0", "manifest_path": "/x/Cargo.toml",
            "target": {"kind": ["bin"], "crate_types": ["bin"], "name": "one", "src_path": "/x/one.rs", "edition": "2021",
                       "doc": true, "doctest": false, "test": true},
            "profile": {"opt_level": "s", "debuginfo": 0, "debug_assertions": false, "overflow_checks": true, "test": false},
            "features": [], "filenames": [path], "executable": path, "fresh": false,
        });
        std::fs::write(self.home.path().join(format!("{verb}.messages")), format!("{message}\n")).unwrap();
        self
    }

    async fn build(&self, change: impl FnOnce(&mut BuildRequest)) -> Result<Built> {
        let mut request = request(self.home.path(), &["one"]);
        request.purpose = Purpose::Lambda;
        request.machine = Some(Machine::X86_64);
        request.environment = self.environment.clone();
        change(&mut request);
        build(&request, &crate::Silent).await
    }

    /// How cargo was called to build, since this was last asked.
    fn calls(&self) -> Vec<String> {
        let path = self.home.path().join("calls");
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let _ = std::fs::remove_file(path);
        text.lines().map(str::to_owned).collect()
    }
}

#[tokio::test]
async fn plain_cargo_builds_what_lambda_runs_and_keeps_the_users_flags() {
    let fake = Fake::new();
    fake.makes("build", &binary(X86_64, &FINE));
    let built =
        fake.build(|request| request.environment = fake.environment.clone().with("RUSTFLAGS", "--cfg mine")).await;
    let built = built.unwrap();
    assert_eq!((built.builder, built.target.as_deref(), built.compiled), (Builder::Cargo, Some(X86), true));
    assert_eq!(built.packages[0].glibc.as_deref(), Some("2.34"));
    let calls = fake.calls();
    assert!(calls.len() == 1 && calls[0].ends_with("--bin one --target x86_64-unknown-linux-gnu"), "{calls:?}");
    let flags = std::fs::read_to_string(fake.home.path().join("flags")).unwrap();
    assert!(flags.starts_with("--cfg\u{1f}mine\u{1f}--remap-path-prefix="), "{flags:?}");
    assert!(flags.contains("=/workspace\u{1f}"), "{flags:?}");
}

#[tokio::test]
async fn a_binary_that_needs_too_new_a_glibc_is_built_by_zig_and_the_next_build_knows() {
    let fake = Fake::new().with_zig();
    fake.makes("build", &binary(X86_64, &TOO_NEW)).makes("zigbuild", &binary(X86_64, &FINE));
    let built = fake.build(|_| ()).await.unwrap();
    assert_eq!(built.builder, Builder::Zigbuild);
    assert_eq!(built.target.as_deref(), Some("x86_64-unknown-linux-gnu.2.34"));
    let calls = fake.calls();
    assert!(calls.len() == 2 && calls[0].starts_with("build ") && calls[1].starts_with("zigbuild "), "{calls:?}");
    assert!(!fake.build(|_| ()).await.unwrap().packages[0].rebuilt);
    let calls = fake.calls();
    assert!(calls.len() == 1 && calls[0].starts_with("zigbuild "), "compiled twice: {calls:?}");
    let forced = fake.build(|request| request.builder = Some(Builder::Cargo)).await.unwrap_err();
    assert!(matches!(forced, Error::Binary { hint, .. } if hint.contains("--builder auto")));
}

#[tokio::test]
async fn without_zig_the_refusal_names_the_symbol_and_the_lines_to_install() {
    let fake = Fake::new();
    fake.makes("build", &binary(X86_64, &TOO_NEW));
    let Error::Binary { refusal, hint, function, .. } = fake.build(|_| ()).await.unwrap_err() else { panic!() };
    let Refusal::Glibc(newest) = *refusal else { panic!("{refusal}") };
    assert_eq!((function.as_str(), newest.to_string().as_str()), ("one", "fmod@GLIBC_2.38 of libm.so.6"));
    assert!(hint.contains("\ncargo install --locked cargo-zigbuild\npip install ziglang"), "{hint}");
}

#[tokio::test]
async fn another_machine_is_built_by_zig_for_the_glibc_of_lambda() {
    let fake = Fake::new().with_zig();
    fake.makes("zigbuild", &binary(AARCH64, &FINE));
    let built = fake.build(|request| request.machine = Some(Machine::Arm64)).await.unwrap();
    assert_eq!(built.packages[0].arch, "arm64");
    let expected = "zigbuild --package hands --profile lambda --message-format json-render-diagnostics --bin one \
                    --target aarch64-unknown-linux-gnu.2.34";
    assert_eq!(fake.calls(), [expected]);
}

#[tokio::test]
async fn what_the_machine_lacks_is_told_before_anything_is_compiled() {
    let fake = Fake::new();
    std::fs::remove_file(fake.home.path().join("std/libcore-0.rlib")).unwrap();
    let Error::CannotBuild { missing, target } =
        fake.build(|request| request.machine = Some(Machine::Arm64)).await.unwrap_err()
    else {
        panic!()
    };
    assert_eq!((target.as_str(), missing.len()), ("aarch64-unknown-linux-gnu", 3));
    assert!(fake.calls().is_empty());
}

#[tokio::test]
async fn code_for_this_processor_is_refused_before_anything_is_compiled() {
    let fake = Fake::new();
    let flagged = fake.environment.clone().with("RUSTFLAGS", "-C target-cpu=native");
    let error = fake.build(|request| request.environment = flagged).await.unwrap_err();
    assert!(matches!(&error, Error::NativeCpu { native, .. } if native.place.to_string() == "the variable RUSTFLAGS"));
    assert!(fake.calls().is_empty());
}

#[tokio::test]
async fn a_binary_for_another_machine_is_refused_and_no_archive_is_left() {
    let fake = Fake::new();
    for (machine, name) in [(AARCH64, "arm64"), (RISCV, "RISC-V")] {
        fake.makes("build", &binary(machine, &[]));
        let error = fake.build(|_| ()).await.unwrap_err();
        assert!(error.to_string().contains(&format!("it is for {name}")), "{error}");
        assert!(!fake.home.path().join("out/one.zip").exists());
    }
}
