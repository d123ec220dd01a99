//! Creates or updates a stack without a change set.

use aws_sdk_cloudformation::types::OnFailure as SdkOnFailure;

use super::change_set::{
    DeployRequest, Executed, OnFailure, Ready, TemplateSource, capabilities, refused, says_no_changes, wait_for_end,
};
use super::describe;
use super::events::Cursor;
use crate::error::{Error, Result};
use crate::report::{Event, Reporter};
use crate::target::Target;

/// Creates or updates, and waits for the end.
pub(super) async fn execute(
    target: &Target,
    ready: &Ready,
    request: &DeployRequest,
    reporter: &dyn Reporter,
) -> Result<Executed> {
    let stack = &request.stack;
    if ready.plan.creates {
        // An empty shell that a change set left stands in the way of a plain creation.
        if let Some(shell) = describe(target, stack).await?.filter(|view| view.status.as_str() == "REVIEW_IN_PROGRESS")
        {
            reporter
                .event(&Event::RemovingFailedStack { stack: stack.clone(), status: "REVIEW_IN_PROGRESS".to_owned() });
            let call = target.cloudformation().delete_stack().stack_name(&shell.id);
            call.send().await.map_err(Error::aws("DeleteStack"))?;
        }
        reporter.event(&Event::Executing { stack: stack.clone() });
        let id = create(target, request).await?;
        // Everything that the new stack has ever done belongs to this operation.
        return wait_for_end(target, ready, &id, &mut Cursor::default(), reporter).await;
    }
    let view = describe(target, stack).await?.ok_or_else(|| Error::NoStack(stack.clone()))?;
    let mut cursor = Cursor::after_now(target, &view.id).await?;
    match update(target, request).await {
        Ok(()) => {
            reporter.event(&Event::Executing { stack: stack.clone() });
            wait_for_end(target, ready, &view.id, &mut cursor, reporter).await
        }
        Err(Error::ChangeSetRefused(message)) if says_no_changes(&message) => {
            reporter.event(&Event::NoChanges { stack: stack.clone() });
            Ok(Executed { view, changed: false })
        }
        Err(error) => Err(error),
    }
}

async fn create(target: &Target, request: &DeployRequest) -> Result<String> {
    let mut call = target
        .cloudformation()
        .create_stack()
        .stack_name(&request.stack)
        // A repeated call, because the answer to the first was lost, is the same operation.
        .client_request_token(&request.change_set)
        .set_parameters(Some(request.sdk_parameters()))
        .set_tags(Some(request.sdk_tags()))
        .set_capabilities(Some(capabilities()))
        .set_deployment_config(request.sdk_mode());
    if !request.express {
        call = call.on_failure(match request.on_failure {
            OnFailure::Rollback => SdkOnFailure::Rollback,
            OnFailure::Keep => SdkOnFailure::DoNothing,
            OnFailure::Delete => SdkOnFailure::Delete,
        });
    }
    call = match request.template_source(target).await? {
        TemplateSource::Body(body) => call.template_body(body),
        TemplateSource::Url(url) => call.template_url(url),
    };
    let answer = call.send().await.map_err(Error::aws("CreateStack")).map_err(refused)?;
    Ok(answer.stack_id().unwrap_or(&request.stack).to_owned())
}

async fn update(target: &Target, request: &DeployRequest) -> Result<()> {
    let mut call = target
        .cloudformation()
        .update_stack()
        .stack_name(&request.stack)
        .client_request_token(&request.change_set)
        .set_parameters(Some(request.sdk_parameters()))
        .set_tags(Some(request.sdk_tags()))
        .set_capabilities(Some(capabilities()))
        .set_deployment_config(request.sdk_mode());
    if !request.express {
        call = call.disable_rollback(request.on_failure == OnFailure::Keep);
    }
    call = match request.template_source(target).await? {
        TemplateSource::Body(body) => call.template_body(body),
        TemplateSource::Url(url) => call.template_url(url),
    };
    call.send().await.map_err(Error::aws("UpdateStack")).map_err(refused).map(|_| ())
}
