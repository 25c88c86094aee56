//! The site, from the bucket that is bound to the Worker.

use js_sys::futures::JsFuture;
use wasm_bindgen::{JsCast, JsValue};
use worker::Env;
use worker::web_sys::{Request, Response};
use worker::worker_sys::Fetcher;

use crate::platform::binding;

/// Answers GET and HEAD: `wrangler.toml` binds Static Assets,
/// `wrangler.sites.toml` Workers Sites.
pub async fn get(request: Request, env: &Env) -> Result<Response, JsValue> {
    if let Some(assets) = binding(env, "ASSETS") {
        let assets: Fetcher = assets.unchecked_into();
        return Ok(JsFuture::from(assets.fetch(&request)?).await?.unchecked_into());
    }
    #[cfg(feature = "workers-sites")]
    if let Some(bucket) = binding(env, "__STATIC_CONTENT") {
        return crate::platform::sites::get(request, bucket).await;
    }
    Err("the configuration binds no site: neither ASSETS nor, in a build for Workers Sites, __STATIC_CONTENT".into())
}
