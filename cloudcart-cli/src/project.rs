//! Where the project is: the nearest folder above that looks like one.

use std::path::{Path, PathBuf};

/// The configuration file's name.
pub(crate) const CONFIG_FILE: &str = "cloudcart.toml";

/// The nearest folder, from `start` up, with a configuration file; else the nearest whose Cargo.toml is a workspace with the
/// handlers in it; else `start`.
pub(crate) fn root(start: &Path, handlers_package: &str) -> PathBuf {
    let with_config = start.ancestors().find(|folder| folder.join(CONFIG_FILE).is_file());
    let with_handlers = || {
        start.ancestors().find(|folder| {
            folder.join(handlers_package).is_dir()
                && std::fs::read_to_string(folder.join("Cargo.toml"))
                    .is_ok_and(|text| text.contains("[workspace]") && text.contains(handlers_package))
        })
    };
    with_config.or_else(with_handlers).unwrap_or(start).to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn the_configuration_file_marks_the_root_before_the_workspace() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("a/b");
        std::fs::create_dir_all(deep.join("c")).unwrap();
        assert_eq!(root(&deep, "hands"), deep);
        std::fs::create_dir_all(folder.path().join("hands")).unwrap();
        std::fs::write(folder.path().join("Cargo.toml"), "[workspace]\nmembers = [\"hands\"]\n").unwrap();
        assert_eq!(root(&deep, "hands"), folder.path());
        std::fs::write(folder.path().join("a").join(CONFIG_FILE), "").unwrap();
        assert_eq!(root(&deep, "hands"), folder.path().join("a"));
    }
}
