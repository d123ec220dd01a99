//! Patterns of schemas, which are ECMAScript regular expressions, compiled once each.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// Longer texts are not matched: the engine goes back and tries again, which takes long on a long text.
const LONGEST: usize = 512;
/// As [`LONGEST`], for a pattern with repetitions of repetitions that only the engine that goes back can read: each
/// character may double its time.
const LONGEST_NESTED: usize = 24;

enum Engine {
    /// Reads everything that schemas are written in, and goes back.
    Ecma(regress::Regex, usize),
    /// Knows no look-around and no classes of Unicode, and takes a time in proportion to the text.
    Linear(regex_lite::Regex),
}

thread_local! {
    static COMPILED: RefCell<HashMap<String, Option<Rc<Engine>>>> = RefCell::new(HashMap::new());
}

/// Whether a text has the pattern somewhere; none when the pattern cannot be read, or the text is too long for it.
pub(super) fn matches(pattern: &str, text: &str) -> Option<bool> {
    let known = COMPILED.with_borrow(|compiled| compiled.get(pattern).cloned());
    let engine = known.unwrap_or_else(|| {
        let engine = compile(pattern).map(Rc::new);
        COMPILED.with_borrow_mut(|compiled| compiled.insert(pattern.to_owned(), engine.clone()));
        engine
    })?;
    match &*engine {
        Engine::Ecma(regex, longest) => (text.len() <= *longest).then(|| regex.find(text).is_some()),
        Engine::Linear(regex) => Some(regex.is_match(text)),
    }
}

fn compile(pattern: &str) -> Option<Engine> {
    // Written for another engine, these mean something else here. AWS's own validators read them as they are meant.
    let foreign = ["\\A", "\\Z", "\\z", "(?i", "(?s", "(?m"].iter().any(|foreign| pattern.contains(foreign));
    if foreign || has_posix_class(pattern) {
        return None;
    }
    let unicode = regress::Regex::with_flags(pattern, "u").ok();
    // Without the flag `\p{L}` is a plain `p{L}`, and `\u{…}` a plain `u`.
    let plain = !["\\p", "\\P", "\\u{"].iter().any(|class| pattern.contains(class));
    let ecma = unicode.or_else(|| plain.then(|| regress::Regex::new(pattern).ok()).flatten())?;
    // Of the words of both only the white space differs, and `&&` within a class.
    let same = plain && !["\\s", "\\S", "&&"].iter().any(|other| pattern.contains(other));
    if let Some(linear) = same.then(|| regex_lite::Regex::new(pattern).ok()).flatten() {
        return Some(Engine::Linear(linear));
    }
    Some(Engine::Ecma(ecma, if repeats_repetitions(pattern) { LONGEST_NESTED } else { LONGEST }))
}

/// `[:alpha:]`.
fn has_posix_class(pattern: &str) -> bool {
    pattern.match_indices("[:").any(|(at, _)| {
        let rest = pattern[at + 2..].trim_start_matches(|letter: char| letter.is_ascii_alphabetic());
        rest.starts_with(":]") && rest.len() < pattern.len() - at - 2
    })
}

/// Whether a group that may come any number of times holds something that may: `(a+)*`.
fn repeats_repetitions(pattern: &str) -> bool {
    let bytes = pattern.as_bytes();
    // For each open group, whether something in it repeats.
    let mut groups = vec![false];
    let (mut at, mut in_class) = (0, false);
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'[' => in_class = true,
            b']' => in_class = false,
            _ if in_class => {}
            b'(' => groups.push(false),
            b')' => {
                let inner = groups.pop().unwrap_or_default();
                let many = repeats(&bytes[at + 1..]);
                if inner && many {
                    return true;
                }
                if let Some(outer) = groups.last_mut() {
                    *outer |= inner || many;
                }
            }
            _ if repeats(&bytes[at..]) => {
                if let Some(group) = groups.last_mut() {
                    *group = true;
                }
            }
            _ => {}
        }
        at += 1;
    }
    false
}

/// Whether here stands a quantifier of more than a few.
fn repeats(rest: &[u8]) -> bool {
    match rest.first() {
        Some(b'*' | b'+') => true,
        Some(b'{') => {
            let inside = rest[1..].split(|byte| *byte == b'}').next().unwrap_or_default();
            let most = std::str::from_utf8(inside).ok().and_then(|text| text.split(',').next_back());
            most.is_some_and(|most| most.parse::<u32>().map_or(inside.ends_with(b","), |most| most > 4))
        }
        _ => false,
    }
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
        assert_eq!(matches("^(?!b)a*$", &"a".repeat(513)), None);
    }

    #[test]
    fn a_colon_in_a_class_is_a_colon() {
        assert_eq!(matches("^a([:][a-z]{1,3})?$", "a:b"), Some(true));
        assert_eq!(matches("^[:a-z]+$", "a:b"), Some(true));
    }

    #[test]
    fn repetitions_of_repetitions_take_no_time_that_doubles_with_each_letter() {
        let text = format!("{}!", "a".repeat(200));
        assert_eq!(matches("^([A-Za-z0-9]+[A-Za-z0-9-.]*)*[A-Za-z0-9]$", &text), Some(false));
        assert_eq!(matches("^[a-z0-9]([-a-z0-9]*[a-z0-9]){0,39}?$", &text), Some(false));
        // Only the engine that goes back looks around, and it is given short texts only.
        assert_eq!(matches("^(?!x)(a+)+$", &text), None);
        assert_eq!(matches("^(?!x)(a+)+$", "aaa!"), Some(false));
    }
}
