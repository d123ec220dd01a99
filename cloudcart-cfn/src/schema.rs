//! The resource schemas that the library knows.

/// Whether the type is one of the library's.
pub(crate) fn is_known(_type_name: &str) -> bool {
    false
}
