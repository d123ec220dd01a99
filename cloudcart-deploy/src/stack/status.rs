//! From a stack's status to what a deployment does next, and to how an operation ended. Both are total.

use aws_sdk_cloudformation::types::StackStatus;

/// What a deployment does next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NextAction {
    /// There is nothing, or an empty shell that an unexecuted change set left: create.
    Create,
    /// There is a working stack: update.
    Update,
    /// A first creation failed and nothing of it was ever in use: remove it, then create.
    DeleteThenCreate,
    /// An operation is under way: wait for its end, then ask again.
    Wait,
    /// Only a person can go on.
    NeedsPerson(&'static str),
}

/// What to do about a stack in that status; `None` is no stack.
pub fn next_action(status: Option<&StackStatus>) -> NextAction {
    use StackStatus as S;
    let Some(status) = status else { return NextAction::Create };
    match status {
        S::DeleteComplete | S::ReviewInProgress => NextAction::Create,
        S::CreateComplete
        | S::UpdateComplete
        | S::UpdateRollbackComplete
        | S::UpdateFailed
        | S::ImportComplete
        | S::ImportRollbackComplete => NextAction::Update,
        S::CreateFailed | S::RollbackComplete | S::RollbackFailed => NextAction::DeleteThenCreate,
        S::CreateInProgress
        | S::DeleteInProgress
        | S::ImportInProgress
        | S::ImportRollbackInProgress
        | S::RollbackInProgress
        | S::UpdateInProgress
        | S::UpdateCompleteCleanupInProgress
        | S::UpdateRollbackInProgress
        | S::UpdateRollbackCompleteCleanupInProgress => NextAction::Wait,
        S::DeleteFailed => NextAction::NeedsPerson(
            "run `cloudcart destroy` again: it names what blocks the removal and how to leave it behind",
        ),
        S::UpdateRollbackFailed => {
            NextAction::NeedsPerson("run `cloudcart rollback`: it names what is stuck, continues, and can skip it")
        }
        S::ImportRollbackFailed => NextAction::NeedsPerson(
            "mend what its events name and repeat the import with the tool that began it, or `cloudcart destroy` to start over",
        ),
        _ => NextAction::NeedsPerson(
            "its status is new to this version of cloudcart: look at its events in the CloudFormation console",
        ),
    }
}

/// What leads on from an operation that ended badly in that status.
pub fn way_out(status: &str) -> &'static str {
    use StackStatus as S;
    let status = StackStatus::from(status);
    match (&status, ending(&status), next_action(Some(&status))) {
        (S::UpdateFailed, ..) => {
            "what was done is kept: `cloudcart rollback` goes back to what was, `cloudcart deploy` with the cause mended goes on"
        }
        (S::CreateFailed, ..) => {
            "what was made is kept: look at it, then `cloudcart rollback`, or `cloudcart deploy` with the cause mended, which starts over"
        }
        (_, _, NextAction::NeedsPerson(remedy)) => remedy,
        (_, Ending::RolledBack, _) => "everything is as it was; mend the cause and deploy again",
        _ => "mend the cause, then deploy again, or `cloudcart destroy` to start over",
    }
}

/// How an operation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Not over.
    Running,
    /// Over, and the stack is as asked.
    Done,
    /// Over, and the stack is gone.
    Gone,
    /// Failed, and the stack is as it was before.
    RolledBack,
    /// Failed, and a person must look.
    Stuck,
}

/// How the operation that led to that status stands.
pub fn ending(status: &StackStatus) -> Ending {
    use StackStatus as S;
    match status {
        S::CreateComplete | S::UpdateComplete | S::ImportComplete => Ending::Done,
        S::DeleteComplete => Ending::Gone,
        S::RollbackComplete | S::UpdateRollbackComplete | S::ImportRollbackComplete => Ending::RolledBack,
        S::ReviewInProgress
        | S::CreateInProgress
        | S::DeleteInProgress
        | S::ImportInProgress
        | S::ImportRollbackInProgress
        | S::RollbackInProgress
        | S::UpdateInProgress
        | S::UpdateCompleteCleanupInProgress
        | S::UpdateRollbackInProgress
        | S::UpdateRollbackCompleteCleanupInProgress => Ending::Running,
        // Failed ones, and any status that is new: waiting on could last for ever.
        other if other.as_str().ends_with("_IN_PROGRESS") => Ending::Running,
        _ => Ending::Stuck,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every status that the API documents, with what is expected of it.
    const TABLE: &[(&str, char, Ending)] = &[
        ("CREATE_COMPLETE", 'u', Ending::Done),
        ("CREATE_FAILED", 'd', Ending::Stuck),
        ("CREATE_IN_PROGRESS", 'w', Ending::Running),
        ("DELETE_COMPLETE", 'c', Ending::Gone),
        ("DELETE_FAILED", 'p', Ending::Stuck),
        ("DELETE_IN_PROGRESS", 'w', Ending::Running),
        ("IMPORT_COMPLETE", 'u', Ending::Done),
        ("IMPORT_IN_PROGRESS", 'w', Ending::Running),
        ("IMPORT_ROLLBACK_COMPLETE", 'u', Ending::RolledBack),
        ("IMPORT_ROLLBACK_FAILED", 'p', Ending::Stuck),
        ("IMPORT_ROLLBACK_IN_PROGRESS", 'w', Ending::Running),
        ("REVIEW_IN_PROGRESS", 'c', Ending::Running),
        ("ROLLBACK_COMPLETE", 'd', Ending::RolledBack),
        ("ROLLBACK_FAILED", 'd', Ending::Stuck),
        ("ROLLBACK_IN_PROGRESS", 'w', Ending::Running),
        ("UPDATE_COMPLETE", 'u', Ending::Done),
        ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", 'w', Ending::Running),
        ("UPDATE_FAILED", 'u', Ending::Stuck),
        ("UPDATE_IN_PROGRESS", 'w', Ending::Running),
        ("UPDATE_ROLLBACK_COMPLETE", 'u', Ending::RolledBack),
        ("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", 'w', Ending::Running),
        ("UPDATE_ROLLBACK_FAILED", 'p', Ending::Stuck),
        ("UPDATE_ROLLBACK_IN_PROGRESS", 'w', Ending::Running),
    ];

    #[test]
    fn every_status_has_its_next_action_and_its_ending() {
        for value in StackStatus::values() {
            let row = TABLE.iter().find(|(name, ..)| name == value).unwrap_or_else(|| panic!("{value} has no row"));
            let status = StackStatus::from(*value);
            let letter = match next_action(Some(&status)) {
                NextAction::Create => 'c',
                NextAction::Update => 'u',
                NextAction::DeleteThenCreate => 'd',
                NextAction::Wait => 'w',
                NextAction::NeedsPerson(remedy) => {
                    assert!(remedy.contains("`cloudcart "), "{value}: {remedy}");
                    'p'
                }
            };
            assert_eq!((letter, ending(&status)), (row.1, row.2), "{value}");
        }
        assert_eq!(TABLE.len(), StackStatus::values().len());
    }

    #[test]
    fn a_stuck_rollback_leads_to_the_command_that_continues_it() {
        let remedy = |status| match next_action(Some(&status)) {
            NextAction::NeedsPerson(remedy) => remedy,
            other => panic!("{other:?}"),
        };
        assert!(remedy(StackStatus::UpdateRollbackFailed).contains("`cloudcart rollback`"));
        assert!(remedy(StackStatus::DeleteFailed).contains("`cloudcart destroy`"));
    }

    #[test]
    fn what_was_kept_can_be_taken_back_or_taken_on() {
        for status in ["UPDATE_FAILED", "CREATE_FAILED"] {
            let words = way_out(status);
            assert!(words.contains("`cloudcart rollback`") && words.contains("`cloudcart deploy`"), "{words}");
        }
        assert!(way_out("UPDATE_ROLLBACK_FAILED").contains("`cloudcart rollback`"));
        assert!(way_out("ROLLBACK_COMPLETE").contains("as it was"));
        assert!(way_out("ROLLBACK_FAILED").contains("deploy again"));
    }

    #[test]
    fn no_stack_is_created_and_an_unknown_status_is_left_alone() {
        assert_eq!(next_action(None), NextAction::Create);
        let new = StackStatus::from("SOMETHING_NEW");
        assert!(matches!(next_action(Some(&new)), NextAction::NeedsPerson(_)));
        assert_eq!(ending(&new), Ending::Stuck);
        assert_eq!(ending(&StackStatus::from("SOMETHING_NEW_IN_PROGRESS")), Ending::Running);
    }
}
