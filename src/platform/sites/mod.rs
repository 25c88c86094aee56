//! Workers Sites: a KV namespace, and nothing else.

use js_sys::futures::{JsFuture, future_to_promise};
use js_sys::{Promise, Reflect};
use wasm_bindgen::prelude::*;
use worker_sys::web_sys::{Request, Response};

use crate::platform::failed;
use crate::platform::js::respond::Head;
use crate::site::media_types::content_type;
use crate::site::target::{self, Target};
use crate::site::{etag, headers};

#[wasm_bindgen(module = "/src/platform/sites/sites.js")]
extern "C" {
    #[wasm_bindgen(js_name = bucketKeys)]
    fn bucket_keys(module: &str) -> Promise;

    fn read(bucket: &JsValue, key: &str, kind: &str) -> Promise;

    fn hash(bucket: &JsValue, key: &str) -> Promise;
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = URL)]
    type Url;

    #[wasm_bindgen(constructor, js_class = URL, catch)]
    fn new(url: &str) -> Result<Url, JsValue>;

    #[wasm_bindgen(method, getter)]
    fn pathname(this: &Url) -> String;

    #[wasm_bindgen(method, getter)]
    fn search(this: &Url) -> String;
}

/// A promise of the answer.
pub fn get(request: Request, bucket: JsValue) -> JsValue {
    let answer = async {
        let answer = try_get(request, bucket).await;
        answer.or_else(|error| failed(&error)).map(JsValue::from)
    };
    future_to_promise(answer).into()
}

async fn try_get(request: Request, bucket: JsValue) -> Result<Response, JsValue> {
    let keys = JsFuture::from(bucket_keys("__STATIC_CONTENT_MANIFEST")).await?;
    let mut asked = Asked::of(&request, &keys)?;
    if let (None, Some(key)) = (&asked.hash, &asked.key) {
        asked.hash = JsFuture::from(hash(&bucket, key)).await?.as_string();
    }
    let head = asked.head(&request)?;
    match asked.key {
        Some(key) => {
            head.stream(JsFuture::from(read(&bucket, &key, "stream")).await?.unchecked_ref())
        }
        None => head.empty(),
    }
}

/// What a request is for.
struct Asked {
    path: String,
    target: Target,
    /// In the bucket, of the file to send.
    key: Option<String>,
    /// Of the file's content. A deployed site has it in the key, so that no file is
    /// read for a 304 or a HEAD; in `wrangler dev` the file is read for it.
    hash: Option<String>,
}

impl Asked {
    fn of(request: &Request, keys: &JsValue) -> Result<Self, JsValue> {
        // The URL's own parser resolves `..` and backslashes, as Static Assets do.
        let url = Url::new(&request.url())?;
        let path = url.pathname();
        // Names such as `toString`, which every object has, lead to no text.
        let key_of = |name: &str| Reflect::get(keys, &name.into()).ok()?.as_string();
        let target = target::find(&path, &url.search(), &|name| key_of(name).is_some());
        let key = target.file().and_then(key_of);
        let hash = target
            .file()
            .zip(key.as_deref())
            .and_then(|(name, key)| etag::hash_in_key(name, key))
            .map(str::to_owned);
        Ok(Self { path, target, key, hash })
    }

    fn head(&mut self, request: &Request) -> Result<Head, JsValue> {
        let tag = self.hash.as_ref().map(|hash| ["\"", hash, "\""].concat());
        let known = request.headers().get("if-none-match")?;
        let (status, location) = match &self.target {
            Target::File(_) if etag::is_known(known.as_deref(), tag.as_deref()) => (304, None),
            Target::File(_) => (200, None),
            Target::Missing(_) => (404, None),
            Target::Redirect(address) => (307, Some(&**address)),
        };
        if status == 304 || request.method() == "HEAD" {
            self.key = None;
        }
        let own = [
            ("location", location),
            ("etag", tag.as_deref()),
            ("content-type", self.target.file().and_then(content_type)),
        ];
        let own = own.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let mut head = Head::new(status)?;
        for (name, value) in own.chain(headers::for_path(headers::RULES, &self.path)) {
            head = head.with(name, value)?;
        }
        Ok(head)
    }
}
