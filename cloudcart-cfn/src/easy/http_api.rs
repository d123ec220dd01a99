//! An HTTP API with routes to functions.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use super::{Customize, customized};
use crate::apigatewayv2::api::ProtocolType;
use crate::apigatewayv2::integration::{IntegrationType, PayloadFormatVersion};
use crate::apigatewayv2::{Api, Integration, Route, Stage};
use crate::kind;
use crate::lambda::Permission;
use crate::policy;
use crate::pseudo;
use crate::resource::Handle;
use crate::stack::Stack;

/// An API Gateway HTTP API whose routes lead to Lambda functions.
///
/// Adds, under the id `Shop`:
/// - `Shop`, `AWS::ApiGatewayV2::Api`, named as the stack (a name is no identity: several APIs may share one);
/// - `ShopStage`, `AWS::ApiGatewayV2::Stage`: `$default`, so that the URL has no stage in it, deployed by itself when a route
///   changes;
/// - for each function, here `Orders`: `ShopToOrders`, `AWS::ApiGatewayV2::Integration` of payload version 2.0, and
///   `ShopMayInvokeOrders`, `AWS::Lambda::Permission` for this API and no other;
/// - for each route, here `GET /orders/{id}`: `ShopGetOrdersId`, `AWS::ApiGatewayV2::Route`. Two routes whose words are the
///   same get a number behind them, in the order in which they were declared.
///
/// ```
/// use cloudcart_cfn::easy;
/// use cloudcart_cfn::prelude::*;
///
/// let template = Template::build("Example.", |stack| {
///     let orders = easy::Function::from_s3("my-artifacts", "orders.zip").add_to(stack, "Orders").function;
///     let shop = easy::HttpApi::new()
///         .route("POST /orders", &orders)
///         .route("GET /orders/{id}", &orders)
///         .add_to(stack, "Shop");
///     stack.output("Url", Output::new(shop.api.api_endpoint()));
/// });
/// assert!(!template.report().has_errors());
/// ```
#[must_use = "`add_to` adds it"]
pub struct HttpApi<'stack, 'change> {
    routes: Vec<(String, Handle<'stack, kind::lambda::Function>)>,
    customize: Option<Customize<'change, Api<'stack>>>,
}

/// What [`HttpApi`] added.
#[derive(Debug, Clone)]
pub struct HttpApiParts<'stack> {
    /// The API.
    pub api: Handle<'stack, kind::apigatewayv2::Api>,
    /// Its stage.
    pub stage: Handle<'stack, kind::apigatewayv2::Stage>,
    /// Its routes, by their keys.
    pub routes: BTreeMap<String, Handle<'stack, kind::apigatewayv2::Route>>,
}

impl<'stack, 'change> HttpApi<'stack, 'change> {
    /// An API without routes.
    #[expect(clippy::new_without_default, reason = "a builder, which is started on purpose")]
    pub fn new() -> Self {
        Self { routes: Vec::new(), customize: None }
    }

    /// A route, by its key: a method and a path, `GET /orders/{id}`, or `$default` for all that no other takes.
    pub fn route(mut self, key: impl Into<String>, function: &Handle<'stack, kind::lambda::Function>) -> Self {
        self.routes.push((key.into(), function.clone()));
        self
    }

    /// Changes the API's properties before it is added, for example to allow browsers of other origins.
    pub fn customize(mut self, change: impl FnOnce(Api<'stack>) -> Api<'stack> + 'change) -> Self {
        self.customize = Some(Box::new(change));
        self
    }

    /// Adds it.
    #[track_caller]
    pub fn add_to(self, stack: &mut Stack<'stack>, id: &str) -> HttpApiParts<'stack> {
        let outer = stack.begin_part(id);
        let api = Api::new().name(pseudo::stack_name()).protocol_type(ProtocolType::Http);
        let api = stack.add(id, customized(api, self.customize));
        let stage = stack.add(format!("{id}Stage"), Stage::new(&api, "$default").auto_deploy(true));

        let mut integrations = BTreeMap::new();
        for (_, function) in &self.routes {
            if let Entry::Vacant(entry) = integrations.entry(function.id().to_owned()) {
                entry.insert(integrate(stack, id, &api, function));
            }
        }
        let words = distinct_words(self.routes.iter().map(|(key, _)| key.as_str()));
        let mut routes = BTreeMap::new();
        for ((key, function), word) in self.routes.into_iter().zip(words) {
            let route = Route::new(&api, key.as_str()).target(integrations[function.id()].target());
            let route = stack.add(format!("{id}{word}"), route);
            routes.insert(key, route);
        }
        stack.end_part(outer);
        HttpApiParts { api, stage, routes }
    }
}

/// How the API reaches a function, and that it may.
#[track_caller]
fn integrate<'stack>(
    stack: &mut Stack<'stack>,
    id: &str,
    api: &Handle<'stack, kind::apigatewayv2::Api>,
    function: &Handle<'stack, kind::lambda::Function>,
) -> Handle<'stack, kind::apigatewayv2::Integration> {
    let integration = Integration::new(api, IntegrationType::AwsProxy)
        .integration_uri(function.arn())
        .payload_format_version(PayloadFormatVersion::V2_0);
    let integration = stack.add(format!("{id}To{}", function.id()), integration);
    let invoke = policy::lambda::Action::InvokeFunction.as_str();
    let permission = Permission::new(invoke, function.reference(), "apigateway.amazonaws.com");
    stack.add(format!("{id}MayInvoke{}", function.id()), permission.source_arn(api.execution_arn()));
    integration
}

/// The words of routes. Where several have the same, the later ones get the first number that makes a word no route has.
fn distinct_words<'a>(keys: impl Iterator<Item = &'a str>) -> Vec<String> {
    let words: Vec<String> = keys.map(word).collect();
    let plain: BTreeSet<String> = words.iter().cloned().collect();
    let mut taken = BTreeSet::new();
    let mut distinct = Vec::with_capacity(words.len());
    for word in &words {
        let is_free = |candidate: &String| !plain.contains(candidate) && !taken.contains(candidate);
        let mut numbered = (2..=2 * words.len() + 2).map(|number| format!("{word}{number}"));
        let free = if taken.contains(word) { numbered.find(is_free) } else { None };
        let word = free.unwrap_or_else(|| word.clone());
        taken.insert(word.clone());
        distinct.push(word);
    }
    distinct
}

/// `GET /orders/{id}` → `GetOrdersId`.
fn word(key: &str) -> String {
    let lower = key
        .split_once(' ')
        .map_or_else(|| key.to_owned(), |(method, path)| format!("{} {path}", method.to_lowercase()));
    let words = lower.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words
        .map(|word| {
            let (first, rest) = word.split_at(1);
            first.to_ascii_uppercase() + rest
        })
        .collect()
}
