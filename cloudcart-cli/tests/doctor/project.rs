//! A project for one test: a workspace with a package that has all of the stack's binaries.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::cloud::{Home, Ran};

/// The functions of the shop's stack.
pub(crate) const FUNCTIONS: [&str; 7] = ["products", "cart", "checkout", "orders", "worker", "sweeper", "desk"];

const MANIFEST: &str = "[workspace]\nmembers = [\"cloudcart-handlers\"]\nresolver = \"3\"\n";
const PROFILE: &str = "[profile.lambda]\ninherits = \"release\"\n";

pub(crate) struct Project {
    pub(crate) home: Home,
}

/// What the doctor found, by the check's name.
pub(crate) struct Found {
    pub(crate) ran: Ran,
    document: Value,
}

impl Found {
    fn check(&self, name: &str) -> &Value {
        let checks = self.document["checks"].as_array().unwrap();
        checks
            .iter()
            .find(|check| check["name"] == name)
            .unwrap_or_else(|| panic!("no check {name}: {}", self.document))
    }

    pub(crate) fn state(&self, name: &str) -> &str {
        self.check(name)["state"].as_str().unwrap()
    }

    pub(crate) fn found(&self, name: &str) -> &str {
        self.check(name)["found"].as_str().unwrap()
    }

    /// What mends it; empty when there is nothing to mend.
    pub(crate) fn hint(&self, name: &str) -> &str {
        self.check(name)["hint"].as_str().unwrap_or_default()
    }

    /// Those in that state, in their order. Warnings about the builder and about room on the disk are left out: this machine's glibc
    /// decides about the one, and whatever else it does about the other.
    pub(crate) fn all(&self, state: &str) -> Vec<&str> {
        let checks = self.document["checks"].as_array().unwrap();
        let of_machine =
            |check: &&Value| (check["name"] == "builder" || check["name"] == "disk") && check["state"] == "warn";
        let checks = checks.iter().filter(|check| check["state"] == state && !of_machine(check));
        checks.map(|check| check["name"].as_str().unwrap()).collect()
    }

    /// The stage that was looked at, if that is known.
    pub(crate) fn stage(&self) -> Option<&str> {
        self.document["stage"].as_str()
    }

    /// How it ended; the document says the same.
    pub(crate) fn code(&self) -> i32 {
        assert_eq!(self.document["exit"].as_i64(), Some(i64::from(self.ran.code)), "{}", self.document);
        self.ran.code
    }
}

impl Project {
    pub(crate) fn new() -> Self {
        let project = Self { home: Home::new() };
        project.home.file("shop/Cargo.toml", &format!("{MANIFEST}{PROFILE}"));
        project.package("1.70");
        for name in FUNCTIONS {
            project.home.file(&format!("shop/cloudcart-handlers/src/bin/{name}.rs"), "fn main() {}\n");
        }
        project
    }

    /// Writes the package's manifest, which asks for that Rust.
    pub(crate) fn package(&self, rust: &str) {
        let text = format!(
            "[package]\nname = \"cloudcart-handlers\"\nversion = \"0.0.0\"\nedition = \"2021\"\nrust-version = \"{rust}\"\n"
        );
        self.home.file("shop/cloudcart-handlers/Cargo.toml", &text);
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.home.path().join("shop")
    }

    /// Looks at stage `dev` and reads the document.
    pub(crate) fn doctor(&self, args: &[&str], variables: &[(&str, &str)]) -> Found {
        let ran = self.run(&[&["--format", "json", "doctor"], args].concat(), variables);
        let document = serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}{}", ran.out, ran.err));
        Found { ran, document }
    }

    pub(crate) fn run(&self, args: &[&str], variables: &[(&str, &str)]) -> Ran {
        // The home folder is the test's, and the toolchain is not in it.
        let real = std::env::var("HOME").unwrap_or_default();
        let at = |name: &str, folder: &str| {
            std::env::var(name).unwrap_or_else(|_| Path::new(&real).join(folder).display().to_string())
        };
        let (rustup, cargo) = (at("RUSTUP_HOME", ".rustup"), at("CARGO_HOME", ".cargo"));
        let mut all = vec![
            ("RUSTUP_HOME", rustup.as_str()),
            ("CARGO_HOME", cargo.as_str()),
            ("CLOUDCART_LOCAL_PORT", "0"),
            ("CLOUDCART_LOCAL_API_PORT", "0"),
        ];
        all.extend_from_slice(variables);
        self.home.run_in(&self.root(), args, &all)
    }
}
