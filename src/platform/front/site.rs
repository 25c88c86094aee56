//! The site, from the bucket that is bound to the Worker.

use js_sys::Function;
use wasm_bindgen::prelude::*;
use worker_sys::Fetcher;
use worker_sys::web_sys::{Request, Response};

use crate::platform::js::runtime::Env;
use crate::platform::js::streams::function;
use crate::platform::{binding, failed};

/// What the log says where the configuration binds no bucket.
const NO_SITE: &str = if cfg!(feature = "workers-sites") {
    "no site is bound: there is neither ASSETS nor __STATIC_CONTENT"
} else {
    "no site is bound: there is no ASSETS (Workers Sites have a Worker of their own: wrangler.sites.toml)"
};

#[wasm_bindgen]
extern "C" {
    /// A promise. Rust's futures, which wait for one too, bring an executor of their own.
    type Pending;

    #[wasm_bindgen(method)]
    fn then(this: &Pending, answered: &Function, failed: &Function) -> JsValue;
}

thread_local! {
    static ANSWERED: Function =
        function(Closure::<dyn Fn(Response) -> Result<Response, JsValue>>::new(checked));
    static FAILED: Function = function(
        Closure::<dyn Fn(JsValue) -> Result<Response, JsValue>>::new(|error: JsValue| failed(&error)),
    );
}

/// Answers GET and HEAD, by a promise. `wrangler.toml` binds Static Assets as
/// `ASSETS`. The Worker of `wrangler.sites.toml` reads Workers Sites, which bind
/// `__STATIC_CONTENT`.
pub fn get(request: &Request, env: &Env) -> Result<JsValue, JsValue> {
    if let Some(assets) = binding(env, "ASSETS") {
        let pending = assets.unchecked_into::<Fetcher>().fetch(request)?;
        let pending: Pending = JsValue::from(pending).unchecked_into();
        return Ok(ANSWERED.with(|answered| FAILED.with(|failed| pending.then(answered, failed))));
    }
    #[cfg(feature = "workers-sites")]
    if let Some(bucket) = binding(env, "__STATIC_CONTENT") {
        return Ok(crate::platform::sites::get(Clone::clone(request), bucket));
    }
    Err(NO_SITE.into())
}

/// The bucket's own errors have no body. One is seen in `wrangler dev`, right after
/// a file was deleted.
fn checked(answer: Response) -> Result<Response, JsValue> {
    if answer.status() < 500 {
        return Ok(answer);
    }
    failed(&format!("the site's bucket answered {}", answer.status()).into())
}
