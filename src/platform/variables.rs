//! The variables and secrets of `wrangler.toml`, as the runtime gives them.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{JSON, Object};
use wasm_bindgen::{JsCast, JsValue};

use super::binding;
use super::js::runtime::{self, Env};
use crate::channel::access::Access;
use crate::config::{Config, ConfigError, Given};

thread_local! {
    // Read once in an isolate's life, for the variables stay as they are.
    static CONFIG: RefCell<Option<Rc<Config>>> = const { RefCell::new(None) };
    static CHANNELS: RefCell<Option<Rc<Channels>>> = const { RefCell::new(None) };
}

/// The variables; `None`, and a line in the log for each problem, where they
/// cannot be used.
pub fn config(env: &Env) -> Option<Rc<Config>> {
    CONFIG.with_borrow(Clone::clone).or_else(|| read(env).ok())
}

/// What is wrong with the variables. The log has a line for each problem.
#[cold]
pub fn problems(env: &Env) -> Vec<ConfigError> {
    read(env).err().unwrap_or_default()
}

/// The variables, and the secrets of channels.
pub struct Channels {
    /// The variables.
    pub limits: Rc<Config>,
    secret: Option<String>,
    previous: Option<String>,
}

impl Channels {
    /// Who may.
    pub fn access(&self) -> Access<'_> {
        Access {
            secret: self.secret.as_deref(),
            previous: self.previous.as_deref(),
            public: &self.limits.public_channels,
        }
    }
}

/// What channels depend on; `None` where a variable cannot be used. Without a
/// secret that can be used the channels are closed, and the log says why.
pub fn channels(env: &Env) -> Option<Rc<Channels>> {
    CHANNELS.with_borrow(Clone::clone).or_else(|| read_channels(env))
}

#[cold]
fn read_channels(env: &Env) -> Option<Rc<Channels>> {
    let channels = Rc::new(given_channels(env)?);
    if let Some(why) = channels.access().closed_because() {
        runtime::console_error(why);
    }
    CHANNELS.set(Some(channels.clone()));
    Some(channels)
}

/// Whether there is a secret that can be used; `None` where a variable cannot be
/// used. That a deployment has no channels is nothing for its log, until
/// somebody asks for one.
#[cold]
pub fn has_channels(env: &Env) -> Option<bool> {
    Some(given_channels(env)?.access().closed_because().is_none())
}

fn given_channels(env: &Env) -> Option<Channels> {
    let secret = |name| binding(env, name).map(|value| runtime::to_text(&value));
    Some(Channels {
        limits: config(env)?,
        secret: secret("CHANNELS_SECRET"),
        previous: secret("CHANNELS_SECRET_PREVIOUS"),
    })
}

#[cold]
fn read(env: &Env) -> Result<Rc<Config>, Vec<ConfigError>> {
    let names = Object::keys(env.unchecked_ref::<Object>());
    let names: Vec<String> = names.iter().filter_map(|name| name.as_string()).collect();
    let config = Config::check(&names, &|name| binding(env, name).map(|value| given(&value)))
        .inspect_err(|problems| log(problems))
        .map(Rc::new)?;
    CONFIG.set(Some(config.clone()));
    Ok(config)
}

/// Says in the log what is wrong, with the values.
fn log(problems: &[ConfigError]) {
    for problem in problems {
        runtime::console_error(&format!("the variables cannot be used: {problem}"));
    }
}

fn given(value: &JsValue) -> Given {
    if value.is_object() {
        let json = JSON::stringify(value).ok().and_then(|json| json.as_string());
        Given::Structure(json.unwrap_or_else(|| "an object".to_owned()))
    } else {
        Given::Text(runtime::to_text(value))
    }
}
