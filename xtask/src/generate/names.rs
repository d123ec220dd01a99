//! From CloudFormation's names to Rust's.

/// Words that a naive split would cut in the wrong place.
const WORDS: &[(&str, &str)] = &[
    ("ARNs", "Arns"),
    ("AZs", "Azs"),
    ("CIDRs", "Cidrs"),
    ("CNAMEs", "Cnames"),
    ("GiB", "Gib"),
    ("IDs", "Ids"),
    ("IPs", "Ips"),
    ("IPv4", "Ipv4"),
    ("IPv6", "Ipv6"),
    ("KiB", "Kib"),
    ("MiB", "Mib"),
    ("OAuth", "Oauth"),
    ("URIs", "Uris"),
    ("URLs", "Urls"),
    ("VCpu", "Vcpu"),
    ("VPCs", "Vpcs"),
];

const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else", "enum",
    "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod", "move",
    "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// `RedrivePolicy` as `redrive_policy`, `DBClusterARNs` as `db_cluster_arns`.
pub(crate) fn snake(name: &str) -> String {
    let mut name = name.to_owned();
    for (from, to) in WORDS {
        name = name.replace(from, to);
    }
    let characters: Vec<char> = name.chars().collect();
    let mut snake = String::new();
    for (index, &character) in characters.iter().enumerate() {
        if !character.is_ascii_alphanumeric() {
            if !snake.ends_with('_') {
                snake.push('_');
            }
            continue;
        }
        let before = index.checked_sub(1).map(|before| characters[before]);
        let after = characters.get(index + 1);
        let starts = character.is_ascii_uppercase()
            && before.is_some_and(|before| {
                before.is_ascii_lowercase()
                    || before.is_ascii_digit()
                    || (before.is_ascii_uppercase() && after.is_some_and(char::is_ascii_lowercase))
            });
        if starts && !snake.ends_with('_') {
            snake.push('_');
        }
        snake.push(character.to_ascii_lowercase());
    }
    snake.trim_matches('_').to_owned()
}

/// A snake case identifier; raw when it is a keyword.
pub(crate) fn identifier(name: &str) -> String {
    let snake = snake(name);
    match snake.as_str() {
        "self" | "super" | "crate" | "new" => format!("{snake}_"),
        word if KEYWORDS.contains(&word) => format!("r#{word}"),
        word if word.starts_with(|first: char| first.is_ascii_digit()) => format!("n{word}"),
        _ => snake,
    }
}

/// A type's name: what is there, without what Rust does not take.
pub(crate) fn type_name(name: &str) -> String {
    let parts = name.split(|character: char| !character.is_ascii_alphanumeric());
    parts.map(capitalised).collect()
}

/// The variant of a word: `PAY_PER_REQUEST` as `PayPerRequest`, `nodejs20.x` as `Nodejs20X`, `2.0` as `V2_0`.
pub(crate) fn variant(word: &str) -> String {
    if word.chars().all(|character| character.is_ascii_digit() || character == '.') && !word.is_empty() {
        return format!("V{}", word.replace('.', "_"));
    }
    let parts = word.split(|character: char| !character.is_ascii_alphanumeric());
    let name: String = parts
        .map(|part| {
            let shouted = !part.contains(|character: char| character.is_ascii_lowercase());
            capitalised(&if shouted { part.to_ascii_lowercase() } else { part.to_owned() })
        })
        .collect();
    match name.as_str() {
        "" if word == "*" => "Star".to_owned(),
        "" => "Empty".to_owned(),
        "Self" => "Itself".to_owned(),
        other if other.starts_with(|first: char| first.is_ascii_digit()) => format!("V{name}"),
        _ => name,
    }
}

fn capitalised(part: &str) -> String {
    let mut characters = part.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// One of a list's: `Architectures` gives `Architecture`.
pub(crate) fn singular(name: &str) -> String {
    if let Some(stem) = name.strip_suffix("ies") {
        return format!("{stem}y");
    }
    for ending in ["sses", "xes", "ches", "shes"] {
        if name.ends_with(ending) {
            return name[..name.len() - 2].to_owned();
        }
    }
    match name.strip_suffix('s') {
        Some(stem) if !stem.ends_with(['s', 'u', 'i']) => stem.to_owned(),
        _ => name.to_owned(),
    }
}

/// `AWS::DynamoDB::Table` as `("DynamoDB", "Table")`.
pub(crate) fn parts(type_name: &str) -> Option<(&str, &str)> {
    type_name.strip_prefix("AWS::")?.split_once("::")
}

#[cfg(test)]
mod tests {
    use super::{identifier, singular, snake, type_name, variant};

    #[test]
    fn words_are_cut_where_a_reader_would() {
        for (name, expected) in [
            ("RedrivePolicy", "redrive_policy"),
            ("deadLetterTargetArn", "dead_letter_target_arn"),
            ("DBClusterARNs", "db_cluster_arns"),
            ("OKActions", "ok_actions"),
            ("S3Bucket", "s3_bucket"),
            ("CidrIpv6", "cidr_ipv6"),
            ("IPv6CidrBlock", "ipv6_cidr_block"),
            ("AllowedOAuthFlows", "allowed_oauth_flows"),
            ("CallbackURLs", "callback_urls"),
            ("EnableIAMDatabaseAuthentication", "enable_iam_database_authentication"),
            ("Endpoint.Address", "endpoint_address"),
            ("DkimDNSTokenName1", "dkim_dns_token_name1"),
        ] {
            assert_eq!(snake(name), expected);
        }
    }

    #[test]
    fn keywords_are_raw_or_get_an_underscore() {
        assert_eq!(identifier("Type"), "r#type");
        assert_eq!(identifier("Self"), "self_");
        assert_eq!(identifier("New"), "new_");
        assert_eq!(identifier("Name"), "name");
    }

    #[test]
    fn words_become_variants() {
        for (word, expected) in [
            ("PAY_PER_REQUEST", "PayPerRequest"),
            ("nodejs20.x", "Nodejs20X"),
            ("python3.12", "Python312"),
            ("2.0", "V2_0"),
            ("aws:kms", "AwsKms"),
            ("redirect-to-https", "RedirectToHttps"),
            ("AES256", "Aes256"),
            ("V_1", "V1"),
            ("Self", "Itself"),
            ("3DES", "V3des"),
            ("*", "Star"),
        ] {
            assert_eq!(variant(word), expected);
        }
    }

    #[test]
    fn names_of_types_stay_what_they_are() {
        assert_eq!(type_name("SSESpecification"), "SSESpecification");
        assert_eq!(type_name("noncurrent-version"), "NoncurrentVersion");
    }

    #[test]
    fn lists_give_the_name_of_one() {
        for (name, expected) in [
            ("Architectures", "Architecture"),
            ("Policies", "Policy"),
            ("Addresses", "Address"),
            ("Status", "Status"),
            ("KeySchema", "KeySchema"),
        ] {
            assert_eq!(singular(name), expected);
        }
    }
}
