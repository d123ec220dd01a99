//! Makes the binary forget where it was built: folders of this machine are called by names that are the same everywhere.

use std::path::{Path, PathBuf};

use super::toolchain::Toolchain;

/// What cargo joins flags by in `CARGO_ENCODED_RUSTFLAGS`.
const SEPARATOR: &str = "\u{1f}";

/// The folders of a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Folders {
    pub(super) workspace: PathBuf,
    pub(super) target: PathBuf,
}

/// The user's own flags and after them ours, as `CARGO_ENCODED_RUSTFLAGS` has them.
pub(super) fn flags(facts: &Toolchain, folders: &Folders) -> String {
    let own = facts.flags.iter().map(|flag| flag.text.clone());
    own.chain(remaps(facts, folders)).collect::<Vec<_>>().join(SEPARATOR)
}

/// Of several that fit a path rustc takes the last: the narrower come after the wider.
fn remaps(facts: &Toolchain, folders: &Folders) -> Vec<String> {
    let mut pairs: Vec<(PathBuf, String)> = Vec::new();
    let mut add = |from: &Path, to: &str| {
        // Cargo names its home as it is given, and a workspace as the system does.
        let real = from.canonicalize().ok();
        for path in real.into_iter().chain([from.to_owned()]) {
            // Mapping the root folder would rename every path there is.
            if path.parent().is_some() && !pairs.iter().any(|(known, _)| *known == path) {
                pairs.push((path, to.to_owned()));
            }
        }
    };
    if let Ok(rustc) = &facts.rustc {
        // Only where the sources of the standard library are installed. Elsewhere they have this name from the start.
        if let Some(commit) = &rustc.commit {
            add(&rustc.sysroot.join("lib/rustlib/src/rust"), &format!("/rustc/{commit}"));
        }
        add(&rustc.sysroot, "/rust");
    }
    if let Some(home) = &facts.cargo_home {
        add(home, "/cargo");
    }
    add(&folders.workspace, "/workspace");
    add(&folders.target, "/workspace/target");
    pairs.sort_by_key(|(path, _)| path.components().count());
    pairs.into_iter().map(|(from, to)| format!("--remap-path-prefix={}={to}", from.display())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::build::flags::{Flag, Place};
    use crate::build::toolchain::{Linker, Rustc};

    fn facts() -> Toolchain {
        let no = || Err("x".to_owned());
        let place = Place::Variable { name: "RUSTFLAGS".to_owned() };
        Toolchain {
            target: "x86_64-unknown-linux-gnu".to_owned(),
            cargo: Err("x".to_owned()),
            rustc: Ok(Rustc {
                path: PathBuf::from("/no/rust/bin/rustc"),
                version: "1".to_owned(),
                host: "x".to_owned(),
                commit: Some("abc".to_owned()),
                sysroot: PathBuf::from("/no/rust"),
            }),
            rustup: false,
            std: None,
            linker: Linker { program: "cc".to_owned(), path: None, place: None },
            zigbuild: no(),
            zig: Err("x".to_owned()),
            glibc: None,
            flags: vec![Flag { text: "--cfg=a b".to_owned(), place }],
            native: None,
            cargo_home: Some(PathBuf::from("/no/home/.cargo")),
        }
    }

    #[test]
    fn the_users_flags_stay_and_every_folder_of_the_machine_gets_a_name() {
        let folders = Folders { workspace: "/no/home/x/shop".into(), target: "/no/t".into() };
        let flags = flags(&facts(), &folders);
        let flags: Vec<&str> = flags.split(SEPARATOR).collect();
        assert_eq!(
            flags,
            [
                "--cfg=a b",
                "--remap-path-prefix=/no/rust=/rust",
                "--remap-path-prefix=/no/t=/workspace/target",
                "--remap-path-prefix=/no/home/.cargo=/cargo",
                "--remap-path-prefix=/no/home/x/shop=/workspace",
                "--remap-path-prefix=/no/rust/lib/rustlib/src/rust=/rustc/abc",
            ]
        );
    }

    #[test]
    fn a_folder_within_another_comes_after_it() {
        let folders = Folders { workspace: "/no/home".into(), target: "/no/home/target".into() };
        let all = remaps(&facts(), &folders);
        let place = |part: &str| all.iter().position(|flag| flag.contains(part));
        assert!(place("/no/home=") < place("/no/home/.cargo=") && place("/no/home=") < place("/no/home/target="));
    }
}
