//! The routes that the deployed HTTP APIs of a stack answer.

use crate::error::{Error, Result};
use crate::stack::absent_as_no_stack;
use crate::target::Target;

/// Keys of the live routes of every HTTP API in the stack, for example `GET /products/{id}`, sorted. API Gateway itself is
/// asked, so a route that somebody added or removed by hand shows.
pub async fn live(target: &Target, stack: &str) -> Result<Vec<String>> {
    let gateway = target.api_gateway();
    let mut keys = Vec::new();
    for api in apis(target, stack).await? {
        let mut token: Option<String> = None;
        loop {
            let page = gateway.get_routes().api_id(&api).set_next_token(token).send().await;
            let page = page.map_err(Error::aws("GetRoutes"))?;
            keys.extend(page.items().iter().filter_map(|route| route.route_key()).map(str::to_owned));
            token = page.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
            if token.is_none() {
                break;
            }
        }
    }
    keys.sort_unstable();
    Ok(keys)
}

/// Ids of the HTTP APIs of the stack.
async fn apis(target: &Target, stack: &str) -> Result<Vec<String>> {
    let mut pages = target.cloudformation().list_stack_resources().stack_name(stack).into_paginator().send();
    let mut ids = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(Error::aws("ListStackResources")).map_err(|error| absent_as_no_stack(stack, error))?;
        let found = page.stack_resource_summaries().iter();
        let found = found.filter(|resource| resource.resource_type() == Some("AWS::ApiGatewayV2::Api"));
        ids.extend(found.filter_map(|resource| resource.physical_resource_id()).map(str::to_owned));
    }
    Ok(ids)
}
