//! CORS as the API answers it: preflights by itself, headers on every response, an integration's own ones dropped.
//!
//! Source: API Gateway developer guide, "Configure CORS for HTTP APIs".

use super::model::Cors;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};

impl Cors {
    /// Refuses what API Gateway refuses.
    pub(super) fn check(&self) -> Result<(), String> {
        if self.allow_credentials && self.allow_origins.iter().any(|origin| origin == "*") {
            return Err("CorsConfiguration: AllowCredentials cannot go with the origin *".to_owned());
        }
        if self.max_age.is_some_and(|seconds| !(-1..=86_400).contains(&seconds)) {
            return Err("CorsConfiguration: MaxAge must be from -1 to 86400".to_owned());
        }
        Ok(())
    }

    /// The value of `access-control-allow-origin` for a request, when its origin is allowed.
    fn allowed_origin(&self, request: &HeaderMap) -> Option<HeaderValue> {
        let origin = request.get(header::ORIGIN)?;
        let text = origin.to_str().ok()?;
        let matches = |allowed: &String| match allowed.strip_suffix('*') {
            Some(scheme) if !scheme.is_empty() => text.starts_with(scheme),
            _ => allowed.eq_ignore_ascii_case(text),
        };
        if self.allow_origins.iter().any(|allowed| allowed == "*") {
            Some(HeaderValue::from_static("*"))
        } else {
            self.allow_origins.iter().any(matches).then(|| origin.clone())
        }
    }

    /// Puts the API's CORS headers on a response, in place of any that the integration set.
    pub(super) fn apply(&self, request: &HeaderMap, response: &mut HeaderMap) {
        let foreign: Vec<HeaderName> =
            response.keys().filter(|name| name.as_str().starts_with("access-control-")).cloned().collect();
        for name in foreign {
            response.remove(name);
        }
        let Some(origin) = self.allowed_origin(request) else { return };
        response.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        insert_list(response, header::ACCESS_CONTROL_EXPOSE_HEADERS, &self.expose_headers);
        if self.allow_credentials {
            response.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        }
    }

    /// The headers of the answer to a preflight. Nothing at all unless origin, method and headers are allowed.
    pub(super) fn preflight(&self, request: &HeaderMap) -> HeaderMap {
        const ALL_METHODS: HeaderValue = HeaderValue::from_static("DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT");
        let mut response = HeaderMap::new();
        let asked = request.get(header::ACCESS_CONTROL_REQUEST_METHOD).and_then(|value| value.to_str().ok());
        let any_method = self.allow_methods.iter().any(|method| method == "*");
        let method_allowed =
            asked.is_some_and(|asked| any_method || self.allow_methods.iter().any(|method| method == asked));
        let asked_headers = request.get(header::ACCESS_CONTROL_REQUEST_HEADERS);
        let any_header = self.allow_headers.iter().any(|name| name == "*");
        let headers_allowed = asked_headers.is_none_or(|value| {
            any_header
                || value.to_str().is_ok_and(|names| {
                    names
                        .split(',')
                        .map(str::trim)
                        .filter(|name| !name.is_empty())
                        .all(|name| self.allow_headers.iter().any(|allowed| allowed.eq_ignore_ascii_case(name)))
                })
        });
        if !method_allowed || !headers_allowed || self.allowed_origin(request).is_none() {
            return response;
        }
        self.apply(request, &mut response);
        if any_method {
            // A literal * is no wildcard once credentials are allowed, so the methods are named.
            response.insert(header::ACCESS_CONTROL_ALLOW_METHODS, ALL_METHODS);
        } else {
            insert_list(&mut response, header::ACCESS_CONTROL_ALLOW_METHODS, &self.allow_methods);
        }
        match asked_headers.filter(|_| any_header) {
            Some(asked) => {
                response.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, asked.clone());
            }
            None => insert_list(&mut response, header::ACCESS_CONTROL_ALLOW_HEADERS, &self.allow_headers),
        }
        if let Some(seconds) = self.max_age {
            response.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from(seconds));
        }
        response
    }
}

fn insert_list(response: &mut HeaderMap, name: HeaderName, items: &[String]) {
    if let Ok(value) = HeaderValue::from_str(&items.join(","))
        && !items.is_empty()
    {
        response.insert(name, value);
    }
}

/// Whether a request is a preflight.
pub(super) fn is_preflight(method: &Method, headers: &HeaderMap) -> bool {
    method == Method::OPTIONS
        && headers.contains_key(header::ORIGIN)
        && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}
