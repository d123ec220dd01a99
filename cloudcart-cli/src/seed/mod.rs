//! Products to write: where they come from, and what they are as rows.

pub(crate) mod row;
pub(crate) mod source;
mod synthetic;

use std::collections::BTreeMap;

pub(crate) use row::Item;
pub(crate) use synthetic::synthetic;

use crate::failure::Failure;

/// A row as it was found: its place, and its fields as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// `line 3` or the like.
    pub(crate) at: String,
    pub(crate) fields: BTreeMap<String, String>,
    /// Why the fields could not be read, if so.
    pub(crate) broken: Option<String>,
}

impl Found {
    /// A row from its fields, or from why there are none.
    fn new(at: String, fields: Result<BTreeMap<String, String>, String>) -> Self {
        match fields {
            Ok(fields) => Self { at, fields, broken: None },
            Err(reason) => Self { at, fields: BTreeMap::new(), broken: Some(reason) },
        }
    }
}

/// The sample catalogue.
pub(crate) fn sample() -> Result<Vec<Item>, Failure> {
    let found = row::sample().map(|fields| Found::new(format!("sample {}", fields["id"]), Ok(fields)));
    items("the sample catalogue", &found.collect::<Vec<_>>())
}

/// How many malformed rows are named before the rest is counted.
const NAMED: usize = 20;

/// Turns rows into items, or names every one that is malformed: either all are good, or none is written.
pub(crate) fn items(origin: &str, found: &[Found]) -> Result<Vec<Item>, Failure> {
    let mut items = Vec::with_capacity(found.len());
    let mut problems = Vec::new();
    let mut ids: BTreeMap<String, &str> = BTreeMap::new();
    for row in found {
        if let Some(reason) = &row.broken {
            problems.push(format!("{}: {reason}", row.at));
            continue;
        }
        match row::convert(&row.fields) {
            Ok(item) => {
                if let Some(first) = ids.insert(item.id.clone(), &row.at) {
                    problems.push(format!("{}: id `{}` was already used at {first}", row.at, item.id));
                }
                items.push(item);
            }
            Err(reasons) => problems.push(format!("{}: {}", row.at, reasons.join("; "))),
        }
    }
    if problems.is_empty() {
        return Ok(items);
    }
    let total = problems.len();
    problems.truncate(NAMED);
    if total > NAMED {
        problems.push(format!("and {} more", total - NAMED));
    }
    Err(Failure::usage(format!("{total} of the rows of {origin} are malformed; nothing was written"))
        .because(format!("\n    {}", problems.join("\n    ")))
        .hint("a product has `id`, `name`, `price`, `category`, and perhaps `currency`, `imageUrl`, `available`"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn the_sample_catalogue_is_good() {
        let items = sample().unwrap();
        assert_eq!(items.len(), 3);
        assert_eq!((items[0].id.as_str(), items[0].name.as_str()), ("1", "Wireless Headphones"));
    }

    #[test]
    fn rows_that_cannot_be_read_are_named_with_those_that_make_no_sense() {
        let good = r#"{"id":"1","name":"A","price":1,"category":"x"}"#;
        for (name, text, read) in [
            ("f.ndjson", format!("{good}\nnope\n{{\"id\":\"2\"}}\n[]\n"), source::ndjson as fn(&str, &str) -> _),
            ("f.json", format!("[{good},\n5,\n{{\"id\":\"2\"}},\n{{\"id\":[1]}}]"), source::json),
            ("f.csv", "id,name,price,category\n1,A\n2,,,\n3,A,1,x,y\n".to_owned(), source::csv),
        ] {
            let failure = read(name, &text).and_then(|found| items(name, &found)).unwrap_err();
            assert!(failure.what.starts_with("3 of the rows"), "{name}: {failure}");
            let cause = failure.cause.unwrap();
            for line in ["line 2: ", "line 3: ", "line 4: "] {
                assert!(cause.contains(line), "{name}: {cause}");
            }
        }
    }

    #[test]
    fn every_malformed_row_is_named_and_none_is_returned() {
        let text = "id,name,price,category\n1,A,1.00,x\n2,B,one,x\n1,C,1.00,x\n";
        let failure = source::csv("f.csv", text).and_then(|found| items("f.csv", &found)).unwrap_err();
        let cause = failure.cause.unwrap();
        assert!(cause.contains("line 3: price"), "{cause}");
        assert!(cause.contains("line 4: id `1` was already used at line 2"), "{cause}");
        assert_eq!(failure.exit, crate::exit::Exit::Usage);
    }
}
