//! What a type is to others: what its `Ref` gives, what its ARN is, which Rust type stands for a reference to it.

use std::collections::BTreeMap;

use anyhow::Context;
use serde_json::{Value as Json, json};

use super::manifest::Settings;
use super::{names, schema, vendor};

/// Every type of the manifest.
#[derive(Debug, Default)]
pub(crate) struct Catalogue {
    types: BTreeMap<String, Facts>,
}

/// One of them.
#[derive(Debug, Clone)]
pub(crate) struct Facts {
    /// `SQS`.
    pub(crate) service: String,
    /// `sqs`: the module and the feature.
    pub(crate) service_module: String,
    /// `Queue`.
    pub(crate) name: String,
    /// The property that `Ref` gives, if it is one.
    pub(crate) reference: Option<String>,
    /// What gives the ARN, if it has one.
    pub(crate) arn: Option<Arn>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Arn {
    Reference,
    Attribute(String),
}

impl Catalogue {
    pub(crate) fn add(&mut self, type_name: &str, schema: &Json) -> anyhow::Result<()> {
        let (service, resource) =
            names::parts(type_name).with_context(|| format!("`{type_name}` is no type's name"))?;
        let arn = match schema["cloudcart"]["arn"].as_str() {
            None => None,
            Some("Ref") => Some(Arn::Reference),
            Some(attribute) => Some(Arn::Attribute(attribute.to_owned())),
        };
        let facts = Facts {
            service: service.to_owned(),
            service_module: service.to_ascii_lowercase(),
            name: names::type_name(resource),
            reference: schema["cloudcart"]["ref"].as_str().map(str::to_owned),
            arn,
        };
        self.types.insert(type_name.to_owned(), facts);
        Ok(())
    }

    pub(crate) fn get(&self, type_name: &str) -> Option<&Facts> {
        self.types.get(type_name)
    }

    pub(crate) fn types(&self) -> impl Iterator<Item = (&str, &Facts)> {
        self.types.iter().map(|(name, facts)| (name.as_str(), facts))
    }

    /// `Arn<kind::sqs::Queue>`, when it is a type that has an ARN.
    pub(crate) fn arn_of(&self, type_name: &str) -> Option<String> {
        let facts = self.get(type_name)?;
        facts.arn.as_ref().map(|_| format!("Arn<kind::{}::{}>", facts.service_module, facts.name))
    }

    /// `Ref<kind::sqs::Queue>`.
    pub(crate) fn reference_to(&self, type_name: &str) -> Option<String> {
        self.get(type_name).map(|facts| format!("Ref<kind::{}::{}>", facts.service_module, facts.name))
    }

    /// The reference that a format such as `AWS::IAM::Role.Arn` means, when there is such a kind.
    pub(crate) fn of_format(&self, format: &str) -> Option<String> {
        let (type_name, what) = format.rsplit_once('.')?;
        let type_name =
            if type_name == "AWS::ACM::Certificate" { "AWS::CertificateManager::Certificate" } else { type_name };
        match what {
            "Arn" => self.arn_of(type_name),
            "Id" | "Ids" | "Name" if GIVEN_BY_REF.contains(&(type_name, what)) => self.reference_to(type_name),
            _ => None,
        }
    }

    /// The reference that a `relationshipRef` means.
    pub(crate) fn of_relationship(&self, relationship: &Json) -> Option<String> {
        let type_name = relationship["typeName"].as_str()?;
        let property = relationship["propertyPath"].as_str()?.strip_prefix("/properties/")?;
        let facts = self.get(type_name)?;
        if facts.reference.as_deref() == Some(property) && facts.arn != Some(Arn::Reference) {
            return self.reference_to(type_name);
        }
        (facts.arn == Some(Arn::Attribute(property.to_owned()))).then(|| self.arn_of(type_name)).flatten()
    }
}

/// Formats that are exactly what `Ref` gives for the type.
const GIVEN_BY_REF: &[(&str, &str)] = &[
    ("AWS::EC2::SecurityGroup", "Id"),
    ("AWS::EC2::SecurityGroup", "Ids"),
    ("AWS::EC2::Subnet", "Id"),
    ("AWS::EC2::Subnet", "Ids"),
    ("AWS::EC2::VPC", "Id"),
    ("AWS::Logs::LogGroup", "Name"),
    ("AWS::Route53::HostedZone", "Id"),
    ("AWS::S3::Bucket", "Name"),
];

/// Puts into a schema what the official one has no word for.
pub(crate) fn complete(type_name: &str, schema: &mut Json, settings: &Settings) -> anyhow::Result<()> {
    anyhow::ensure!(vendor::is_type_name(type_name), "`{type_name}` is no type's name");
    let reference = match &settings.reference {
        Some(given) if given.is_empty() => None,
        Some(given) => Some(given.clone()),
        None => reference(schema),
    };
    let arn = match &settings.arn {
        Some(given) if given.is_empty() => None,
        Some(given) => Some(given.clone()),
        None => arn(type_name, schema, reference.as_deref()),
    };
    let facts =
        schema.as_object_mut().context("a schema is an object")?.entry("cloudcart").or_insert_with(|| json!({}));
    let facts = facts.as_object_mut().context("`cloudcart` is an object")?;
    let attributes = (!settings.attributes.is_empty()).then(|| json!(settings.attributes));
    for (key, value) in
        [("ref", reference.map(Json::String)), ("arn", arn.map(Json::String)), ("attributes", attributes)]
    {
        match value {
            Some(value) => facts.insert(key.to_owned(), value),
            None => facts.shift_remove(key),
        };
    }
    Ok(())
}

/// The primary identifier; of several, the one that CloudFormation makes up.
fn reference(schema: &Json) -> Option<String> {
    let primary = schema::texts(schema, "primaryIdentifier");
    let read_only = schema::texts(schema, "readOnlyProperties");
    let made_up: Vec<&str> = primary.iter().copied().filter(|path| read_only.contains(path)).collect();
    match (primary.as_slice(), made_up.as_slice()) {
        ([one], _) | (_, [one]) => Some(schema::steps(one).join(".")),
        _ => None,
    }
}

/// The attribute `Arn`, or the resource's own name with `Arn`; `Ref` when that is what `Ref` gives.
fn arn(type_name: &str, schema: &Json, reference: Option<&str>) -> Option<String> {
    let (_, resource) = names::parts(type_name)?;
    let named = format!("{resource}Arn");
    let read_only = schema::texts(schema, "readOnlyProperties");
    let attribute = read_only.iter().filter_map(|path| path.strip_prefix("/properties/"));
    let found =
        attribute.clone().find(|name| *name == "Arn").or_else(|| attribute.clone().find(|name| *name == named))?;
    Some(if reference == Some(found) { "Ref".to_owned() } else { found.to_owned() })
}
