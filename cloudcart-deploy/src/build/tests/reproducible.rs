//! The same sources in two folders, with the real cargo.

use std::time::{Duration, SystemTime};

use super::*;

const FILES: [(&str, &str); 6] = [
    (
        "Cargo.toml",
        "[workspace]\nmembers = [\"hands\", \"inner/parts\"]\nresolver = \"2\"\n\
         [profile.lambda]\ninherits = \"release\"\nstrip = true\n\
         [profile.traced]\ninherits = \"release\"\ndebug = \"line-tables-only\"\nstrip = \"none\"\n",
    ),
    (
        "hands/Cargo.toml",
        "[package]\nname = \"hands\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\
         [dependencies]\nparts = { path = \"../inner/parts\" }\n[[bin]]\nname = \"one\"\npath = \"src/one.rs\"\n",
    ),
    (
        "hands/build.rs",
        "fn main() {\n    let out = std::env::var(\"OUT_DIR\").unwrap();\n    \
         std::fs::write(format!(\"{out}/made.rs\"), \"pub fn made(at: usize) -> u8 { [1, 2, 3][at] }\\n\").unwrap();\n}\n",
    ),
    (
        "hands/src/one.rs",
        "include!(concat!(env!(\"OUT_DIR\"), \"/made.rs\"));\nfn main() {\n    \
         let count = std::env::args().count();\n    \
         println!(\"{} {} {}\", file!(), parts::part(count), made(count));\n    if count > 9 { panic!(\"{count}\") }\n}\n",
    ),
    ("inner/parts/Cargo.toml", "[package]\nname = \"parts\"\nversion = \"0.0.0\"\nedition = \"2021\"\n"),
    (
        "inner/parts/src/lib.rs",
        "pub fn part(count: usize) -> String { assert!(count < 7, \"{}\", file!()); format!(\"{count}\") }\n",
    ),
];

/// Writes the workspace with its own time stamps and modes.
fn workspace(folder: &Path, age: Duration, mode: u32) {
    for (name, text) in FILES {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        std::fs::File::options().write(true).open(&path).unwrap().set_modified(SystemTime::now() - age).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        }
        #[cfg(not(unix))]
        let _ = mode;
    }
}

async fn zip(folder: &Path, profile: &str) -> Vec<u8> {
    let environment = Environment::of_process().without("RUSTFLAGS").without("CARGO_ENCODED_RUSTFLAGS");
    let mut request = request(folder, &["one"]);
    request.purpose = Purpose::Lambda;
    request.profile = Some(profile.to_owned());
    request.builder = Some(Builder::Cargo);
    request.environment = environment.without("CARGO_TARGET_DIR");
    let built = build(&request, &crate::Silent).await.unwrap();
    std::fs::read(&built.packages[0].zip).unwrap()
}

/// The one file of an archive, as another program would read it.
fn unpacked(zip: &[u8]) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(zip)).unwrap();
    let mut content = Vec::new();
    std::io::Read::read_to_end(&mut archive.by_index(0).unwrap(), &mut content).unwrap();
    content
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[tokio::test]
async fn the_same_sources_give_the_same_zip_in_any_folder() {
    let home = tempfile::tempdir().unwrap();
    let one = home.path().join("a");
    let two = home.path().join("a much/deeper folder/with-another-name");
    workspace(&one, Duration::from_secs(5), 0o644);
    workspace(&two, Duration::from_hours(2500), 0o600);
    for profile in ["lambda", "traced"] {
        let (first, second) = (zip(&one, profile).await, zip(&two, profile).await);
        assert!(first == second, "the archives of profile `{profile}` differ");
        let binary = unpacked(&first);
        let folder = home.path().canonicalize().unwrap();
        let folder = folder.as_os_str().as_encoded_bytes();
        assert!(!binary.windows(folder.len()).any(|part| part == folder), "`{profile}` names its folder");
        let sysroot = b"/.rustup/";
        assert!(!binary.windows(sysroot.len()).any(|part| part == sysroot), "`{profile}` names the compiler's folder");
    }
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[tokio::test]
async fn a_source_that_is_only_touched_leaves_the_archive_as_it_is() {
    let home = tempfile::tempdir().unwrap();
    workspace(home.path(), Duration::from_secs(500), 0o644);
    let first = zip(home.path(), "lambda").await;
    let path = home.path().join("out/one.zip");
    let written = || std::fs::metadata(&path).unwrap().modified().unwrap();
    let before = written();
    let source = home.path().join("hands/src/one.rs");
    std::fs::File::options().write(true).open(source).unwrap().set_modified(SystemTime::now()).unwrap();
    assert!(zip(home.path(), "lambda").await == first);
    assert_eq!(written(), before, "an unchanged archive was written again");
}
