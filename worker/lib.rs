//! Links what `src/platform` exports, and nothing else.

extern crate edge_events as _;

/// 6 KB less code than the allocator of the standard library, which was 2.4 KiB more of the
/// upload, and whose `malloc` V8 took longest to optimize of all that the first streams run.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();
