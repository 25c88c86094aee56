//! Panics on demand, for the tests that see what is left after one.

use worker::Env;

use super::binding;

/// Panics where there is a variable that is named by `PANIC_AT_` and this place.
/// (The tests' own entry has one that is there once.)
#[allow(clippy::panic)]
pub fn panic_at(env: &Env, place: &str) {
    if binding(env, &["PANIC_AT_", place].concat()).is_some() {
        panic!("a test asked for it");
    }
}
