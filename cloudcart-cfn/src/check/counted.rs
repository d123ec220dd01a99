//! CloudFormation's quotas, against a rendered template.

use serde_json::Value as Json;

use super::Findings;
use super::problem::Problem;
use crate::limits;

pub(super) fn check(template: &Json, findings: &mut Findings<'_>) {
    let entries = |section: &str| template.get(section).and_then(Json::as_object).into_iter().flatten();
    let count = |section: &str| entries(section).count();
    if count("Resources") == 0 {
        findings.add(String::new(), Problem::NoResources);
    }
    let bytes = template.to_string();
    let whole = [
        ("resources", count("Resources"), limits::RESOURCES),
        ("parameters", count("Parameters"), limits::PARAMETERS),
        ("mappings", count("Mappings"), limits::MAPPINGS),
        ("outputs", count("Outputs"), limits::OUTPUTS),
        ("bytes of description", length(template, "Description"), limits::DESCRIPTION_BYTES),
        ("dynamic references", bytes.matches("{{resolve:").count(), limits::DYNAMIC_REFERENCES),
        ("bytes", bytes.len(), limits::S3_BYTES),
    ];
    for (what, used, limit) in whole {
        over(findings, String::new(), what, used, limit);
    }
    if bytes.len() > limits::INLINE_BYTES && bytes.len() <= limits::S3_BYTES {
        findings.add(String::new(), Problem::NotInline(bytes.len()));
    }
    for (id, mapping) in entries("Mappings") {
        let path = || format!("Mappings/{id}");
        over(findings, path(), "attributes", mapping.as_object().map_or(0, serde_json::Map::len), limits::MAPPING_KEYS);
        for (key, values) in mapping.as_object().into_iter().flatten() {
            let path = || format!("Mappings/{id}/{key}");
            over(findings, path(), "characters of the key", key.chars().count(), limits::NAME_CHARS);
            over(
                findings,
                path(),
                "attributes",
                values.as_object().map_or(0, serde_json::Map::len),
                limits::MAPPING_KEYS,
            );
        }
    }
    for (id, parameter) in entries("Parameters") {
        let path = format!("Parameters/{id}");
        over(findings, path.clone() + "/Default", "bytes", length(parameter, "Default"), limits::PARAMETER_BYTES);
        let description = length(parameter, "Description");
        over(findings, path + "/Description", "bytes", description, limits::PARAMETER_DESCRIPTION_BYTES);
    }
    for (id, output) in entries("Outputs") {
        let description = length(output, "Description");
        over(findings, format!("Outputs/{id}/Description"), "bytes", description, limits::DESCRIPTION_BYTES);
    }
}

fn length(json: &Json, key: &str) -> usize {
    json.get(key).and_then(Json::as_str).map_or(0, str::len)
}

fn over(findings: &mut Findings<'_>, path: String, what: &'static str, used: usize, limit: usize) {
    if used > limit {
        findings.add(path, Problem::Limit { what, used, limit });
    }
}
