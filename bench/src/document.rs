//! Puts tables into a document, between markers, and leaves its prose alone.

use anyhow::{Result, bail};

/// Writes each table anew: what stands between `<!-- table: NAME -->` and the next `<!-- end -->`, each on a line of its own.
pub fn fill(document: &str, table: impl Fn(&str) -> Result<String>) -> Result<String> {
    let mut filled = String::with_capacity(document.len());
    let mut lines = document.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        filled.push_str(line);
        filled.push('\n');
        if line.trim() == END {
            bail!("line {}: `{END}` ends no table", at + 1);
        }
        let Some(name) = marked(line) else { continue };
        // The old table is skipped. One that has no end would take the rest of the document with it.
        let end = lines.find(|(_, line)| line.trim() == END || marked(line).is_some());
        let Some((_, end)) = end.filter(|(_, line)| line.trim() == END) else {
            bail!("line {}: the table `{name}` has no `{END}`", at + 1);
        };
        // Without the empty lines the markers would be a part of the table.
        filled.push('\n');
        filled.push_str(&table(name)?);
        filled.push('\n');
        filled.push_str(end);
        filled.push('\n');
    }
    Ok(filled)
}

const END: &str = "<!-- end -->";

fn marked(line: &str) -> Option<&str> {
    line.trim().strip_prefix("<!-- table:")?.strip_suffix("-->").map(str::trim)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[expect(clippy::unnecessary_wraps, reason = "the shape of what is filled in")]
    fn named(name: &str) -> Result<String> {
        Ok(format!("| {name} |\n"))
    }

    #[test]
    fn tables_are_replaced_and_prose_is_not() {
        let document =
            "# Title\n\nProse.\n\n<!-- table: one -->\nold\n<!-- end -->\n\nMore.\n<!-- table: two -->\n<!-- end -->\n";
        let filled = fill(document, named).unwrap();
        let wanted = "# Title\n\nProse.\n\n<!-- table: one -->\n\n| one |\n\n<!-- end -->\n\nMore.\n<!-- table: two -->\n\n| two |\n\n<!-- end -->\n";
        assert_eq!(filled, wanted);
        // Once more changes nothing.
        assert_eq!(fill(&filled, named).unwrap(), filled);
    }

    #[test]
    fn the_document_asks_for_every_table() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/performance.md");
        let document = std::fs::read_to_string(path).unwrap();
        let results = crate::tables::tests::results();
        let filled = fill(&document, |name| crate::tables::table(&results, name)).unwrap();
        for name in crate::tables::NAMES {
            assert!(filled.contains(&crate::tables::table(&results, name).unwrap()), "{name}");
        }
    }

    #[test]
    fn a_marker_without_its_other_is_an_error_and_says_where() {
        for (document, wrong) in [
            ("a\n<!-- table: one -->\nold\n", "line 2: the table `one` has no"),
            ("<!-- table: one -->\n<!-- table: two -->\n<!-- end -->\n", "line 1: the table `one`"),
            ("a\nb\n<!-- end -->\n", "line 3"),
        ] {
            let error = fill(document, named).unwrap_err().to_string();
            assert!(error.contains(wrong), "{error}");
        }
        assert!(fill("<!-- table: x -->\n<!-- end -->\n", |_| bail!("no x")).is_err());
    }
}
