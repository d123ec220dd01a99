//! Reads catalogue files: JSON, NDJSON, YAML and CSV, each row with the line it stands on.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize as _;
use serde_json::value::RawValue;

use super::Found;
use crate::failure::Failure;

/// Reads a file by its name's ending.
pub(crate) fn read(path: &Path) -> Result<Vec<Found>, Failure> {
    let name = path.display().to_string();
    let bytes = std::fs::read(path)
        .map_err(|error| Failure::usage(format!("cannot read {name}")).because(error.to_string()))?;
    let text = String::from_utf8(bytes)
        .map_err(|error| Failure::usage(format!("{name} is not UTF-8")).because(error.to_string()))?;
    // Spreadsheets put a mark before the first column's name.
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
    let found = match ending.as_str() {
        "json" => json(&name, text),
        "ndjson" | "jsonl" => ndjson(&name, text),
        "yaml" | "yml" => yaml(&name, text),
        "csv" => csv(&name, text),
        _ => Err(Failure::usage(format!("cannot tell the format of {name}"))
            .hint("its name must end in .json, .ndjson, .jsonl, .yaml, .yml or .csv")),
    }?;
    if found.is_empty() {
        return Err(Failure::usage(format!("{name} holds no products")));
    }
    Ok(found)
}

fn malformed(name: &str, line: usize, reason: &str) -> Failure {
    Failure::usage(format!("{name} is malformed; nothing was written"))
        .because(reason.to_owned())
        .at(format!("{name}:{line}"))
}

/// Counts lines up to places that only move forward, so that a large file is read once.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        Self { text, at: 0, line: 1 }
    }

    /// The line of a part of the text: where it stands is the difference of two addresses.
    fn of_part(&mut self, part: &str) -> usize {
        let offset = (part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        if let Some(between) = self.text.get(self.at..offset) {
            self.line += between.matches('\n').count();
            self.at = offset;
        }
        self.line
    }
}

/// An array of objects, or an object whose `products` is one.
pub(crate) fn json(name: &str, text: &str) -> Result<Vec<Found>, Failure> {
    let bad = |error: serde_json::Error| malformed(name, error.line(), &error.to_string());
    let rows: Vec<&RawValue> = if text.trim_start().starts_with('{') {
        let whole: BTreeMap<String, &RawValue> = serde_json::from_str(text).map_err(bad)?;
        let Some(products) = whole.get("products") else {
            return Err(malformed(name, 1, "expected an array of products, or an object with `products`"));
        };
        let start = Lines::of(text).of_part(products.get());
        serde_json::from_str(products.get())
            .map_err(|error| malformed(name, start + error.line() - 1, &error.to_string()))?
    } else {
        serde_json::from_str(text).map_err(bad)?
    };
    let mut lines = Lines::of(text);
    let found = rows.into_iter().map(|row| {
        let line = lines.of_part(row.get());
        Found::new(format!("line {line}"), object(row.get()))
    });
    Ok(found.collect())
}

/// One object a line; empty lines are left alone.
#[allow(clippy::unnecessary_wraps, reason = "read like every other format")]
pub(crate) fn ndjson(_name: &str, text: &str) -> Result<Vec<Found>, Failure> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    Ok(lines.map(|(index, line)| Found::new(format!("line {}", index + 1), object(line))).collect())
}

/// Fields as text. Numbers keep the digits that the file has: a price never goes through a float.
fn object(text: &str) -> Result<BTreeMap<String, String>, String> {
    // A map type of its own would keep only the last of two equal names.
    struct Fields(BTreeMap<String, String>);
    impl<'de> serde::Deserialize<'de> for Fields {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct Visitor;
            impl<'de> serde::de::Visitor<'de> for Visitor {
                type Value = Fields;
                fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str("a product, which is an object")
                }
                fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                    use serde::de::Error as _;
                    let mut fields = BTreeMap::new();
                    while let Some((name, value)) = map.next_entry::<String, &'de RawValue>()? {
                        let value = value.get();
                        let text = match value.as_bytes().first() {
                            Some(b'"') => serde_json::from_str(value).map_err(A::Error::custom)?,
                            Some(b'-' | b'0'..=b'9') => value.to_owned(),
                            Some(b'n') => continue,
                            _ => return Err(A::Error::custom(format!("`{name}` must be a text or a number"))),
                        };
                        if fields.insert(name.clone(), text).is_some() {
                            return Err(A::Error::custom(format!("`{name}` stands twice")));
                        }
                    }
                    Ok(Fields(fields))
                }
            }
            deserializer.deserialize_map(Visitor)
        }
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let fields = Fields::deserialize(&mut deserializer).map_err(|error| error.to_string())?;
    deserializer.end().map_err(|error| error.to_string())?;
    Ok(fields.0)
}

/// A list of mappings, or a mapping whose `products` is one.
pub(crate) fn yaml(name: &str, text: &str) -> Result<Vec<Found>, Failure> {
    use serde_yaml::Spanned;
    type Rows = Vec<Spanned<BTreeMap<String, Scalar>>>;
    #[derive(serde::Deserialize)]
    struct Whole {
        products: Rows,
    }
    let bad = |error: serde_yaml::Error| {
        let line = error.location().map_or(1, |place| usize::try_from(place.line()).unwrap_or(1));
        // The first line names the problem; the rest is a picture of the file.
        let text = error.to_string();
        malformed(name, line, text.lines().next().unwrap_or_default().trim_start_matches("error: "))
    };
    // A product called `No` or sold in Norway is no truth value.
    let options = || serde_yaml::options! { strict_booleans: true };
    let is_mapping = text
        .lines()
        .map(str::trim_end)
        .find(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#') && *line != "---")
        .is_some_and(|line| line.starts_with("products:"));
    let rows: Rows = if is_mapping {
        serde_yaml::from_str_with_options::<Whole>(text, options()).map_err(bad)?.products
    } else {
        serde_yaml::from_str_with_options(text, options()).map_err(bad)?
    };
    Ok(rows
        .into_iter()
        .map(|row| {
            let fields = row.value.into_iter().filter_map(|(key, value)| value.0.map(|value| (key, value)));
            Found::new(format!("line {}", row.referenced.line()), Ok(fields.collect()))
        })
        .collect())
}

/// A YAML scalar as text. A number that YAML reads as a float is printed as the shortest text that reads back as the same
/// float, which for up to fifteen digits is what the file has; longer ones must be quoted.
struct Scalar(Option<String>);

impl<'de> serde::Deserialize<'de> for Scalar {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Scalar;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a text or a number")
            }
            fn visit_str<E>(self, text: &str) -> Result<Scalar, E> {
                Ok(Scalar(Some(text.to_owned())))
            }
            fn visit_i64<E>(self, number: i64) -> Result<Scalar, E> {
                Ok(Scalar(Some(number.to_string())))
            }
            fn visit_u64<E>(self, number: u64) -> Result<Scalar, E> {
                Ok(Scalar(Some(number.to_string())))
            }
            fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Scalar, E> {
                let text = number.to_string();
                if text.bytes().filter(u8::is_ascii_digit).count() > 15 {
                    return Err(E::custom("a number of more than fifteen digits must be quoted"));
                }
                Ok(Scalar(Some(text)))
            }
            fn visit_unit<E>(self) -> Result<Scalar, E> {
                Ok(Scalar(None))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// A heading with the fields' names, then a row a line.
pub(crate) fn csv(name: &str, text: &str) -> Result<Vec<Found>, Failure> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let bad = |error: &csv::Error| {
        let line = error.position().map_or(1, |place| usize::try_from(place.line()).unwrap_or(1));
        malformed(name, line, &error.to_string())
    };
    let heading = reader.headers().map_err(|error| bad(&error))?.clone();
    if let Some(twice) = heading.iter().find(|column| heading.iter().filter(|other| other == column).count() > 1) {
        return Err(malformed(name, 1, &format!("column `{twice}` stands twice")));
    }
    reader
        .records()
        .map(|record| {
            let record = match record {
                Ok(record) => record,
                Err(error) => {
                    // A row with too many or too few cells; the reader goes on behind it.
                    let csv::ErrorKind::UnequalLengths { pos: Some(place), expected_len, len } = error.kind() else {
                        return Err(bad(&error));
                    };
                    let reason = format!("{len} cells, where the heading has {expected_len}");
                    return Ok(Found::new(format!("line {}", place.line()), Err(reason)));
                }
            };
            let line = record.position().map_or(0, |place| {
                // The reader counts the empty lines before a row as part of it.
                let start = usize::try_from(place.byte()).ok().and_then(|byte| text.get(byte..)).unwrap_or_default();
                let empty = start.len() - start.trim_start_matches(['\n', '\r']).len();
                usize::try_from(place.line()).unwrap_or(0) + start[..empty].matches('\n').count()
            });
            let pairs = heading.iter().zip(record.iter()).filter(|(_, value)| !value.is_empty());
            let fields = pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
            Ok(Found::new(format!("line {line}"), Ok(fields)))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    fn price(found: &[Found], index: usize) -> &str {
        &found[index].fields["price"]
    }

    #[test]
    fn json_rows_know_their_line_and_keep_their_digits() {
        let text =
            "[\n  {\"id\": \"1\", \"price\": 99.90},\n\n  {\"id\": 2, \"price\": \"14.99\", \"imageUrl\": null}\n]";
        let found = json("f", text).unwrap();
        assert_eq!((found[0].at.as_str(), price(&found, 0)), ("line 2", "99.90"));
        assert_eq!((found[1].at.as_str(), price(&found, 1)), ("line 4", "14.99"));
        assert_eq!(found[1].fields["id"], "2");
        assert!(!found[1].fields.contains_key("imageUrl"));
        let wrapped = format!("{{\"products\":\n{text}}}");
        assert_eq!(json("f", &wrapped).unwrap()[0].at, "line 3");
    }

    #[test]
    fn broken_json_names_its_line() {
        assert_eq!(json("f", "[\n{\"id\": }\n]").unwrap_err().place.as_deref(), Some("f:2"));
        let broken = |text: &str, index: usize| {
            let found = json("f", text).unwrap().swap_remove(index);
            (found.at, found.broken.unwrap())
        };
        assert_eq!(broken("[{},\n 5]", 1).0, "line 2");
        assert_eq!(broken("[\n{\"id\": [1]}\n]", 0).0, "line 2");
        assert!(json("f", "{\"x\": 1}").unwrap_err().cause.unwrap().contains("products"));
        assert!(broken("[{\"id\":\"1\",\"id\":\"2\"}]", 0).1.contains("twice"));
    }

    #[test]
    fn ndjson_rows_know_their_line() {
        let found = ndjson("f", "{\"id\":\"1\"}\n\n{\"id\":\"2\"}\n").unwrap();
        assert_eq!(found[1].at, "line 3");
        let found = ndjson("f", "{\"id\":\"1\"}\nnope\n").unwrap();
        assert!(found[1].at == "line 2" && found[1].broken.is_some());
    }

    #[test]
    fn yaml_rows_know_their_line_and_keep_their_digits() {
        let text = "# a catalogue\n- id: \"1\"\n  price: 99.99\n- id: 2\n  price: 10\n  imageUrl:\n";
        let found = yaml("f", text).unwrap();
        assert_eq!((found[0].at.as_str(), price(&found, 0)), ("line 2", "99.99"));
        assert_eq!((found[1].at.as_str(), price(&found, 1)), ("line 4", "10"));
        assert_eq!(found[1].fields["id"], "2");
        assert!(!found[1].fields.contains_key("imageUrl"));
        assert_eq!(yaml("f", "products:\n  - id: a\n").unwrap()[0].fields["id"], "a");
        assert_eq!(yaml("f", "- name: No\n").unwrap()[0].fields["name"], "No");
        assert!(yaml("f", "- id: [1\n").is_err());
        assert!(yaml("f", "just text").is_err());
    }

    #[test]
    fn csv_rows_know_their_line() {
        let found = csv("f", "id,name,price\n1,\"A, B\",99.99\n\n2,\"two\nlines\",1\n3,C,\n").unwrap();
        assert_eq!(found[0].fields["name"], "A, B");
        assert_eq!((found[1].at.as_str(), found[2].at.as_str()), ("line 4", "line 6"));
        assert!(!found[2].fields.contains_key("price"));
        let broken = &csv("f", "id,name\n1\n2,B\n").unwrap()[0];
        assert_eq!(
            (broken.at.as_str(), broken.broken.as_deref()),
            ("line 2", Some("1 cells, where the heading has 2"))
        );
        assert!(csv("f", "id,id\n1,2\n").is_err());
    }

    #[test]
    fn the_ending_tells_the_format() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.txt");
        std::fs::write(&path, "").unwrap();
        assert!(read(&path).unwrap_err().hint.unwrap().contains(".csv"));
        let path = folder.path().join("x.csv");
        std::fs::write(&path, "\u{feff}id,name,price,category\n").unwrap();
        assert!(read(&path).unwrap_err().what.contains("no products"));
        std::fs::write(&path, "\u{feff}id,name,price,category\n1,A,1,c\n").unwrap();
        assert_eq!(read(&path).unwrap()[0].fields["id"], "1");
        assert!(read(&folder.path().join("absent.csv")).is_err());
    }
}
