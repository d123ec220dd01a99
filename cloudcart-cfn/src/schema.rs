//! The resource schemas: what CloudFormation says of each type that is compiled in.
//!
//! They are AWS's own resource provider schemas, without the prose; `schemas/README.md` says from where.

macro_rules! schemas {
    ($($feature:literal $type:literal $file:literal,)*) => {
        /// Every type whose service is compiled in, sorted by name, with its schema as text.
        pub(super) static ENTRIES: &[(&str, &str)] = &[$(
            #[cfg(feature = $feature)]
            ($type, include_str!($file)),
        )*];
    };
}

mod generated;

use std::sync::{LazyLock, OnceLock};

use serde_json::Value as Json;

/// What is known of a resource type.
#[derive(Debug, Clone, PartialEq)]
pub struct Schema {
    type_name: &'static str,
    json: Json,
    attributes: Vec<String>,
    create_only: Vec<String>,
}

/// Whether the type is one of those that are compiled in.
pub(crate) fn is_known(type_name: &str) -> bool {
    schema_text(type_name).is_some()
}

fn place(type_name: &str) -> Option<usize> {
    generated::ENTRIES.binary_search_by(|(name, _)| (*name).cmp(type_name)).ok()
}

/// The text of a type's schema.
pub(crate) fn schema_text(type_name: &str) -> Option<&'static str> {
    place(type_name).map(|place| generated::ENTRIES[place].1)
}

/// The schemas that somebody asked for, each parsed once, in the places of their texts.
static PARSED: LazyLock<Vec<OnceLock<Option<Schema>>>> =
    LazyLock::new(|| generated::ENTRIES.iter().map(|_| OnceLock::new()).collect());

impl Schema {
    /// The schema of a type such as `AWS::SQS::Queue`; none when its service is not compiled in or the library does not
    /// know it.
    pub fn of(type_name: &str) -> Option<&'static Self> {
        let place = place(type_name)?;
        let (name, text) = generated::ENTRIES[place];
        PARSED[place].get_or_init(|| serde_json::from_str(text).ok().map(|json| Self::new(name, json))).as_ref()
    }

    /// Every type that is compiled in, sorted.
    pub fn types() -> impl Iterator<Item = &'static str> {
        generated::ENTRIES.iter().map(|(name, _)| *name)
    }

    fn new(type_name: &'static str, json: Json) -> Self {
        let also = json["cloudcart"]["attributes"].as_array().into_iter().flatten().filter_map(Json::as_str);
        let mut attributes: Vec<String> = paths(&json, "readOnlyProperties")
            .filter(|path| !path.contains("/*"))
            .map(|path| path.replace('/', "."))
            .chain(also.map(str::to_owned))
            .collect();
        attributes.sort_unstable();
        let mut create_only: Vec<String> = paths(&json, "createOnlyProperties").collect();
        create_only.sort_unstable();
        Self { type_name, json, attributes, create_only }
    }

    /// The type's name.
    pub fn type_name(&self) -> &'static str {
        self.type_name
    }

    /// The IAM actions with which CloudFormation makes, reads, changes and deletes such a resource, in the name of whoever
    /// deploys, sorted. Empty for the few types whose schema does not say.
    ///
    /// ```
    /// # #[cfg(feature = "sqs")] {
    /// let queue = cloudcart_cfn::Schema::of("AWS::SQS::Queue").expect("the type is compiled in");
    /// assert!(queue.permissions().contains(&"sqs:CreateQueue"));
    /// # }
    /// ```
    pub fn permissions(&self) -> Vec<&str> {
        let handlers = self.json["cloudcart"]["permissions"].as_object();
        let actions = handlers.into_iter().flat_map(|handlers| handlers.values()).filter_map(Json::as_array);
        let mut actions: Vec<&str> = actions.flatten().filter_map(Json::as_str).collect();
        actions.sort_unstable();
        actions.dedup();
        actions
    }

    /// The schema itself.
    pub fn json(&self) -> &Json {
        &self.json
    }

    /// What `Fn::GetAtt` gives: names, nested ones with dots, for example `Endpoint.Address`. `*` stands for any name, as in
    /// the `Outputs.*` of a nested stack.
    pub fn attributes(&self) -> impl Iterator<Item = &str> {
        self.attributes.iter().map(String::as_str)
    }

    /// The property that `Ref` gives; none when it is put together from several or from something else.
    pub fn reference(&self) -> Option<&str> {
        self.json["cloudcart"]["ref"].as_str()
    }

    /// Properties whose change replaces the resource: paths from the outside in, with `/` between and `*` for each item
    /// of a list, sorted.
    pub fn create_only(&self) -> impl Iterator<Item = &str> {
        self.create_only.iter().map(String::as_str)
    }

    /// Whether the resource keeps data that is lost with it.
    pub fn is_stateful(&self) -> bool {
        self.json["cloudcart"]["stateful"] == true
    }

    /// Names of the properties that a template may set, and of those that only `Fn::GetAtt` gives.
    pub fn properties(&self) -> impl Iterator<Item = &str> {
        self.json["properties"].as_object().into_iter().flat_map(|properties| properties.keys().map(String::as_str))
    }
}

fn paths(json: &Json, key: &str) -> impl Iterator<Item = String> {
    let listed = json[key].as_array().into_iter().flatten().filter_map(Json::as_str);
    listed.filter_map(|path| path.strip_prefix("/properties/")).map(|path| path.replace("/properties/", "/"))
}

#[cfg(test)]
mod tests {
    use super::Schema;

    #[cfg(feature = "sqs")]
    #[test]
    fn queue_is_known_with_its_attributes_and_what_a_change_replaces() {
        let queue = Schema::of("AWS::SQS::Queue").expect("known");
        assert_eq!(queue.reference(), Some("QueueUrl"));
        assert!(queue.attributes().any(|name| name == "Arn"));
        assert!(queue.create_only().any(|path| path == "QueueName"));
        assert!(queue.properties().any(|name| name == "RedrivePolicy"));
    }

    #[test]
    fn types_that_the_library_does_not_have_are_unknown() {
        assert_eq!(Schema::of("AWS::SQS::Kettle"), None);
    }

    #[test]
    fn every_schema_is_json() {
        for name in Schema::types() {
            assert_eq!(Schema::of(name).map(|schema| schema.json()["typeName"].as_str()), Some(Some(name)));
        }
    }
}
