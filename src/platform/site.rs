//! The site, from the bucket that is bound to the Worker.

use js_sys::futures::JsFuture;
use wasm_bindgen::{JsCast, JsValue};
use worker::Env;
use worker::web_sys::{Request, Response};
use worker::worker_sys::Fetcher;

use super::binding;

/// Static Assets answer with types, `ETag`, 304, HEAD and `404.html` by
/// themselves: `[assets]` in `wrangler.toml`.
pub async fn get(request: Request, env: &Env) -> Result<Response, JsValue> {
    let assets: Fetcher = binding(env, "ASSETS")
        .ok_or_else(|| JsValue::from("wrangler.toml binds no ASSETS"))?
        .unchecked_into();
    let response = JsFuture::from(assets.fetch(&request)?).await?;
    Ok(response.unchecked_into())
}
