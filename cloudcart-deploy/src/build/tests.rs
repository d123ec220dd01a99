//! Builds of small workspaces.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
use std::sync::Mutex;

use super::*;
use crate::archive;

#[derive(Default)]
struct Lines(Mutex<Vec<String>>);

impl Reporter for Lines {
    fn event(&self, event: &Event) {
        if let Event::CargoLine { line } = event {
            self.0.lock().unwrap().push(line.clone());
        }
    }
}

fn project(main: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let manifest = "[package]\nname = \"hands\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[workspace]\n\
                    [profile.lambda]\ninherits = \"release\"\n[[bin]]\nname = \"one\"\npath = \"one.rs\"\n";
    std::fs::write(folder.path().join("Cargo.toml"), manifest).unwrap();
    std::fs::write(folder.path().join("one.rs"), main).unwrap();
    folder
}

fn request(folder: &Path, functions: &[&str]) -> BuildRequest {
    BuildRequest {
        root: folder.to_owned(),
        package: "hands".to_owned(),
        functions: functions.iter().map(|name| (*name).to_owned()).collect(),
        out: folder.join("out"),
        purpose: Purpose::Local,
        profile: None,
        machine: None,
        builder: None,
        colour: false,
        environment: Environment::of_process(),
    }
}

#[tokio::test]
async fn a_second_build_of_the_same_source_is_not_rebuilt() {
    let folder = project("fn main() {}");
    let first = build(&request(folder.path(), &["one"]), &crate::Silent).await.unwrap().packages;
    assert!(first[0].rebuilt);
    let second = build(&request(folder.path(), &["one"]), &crate::Silent).await.unwrap().packages;
    assert!(!second[0].rebuilt);
    assert_eq!(first[0].sha256, second[0].sha256);
    assert_eq!(first[0].sha256, archive::sha256_hex(&std::fs::read(&second[0].zip).unwrap()));
    std::fs::write(&second[0].zip, b"damaged").unwrap();
    let third = build(&request(folder.path(), &["one"]), &crate::Silent).await.unwrap().packages;
    assert!(third[0].rebuilt, "a damaged archive was kept");
    assert_eq!(first[0].sha256, third[0].sha256);
}

#[tokio::test]
async fn a_compile_error_is_shown_whole() {
    let folder = project("fn main() { let x: u8 = \"no\"; }");
    let lines = Lines::default();
    let error = build(&request(folder.path(), &["one"]), &lines).await.unwrap_err();
    let Error::Compile { output } = error else { panic!("{error}") };
    assert!(output.contains("E0308") && output.contains("one.rs:1"), "{output}");
    assert!(lines.0.lock().unwrap().iter().any(|line| line.contains("E0308")));
}

#[tokio::test]
async fn an_unknown_function_names_those_there_are() {
    let folder = project("fn main() {}");
    let error = build(&request(folder.path(), &["two"]), &crate::Silent).await.unwrap_err();
    assert_eq!(error.to_string(), "package `hands` has no binary `two`; it has: one");
}

#[test]
fn a_folder_that_is_no_workspace_says_so_in_cargos_words() {
    let folder = tempfile::tempdir().unwrap();
    let error = binaries(folder.path(), "hands").unwrap_err();
    assert!(error.to_string().contains("Cargo.toml"), "{error}");
}

#[cfg(unix)]
mod fake;

mod reproducible;
