//! Requests that only look: stacks, events, resources, templates, exports.

use super::{
    answer::timestamp,
    change_sets::tags,
    drift,
    engine::Engine,
    form::{Form, invalid},
    stacks,
    state::{Resource, Stack, StackStatus},
    template::Template,
};
use crate::error::AwsError;
use serde_json::{Value, json};

/// Members of a page.
const PAGE: usize = 100;

impl Engine {
    /// `DescribeStacks`.
    pub(super) fn describe_stacks(&self, form: &Form) -> Result<Value, AwsError> {
        let (stacks, next) = if let Some(name) = form.text("StackName").filter(|name| !name.is_empty()) {
            (vec![self.existing(name)?], None)
        } else {
            let mut all = self.stacks(|stack| stack.status != StackStatus::DeleteComplete);
            all.sort_by_key(|stack| std::cmp::Reverse(stack.created_ms));
            page(all, form)?
        };
        let stacks: Vec<Value> = stacks.iter().map(|stack| self.describe(stack)).collect();
        Ok(json!({ "Stacks": stacks, "NextToken": next }))
    }

    fn describe(&self, stack: &Stack) -> Value {
        let outputs: Vec<Value> = stack
            .outputs
            .iter()
            .map(|output| {
                json!({
                    "OutputKey": output.key,
                    "OutputValue": output.value,
                    "Description": output.description,
                    "ExportName": output.export,
                })
            })
            .collect();
        json!({
            "StackId": stack.id,
            "StackName": stack.name,
            "ChangeSetId": stack.change_set_id,
            "Description": stack.revision.description,
            "Parameters": self.parameters(&stack.revision),
            "CreationTime": timestamp(stack.created_ms),
            "DeletionTime": stack.deleted_ms.map(timestamp),
            "LastUpdatedTime": stack.updated_ms.map(timestamp),
            "RollbackConfiguration": {},
            "StackStatus": stack.status.as_str(),
            "StackStatusReason": stack.reason,
            "DisableRollback": stack.disable_rollback,
            "NotificationARNs": [],
            "Capabilities": stack.revision.capabilities,
            "Outputs": outputs,
            "Tags": tags(&stack.revision),
            "EnableTerminationProtection": stack.termination_protection,
            "DriftInformation": drift::of_stack(stack),
        })
    }

    /// `ListStacks`, deleted ones included.
    pub(super) fn list_stacks(&self, form: &Form) -> Result<Value, AwsError> {
        let wanted = form.list("StackStatusFilter");
        let mut all =
            self.stacks(|stack| wanted.is_empty() || wanted.iter().any(|status| status == stack.status.as_str()));
        all.sort_by_key(|stack| std::cmp::Reverse(stack.created_ms));
        let (stacks, next) = page(all, form)?;
        let summaries: Vec<Value> = stacks
            .iter()
            .map(|stack| {
                json!({
                    "StackId": stack.id,
                    "StackName": stack.name,
                    "TemplateDescription": stack.revision.description,
                    "CreationTime": timestamp(stack.created_ms),
                    "LastUpdatedTime": stack.updated_ms.map(timestamp),
                    "DeletionTime": stack.deleted_ms.map(timestamp),
                    "StackStatus": stack.status.as_str(),
                    "StackStatusReason": stack.reason,
                    "DriftInformation": drift::of_stack(stack),
                })
            })
            .collect();
        Ok(json!({ "StackSummaries": summaries, "NextToken": next }))
    }

    /// `DescribeStackEvents`, newest first.
    pub(super) fn describe_stack_events(&self, form: &Form) -> Result<Value, AwsError> {
        let name = form.required("StackName")?;
        let stack = self.find(name).ok_or_else(|| invalid(format!("Stack [{name}] does not exist")))?;
        let before = token(form)?;
        let rows = self.records.events(&stack.id, before, PAGE + 1)?;
        let next = (rows.len() > PAGE).then(|| rows[PAGE - 1].0.to_string());
        let events: Vec<Value> = rows
            .into_iter()
            .take(PAGE)
            .map(|(_, event)| {
                json!({
                    "StackId": stack.id,
                    "EventId": event.id,
                    "StackName": stack.name,
                    "LogicalResourceId": event.logical_id,
                    // AWS shows an empty id as long as there is none.
                    "PhysicalResourceId": event.physical_id.unwrap_or_default(),
                    "ResourceType": event.kind,
                    "Timestamp": timestamp(event.at_ms),
                    "ResourceStatus": event.status,
                    "ResourceStatusReason": event.reason,
                    "ResourceProperties": event.properties,
                    "ClientRequestToken": event.token,
                })
            })
            .collect();
        Ok(json!({ "StackEvents": events, "NextToken": next }))
    }

    /// `DescribeStackResources`, by stack or by physical id.
    pub(super) fn describe_stack_resources(&self, form: &Form) -> Result<Value, AwsError> {
        let physical = form.text("PhysicalResourceId").filter(|id| !id.is_empty());
        let stack = match (form.text("StackName").filter(|name| !name.is_empty()), physical) {
            (Some(name), None) => self.existing(name)?,
            (None, Some(id)) => self
                .stacks(|stack| stack.resources.values().any(|one| one.physical_id() == Some(id)))
                .pop()
                .ok_or_else(|| invalid(format!("Stack for {id} does not exist")))?,
            _ => return Err(invalid("Exactly one of StackName and PhysicalResourceId must be specified")),
        };
        let logical = form.text("LogicalResourceId").filter(|id| !id.is_empty());
        let resources: Vec<Value> = stack
            .resources
            .iter()
            .filter(|(id, _)| logical.is_none_or(|wanted| wanted == id.as_str()))
            .map(|(id, resource)| {
                let mut fields = json!({ "StackName": stack.name, "StackId": stack.id });
                extend(&mut fields, shape(id, resource, "Timestamp"));
                fields
            })
            .collect();
        Ok(json!({ "StackResources": resources }))
    }

    /// `DescribeStackResource`.
    pub(super) fn describe_stack_resource(&self, form: &Form) -> Result<Value, AwsError> {
        let name = form.required("StackName")?;
        let id = form.required("LogicalResourceId")?;
        let stack = self.find(name).ok_or_else(|| invalid(format!("Stack '{name}' does not exist")))?;
        let resource = stack
            .resources
            .get(id)
            .ok_or_else(|| invalid(format!("Resource {id} does not exist for stack {}", stack.name)))?;
        let mut fields = json!({ "StackName": stack.name, "StackId": stack.id });
        extend(&mut fields, shape(id, resource, "LastUpdatedTimestamp"));
        Ok(json!({ "StackResourceDetail": fields }))
    }

    /// `ListStackResources`.
    pub(super) fn list_stack_resources(&self, form: &Form) -> Result<Value, AwsError> {
        let stack = self.existing(form.required("StackName")?)?;
        let (resources, next) = page(stack.resources.iter().collect(), form)?;
        let summaries: Vec<Value> =
            resources.into_iter().map(|(id, resource)| shape(id, resource, "LastUpdatedTimestamp")).collect();
        Ok(json!({ "StackResourceSummaries": summaries, "NextToken": next }))
    }

    /// `GetTemplate`, of a stack or of a change set.
    pub(super) fn get_template(&self, form: &Form) -> Result<Value, AwsError> {
        let revision = if form.text("ChangeSetName").is_some_and(|name| !name.is_empty()) {
            self.change_set(form)?.desired
        } else {
            self.existing(form.required("StackName")?)?.revision
        };
        // A stack that waits for its first change set has none, which is no error: `cdk deploy` asks for it there.
        let body = if revision.template_id.is_empty() { String::new() } else { self.template_body(&revision)? };
        Ok(json!({
            "TemplateBody": body,
            "StagesAvailable": ["Original", "Processed"],
        }))
    }

    /// The template that a validating request means.
    async fn subject(&self, form: &Form) -> Result<Template, AwsError> {
        let text = match (form.text("TemplateBody"), form.text("TemplateURL"), form.text("StackName")) {
            (Some(body), None, None) => {
                stacks::fits(body)?;
                body.to_owned()
            }
            (None, Some(url), None) => self.fetch(url).await?,
            (None, None, Some(name)) => self.template_body(&self.existing(name)?.revision)?,
            _ => return Err(invalid("Exactly one of TemplateBody, TemplateURL and StackName must be specified.")),
        };
        let template = Template::parse(&text)?;
        self.catalogue.check(&template)?;
        Ok(template)
    }

    /// `ValidateTemplate`.
    pub(super) async fn validate_template(&self, form: &Form) -> Result<Value, AwsError> {
        let template = self.subject(form).await?;
        let parameters: Vec<Value> = template
            .parameters
            .iter()
            .map(|(name, one)| {
                json!({
                    "ParameterKey": name,
                    "DefaultValue": one.default,
                    "NoEcho": one.no_echo,
                    "Description": one.description,
                })
            })
            .collect();
        let mut answer = json!({ "Parameters": parameters, "Description": template.description });
        extend(&mut answer, capabilities(&template));
        Ok(answer)
    }

    /// `GetTemplateSummary`.
    pub(super) async fn get_template_summary(&self, form: &Form) -> Result<Value, AwsError> {
        let template = self.subject(form).await?;
        let parameters: Vec<Value> = template
            .parameters
            .iter()
            .map(|(name, one)| {
                json!({
                    "ParameterKey": name,
                    "DefaultValue": one.default,
                    "ParameterType": one.kind,
                    "NoEcho": one.no_echo,
                    "Description": one.description,
                    "ParameterConstraints": { "AllowedValues": one.allowed_values },
                })
            })
            .collect();
        let mut kinds: Vec<&str> = template.resources.values().map(|one| one.kind.as_str()).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let mut answer = json!({
            "Parameters": parameters,
            "Description": template.description,
            "ResourceTypes": kinds,
            "Version": template.version,
            "Metadata": template.metadata.as_ref().map(Value::to_string),
        });
        extend(&mut answer, capabilities(&template));
        Ok(answer)
    }

    /// `ListExports`.
    pub(super) fn list_exports(&self, form: &Form) -> Result<Value, AwsError> {
        let (exports, next) = page(self.exports(None).into_iter().collect(), form)?;
        let exports: Vec<Value> = exports
            .into_iter()
            .map(|(name, (id, value))| json!({ "ExportingStackId": id, "Name": name, "Value": value }))
            .collect();
        Ok(json!({ "Exports": exports, "NextToken": next }))
    }

    /// `ListImports`.
    pub(super) fn list_imports(&self, form: &Form) -> Result<Value, AwsError> {
        let name = form.required("ExportName")?;
        let importers = self.importers(name);
        if importers.is_empty() {
            return Err(invalid(format!("Export '{name}' is not imported by any stack.")));
        }
        Ok(json!({ "Imports": importers }))
    }
}

impl Resource {
    fn physical_id(&self) -> Option<&str> {
        self.instance.as_ref().map(|instance| instance.physical_id.as_str())
    }
}

fn shape(id: &str, resource: &Resource, time: &str) -> Value {
    json!({
        "LogicalResourceId": id,
        "PhysicalResourceId": resource.physical_id(),
        "ResourceType": resource.kind,
        time: timestamp(resource.updated_ms),
        "ResourceStatus": resource.status.as_str(),
        "ResourceStatusReason": resource.reason,
        "DriftInformation": drift::of_resource(resource.drift.as_ref()),
    })
}

fn capabilities(template: &Template) -> Value {
    let (needed, kinds) = template.capabilities();
    json!({
        "Capabilities": needed,
        "CapabilitiesReason": (!kinds.is_empty()).then(|| {
            format!("The following resource(s) require capabilities: [{}]", kinds.join(", "))
        }),
        "DeclaredTransforms": [],
    })
}

fn extend(value: &mut Value, more: Value) {
    if let (Value::Object(fields), Value::Object(more)) = (value, more) {
        fields.extend(more);
    }
}

fn token(form: &Form) -> Result<Option<i64>, AwsError> {
    let sent = form.text("NextToken").filter(|token| !token.is_empty());
    sent.map(|token| token.parse().map_err(|_| invalid("NextToken is invalid."))).transpose()
}

/// The page that a request's token means, and the next one's token.
pub(super) fn page<T>(all: Vec<T>, form: &Form) -> Result<(Vec<T>, Option<String>), AwsError> {
    let start = usize::try_from(token(form)?.unwrap_or(0)).map_err(|_| invalid("NextToken is invalid."))?;
    let more = all.len() > start.saturating_add(PAGE);
    let items = all.into_iter().skip(start).take(PAGE).collect();
    Ok((items, more.then(|| (start + PAGE).to_string())))
}
