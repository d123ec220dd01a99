//! `deployer-policy`: the rights of whoever deploys this stack.

use serde_json::json;

use crate::args::DeployerPolicy;
use crate::deployer::{Place, policies};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::pipeline;
use crate::session::Session;

pub(crate) async fn run(session: &Session<'_>, args: &DeployerPolicy) -> Result<Exit, Failure> {
    let settings = &session.settings;
    let (account, region) = match (&args.account, &settings.region) {
        (Some(account), Some(region)) => (account.clone(), region.clone()),
        (account, region) => {
            let target = session.target().await?;
            let account = account.clone().unwrap_or_else(|| target.identity().account.clone());
            (account, region.clone().unwrap_or_else(|| target.region().to_owned()))
        }
    };
    let rendered = pipeline::render(session, None)?;
    let template = serde_json::from_str(&rendered.json)
        .map_err(|error| Failure::internal("the template cannot be read again").because(error.to_string()))?;
    let documents = policies(&Place::new(&account, &region, &settings.stack_name), &template);
    let printer = &session.printer;
    let count = documents.len();
    if count > 1 {
        printer.note(&format!(
            "{count} policies, since IAM takes 6,144 characters in one: attach each of them; a role takes ten"
        ));
    }
    if printer.is_json() {
        let documents: Vec<_> = documents.iter().map(crate::deployer::Document::json).collect();
        return printer
            .json(&json!({"account": account, "region": region, "stack": settings.stack_name, "policies": documents}))
            .map(|()| Exit::Done);
    }
    for document in &documents {
        printer.out(&serde_json::to_string_pretty(&document.json()).unwrap_or_default())?;
    }
    Ok(Exit::Done)
}
