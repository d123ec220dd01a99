//! What makes the command somebody's own: a stack, its functions, a sample catalogue.

use std::collections::BTreeMap;

use cloudcart_cfn::{Finding, Template, limits};

/// A program built on this command.
#[derive(Debug, Clone)]
pub struct App {
    /// The command's name.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// The package whose binaries are the functions.
    pub handlers_package: &'static str,
    /// The functions of the stack, in the order a table of them is printed.
    pub functions: Vec<FunctionSpec>,
    /// The functions behind the command `orders`, if the stack has any.
    pub orders: Option<OrderFunctions>,
    /// The stack's output that holds the URL of the dead-letter queue.
    pub dead_letter_output: &'static str,
    /// Renders the stack for a target.
    pub stack: fn(&Context) -> anyhow::Result<RenderedStack>,
    /// The files that `synth --out` writes: names and contents, the same on every machine.
    pub templates: fn() -> anyhow::Result<Vec<(String, String)>>,
}

impl App {
    /// The function with that short name.
    pub fn function(&self, name: &str) -> Option<&FunctionSpec> {
        self.functions.iter().find(|function| function.name == name)
    }
}

/// The functions behind the command `orders`, by their short names.
#[derive(Debug, Clone)]
pub struct OrderFunctions {
    /// Takes `{"orderId":"…"}`, perhaps with `"event"` (`fulfil`, `ship`, `deliver`, `cancel`) and `"reason"`, and answers
    /// `{"order":{…},"returned":[{"id":"…","qty":1}]}` or `{"problem":{"status":409,"title":"…","detail":"…"}}`.
    pub desk: &'static str,
    /// Takes `{"stuck":false}` and answers an object of counts.
    pub sweeper: &'static str,
}

/// One Lambda function.
#[derive(Debug, Clone)]
pub struct FunctionSpec {
    /// The short name that people type; also the name of its binary.
    pub name: &'static str,
    /// Its logical id in the stack.
    pub logical_id: &'static str,
    /// The template's parameter that takes the key of its code.
    pub code_parameter: String,
}

/// For what a stack is rendered.
#[derive(Debug, Clone)]
pub struct Context {
    /// The stage.
    pub stage: String,
    /// Whether the stage is the local cloud.
    pub local: bool,
    /// `x86_64` or `arm64`: the architecture of the built functions.
    pub architecture: String,
    /// `demo` or `standard`: who is believed to be who.
    pub identity: String,
    /// `dynamodb` or `memory`: where carts live.
    pub cart: String,
    /// How long logs are kept.
    pub log_retention_days: u32,
    /// Whether tables outlive the stack.
    pub retain_data: bool,
}

/// A rendered stack.
#[derive(Debug, Clone, Default)]
pub struct RenderedStack {
    /// As deployed: compact JSON.
    pub json: String,
    /// For people: JSON with line breaks.
    pub json_pretty: String,
    /// For people: YAML.
    pub yaml: String,
    /// What the checks refuse, each with its hint; an empty list is a template that may be deployed.
    pub errors: Vec<String>,
    /// What the checks find worth a thought, which `synth` tells and nothing stops for.
    pub notes: Vec<String>,
    /// What there is of each thing that CloudFormation limits: name, count, limit.
    pub counts: Vec<(String, usize, usize)>,
    /// Where each resource was declared, by logical id: `file.rs:12`.
    pub sources: BTreeMap<String, String>,
}

impl RenderedStack {
    /// What a command needs to know of a template.
    pub fn of(template: &Template) -> anyhow::Result<Self> {
        let report = template.report();
        let counts = template.counts();
        let sources = template
            .resource_types()
            .into_iter()
            .filter_map(|(id, _)| Some((id.to_owned(), template.source_of(id)?)))
            .map(|(id, source)| (id, format!("{}:{}", source.file(), source.line())))
            .collect();
        Ok(Self {
            json: template.to_json_compact(),
            json_pretty: template.to_json(),
            yaml: template.to_yaml()?,
            errors: report.errors().map(told).collect(),
            notes: report.notes().map(told).collect(),
            counts: vec![
                ("resources".to_owned(), counts.resources, limits::RESOURCES),
                ("parameters".to_owned(), counts.parameters, limits::PARAMETERS),
                ("outputs".to_owned(), counts.outputs, limits::OUTPUTS),
                ("bytes".to_owned(), counts.bytes, limits::S3_BYTES),
            ],
            sources,
        })
    }
}

/// A finding with its place and its way out, for a line of its own.
fn told(finding: &Finding) -> String {
    match finding.problem.hint() {
        Some(hint) => format!("{finding} (hint: {hint})"),
        None => finding.to_string(),
    }
}
