//! The flags and the linker that cargo would give to rustc for a target, each with the place where it is set.
//!
//! Cargo has no command that tells. The order is that of the Cargo Book, "Configuration": one variable for all flags, else
//! `target.<triple>` with every `target.'cfg(..)'` that fits, else `build.rustflags`; of files the nearer beats the farther.

use std::fmt;
use std::path::{Path, PathBuf};

use cargo_metadata::cargo_platform::{Cfg, CfgExpr};
use serde::Serialize;
use toml::{Table, Value};

use super::environment::Environment;

/// Where a setting stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "kind")]
pub enum Place {
    /// A variable of the environment.
    Variable {
        /// Its name.
        name: String,
    },
    /// A key of a file.
    File {
        /// The file.
        path: PathBuf,
        /// The key, such as `build.rustflags`.
        key: String,
    },
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable { name } => write!(f, "the variable {name}"),
            Self::File { path, key } => write!(f, "`{key}` in {}", path.display()),
        }
    }
}

/// A flag for rustc.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Flag {
    /// The flag, one argument.
    pub text: String,
    /// Where it is set.
    pub place: Place,
}

/// A setting of cargo that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Found {
    /// The value; a relative path with a folder in it is made absolute, as cargo does.
    pub value: String,
    /// Where it is set.
    pub place: Place,
}

/// A file of cargo's configuration.
#[derive(Debug, Clone)]
struct Layer {
    path: PathBuf,
    table: Table,
}

/// Cargo's configuration as seen from a folder.
#[derive(Debug, Clone)]
pub struct Configuration<'a> {
    environment: &'a Environment,
    /// The nearest first.
    layers: Vec<Layer>,
}

impl<'a> Configuration<'a> {
    /// Reads every `.cargo/config.toml` from `root` upwards, and that of cargo's home. What cannot be read is left out: cargo
    /// will tell about it.
    pub fn read(root: &Path, environment: &'a Environment) -> Self {
        let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
        let mut folders: Vec<PathBuf> = root.ancestors().map(|folder| folder.join(".cargo")).collect();
        if let Some(home) = environment.cargo_home(&root) {
            let home = home.canonicalize().unwrap_or(home);
            if !folders.contains(&home) {
                folders.push(home);
            }
        }
        let mut layers = Vec::new();
        for folder in folders {
            // The name without an ending is the older one, and wins where both are.
            if let Some(path) =
                ["config", "config.toml"].map(|name| folder.join(name)).into_iter().find(|p| p.is_file())
            {
                load(&path, &mut layers);
            }
        }
        Self { environment, layers }
    }

    /// A setting by its keys, for example `["build", "rustc"]`; the variable that sets it beats every file.
    pub fn setting(&self, keys: &[&str]) -> Option<Found> {
        let variable = variable(keys);
        if let Some(value) = self.environment.text(&variable) {
            return Some(Found { value: value.to_owned(), place: Place::Variable { name: variable } });
        }
        self.layers.iter().find_map(|layer| {
            let value = lookup(&layer.table, keys)?.as_str()?;
            Some(Found { value: value.to_owned(), place: layer.place(keys) })
        })
    }

    /// A program that a setting names.
    pub fn program(&self, keys: &[&str]) -> Option<Found> {
        let mut found = self.setting(keys)?;
        if let Place::File { path, .. } = &found.place
            && found.value.contains(['/', '\\'])
            && Path::new(&found.value).is_relative()
            && let Some(base) = path.parent().and_then(Path::parent)
        {
            found.value = base.join(&found.value).display().to_string();
        }
        Some(found)
    }

    /// The linker that is configured for a target.
    pub fn linker(&self, target: &str, cfg: &[Cfg]) -> Option<Found> {
        self.program(&["target", target, "linker"])
            .or_else(|| self.conditions(cfg).iter().find_map(|key| self.program(&["target", key, "linker"])))
    }

    /// The flags that every compilation for the target gets, in cargo's order.
    pub fn rustflags(&self, target: &str, cfg: &[Cfg]) -> Vec<Flag> {
        // One of these silences all others, even when it is empty.
        for (name, separator) in [("CARGO_ENCODED_RUSTFLAGS", '\u{1f}'), ("RUSTFLAGS", ' ')] {
            if let Some(value) = self.environment.var(name) {
                return split(&value.to_string_lossy(), separator, &Place::Variable { name: name.to_owned() });
            }
        }
        let mut flags = self.list(&["target", target, "rustflags"]);
        for key in self.conditions(cfg) {
            flags.extend(self.list(&["target", &key, "rustflags"]));
        }
        if flags.is_empty() {
            flags = self.list(&["build", "rustflags"]);
        }
        flags
    }

    /// The `cfg(..)` keys below `target` that fit, in the order of their text, as cargo has them.
    fn conditions(&self, cfg: &[Cfg]) -> Vec<String> {
        let tables = self.layers.iter().filter_map(|layer| layer.table.get("target")?.as_table());
        let mut keys: Vec<String> = tables.flat_map(Table::keys).filter(|key| fits(key, cfg)).cloned().collect();
        keys.sort();
        keys.dedup();
        keys
    }

    /// A list of flags: lists of several files are joined, the nearest last; a text stands for itself. A variable adds to it.
    fn list(&self, keys: &[&str]) -> Vec<Flag> {
        let mut flags = Vec::new();
        for layer in &self.layers {
            match lookup(&layer.table, keys) {
                Some(Value::String(text)) => {
                    if flags.is_empty() {
                        flags = split(text, ' ', &layer.place(keys));
                    }
                    break;
                }
                Some(Value::Array(items)) => {
                    let place = layer.place(keys);
                    let own = items.iter().filter_map(Value::as_str);
                    let own = own.map(|text| Flag { text: text.to_owned(), place: place.clone() });
                    flags.splice(0..0, own);
                }
                _ => {}
            }
        }
        let name = variable(keys);
        if let Some(text) = self.environment.text(&name) {
            flags.extend(split(text, ' ', &Place::Variable { name }));
        }
        flags
    }
}

impl Layer {
    fn place(&self, keys: &[&str]) -> Place {
        let quote = |key: &&str| if key.contains(['(', '.']) { format!("'{key}'") } else { (*key).to_owned() };
        let key = keys.iter().map(quote).collect::<Vec<_>>().join(".");
        Place::File { path: self.path.clone(), key }
    }
}

/// Adds a file, and after it those that it includes: of these the later beats the earlier, and the file beats them all.
fn load(path: &Path, layers: &mut Vec<Layer>) {
    // A file that includes itself, over whatever way, is cargo's to refuse.
    if layers.iter().any(|layer| layer.path == path) {
        return;
    }
    let Some(table) = std::fs::read_to_string(path).ok().and_then(|text| toml::from_str::<Table>(&text).ok()) else {
        return;
    };
    let name = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Table(table) => table.get("path").and_then(Value::as_str).map(str::to_owned),
        _ => None,
    };
    let included: Vec<String> = match table.get("include") {
        Some(Value::Array(items)) => items.iter().filter_map(name).collect(),
        Some(one) => name(one).into_iter().collect(),
        None => Vec::new(),
    };
    layers.push(Layer { path: path.to_owned(), table });
    if let Some(folder) = path.parent() {
        for file in included.iter().rev() {
            load(&folder.join(file), layers);
        }
    }
}

fn lookup<'a>(table: &'a Table, keys: &[&str]) -> Option<&'a Value> {
    let (last, path) = keys.split_last()?;
    let mut table = table;
    for key in path {
        table = table.get(*key)?.as_table()?;
    }
    table.get(*last)
}

/// `CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER` for `target.x86_64-unknown-linux-gnu.linker`.
pub(super) fn variable(keys: &[&str]) -> String {
    format!("CARGO_{}", keys.join("_").to_uppercase().replace(['-', '.'], "_"))
}

fn split(text: &str, separator: char, place: &Place) -> Vec<Flag> {
    let parts = text.split(separator).map(|part| if separator == ' ' { part.trim() } else { part });
    parts.filter(|part| !part.is_empty()).map(|part| Flag { text: part.to_owned(), place: place.clone() }).collect()
}

fn fits(key: &str, cfg: &[Cfg]) -> bool {
    let inner = key.strip_prefix("cfg(").and_then(|rest| rest.strip_suffix(')'));
    inner.and_then(|inner| inner.parse::<CfgExpr>().ok()).is_some_and(|expression| expression.matches(cfg))
}

/// The last value that flags give to one of rustc's `-C` options, and where.
pub fn codegen<'a>(flags: &'a [Flag], option: &str) -> Option<(&'a str, &'a Place)> {
    let mut last = None;
    let mut before = "";
    for flag in flags {
        let text = flag.text.as_str();
        let setting = if matches!(before, "-C" | "--codegen") {
            Some(text)
        } else {
            text.strip_prefix("--codegen=").or_else(|| text.strip_prefix("-C"))
        };
        let value = setting.and_then(|setting| setting.strip_prefix(option)).and_then(|rest| rest.strip_prefix('='));
        last = value.map(|value| (value, &flag.place)).or(last);
        before = text;
    }
    last
}

#[cfg(test)]
#[path = "flags_tests.rs"]
mod tests;
