//! What wakes the sweeper.

use cloudcart_cfn::events::Rule;
use cloudcart_cfn::events::rule::{RuleState, Target};
use cloudcart_cfn::lambda::Permission;
use cloudcart_cfn::policy::lambda::Action::InvokeFunction;
use cloudcart_cfn::prelude::*;
use cloudcart_shop::functions::Function;

use super::functions::{Functions, word};

/// How often orders that stay pending are looked for. EventBridge knows no shorter time.
const EVERY: &str = "rate(1 minute)";

pub(super) fn add<'stack>(stack: &mut Stack<'stack>, functions: &Functions<'stack>) {
    let function = Function::Sweeper;
    let Some(sweeper) = functions.get(&function) else { return };
    let rule = Rule::new()
        .description("Wakes the sweeper of the shop")
        .schedule_expression(EVERY)
        .state(RuleState::Enabled)
        .targets([Target::new(sweeper.arn(), function.name())]);
    let rule = stack.add("SweeperSchedule", rule);
    stack.add(
        format!("{}InvokePermission", word(function)),
        Permission::new(InvokeFunction.as_str(), sweeper.reference(), "events.amazonaws.com").source_arn(rule.arn()),
    );
}
