//! Panics on demand, for the tests that see what is left after one.

use worker::Env;

use super::binding;

/// Panics where the variable `PANIC_AT` says so. (The tests' own entry has it
/// say so once.)
#[allow(clippy::panic)]
pub fn panic_at(env: &Env, place: &str) {
    let asked = binding(env, "PANIC_AT").and_then(|place| place.as_string());
    if asked.as_deref() == Some(place) {
        panic!("a test asked for it");
    }
}
