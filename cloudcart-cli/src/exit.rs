//! Exit codes: one enum, which scripts may rely on.

/// How the command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done; also when there was nothing to change.
    Done = 0,
    /// An internal error, or one that fits nowhere else.
    Internal = 1,
    /// Wrong usage or configuration.
    Usage = 2,
    /// Credentials or permissions.
    Access = 3,
    /// The handlers did not build.
    Build = 4,
    /// The template is invalid.
    Template = 5,
    /// The deployment failed, and things are as they were.
    RolledBack = 6,
    /// The deployment failed, and a person must look.
    NeedsPerson = 7,
    /// The smoke test failed.
    Smoke = 8,
    /// Refused for safety.
    Refused = 9,
    /// `diff --exit-code` found changes.
    Changes = 20,
    /// Interrupted.
    Interrupted = 130,
}

impl Exit {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Done,
        Self::Internal,
        Self::Usage,
        Self::Access,
        Self::Build,
        Self::Template,
        Self::RolledBack,
        Self::NeedsPerson,
        Self::Smoke,
        Self::Refused,
        Self::Changes,
        Self::Interrupted,
    ];

    /// The number.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// What it means, in a few words.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Done => "done (also: nothing to change)",
            Self::Internal => "internal error",
            Self::Usage => "usage or configuration",
            Self::Access => "credentials or permission",
            Self::Build => "build failed",
            Self::Template => "template invalid",
            Self::RolledBack => "deployment failed and rolled back",
            Self::NeedsPerson => "deployment failed and needs a person",
            Self::Smoke => "smoke test failed",
            Self::Refused => "refused for safety",
            Self::Changes => "`diff --exit-code` found changes",
            Self::Interrupted => "interrupted",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_documented() {
        let codes: Vec<u8> = Exit::ALL.into_iter().map(Exit::code).collect();
        assert_eq!(codes, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 20, 130]);
    }
}
