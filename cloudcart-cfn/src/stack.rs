//! A stack being declared: where resources, parameters, mappings, conditions and outputs are added.

use std::panic::Location;
use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

#[cfg(all(feature = "iam", feature = "lambda", feature = "logs"))]
use crate::check::Problem;
use crate::check::{Allowance, Lint};
use crate::kind::{self, Kind};
#[cfg(any(feature = "s3", feature = "sqs"))]
use crate::policy::Statement;
use crate::resource::{Attributes, Brand, Handle, Raw, Resource, set_at};
use crate::sections::{Condition, ConditionRef, Mapping, MappingRef, Output, Parameter};
use crate::template::{Declared, ResourceBody, Template};
use crate::value::Value;

/// What [`Template::build`] hands to the closure that declares a stack.
///
/// `'stack` is a different one for each stack, so that a handle or a value of one does not compile in another: what
/// another stack made comes in by a parameter or by [`import_value`](crate::import_value).
#[derive(Debug)]
pub struct Stack<'stack> {
    template: Template,
    /// The convenience that is adding resources, and the line that asked for it.
    part: Option<Part>,
    #[expect(dead_code, reason = "it is there for the compiler")]
    brand: Brand<'stack>,
}

/// What resources are a part of: the id that the author gave, and where.
#[derive(Debug)]
pub(crate) struct Part {
    id: String,
    source: &'static Location<'static>,
}

impl Template {
    /// Declares a stack, described in at most 1,024 bytes.
    ///
    /// ```
    /// use cloudcart_cfn::{Output, Template, sqs};
    ///
    /// let template = Template::build("One queue.", |stack| {
    ///     let queue = stack.add("Inbox", sqs::Queue::new());
    ///     stack.output("InboxUrl", Output::new(queue.reference()));
    /// });
    /// ```
    pub fn build(description: impl Into<String>, declare: impl for<'stack> FnOnce(&mut Stack<'stack>)) -> Self {
        let mut stack = Stack::new(description);
        declare(&mut stack);
        stack.template
    }

    /// Declares a stack by a closure that may fail, for example when it reads what it is told at run time.
    pub fn try_build<E>(
        description: impl Into<String>,
        declare: impl for<'stack> FnOnce(&mut Stack<'stack>) -> Result<(), E>,
    ) -> Result<Self, E> {
        let mut stack = Stack::new(description);
        declare(&mut stack)?;
        Ok(stack.template)
    }
}

impl Template {
    /// The same template with more in it: one that was read, for example. [`Stack::existing`] gives the handles of what it
    /// already has.
    ///
    /// ```
    /// use cloudcart_cfn::{Template, easy, sqs};
    ///
    /// let template = Template::read("Resources: {Inbox: {Type: AWS::SQS::Queue}}")?;
    /// let template = template.extend(|stack| {
    ///     let inbox = stack.existing::<sqs::Queue<'_>>("Inbox").expect("the template has it");
    ///     easy::Alarm::on_messages(&inbox).add_to(stack, "InboxIsUsed");
    /// });
    /// assert_eq!(template.resource_types().len(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn extend(self, declare: impl for<'stack> FnOnce(&mut Stack<'stack>)) -> Self {
        let mut stack = Stack { template: self, part: None, brand: Brand::default() };
        declare(&mut stack);
        stack.template
    }
}

impl<'stack> Stack<'stack> {
    fn new(description: impl Into<String>) -> Self {
        Self { template: Template::described(description), part: None, brand: Brand::default() }
    }

    /// The handle of a resource that the stack already has; none when there is no resource of that id and type.
    pub fn existing<R: Resource<'stack>>(&self, logical_id: &str) -> Option<Handle<'stack, R::Kind>> {
        let found = self.template.resources.iter().find(|one| one.id == logical_id)?;
        let is_one = found.body.type_name == R::Kind::TYPE;
        is_one.then(|| Handle::new(&found.id, Arc::clone(&found.body.properties)))
    }

    /// What is added until [`Stack::end_part`] is a part of `id`, and was declared where this was called from.
    #[track_caller]
    pub(crate) fn begin_part(&mut self, id: &str) -> Option<Part> {
        // Written out: handed on as a function, `Location::caller` would tell of who calls that.
        let source = match &self.part {
            Some(outer) => outer.source,
            None => Location::caller(),
        };
        self.part.replace(Part { id: id.to_owned(), source })
    }

    pub(crate) fn end_part(&mut self, outer: Option<Part>) {
        self.part = outer;
    }

    /// Adds a resource under a logical id. The id is the author's own word; renaming it replaces the resource.
    #[track_caller]
    pub fn add<R: Resource<'stack>>(&mut self, id: impl Into<String>, resource: R) -> Handle<'stack, R::Kind> {
        self.add_with(id, resource, Attributes::default())
    }

    /// Adds a resource with attributes such as `DeletionPolicy` and `DependsOn`.
    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "declaring a resource hands it over; the handle stays")]
    pub fn add_with<R: Resource<'stack>>(
        &mut self,
        id: impl Into<String>,
        resource: R,
        attributes: Attributes<'stack>,
    ) -> Handle<'stack, R::Kind> {
        self.declare(id.into(), R::Kind::TYPE.to_owned(), resource.to_json(), attributes, false)
    }

    /// Adds a resource of a type that this library does not know. The check marks it.
    #[track_caller]
    pub fn add_raw(
        &mut self,
        id: impl Into<String>,
        resource: Raw,
        attributes: Attributes<'stack>,
    ) -> Handle<'stack, kind::Raw> {
        self.declare(id.into(), resource.type_name, resource.properties, attributes, true)
    }

    #[track_caller]
    fn declare<K: Kind>(
        &mut self,
        id: String,
        type_name: String,
        mut properties: Json,
        attributes: Attributes<'stack>,
        raw: bool,
    ) -> Handle<'stack, K> {
        let mut misplaced = Vec::new();
        for (path, value) in &attributes.overrides {
            if !set_at(&mut properties, path, value.clone()) {
                misplaced.push(path.clone());
            }
        }
        let allowed = attributes.allowed.iter();
        let allowances = allowed.map(|(lint, reason)| Allowance::on(id.as_str(), *lint, reason.as_str()));
        self.template.allowances.extend(allowances);
        let properties = Arc::new(properties);
        let handle = Handle::new(&id, Arc::clone(&properties));
        let body = ResourceBody {
            type_name,
            properties,
            attributes: attributes.to_json(),
            raw,
            overridden: attributes.overrides.into_iter().map(|(path, _)| path).collect(),
            misplaced,
            part_of: self.part.as_ref().map(|part| part.id.clone()),
        };
        let source = match &self.part {
            Some(part) => part.source,
            None => Location::caller(),
        };
        self.template.resources.push(Declared { id, body, source: Some(source) });
        handle
    }

    /// Tells the check of something wrong that the template cannot show.
    #[cfg(all(feature = "iam", feature = "lambda", feature = "logs"))]
    pub(crate) fn report(&mut self, path: String, problem: Problem) {
        self.template.problems.push((path, problem));
    }

    /// Adds a statement to the document of a policy that was added before.
    #[cfg(any(feature = "s3", feature = "sqs"))]
    #[expect(clippy::needless_pass_by_value, reason = "as for the parameters")]
    pub(crate) fn extend_policy<K: Kind>(&mut self, policy: &Handle<'stack, K>, statement: Statement<'stack>) {
        let declared = self.template.resources.iter_mut().find(|one| one.id == policy.id());
        let properties = declared.map(|one| Arc::make_mut(&mut one.body.properties));
        let statements = properties.and_then(|properties| properties.pointer_mut("/PolicyDocument/Statement"));
        if let Some(Json::Array(statements)) = statements {
            statements.push(statement.to_json());
        }
    }

    /// Adds a parameter; what comes back is its value.
    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "declaring a parameter hands it over; its value comes back")]
    pub fn parameter<T>(&mut self, id: impl Into<String>, parameter: Parameter<T>) -> Value<'stack, T> {
        let id = id.into();
        let body = parameter.to_json();
        self.template.parameters.push(Declared { id: id.clone(), body, source: Some(Location::caller()) });
        Value::reference(id)
    }

    /// Adds a mapping, for [`find_in_map`](crate::find_in_map).
    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "as for the parameters")]
    pub fn mapping(&mut self, id: impl Into<String>, mapping: Mapping) -> MappingRef<'stack> {
        let id = id.into();
        let body = mapping.to_json();
        self.template.mappings.push(Declared { id: id.clone(), body, source: Some(Location::caller()) });
        MappingRef::new(id)
    }

    /// Adds a condition.
    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "as for the parameters")]
    pub fn condition(&mut self, id: impl Into<String>, condition: Condition<'stack>) -> ConditionRef<'stack> {
        let id = id.into();
        let body = condition.to_json();
        self.template.conditions.push(Declared { id: id.clone(), body, source: Some(Location::caller()) });
        ConditionRef::new(id)
    }

    /// Adds an output.
    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "as for the parameters")]
    pub fn output(&mut self, id: impl Into<String>, output: Output<'stack>) {
        let body = output.to_json();
        self.template.outputs.push(Declared { id: id.into(), body, source: Some(Location::caller()) });
    }

    /// Adds an entry to the template's own `Metadata`.
    #[track_caller]
    pub fn metadata(&mut self, key: impl Into<String>, value: impl Into<Json>) {
        let (id, body) = (key.into(), value.into());
        self.template.metadata.push(Declared { id, body, source: Some(Location::caller()) });
    }

    /// Sets a section that this library has no words for, for example `Transform` or `Rules`. The check finds one that is set
    /// twice, and one that there is not or that has a method of its own.
    pub fn section(&mut self, name: impl Into<String>, body: impl Into<Json>) {
        self.template.others.push((name.into(), body.into()));
    }

    /// Says that a lint is meant in the whole stack, and why; [`Attributes::allow`] does for one resource.
    pub fn allow(&mut self, lint: Lint, reason: impl Into<String>) {
        self.template.allowances.push(Allowance::everywhere(lint, reason));
    }

    /// The template as it is so far.
    pub fn template(&self) -> &Template {
        &self.template
    }
}

impl Attributes<'_> {
    fn to_json(&self) -> Map<String, Json> {
        let mut map = Map::new();
        let mut put = |key: &str, value: Option<Json>| value.map(|value| map.insert(key.to_owned(), value));
        put("Condition", self.condition.as_ref().map(|condition| json!(condition.name())));
        put("CreationPolicy", self.creation_policy.clone());
        let mut needed = self.depends_on.clone();
        needed.sort_unstable();
        needed.dedup();
        put("DependsOn", (!needed.is_empty()).then(|| json!(needed)));
        put("DeletionPolicy", self.deletion_policy.map(|policy| json!(policy.as_str())));
        put("UpdatePolicy", self.update_policy.clone());
        put("UpdateReplacePolicy", self.update_replace_policy.map(|policy| json!(policy.as_str())));
        put("Metadata", self.metadata.clone());
        map
    }
}
