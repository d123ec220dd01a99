//! Cargo's configuration in folders of a test's own.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::str::FromStr as _;

use super::*;

const TARGET: &str = "x86_64-unknown-linux-gnu";

fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, text).unwrap();
    path.canonicalize().unwrap()
}

fn cfg() -> Vec<Cfg> {
    ["unix", "target_os=\"linux\"", "target_arch=\"x86_64\""].map(|text| Cfg::from_str(text).unwrap()).to_vec()
}

fn texts(flags: &[Flag]) -> Vec<&str> {
    flags.iter().map(|flag| flag.text.as_str()).collect()
}

#[test]
fn one_variable_silences_every_file() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), ".cargo/config.toml", "[build]\nrustflags = [\"-Cfile\"]\n");
    let files = Environment::default().with("CARGO_HOME", folder.path().join("none"));
    for (environment, expected) in [
        (files.clone(), vec!["-Cfile"]),
        (files.clone().with("RUSTFLAGS", " -Cone  -Ctwo "), vec!["-Cone", "-Ctwo"]),
        (files.clone().with("RUSTFLAGS", ""), vec![]),
        (files.clone().with("RUSTFLAGS", "-Cone").with("CARGO_ENCODED_RUSTFLAGS", "-C\u{1f}a b"), vec!["-C", "a b"]),
        (files.clone().with("CARGO_BUILD_RUSTFLAGS", "-Cmore"), vec!["-Cfile", "-Cmore"]),
        (files.with("CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUSTFLAGS", "-Ctarget"), vec!["-Ctarget"]),
    ] {
        let flags = Configuration::read(folder.path(), &environment).rustflags(TARGET, &cfg());
        assert_eq!(texts(&flags), expected, "{environment:?}");
    }
}

#[test]
fn the_flags_of_a_target_are_those_of_its_name_and_of_every_condition_that_fits() {
    let folder = tempfile::tempdir().unwrap();
    let project = folder.path().join("deep/project");
    let near = "[target.x86_64-unknown-linux-gnu]\nrustflags = [\"-Cnear\"]\n\
                [target.'cfg(target_os = \"linux\")']\nrustflags = \"-Clinux -Cos\"\n\
                [target.'cfg(windows)']\nrustflags = [\"-Cwindows\"]\n[build]\nrustflags = [\"-Cbuild\"]\n";
    let near = write(&project, ".cargo/config.toml", near);
    let far = "[target.x86_64-unknown-linux-gnu]\nrustflags = [\"-Cfar\"]\n[target.'cfg(all(unix, target_arch = \"x86_64\"))']\n\
               rustflags = [\"-Cunix\"]\n";
    write(folder.path(), ".cargo/config.toml", far);
    let environment = Environment::default().with("CARGO_HOME", folder.path().join("none"));
    let configuration = Configuration::read(&project, &environment);
    let flags = configuration.rustflags(TARGET, &cfg());
    assert_eq!(texts(&flags), ["-Cfar", "-Cnear", "-Cunix", "-Clinux", "-Cos"]);
    let key = "target.'cfg(target_os = \"linux\")'.rustflags".to_owned();
    assert_eq!(flags[4].place, Place::File { path: near.clone(), key });
    let arm = configuration.rustflags("aarch64-unknown-linux-gnu", &[]);
    assert_eq!(texts(&arm), ["-Cbuild"]);
    assert_eq!(arm[0].place.to_string(), format!("`build.rustflags` in {}", near.display()));
}

#[test]
fn a_file_in_cargos_home_and_one_that_is_included_count_too() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let project = folder.path().join("project");
    std::fs::create_dir_all(&project).unwrap();
    write(&home, "config.toml", "include = [\"one.toml\", { path = \"two.toml\", optional = true }]\n");
    write(
        &home,
        "one.toml",
        "[build]\nrustflags = [\"-Cone\"]\n[target.x86_64-unknown-linux-gnu]\nlinker = \"first\"\n",
    );
    let two = write(
        &home,
        "two.toml",
        "include = \"one.toml\"\n[target.x86_64-unknown-linux-gnu]\nlinker = \"sub/second\"\n",
    );
    let environment = Environment::default().with("CARGO_HOME", home.as_os_str());
    let configuration = Configuration::read(&project, &environment);
    assert_eq!(texts(&configuration.rustflags(TARGET, &cfg())), ["-Cone"]);
    let linker = configuration.linker(TARGET, &cfg()).unwrap();
    assert_eq!(Path::new(&linker.value), folder.path().canonicalize().unwrap().join("sub/second"));
    assert!(matches!(linker.place, Place::File { path, .. } if path == two));
}

#[test]
fn a_variable_names_the_linker_before_any_file_and_a_condition_after_the_triple() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), ".cargo/config.toml", "[target.'cfg(unix)']\nlinker = \"conditional\"\n");
    let environment = Environment::default().with("CARGO_HOME", folder.path().join("none"));
    let configuration = Configuration::read(folder.path(), &environment);
    assert_eq!(configuration.linker(TARGET, &cfg()).unwrap().value, "conditional");
    assert_eq!(configuration.linker(TARGET, &[]), None);
    let environment = environment.with("CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER", "mine");
    let found = Configuration::read(folder.path(), &environment).linker(TARGET, &cfg()).unwrap();
    assert_eq!(found.value, "mine");
    assert_eq!(found.place.to_string(), "the variable CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER");
}

#[test]
fn an_option_is_read_in_all_of_its_spellings_and_the_last_one_counts() {
    let place = Place::Variable { name: "RUSTFLAGS".to_owned() };
    let value = |text: &str| {
        let flags = split(text, ' ', &place);
        codegen(&flags, "target-cpu").map(|(value, _)| value.to_owned())
    };
    for text in
        ["-Ctarget-cpu=native", "-C target-cpu=native", "--codegen target-cpu=native", "--codegen=target-cpu=native"]
    {
        assert_eq!(value(text).as_deref(), Some("native"), "{text}");
    }
    assert_eq!(value("-Ctarget-cpu=native -C target-cpu=x86-64-v2").as_deref(), Some("x86-64-v2"));
    assert_eq!(value("-Clink-arg=-target-cpu=native"), None);
}
