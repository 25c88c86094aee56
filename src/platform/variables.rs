//! The variables and secrets, read and parsed once in an isolate's life, for
//! they stay as they are.

use std::cell::RefCell;
use std::rc::Rc;

use worker::Env;

use super::binding;
use super::js::runtime;
use crate::channel::access::Access;
use crate::config::Config;
use crate::config::channels::ChannelConfig;

/// What channels have beside the other variables.
pub struct Channels {
    /// The bounds.
    pub limits: ChannelConfig,
    secret: Option<String>,
    previous: Option<String>,
}

impl Channels {
    /// Who may.
    pub fn access(&self) -> Access<'_> {
        Access {
            secret: self.secret.as_deref(),
            previous: self.previous.as_deref(),
            public: &self.limits.public,
        }
    }
}

/// The variables; `None`, with a line in the log, where one of them is wrong.
pub fn config(env: &Env) -> Option<Rc<Config>> {
    thread_local! {
        static CONFIG: RefCell<Option<Rc<Config>>> = const { RefCell::new(None) };
    }
    if let Some(config) = CONFIG.with_borrow(Clone::clone) {
        return Some(config);
    }
    read_config(env).map(|config| {
        let config = Rc::new(config);
        CONFIG.set(Some(config.clone()));
        config
    })
}

#[cold]
fn read_config(env: &Env) -> Option<Config> {
    Config::from_lookup(|name| variable(env, name)).map_err(unusable).ok()
}

/// The variables and secrets of channels; `None`, with a line in the log, where
/// one of them is wrong.
pub fn channels(env: &Env) -> Option<Rc<Channels>> {
    thread_local! {
        static CHANNELS: RefCell<Option<Rc<Channels>>> = const { RefCell::new(None) };
    }
    if let Some(channels) = CHANNELS.with_borrow(Clone::clone) {
        return Some(channels);
    }
    read_channels(env).map(|channels| {
        let channels = Rc::new(channels);
        CHANNELS.set(Some(channels.clone()));
        channels
    })
}

#[cold]
fn read_channels(env: &Env) -> Option<Channels> {
    let limits = ChannelConfig::from_lookup(|name| variable(env, name)).map_err(unusable).ok()?;
    let channels = Channels {
        limits,
        secret: variable(env, "CHANNELS_SECRET"),
        previous: variable(env, "CHANNELS_SECRET_PREVIOUS"),
    };
    if let Some(why) = channels.access().closed_because() {
        runtime::console_error(why);
    }
    Some(channels)
}

fn variable(env: &Env, name: &str) -> Option<String> {
    binding(env, name).map(|value| runtime::to_text(&value))
}

#[cold]
fn unusable(error: crate::config::ConfigError) {
    runtime::console_error(&format!("the variables cannot be used: {error}"));
}
