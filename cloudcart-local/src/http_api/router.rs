//! Route keys and which route a request takes.
//!
//! Source: API Gateway developer guide, "Create routes for HTTP APIs": a full match comes before a greedy one, a greedy one
//! before `$default`. Among equals a static segment beats a variable and an exact method beats `ANY`. There is no 405: a
//! route whose method differs does not match at all.

use super::percent;
use serde::{Deserialize, Serialize};
use std::{cmp::Ordering, collections::BTreeMap, fmt};

/// A route key, for example `GET /products/{id}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum RouteKey {
    /// `$default`.
    Default,
    /// A method and a path.
    Path {
        /// `None` is `ANY`.
        method: Option<String>,
        segments: Vec<Segment>,
    },
}

/// One segment of a route's path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Segment {
    Static(String),
    /// `{name}`.
    Variable(String),
    /// `{name+}`, at the end only.
    Greedy(String),
}

const METHODS: [&str; 7] = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];

impl RouteKey {
    /// Reads a route key.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if text == "$default" {
            return Ok(Self::Default);
        }
        let wrong = |reason: &str| Err(format!("The provided route key is not formatted properly: {text:?}: {reason}"));
        let Some((method, path)) = text.split_once(' ') else {
            return wrong("expected a method and a path, or $default");
        };
        let method = match method {
            "ANY" => None,
            method if METHODS.contains(&method) => Some(method.to_owned()),
            _ => return wrong("the method must be ANY, DELETE, GET, HEAD, OPTIONS, PATCH, POST or PUT"),
        };
        let Some(path) = path.strip_prefix('/') else { return wrong("the path must start with a slash") };
        let mut segments: Vec<Segment> = Vec::new();
        let mut names: Vec<&str> = Vec::new();
        for part in path.split('/') {
            if matches!(segments.last(), Some(Segment::Greedy(_))) {
                return wrong("a greedy variable must come last");
            }
            let segment = match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
                Some(inner) => {
                    let (name, greedy) = inner.strip_suffix('+').map_or((inner, false), |name| (name, true));
                    if name.is_empty() || name.contains(['{', '}', '+']) {
                        return wrong("a variable needs a name");
                    }
                    if names.contains(&name) {
                        return wrong("a variable may appear once");
                    }
                    names.push(name);
                    if greedy { Segment::Greedy(name.to_owned()) } else { Segment::Variable(name.to_owned()) }
                }
                None if part.contains(['{', '}', ' ', '?', '#']) => return wrong("a variable takes a whole segment"),
                None => Segment::Static(part.to_owned()),
            };
            segments.push(segment);
        }
        Ok(Self::Path { method, segments })
    }

    /// Path variables, decoded, when the request matches. `segments` are those of the request's path, still encoded.
    fn matches(&self, method: &str, segments: &[&str]) -> Option<BTreeMap<String, String>> {
        let Self::Path { method: wanted, segments: pattern } = self else { return Some(BTreeMap::new()) };
        if wanted.as_ref().is_some_and(|wanted| wanted != method) {
            return None;
        }
        let mut variables = BTreeMap::new();
        for (index, part) in pattern.iter().enumerate() {
            match part {
                Segment::Static(text) => {
                    if percent::decode(segments.get(index)?) != *text {
                        return None;
                    }
                }
                Segment::Variable(name) => {
                    let value = segments.get(index).filter(|value| !value.is_empty())?;
                    variables.insert(name.clone(), percent::decode(value));
                }
                Segment::Greedy(name) => {
                    let rest = segments.get(index..)?.join("/");
                    if rest.is_empty() {
                        return None;
                    }
                    variables.insert(name.clone(), percent::decode(&rest));
                    return Some(variables);
                }
            }
        }
        (segments.len() == pattern.len()).then_some(variables)
    }

    /// The path part of the ARN that an invoke permission names: `/products/{id}`, or `/$default`.
    pub(super) fn arn_path(&self) -> String {
        match self {
            Self::Default => "/$default".to_owned(),
            Self::Path { segments, .. } => path_of(segments),
        }
    }
}

fn path_of(segments: &[Segment]) -> String {
    segments
        .iter()
        .map(|segment| match segment {
            Segment::Static(text) => format!("/{text}"),
            Segment::Variable(name) => format!("/{{{name}}}"),
            Segment::Greedy(name) => format!("/{{{name}+}}"),
        })
        .collect()
}

impl fmt::Display for RouteKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => formatter.write_str("$default"),
            Self::Path { method, segments } => {
                write!(formatter, "{} {}", method.as_deref().unwrap_or("ANY"), path_of(segments))
            }
        }
    }
}

impl Serialize for RouteKey {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RouteKey {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// The best of two keys that both match the same request comes first.
fn by_priority(a: &RouteKey, b: &RouteKey) -> Ordering {
    let (RouteKey::Path { method: a_method, segments: a }, RouteKey::Path { method: b_method, segments: b }) = (a, b)
    else {
        return matches!(a, RouteKey::Default).cmp(&matches!(b, RouteKey::Default));
    };
    let greedy = |segments: &[Segment]| matches!(segments.last(), Some(Segment::Greedy(_)));
    let rank = |segment: &Segment| match segment {
        Segment::Static(_) => 0,
        Segment::Variable(_) => 1,
        Segment::Greedy(_) => 2,
    };
    greedy(a)
        .cmp(&greedy(b))
        .then_with(|| a.iter().map(rank).cmp(b.iter().map(rank)))
        .then_with(|| a_method.is_none().cmp(&b_method.is_none()))
}

/// The route that a request takes, with its path variables. `path` is still encoded and starts with a slash.
pub(super) fn select<'a, T>(
    routes: impl Iterator<Item = (&'a RouteKey, T)>,
    method: &str,
    path: &str,
) -> Option<(&'a RouteKey, T, BTreeMap<String, String>)> {
    let segments: Vec<&str> = path.strip_prefix('/').unwrap_or(path).split('/').collect();
    routes
        .filter_map(|(key, route)| Some((key, route, key.matches(method, &segments)?)))
        .min_by(|(a, ..), (b, ..)| by_priority(a, b))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn route(keys: &[&str], method: &str, path: &str) -> Option<(String, BTreeMap<String, String>)> {
        let keys: Vec<RouteKey> = keys.iter().map(|key| RouteKey::parse(key).unwrap()).collect();
        select(keys.iter().map(|key| (key, ())), method, path).map(|(key, (), variables)| (key.to_string(), variables))
    }

    fn chosen(keys: &[&str], request: &str) -> String {
        let (method, path) = request.split_once(' ').unwrap();
        // The order in which routes were made must not matter.
        let forward = route(keys, method, path);
        let mut reversed = keys.to_vec();
        reversed.reverse();
        assert_eq!(forward, route(&reversed, method, path));
        forward.map_or("none".into(), |(key, _)| key)
    }

    // The table of the developer guide.
    #[test]
    fn full_matches_come_before_greedy_ones_and_those_before_default() {
        let keys = ["GET /pets/dog/1", "GET /pets/dog/{id}", "GET /pets/{proxy+}", "ANY /{proxy+}", "$default"];
        for (request, key) in [
            ("GET /pets/dog/1", "GET /pets/dog/1"),
            ("GET /pets/dog/2", "GET /pets/dog/{id}"),
            ("GET /pets/cat/1", "GET /pets/{proxy+}"),
            ("POST /test/5", "ANY /{proxy+}"),
            ("POST /pets/dog/1", "ANY /{proxy+}"),
            ("GET /", "$default"),
        ] {
            assert_eq!(chosen(&keys, request), key, "{request}");
        }
        assert_eq!(chosen(&keys[..4], "GET /"), "none");
        assert_eq!(chosen(&["GET /a"], "POST /a"), "none");
    }

    #[test]
    fn an_exact_method_beats_any_and_static_beats_variable() {
        let keys = ["ANY /a", "GET /a", "GET /{x}", "GET /{x}/b", "GET /a/{y}"];
        assert_eq!(chosen(&keys, "GET /a"), "GET /a");
        assert_eq!(chosen(&keys, "PUT /a"), "ANY /a");
        assert_eq!(chosen(&keys, "GET /z"), "GET /{x}");
        assert_eq!(chosen(&keys, "GET /a/b"), "GET /a/{y}");
        assert_eq!(chosen(&keys, "GET /a/"), "none");
        assert_eq!(chosen(&["GET /"], "GET /"), "GET /");
        assert_eq!(chosen(&["GET /a/{p+}", "ANY /a/b/{p+}"], "GET /a/b/c"), "ANY /a/b/{p+}");
    }

    #[test]
    fn variables_are_decoded_after_matching() {
        let variables = |key: &str, path: &str| route(&[key], "GET", path).map(|(_, variables)| variables);
        let one = |name: &str, value: &str| Some(BTreeMap::from([(name.to_owned(), value.to_owned())]));
        assert_eq!(variables("GET /p/{id}", "/p/a%2Fb%20%C3%A9"), one("id", "a/b é"));
        assert_eq!(variables("GET /p/{rest+}", "/p/a/b%3F/"), one("rest", "a/b?/"));
        assert_eq!(variables("GET /p/{id}", "/p/a/b"), None);
        assert_eq!(variables("GET /caf\u{e9}/{id}", "/caf%C3%A9/1"), one("id", "1"));
    }

    #[test]
    fn malformed_keys_are_refused() {
        for key in ["", "GET", "GET a", "get /a", "TRACE /a", "GET /{a+}/b", "GET /{}", "GET /x{a}", "GET /{a}/{a}"] {
            assert!(RouteKey::parse(key).is_err(), "{key}");
        }
    }
}
