//! The name that was probably meant.

/// The candidate that is spelt nearly like the name: other case, or a few letters wrong.
pub(super) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let lower = name.to_lowercase();
    // A third of the letters may be wrong, three at most.
    let allowed = (name.chars().count() / 3).clamp(1, 3);
    candidates
        .into_iter()
        .filter(|candidate| *candidate != name)
        .map(|candidate| (distance(&lower, &candidate.to_lowercase(), allowed), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, candidate)| candidate.to_owned())
}

/// Letters to add, drop, change, or swap with the neighbour; `limit + 1` when there are more than `limit`.
fn distance(left: &str, right: &str, limit: usize) -> usize {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    if left.len().abs_diff(right.len()) > limit {
        return limit + 1;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=right.len()).collect();
    for (row, letter) in left.iter().enumerate() {
        let mut line = vec![row + 1];
        for (column, other) in right.iter().enumerate() {
            let changed = above[column] + usize::from(letter != other);
            let mut best = changed.min(above[column + 1] + 1).min(line[column] + 1);
            if row > 0 && column > 0 && *letter == right[column - 1] && left[row - 1] == *other {
                best = best.min(before[column - 1] + 1);
            }
            line.push(best);
        }
        before = std::mem::replace(&mut above, line);
    }
    above[right.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn the_nearest_name_differs_by_case_a_few_letters_or_a_swap() {
        let names = ["VisibilityTimeout", "QueueName", "Tags", "KmsMasterKeyId"];
        for (name, meant) in [
            ("visibilityTimeout", Some("VisibilityTimeout")),
            ("VisibiltyTimeOut", Some("VisibilityTimeout")),
            ("QueeuName", Some("QueueName")),
            ("Tag", Some("Tags")),
            ("KmsMasterKey", Some("KmsMasterKeyId")),
            ("Nothing", None),
            ("T", None),
        ] {
            assert_eq!(nearest(name, names).as_deref(), meant, "{name}");
        }
    }
}
