//! Panics on demand, for the tests of what a panic costs. The feature
//! `test-panics` builds it in; a Worker that is deployed has nothing of it.

use std::cell::Cell;

use super::binding;
use super::js::runtime::Env;

thread_local! {
    static NEXT_TIMER: Cell<bool> = const { Cell::new(false) };
}

/// Panics in the request for `/test-panics/now`; that for `/test-panics/timer`
/// lets the next timer of a stream panic.
#[allow(clippy::panic)]
pub fn at_request(path: &str) {
    match path {
        "/test-panics/now" => panic!("a test asked for it"),
        "/test-panics/timer" => NEXT_TIMER.set(true),
        _ => {}
    }
}

/// Panics if a request has asked for it.
#[allow(clippy::panic)]
pub fn at_timer() {
    if NEXT_TIMER.take() {
        panic!("a test asked for it");
    }
}

/// Panics where there is a variable that is named by `PANIC_AT_` and this place.
/// (The tests' own entry has one that is there once.)
#[allow(clippy::panic)]
pub fn panic_at(env: &Env, place: &str) {
    if binding(env, &["PANIC_AT_", place].concat()).is_some() {
        panic!("a test asked for it");
    }
}
