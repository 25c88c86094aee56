//! One request for a channel as the front sees it: who asks, for what, and
//! whether they may.

use std::rc::Rc;

use js_sys::JsString;
use wasm_bindgen::prelude::*;
use worker_sys::web_sys::{Request, Response};

use super::plan::{Plan, needs_proof};
use crate::channel::access::{Refusal, Unproven};
use crate::channel::name::ChannelName;
use crate::channel::protocol::{self, Answer};
use crate::channel::{Address, Mode};
use crate::config::Config;
use crate::http::cors::Cors;
use crate::http::route::{channel, split_url};
use crate::platform::js::respond::{self, Headers};
use crate::platform::js::runtime::{self, Env};
use crate::platform::variables::{self, Channels};

/// What answers depend on beside the request's own words.
pub struct Asked {
    pub config: Rc<Config>,
    pub channels: Rc<Channels>,
    headers: Headers,
    origin: Option<String>,
    pub method: String,
    pub url: String,
}

impl Asked {
    /// `None` where a variable is wrong.
    pub fn of(request: &Request, env: &Env) -> Option<Self> {
        let (config, channels) = variables::config(env).zip(variables::channels(env))?;
        let headers: Headers = JsValue::from(request.headers()).unchecked_into();
        let origin = headers.get(&"origin".into());
        let (method, url) = (request.method(), request.url());
        Some(Self { config, channels, headers, origin, method, url })
    }

    pub fn cors(&self) -> Cors<'_> {
        Cors::answer(&self.config.allowed_origins, self.origin.as_deref())
    }

    fn header(&self, name: &str) -> Option<String> {
        self.headers.get(&JsString::from(name))
    }

    pub fn mode(&self) -> Option<Mode> {
        let (_, query) = split_url(&self.url);
        protocol::mode(&self.method, query, self.header("accept").as_deref())
    }

    /// Sets in `plan` which channel is asked, and what is to be verified first. Whether
    /// that is nothing, and the request is let in; or the refusal.
    pub fn admit(&self, plan: &Plan) -> Result<bool, Answer> {
        let access = self.channels.access();
        if access.closed_because().is_some() {
            return Err(Refusal::Closed.answer(self.cors()));
        }
        let Some(need) = protocol::need(&self.method) else {
            return Err(match &*self.method {
                "OPTIONS" => protocol::preflight(self.cors()),
                _ => protocol::method_not_allowed(self.cors()),
            });
        };
        let (path, _) = split_url(&self.url);
        let name = channel(path).map_or("", |(_, name)| name);
        let name =
            ChannelName::parse(name).map_err(|problem| protocol::refusal(&problem, self.cors()))?;
        let unproven = access
            .check(&|name| self.header(name), &name, need, runtime::now())
            .map_err(|refusal| refusal.answer(self.cors()))?;
        plan.set_name(name.as_str());
        plan.set_method(&self.method);
        let Some(Unproven { signed, signature, until, granted }) = unproven else {
            return Ok(true);
        };
        #[allow(clippy::cast_precision_loss)] // milliseconds are exact up to 2^53
        let until = if granted { until as f64 } else { 0.0 };
        let [secret, previous] = access.keys();
        needs_proof(plan, until, &signed, &signature, secret, previous);
        Ok(false)
    }

    /// The answer where no object can be had.
    pub fn unavailable(&self) -> Result<Response, JsValue> {
        let random = runtime::random_number()?;
        if self.mode() != Some(Mode::Events) {
            return respond::answer(&protocol::unavailable(&self.config, random, self.cors()));
        }
        let (path, query) = split_url(&self.url);
        let request = protocol::Request {
            address: Address::of(path),
            method: &self.method,
            url: &self.url,
            query,
            header: &|name| self.header(name),
            body: &[],
            cors: self.cors(),
            readers: 0,
            random,
        };
        respond::answer(&protocol::overload(&self.config, &request))
    }
}
