//! The variables of `wrangler.toml`, as the runtime gives them.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{JSON, Object};
use wasm_bindgen::{JsCast, JsValue};
use worker::Env;

use crate::config::{Config, ConfigError, Given};
use crate::platform::binding;
use crate::platform::js::runtime;

thread_local! {
    // Read once in an isolate's life, for the variables stay as they are.
    static CONFIG: RefCell<Option<Rc<Config>>> = const { RefCell::new(None) };
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
