//! The name of a category. People type it, so the same name may come in different characters: `é` is one, or an `e` and an accent.

use icu_normalizer::ComposingNormalizerBorrowed;

/// Longest name, in characters.
pub const MAX: usize = 100;

/// A name as it is stored and looked for, which is in Unicode's normal form C. `None` if it is no name: empty, too long, or with
/// control characters.
pub fn parse(text: &str) -> Option<String> {
    let name = ComposingNormalizerBorrowed::new_nfc().normalize(text).into_owned();
    let good = (1..=MAX).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    good.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_name_in_other_characters_is_the_same() {
        assert_eq!(parse("Cafe\u{301}").as_deref(), Some("Café"));
        assert_eq!(parse("Café").as_deref(), Some("Café"));
        assert_eq!(parse("\u{212b}ngstrom").as_deref(), Some("Ångstrom"));
        // Alike to the eye, but other letters: a Cyrillic а.
        assert_ne!(parse("саfe"), parse("cafe"));
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for text in ["", "a\nb", "\u{85}", &"x".repeat(MAX + 1), &"é".repeat(MAX + 1)] {
            assert_eq!(parse(text), None, "{text:?}");
        }
        assert!(parse(&"e\u{301}".repeat(MAX)).is_some());
    }
}
