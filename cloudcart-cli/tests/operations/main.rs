//! Operations on stacks, by the real command: what a failed one says, and what Ctrl-C does to one that is under way. The stacks
//! are this program's own: it is also the command that deploys them, as anybody's own program may be.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod cloud;
mod failures;
mod interrupts;
#[path = "../life/shop.rs"]
#[allow(dead_code, reason = "what the tests of the shop's life need, of which these need a part")]
mod shop;

use std::collections::BTreeMap;
use std::process::{Command, ExitCode};

use cloudcart_cfn::logs::LogGroup;
use cloudcart_cfn::prelude::*;
use cloudcart_cfn::sqs::Queue;
use cloudcart_cli::{App, Context, RenderedStack};
use libtest_mimic::{Arguments, Trial};
use serde_json::{Value, json};
use shop::Shop;

/// The variable that makes this program the command, and says which stack it declares.
const SCENE: &str = "CLOUDCART_TEST_SCENE";

fn main() -> ExitCode {
    if std::env::var_os(SCENE).is_some() {
        return cloudcart_cli::run(&app());
    }
    let tests = failures::TESTS.iter().chain(interrupts::TESTS);
    let trials = tests.map(|(name, test)| {
        Trial::test(*name, move || {
            test();
            Ok(())
        })
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
}

fn app() -> App {
    App {
        name: "mine",
        version: "1",
        handlers_package: "cloudcart-handlers",
        functions: Vec::new(),
        orders: None,
        dead_letter_output: "None",
        stack,
        templates: || Ok(Vec::new()),
    }
}

/// Where the resources are declared that fail.
const DECLARED_IN: &str = file!();
const TAKEN_LINE: u32 = 65;
const LATER_LINE: u32 = 71;

fn stack(_: &Context) -> anyhow::Result<RenderedStack> {
    let scene = std::env::var(SCENE)?;
    let template = Template::build("A stack that may fail.", |stack| {
        let work = stack.add("Work", Queue::new());
        if scene == "taken" || scene == "two" {
            let name = "somebody-elses-group";
            assert_eq!(line!() + 1, TAKEN_LINE);
            stack.add("Taken", LogGroup::new().log_group_name(name));
        }
        if scene == "two" {
            // It needs the first queue's update to be over, and fails with a name that cannot be.
            let name = work.queue_name();
            assert_eq!(line!() + 1, LATER_LINE);
            stack.add("Later", Queue::new().queue_name(name));
        }
    });
    let mut document: Value = serde_json::from_str(&template.to_json())?;
    // The command gives every stack the bucket of its code.
    document["Parameters"] = json!({"CodeBucket": {"Type": "String"}});
    if scene == "cycle" {
        document["Resources"]["Work"]["DependsOn"] = json!(["Other"]);
        document["Resources"]["Other"] = json!({"Type": "AWS::SQS::Queue", "DependsOn": ["Work"]});
    }
    let sources: BTreeMap<String, String> = template
        .resource_types()
        .into_iter()
        .filter_map(|(id, _)| Some((id.to_owned(), template.source_of(id)?)))
        .map(|(id, source)| (id, format!("{}:{}", source.file(), source.line())))
        .collect();
    Ok(RenderedStack { json: document.to_string(), sources, ..RenderedStack::default() })
}

/// This program as the command, with a stack of that scene, and with the folder and the ports of a test's own.
fn command(shop: &Shop, scene: &str, args: &[&str]) -> Command {
    let model = shop.command(args);
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(args);
    if let Some(folder) = model.get_current_dir() {
        command.current_dir(folder);
    }
    for (name, value) in model.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.env(SCENE, scene);
    command
}
