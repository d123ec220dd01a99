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

/// The tests that `cloudcart-local/tests/lambda/main.rs` lists: that program has no test harness but its own.
fn trials_of(module: &str) -> BTreeSet<String> {
    let main = std::fs::read_to_string(root().join("cloudcart-local/tests/lambda/main.rs")).unwrap();
    let named = main.lines().filter_map(|line| line.trim().strip_suffix(',')?.split_once("::"));
    named.filter(|(of, _)| *of == module).map(|(_, name)| name.to_owned()).collect()
}

/// The tests of the file at this path in the repository.
fn tests_in(path: &str) -> Result<BTreeSet<String>, String> {
    let source = std::fs::read_to_string(root().join(path)).map_err(|error| format!("{path}: {error}"))?;
    if let Some(name) = path.strip_prefix("cloudcart-local/tests/lambda/") {
        return Ok(trials_of(name.trim_end_matches(".rs")));
    }
    Ok(tests_of(&source).into_iter().map(str::to_owned).collect())
}

/// How many tests the last column of a table names, each of which is there. A row names a test by its file and its name:
/// `` `path/to/file.rs` `name` ``. A file that a row does not repeat is that of the row's last one.
fn named_tests(table: &str) -> usize {
    let mut named = 0;
    for row in table.lines().filter(|line| line.starts_with("| ") && line.contains('`')) {
        let cell = row.trim_end_matches(['|', ' ']).rsplit_once(" | ").unwrap().1;
        let mut file = None;
        let mut tests = 0;
        for word in cell.split('`').skip(1).step_by(2) {
            if word.contains('/') {
                file = Some(tests_in(word).unwrap_or_else(|error| panic!("{row}: {error}")));
            } else {
                let known = file.as_ref().unwrap_or_else(|| panic!("{row}: `{word}` stands before any file"));
                assert!(known.contains(word), "{row}: there is no test {word}");
                tests += 1;
            }
        }
        assert!(tests > 0, "a row without a test: {row}");
        named += tests;
    }
    named
}

#[test]
fn every_test_of_the_table_of_hazards_exists() {
    let named = named_tests(&std::fs::read_to_string(root().join("docs/hazards.md")).unwrap());
    assert!(named > 60, "only {named} tests were found in the table: is it still read as it is written?");
}

#[test]
fn every_test_that_the_local_clouds_page_names_exists() {
    let document = std::fs::read_to_string(root().join("docs/local-cloud.md")).unwrap();
    let (_, section) = document.split_once("\n## How it is checked\n").unwrap();
    let table = section.split("\n## ").next().unwrap();
    let named = named_tests(table);
    assert!(named > 100, "only {named} tests were found in the table: is it still read as it is written?");
}
