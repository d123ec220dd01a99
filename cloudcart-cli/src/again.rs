//! The command line that does something else to the same stack, for hints that can be pasted.

use crate::config::LOCAL;
use crate::session::Session;

/// `cloudcart <what>`, with the flags that lead to this stage and this stack.
pub(crate) fn again(session: &Session<'_>, what: &str) -> String {
    let settings = &session.settings;
    line(session.app.name, &settings.stage, &settings.stack_name, what)
}

fn line(command: &str, stage: &str, stack: &str, what: &str) -> String {
    let mut line = command.to_owned();
    if stage != LOCAL {
        line.push_str(" --stage ");
        line.push_str(stage);
    }
    if stack != format!("cloudcart-{stage}") {
        line.push_str(" --stack-name ");
        line.push_str(stack);
    }
    line.push(' ');
    line.push_str(what);
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_not_the_default_is_said() {
        assert_eq!(line("cloudcart", "local", "cloudcart-local", "destroy"), "cloudcart destroy");
        assert_eq!(line("cloudcart", "dev", "cloudcart-dev", "rollback"), "cloudcart --stage dev rollback");
        assert_eq!(line("shop", "dev", "shop-dev", "gc"), "shop --stage dev --stack-name shop-dev gc");
    }
}
