//! Patterns of schemas, which are ECMAScript regular expressions, compiled once each.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use regress::Regex;

/// Longer texts are not matched: the engine goes back and tries again, which takes long on a long text.
const LONGEST: usize = 4_096;

thread_local! {
    static COMPILED: RefCell<HashMap<String, Option<Rc<Regex>>>> = RefCell::new(HashMap::new());
}

/// Whether a text has the pattern somewhere; none when the pattern cannot be read.
pub(super) fn matches(pattern: &str, text: &str) -> Option<bool> {
    if text.len() > LONGEST {
        return None;
    }
    let known = COMPILED.with_borrow(|compiled| compiled.get(pattern).cloned());
    let regex = known.unwrap_or_else(|| {
        let regex = compile(pattern).map(Rc::new);
        COMPILED.with_borrow_mut(|compiled| compiled.insert(pattern.to_owned(), regex.clone()));
        regex
    })?;
    Some(regex.find(text).is_some())
}

fn compile(pattern: &str) -> Option<Regex> {
    // Written for another engine, these mean something else here. AWS's own validators read them as they are meant.
    if ["[:", "\\A", "\\Z", "\\z", "(?i", "(?s", "(?m"].iter().any(|foreign| pattern.contains(foreign)) {
        return None;
    }
    let unicode = Regex::with_flags(pattern, "u").ok();
    // Without the flag `\p{L}` is a plain `p{L}`, and `\u{…}` a plain `u`.
    let plain = !["\\p", "\\P", "\\u{"].iter().any(|class| pattern.contains(class));
    unicode.or_else(|| plain.then(|| Regex::new(pattern).ok()).flatten())
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns_look_behind_and_know_unicode_classes() {
        assert_eq!(matches(r"^[0-9A-Za-z\.\-_]*(?<!\.)$", "a.b"), Some(true));
        assert_eq!(matches(r"^[0-9A-Za-z\.\-_]*(?<!\.)$", "a.b."), Some(false));
        assert_eq!(matches(r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$", "größe 1"), Some(true));
        assert_eq!(matches(r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$", "a#b"), Some(false));
        // An escape that only the mode without Unicode takes.
        assert_eq!(matches(r"^[a-z\_]+$", "a_b"), Some(true));
    }

    #[test]
    fn patterns_that_cannot_be_read_say_nothing() {
        for pattern in ["(", r"^\p{NoSuchClass}$", "[[:alpha:]]", r"\Aabc\Z", "(?i)abc"] {
            assert_eq!(matches(pattern, "abc"), None, "{pattern}");
        }
        assert_eq!(matches("^a*$", &"a".repeat(5_000)), None);
    }
}
