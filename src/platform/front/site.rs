//! The site, from the bucket that is bound to the Worker.

use js_sys::futures::JsFuture;
use wasm_bindgen::{JsCast, JsValue};
use worker::Env;
use worker::web_sys::{Request, Response};
use worker::worker_sys::Fetcher;

use crate::platform::binding;

/// What the log says where the configuration binds no bucket.
const NO_SITE: &str = if cfg!(feature = "workers-sites") {
    "no site is bound: there is neither ASSETS nor __STATIC_CONTENT"
} else {
    "no site is bound: there is no ASSETS (Workers Sites have a Worker of their own: wrangler.sites.toml)"
};

/// Answers GET and HEAD. `wrangler.toml` binds Static Assets as `ASSETS`. The
/// Worker of `wrangler.sites.toml` reads Workers Sites, which bind
/// `__STATIC_CONTENT`.
pub async fn get(request: Request, env: &Env) -> Result<Response, JsValue> {
    if let Some(assets) = binding(env, "ASSETS") {
        let assets: Fetcher = assets.unchecked_into();
        let answer: Response = JsFuture::from(assets.fetch(&request)?).await?.unchecked_into();
        // The bucket's own errors have no body. One is seen in wrangler dev, right after a file
        // was deleted.
        if answer.status() >= 500 {
            return Err(format!("the site's bucket answered {}", answer.status()).into());
        }
        return Ok(answer);
    }
    #[cfg(feature = "workers-sites")]
    if let Some(bucket) = binding(env, "__STATIC_CONTENT") {
        return crate::platform::sites::get(request, bucket).await;
    }
    Err(NO_SITE.into())
}
