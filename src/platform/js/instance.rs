//! The wasm instance itself: what the runtime writes into it, and what becomes of
//! it after a panic. The `worker` crate has the same as its `signal` and `init`,
//! beside much that would be uploaded unused.

use std::panic;
use std::sync::atomic::{AtomicU32, Ordering};

use js_sys::Error;
use wasm_bindgen::{handler, prelude::*};

use super::runtime;

/// Its memory. 6 KB less code than the allocator of the standard library, which was 2.4
/// KiB more of the upload, and whose `malloc` V8 took longest to optimize of all that the
/// first streams run.
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

/// What the runtime writes when the CPU limit of a request is near (`SIGXCPU`).
const NEAR_CPU_LIMIT: u32 = 24;
/// No signal has this number.
const NO_SIGNAL: u32 = 0xffff;

/// The runtime finds it by its name, and writes into it.
#[allow(unsafe_code, non_upper_case_globals)] // to have a name of its own choice is all that is unsafe
#[unsafe(no_mangle)]
static __instance_signal: AtomicU32 = AtomicU32::new(NO_SIGNAL);

/// Whether the runtime has said that it will soon end the request that runs.
pub fn is_near_cpu_limit() -> bool {
    __instance_signal.load(Ordering::Relaxed) == NEAR_CPU_LIMIT
}

#[wasm_bindgen(module = "/src/platform/js/instance.js")]
extern "C" {
    type State;

    #[wasm_bindgen(thread_local_v2, js_name = state)]
    static STATE: State;

    #[wasm_bindgen(method, setter, js_name = criticalError)]
    fn set_critical_error(this: &State, is: bool);

    #[wasm_bindgen(method, getter, js_name = instanceId)]
    fn instance_id(this: &State) -> u32;

    #[wasm_bindgen(method, setter, js_name = instanceId)]
    fn set_instance_id(this: &State, id: u32);
}

/// Has a panic logged, and the next call from JavaScript answered by a new instance.
#[wasm_bindgen(start, private)]
fn start() {
    panic::set_hook(Box::new(|info| {
        let error = Error::new(&format!("Rust panic: {info}"));
        runtime::console_error_with("Critical", &error);
        STATE.with(|state| state.set_critical_error(true));
    }));
    STATE.with(|state| state.set_instance_id(state.instance_id() + 1));
    handler::set_on_abort(handler::schedule_reinit);
}

/// What the entry that worker-build makes asks for.
#[wasm_bindgen(js_name = __worker_init_state)]
#[must_use]
pub fn state() -> JsValue {
    STATE.with(|state| state.into())
}
