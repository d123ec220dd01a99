//! Plans and the shorter ways: what is shown before a change, what is refused, what stays behind, and how code and stack
//! come together again. The real command against the local cloud.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "life/shop.rs"]
#[allow(dead_code, reason = "this test needs a part of it")]
mod shop;

use serde_json::Value;
use shop::Shop;

const STACK: &str = "cloudcart-local";

/// A configuration file with these lines, and the flag that names it.
fn config(shop: &Shop, name: &str, text: &str) -> String {
    let path = shop.folder().join(name);
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

/// Names of the stack's change sets, and of every stack that is not deleted.
fn left_behind(shop: &Shop) -> (Vec<String>, Vec<String>) {
    shop.on_target(async |target| {
        let sets = target.cloudformation().list_change_sets().stack_name(STACK).send().await;
        let sets = sets.map(|answer| answer.summaries.unwrap_or_default()).unwrap_or_default();
        // An executed one is the stack's history; the others wait for nobody.
        let waiting = sets
            .into_iter()
            .filter(|one| one.execution_status().is_none_or(|status| status.as_str() != "EXECUTE_COMPLETE"));
        let stacks = target.cloudformation().describe_stacks().send().await.unwrap();
        let names = stacks.stacks().iter().map(|stack| stack.stack_name().unwrap().to_owned()).collect();
        (waiting.map(|one| one.change_set_name().unwrap().to_owned()).collect(), names)
    })
}

/// Gives a function the code of another, as somebody would beside the stack.
fn swap_code(shop: &Shop, function: &str, other: &str) {
    shop.on_target(async |target| {
        let name = cloudcart_deploy::functions::name_of(target, STACK, function).await.unwrap();
        let view = cloudcart_deploy::stack::describe(target, STACK).await.unwrap().unwrap();
        let (bucket, key) = (&view.parameters["CodeBucket"], &view.parameters[other]);
        target.lambda().update_function_code().function_name(name).s3_bucket(bucket).s3_key(key).send().await.unwrap();
    });
}

/// Takes the desk out of the stack, as if it had never been deployed.
fn without_desk(shop: &Shop) {
    shop.on_target(async |target| {
        let template = cloudcart_deploy::stack::live_template(target, STACK).await.unwrap();
        let mut template: Value = serde_json::from_str(&template).unwrap();
        template["Resources"].as_object_mut().unwrap().retain(|id, _| !id.starts_with("Desk"));
        let view = cloudcart_deploy::stack::describe(target, STACK).await.unwrap().unwrap();
        let parameters = view.parameters.keys().map(|key| {
            let one = aws_sdk_cloudformation::types::Parameter::builder();
            one.parameter_key(key).use_previous_value(true).build()
        });
        let call = target.cloudformation().update_stack().stack_name(STACK).template_body(template.to_string());
        let call = call.set_parameters(Some(parameters.collect()));
        call.capabilities(aws_sdk_cloudformation::types::Capability::CapabilityIam).send().await.unwrap();
        cloudcart_deploy::stack::settled(target, STACK, &cloudcart_deploy::Silent).await.unwrap();
    });
}

fn last_event(out: &str) -> Value {
    serde_json::from_str(out.lines().last().unwrap()).unwrap()
}

#[test]
fn a_plan_shows_each_value_and_leaves_nothing_behind() {
    let shop = Shop::new();
    // Of a stack that is not there: everything is new, and no empty stack is made for the look.
    let diff = shop.run(&["diff", "--exit-code"]);
    assert_eq!(diff.code, 20, "{}", diff.err);
    assert!(diff.out.contains("  + CheckoutQueue AWS::SQS::Queue"), "{}", diff.out);
    assert!(diff.out.contains("      VisibilityTimeout: 180"), "{}", diff.out);
    shop.ok(&["deploy", "--dry-run"]);
    assert_eq!(left_behind(&shop), (vec![], vec![]));
    let buckets = shop.on_target(async |target| target.s3().list_buckets().send().await.unwrap().buckets().len());
    assert_eq!(buckets, 0, "a look made a bucket");

    shop.ok(&["deploy"]);
    let diff = shop.ok(&["diff", "--exit-code"]);
    assert_eq!((diff.out.as_str(), diff.err.contains("no changes")), ("", true), "{}", diff.err);

    let standard = config(&shop, "standard.toml", "[shop]\nidentity = \"standard\"\nlog_retention_days = 14\n");
    let diff = shop.run(&["--config", &standard, "diff", "--exit-code"]);
    assert_eq!(diff.code, 20);
    assert!(diff.out.contains("      Environment.Variables.SHOP_IDENTITY: demo → standard\n"), "{}", diff.out);
    assert!(diff.out.contains("      RetentionInDays: 7 → 14\n"), "{}", diff.out);
    let json = shop.ok(&["--config", &standard, "--format", "json", "diff"]);
    let json: Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(json["changes"], true);
    assert_eq!(json["plan"]["basis"], "change-set");
    shop.ok(&["--config", &standard, "deploy", "--dry-run"]);
    assert_eq!(left_behind(&shop), (vec![], vec![STACK.to_owned()]));
    let still = shop.ok(&["diff", "--exit-code"]);
    assert_eq!(still.out, "");
    shop.ok(&["local", "stop"]);
}

#[test]
fn what_would_lose_data_is_refused_whatever_the_way() {
    let shop = Shop::new();
    // The shorter way makes a stack as well.
    let made = shop.ok(&["deploy", "--direct"]);
    assert!(made.err.contains("direct: no change set"), "{}", made.err);
    let memory = config(&shop, "memory.toml", "[shop]\ncart = \"memory\"\n");
    for way in [&["deploy"][..], &["deploy", "--direct"], &["deploy", "--express"]] {
        let args: Vec<&str> = ["--config", &memory].into_iter().chain(way.iter().copied()).collect();
        let refused = shop.run(&args);
        assert_eq!(refused.code, 9, "{args:?}: {}", refused.err);
        assert!(
            refused.err.contains("- CartsTable AWS::DynamoDB::Table  REMOVED; THE DATA IN IT IS LOST"),
            "{}",
            refused.err
        );
        assert!(refused.err.contains("--allow-replace CartsTable"), "{}", refused.err);
    }
    assert_eq!(left_behind(&shop).0, Vec::<String>::new());

    let agreed = shop.ok(&["--config", &memory, "deploy", "--express", "--allow-replace", "CartsTable"]);
    assert!(agreed.err.contains("express: the deployment ends as soon as everything is configured"), "{}", agreed.err);
    let again = shop.ok(&["--config", &memory, "deploy", "--direct"]);
    assert!(again.err.contains("no changes"), "{}", again.err);
    let usage = shop.run(&["deploy", "--express", "--on-failure", "delete"]);
    assert_eq!(usage.code, 2);
    shop.ok(&["local", "stop"]);
}

#[test]
fn code_alone_is_brought_up_to_date_and_the_next_deployment_reconciles() {
    let shop = Shop::new();
    let nothing = shop.run(&["deploy", "--code-only"]);
    assert_eq!(nothing.code, 2, "{}", nothing.err);
    assert!(nothing.err.contains("there is no stack"), "{}", nothing.err);

    shop.ok(&["deploy"]);
    let same = shop.ok(&["--format", "json", "deploy", "--code-only"]);
    assert_eq!(last_event(&same.out)["code"], "NO_CHANGES");

    swap_code(&shop, "CartFunction", "OrdersCodeKey");
    let diff = shop.run(&["diff", "--exit-code"]);
    assert_eq!(diff.code, 20, "{}", diff.err);
    assert!(diff.out.contains("CartFunction runs other code than the stack says"), "{}", diff.out);
    let dry = shop.ok(&["--format", "json", "deploy", "--code-only", "--dry-run"]);
    let functions = last_event(&dry.out)["functions"].as_array().unwrap().clone();
    assert_eq!(functions.iter().filter(|one| one["changed"] == true).count(), 1);

    let only = shop.ok(&["--format", "json", "deploy", "--code-only"]);
    let updates: Vec<Value> = only
        .out
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|event| event["code"] == "CODE_UPDATED")
        .collect();
    assert_eq!(updates.len(), 1, "{}", only.out);
    assert_eq!(updates[0]["function"], "cart");
    assert_eq!(shop.run(&["diff", "--exit-code"]).code, 0);

    // A setting that was changed beside the stack is no change of the template, and drift.
    shop.on_target(async |target| {
        let name = cloudcart_deploy::functions::name_of(target, STACK, "CartFunction").await.unwrap();
        target.lambda().update_function_configuration().function_name(name).memory_size(512).send().await.unwrap();
    });
    assert_eq!(shop.run(&["diff", "--exit-code"]).code, 0);
    let drift = shop.run(&["diff", "--drift", "--exit-code"]);
    assert_eq!(drift.code, 20, "{}", drift.err);
    assert!(drift.out.contains("      MemorySize: 256 in the stack, 512 live\n"), "{}", drift.out);

    // Code that was changed beside the stack: CloudFormation sees no change, and the deployment still puts it back.
    swap_code(&shop, "CartFunction", "OrdersCodeKey");
    let full = shop.ok(&["deploy"]);
    assert!(full.err.contains("CartFunction did not run the code of the stack"), "{}", full.err);
    assert_eq!(shop.run(&["diff", "--exit-code"]).code, 0);

    // A function that the stack does not have yet is left to the full way.
    without_desk(&shop);
    let only = shop.ok(&["--format", "json", "deploy", "--code-only"]);
    assert!(only.err.contains("DeskFunction is not in the stack yet"), "{}", only.err);
    let functions = last_event(&only.out)["functions"].as_array().unwrap().clone();
    assert!(!functions.is_empty() && functions.iter().all(|one| one["logicalId"] != "DeskFunction"), "{}", only.out);
    shop.ok(&["deploy"]);

    // What else differs is told, and not touched.
    let standard = config(&shop, "standard.toml", "[shop]\nidentity = \"standard\"\n");
    let only = shop.ok(&["--config", &standard, "deploy", "--code-only"]);
    assert!(only.err.contains("the template differs from the deployed one"), "{}", only.err);
    assert_eq!(shop.run(&["diff", "--exit-code"]).code, 0);
    shop.ok(&["local", "stop"]);
}

/// Whatever the command compares with the machine's time, a cloud that is ahead of it is no obstacle: new, changed without a
/// change set, changed with one, and removed.
#[test]
fn a_stack_is_deployed_changed_and_removed_on_a_moved_clock() {
    let shop = Shop::new();
    shop.ok(&["local", "start"]);
    shop.ok(&["local", "clock", "+15m"]);
    shop.ok(&["deploy"]);
    shop.ok(&["seed"]);
    let again = shop.ok(&["deploy"]);
    assert!(again.err.contains("no changes"), "{}", again.err);
    // Further than any token, signature or asset is said to hold.
    shop.ok(&["local", "clock", "+8d"]);
    let standard = config(&shop, "standard.toml", "[shop]\nlog_retention_days = 14\n");
    let changed = shop.ok(&["--config", &standard, "deploy"]);
    assert!(changed.err.contains("CheckoutLogs"), "{}\n{}", changed.out, changed.err);
    let longer = config(&shop, "longer.toml", "[shop]\nlog_retention_days = 30\n");
    shop.ok(&["--config", &longer, "deploy", "--direct"]);
    shop.ok(&["--config", &longer, "smoke-test"]);
    shop.ok(&["--yes", "destroy"]);
    shop.ok(&["local", "stop"]);
}
