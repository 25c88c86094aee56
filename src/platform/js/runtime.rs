//! What the runtime offers, as far as the Worker uses it.

use std::cell::RefCell;

use wasm_bindgen::prelude::*;

use crate::config::limits::RANDOM_NUMBERS_AT_ONCE;
use crate::session::Random;

#[wasm_bindgen]
extern "C" {
    /// The bindings and variables of `wrangler.toml`.
    pub type Env;

    #[wasm_bindgen(js_namespace = crypto, js_name = getRandomValues, catch)]
    fn get_random_values(into: &js_sys::Uint32Array) -> Result<(), JsValue>;

    #[wasm_bindgen(js_namespace = console, js_name = log)]
    pub fn console_log(line: &str);

    #[wasm_bindgen(js_namespace = console, js_name = error)]
    pub fn console_error(line: &str);

    #[wasm_bindgen(js_namespace = console, js_name = error)]
    pub fn console_error_with(line: &str, error: &JsValue);

    /// Any value as text.
    #[wasm_bindgen(js_name = String)]
    pub fn to_text(value: &JsValue) -> String;
}

/// Unix time in milliseconds. The runtime's clock stands still while code runs, so
/// read it again after waiting for something.
pub fn now() -> u64 {
    // Dates are whole and, since 1970, not negative.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let now = js_sys::Date::now() as u64;
    now
}

thread_local! {
    /// Random numbers are fetched for several streams at a time, because the call
    /// costs more than the numbers.
    static POOL: RefCell<Vec<u32>> = const { RefCell::new(Vec::new()) };
}

/// Random numbers for one stream.
pub fn random() -> Result<Random, JsValue> {
    POOL.with_borrow_mut(|pool| {
        if pool.len() < 4 {
            *pool = more_random()?;
        }
        let mut number = || pool.pop().ok_or("no random numbers");
        Ok(Random { retry: number()?, life: number()?, budget: number()?, goodbye: number()? })
    })
}

/// One random number.
pub fn random_number() -> Result<u32, JsValue> {
    random().map(|random| random.retry)
}

#[cold]
fn more_random() -> Result<Vec<u32>, JsValue> {
    let numbers = js_sys::Uint32Array::new_with_length(RANDOM_NUMBERS_AT_ONCE);
    get_random_values(&numbers)?;
    Ok(numbers.to_vec())
}
