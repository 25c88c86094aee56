//! A recording: one event on each line, in the order in which one recorder saw them.
//!
//! ```text
//! {"client":1,"asks":{"append":["a"]}}
//! {"client":1,"hears":{"appended":1}}
//! ```

use std::fmt;

use serde::Deserialize;
use stateright::semantics::ConsistencyTester;

use crate::{Answer, Client, History, Log, Operation};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Event {
    client: Client,
    asks: Option<Operation>,
    hears: Option<Answer>,
}

/// A line that no recorder writes.
#[derive(Debug, PartialEq)]
pub struct Malformed {
    pub line: usize,
    pub why: String,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.why)
    }
}

/// Reads a recording.
///
/// # Errors
/// `Malformed` names the first line that is no event in its place.
pub fn read(recording: &str) -> Result<History, Malformed> {
    let mut history = History::new(Log::default());
    for (index, text) in recording.lines().enumerate() {
        take(&mut history, text).map_err(|why| Malformed { line: index + 1, why })?;
    }
    Ok(history)
}

fn take(history: &mut History, text: &str) -> Result<(), String> {
    let event: Event = serde_json::from_str(text).map_err(|error| error.to_string())?;
    match (event.asks, event.hears) {
        (Some(operation), None) => history.on_invoke(event.client, operation)?,
        (None, Some(answer)) => history.on_return(event.client, answer)?,
        _ => return Err("an event either asks or hears".to_owned()),
    };
    Ok(())
}
