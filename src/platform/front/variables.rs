//! The variables of `wrangler.toml`, as the runtime gives them.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{JSON, Object};
use wasm_bindgen::{JsCast, JsValue};
use worker::Env;

use crate::config::{Config, ConfigError, Given};
use crate::platform::binding;
use crate::platform::js::runtime;

/// The variables, or all that is wrong with them.
pub type Checked = Result<Rc<Config>, Rc<Vec<ConfigError>>>;

/// The variables, or `None` and a line in the log for each problem.
pub fn config(env: &Env) -> Option<Rc<Config>> {
    checked(env).map_err(|problems| log(&problems)).ok()
}

/// Reads the variables once in an isolate's life, for they stay as they are.
pub fn checked(env: &Env) -> Checked {
    thread_local! {
        static CHECKED: RefCell<Option<Checked>> = const { RefCell::new(None) };
    }
    if let Some(checked) = CHECKED.with_borrow(Clone::clone) {
        return checked;
    }
    let checked = check(env);
    CHECKED.set(Some(checked.clone()));
    checked
}

/// Says in the log what is wrong, with the values.
#[cold]
pub fn log(problems: &[ConfigError]) {
    for problem in problems {
        runtime::console_error(&format!("the variables cannot be used: {problem}"));
    }
}

#[cold]
fn check(env: &Env) -> Checked {
    let names = Object::keys(env.unchecked_ref::<Object>());
    let names: Vec<String> = names.iter().filter_map(|name| name.as_string()).collect();
    Config::check(&names, &|name| binding(env, name).map(|value| given(&value)))
        .map(Rc::new)
        .map_err(Rc::new)
}

fn given(value: &JsValue) -> Given {
    if value.is_object() {
        let json = JSON::stringify(value).ok().and_then(|json| json.as_string());
        Given::Structure(json.unwrap_or_else(|| "an object".to_owned()))
    } else {
        Given::Text(runtime::to_text(value))
    }
}
