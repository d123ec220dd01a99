//! What the documents say of the repository is there.
#![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

use std::collections::BTreeSet;
use std::path::Path;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The tests of a file: functions under an attribute that makes them one, and those that `every_store!` makes for each store.
fn tests_of(source: &str) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    let mut marked = false;
    let mut listed = false;
    for line in source.lines().map(str::trim) {
        listed = line.contains("every_store![") || listed && !line.starts_with([']', '}']);
        if listed {
            found.extend(line.strip_suffix(','));
        }
        if line.starts_with("#[") && line.contains("test") && !line.starts_with("#[cfg") {
            marked = true;
        } else if marked && let Some((_, rest)) = line.split_once("fn ") {
            found.extend(rest.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next());
            marked = false;
        }
    }
    found
}

/// `docs/hazards.md` names a test by its file and its name: `` `path/to/file.rs` `name` ``. A file that a row does not repeat is that
/// of the row's last one.
#[test]
fn every_test_of_the_table_of_hazards_exists() {
    let document = std::fs::read_to_string(root().join("docs/hazards.md")).unwrap();
    let rows: Vec<_> = document.lines().filter(|line| line.starts_with("| ") && line.contains('`')).collect();
    let mut named = 0;
    for row in rows {
        let cell = row.trim_end_matches(['|', ' ']).rsplit_once(" | ").unwrap().1;
        let mut file = None;
        let mut tests = 0;
        for word in cell.split('`').skip(1).step_by(2) {
            if word.contains('/') {
                let path = root().join(word);
                file = Some(std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{row}: {word}: {error}")));
            } else {
                let source = file.as_ref().unwrap_or_else(|| panic!("{row}: `{word}` stands before any file"));
                assert!(tests_of(source).contains(word), "{row}: there is no test {word}");
                tests += 1;
            }
        }
        assert!(tests > 0, "a hazard without a test: {row}");
        named += tests;
    }
    assert!(named > 60, "only {named} tests were found in the table: is it still read as it is written?");
}
