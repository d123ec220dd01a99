//! Mistakes that must not compile, each with a message that says what is wrong.

#[test]
fn mistakes_do_not_compile() {
    let cases = trybuild::TestCases::new();
    // With one that compiles, `cargo build` is used, which evaluates `const` blocks; `cargo check` leaves them.
    cases.pass("tests/compile_pass/*.rs");
    cases.compile_fail("tests/compile_fail/*.rs");
}
