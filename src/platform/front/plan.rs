//! What one request for a channel comes to: set here, carried out by
//! `channels.js`.

use js_sys::Function;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// What `channels.js` is to do for a request that the front lets in.
    pub type Plan;

    #[wasm_bindgen(method, setter)]
    pub fn set_name(this: &Plan, name: &str);
    #[wasm_bindgen(method, setter)]
    pub fn set_method(this: &Plan, method: &str);
    /// What to ask the object for, where the client wants to follow.
    #[wasm_bindgen(method, setter)]
    pub fn set_ask(this: &Plan, ask: &str);
    #[wasm_bindgen(method, setter)]
    pub fn set_target(this: &Plan, target: &str);
    #[wasm_bindgen(method, setter)]
    pub fn set_poll(this: &Plan, key: u32);
    #[wasm_bindgen(method, setter)]
    pub fn set_wait(this: &Plan, ms: f64);

    /// What the proof has come to.
    #[wasm_bindgen(method, getter)]
    pub fn genuine(this: &Plan) -> Option<bool>;
    #[wasm_bindgen(method, getter)]
    pub fn until(this: &Plan) -> Option<f64>;

    /// Opens another socket to the object.
    #[wasm_bindgen(method, getter)]
    pub fn reach(this: &Plan) -> Function;
}

#[wasm_bindgen(module = "/src/platform/front/token.js")]
extern "C" {
    /// Has a signature verified before the request is let in. `until` is when the
    /// token ends, in Unix milliseconds; 0 where it does not allow what is asked.
    #[wasm_bindgen(js_name = needsProof)]
    pub fn needs_proof(
        plan: &Plan,
        until: f64,
        signed: &str,
        signature: &[u8],
        secret: Option<&str>,
        previous: Option<&str>,
    );
}

impl Plan {
    /// Until when, in Unix milliseconds, a request that is let in may go on.
    pub fn ends_at(&self) -> u64 {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // as it was set
        self.until().map_or(u64::MAX, |until| until as u64)
    }
}
