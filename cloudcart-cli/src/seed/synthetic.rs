//! A synthetic catalogue of any size: the same number always gives the same products.

use super::Found;

const QUALITIES: [&str; 10] =
    ["Compact", "Classic", "Wireless", "Organic", "Portable", "Deluxe", "Everyday", "Quiet", "Bright", "Sturdy"];

const THINGS: [(&str, &str); 16] = [
    ("Headphones", "electronics"),
    ("Keyboard", "electronics"),
    ("Mouse", "electronics"),
    ("Lamp", "home"),
    ("Kettle", "home"),
    ("Blanket", "home"),
    ("Coffee Beans", "grocery"),
    ("Green Tea", "grocery"),
    ("Olive Oil", "grocery"),
    ("Notebook", "office"),
    ("Pen Set", "office"),
    ("Backpack", "travel"),
    ("Bottle", "travel"),
    ("Yoga Mat", "sports"),
    ("Skipping Rope", "sports"),
    ("Puzzle", "toys"),
];

/// `count` products with ids `p-0000001` and up, which never meet those of the sample catalogue.
pub(crate) fn synthetic(count: u32) -> Vec<Found> {
    (1..=count)
        .map(|number| {
            let mixed = mix(number);
            let quality = QUALITIES[(mixed % 10) as usize];
            let (thing, category) = THINGS[((mixed >> 8) % 16) as usize];
            let cents = 199 + (mixed >> 16) % 49_800;
            let fields = [
                ("id", format!("p-{number:07}")),
                ("name", format!("{quality} {thing} {number}")),
                ("price", format!("{}.{:02}", cents / 100, cents % 100)),
                ("category", category.to_owned()),
            ];
            let fields = fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
            Found::new(format!("product {number}"), Ok(fields))
        })
        .collect()
}

/// Scatters consecutive numbers (the finaliser of a multiplicative hash); not for secrets.
const fn mix(number: u32) -> u32 {
    let mut value = number.wrapping_mul(0x9e37_79b1);
    value ^= value >> 15;
    value = value.wrapping_mul(0x85eb_ca77);
    value ^= value >> 13;
    value
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn a_synthetic_catalogue_is_valid_and_the_same_each_time() {
        let one = synthetic(500);
        assert_eq!(one, synthetic(500));
        assert_eq!(one[..10], synthetic(10)[..]);
        let items = super::super::items("synthetic", &one).unwrap();
        assert_eq!(items.len(), 500);
        let categories: std::collections::BTreeSet<_> = one.iter().map(|row| &row.fields["category"]).collect();
        assert!(categories.len() > 4);
    }
}
