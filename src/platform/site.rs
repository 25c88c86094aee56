//! The site, from the bucket that is bound to the Worker.

mod sites;

use js_sys::futures::JsFuture;
use wasm_bindgen::{JsCast, JsValue};
use worker::Env;
use worker::web_sys::{Request, Response};
use worker::worker_sys::Fetcher;

use super::binding;

/// Answers GET and HEAD: `wrangler.toml` binds Static Assets,
/// `wrangler.sites.toml` Workers Sites.
pub async fn get(request: Request, env: &Env) -> Result<Response, JsValue> {
    if let Some(assets) = binding(env, "ASSETS") {
        let assets: Fetcher = assets.unchecked_into();
        return Ok(JsFuture::from(assets.fetch(&request)?).await?.unchecked_into());
    }
    if let Some(bucket) = binding(env, "__STATIC_CONTENT") {
        return sites::get(request, bucket).await;
    }
    Err("the configuration binds no site: neither ASSETS nor __STATIC_CONTENT".into())
}
