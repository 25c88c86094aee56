//! A recording: one event on each line, in the order in which one recorder saw them.
//!
//! ```text
//! {"client":1,"asks":{"append":["a"]}}
//! {"client":1,"hears":{"appended":1}}
//! ```

use std::collections::{HashMap, HashSet};
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
/// An append whose answer nobody heard is decided here, so that the search has
/// less to try. One that a reader saw has happened: it is answered at the end,
/// which says no more than that. One that no reader saw is left out: where it
/// would have changed an answer, the history is refused, and never the reverse.
///
/// # Errors
/// `Malformed` names the first line that is no event in its place.
pub fn read(recording: &str) -> Result<History, Malformed> {
    let mut events = Vec::new();
    let mut waiting = HashMap::new();
    for (index, text) in recording.lines().enumerate() {
        let event =
            parse(text, &mut waiting, index).map_err(|why| Malformed { line: index + 1, why })?;
        events.push(event);
    }
    let seen = what_was_seen(&events);
    let mut history = History::new(Log::that_will_have(places(&events)));
    let mut answered_last = Vec::new();
    for (index, event) in events.into_iter().enumerate() {
        let unanswered = waiting.get(&event.client) == Some(&index);
        let told = match event.what {
            What::Asks(Operation::Append(messages)) if unanswered => {
                if !messages.iter().any(|message| seen.contains(message)) {
                    continue;
                }
                answered_last.push(event.client);
                history.on_invoke(event.client, Operation::Append(messages))
            }
            What::Asks(operation) => history.on_invoke(event.client, operation),
            What::Hears(answer) => history.on_return(event.client, answer),
        };
        told.map_err(|why| Malformed { line: index + 1, why })?;
    }
    for client in answered_last {
        let told = history.on_return(client, Answer::Appended(None));
        told.map_err(|why| Malformed { line: 0, why })?;
    }
    Ok(history)
}

fn parse(text: &str, waiting: &mut HashMap<Client, usize>, index: usize) -> Result<Told, String> {
    let event: Event = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let what = match (event.asks, event.hears) {
        (Some(operation), None) => {
            if waiting.insert(event.client, index).is_some() {
                return Err("a client that waits asks nothing".to_owned());
            }
            What::Asks(operation)
        }
        (None, Some(answer)) => {
            waiting.remove(&event.client).ok_or("nothing was asked")?;
            What::Hears(answer)
        }
        _ => return Err("an event either asks or hears".to_owned()),
    };
    Ok(Told { client: event.client, what })
}

struct Told {
    client: Client,
    what: What,
}

enum What {
    Asks(Operation),
    Hears(Answer),
}

fn what_was_seen(events: &[Told]) -> HashSet<String> {
    let messages = events.iter().filter_map(|event| match &event.what {
        What::Hears(Answer::Read { messages, .. }) => Some(messages),
        _ => None,
    });
    messages.flatten().cloned().collect()
}

/// What the first reader of each place saw there.
fn places(events: &[Told]) -> HashMap<usize, String> {
    let mut places = HashMap::new();
    let mut from = HashMap::new();
    for event in events {
        match &event.what {
            What::Asks(Operation::Read(place)) => {
                from.insert(event.client, *place);
            }
            What::Hears(Answer::Read { messages, .. }) => {
                let first = from.get(&event.client).copied().unwrap_or_default();
                for (k, message) in messages.iter().enumerate() {
                    places.entry(first + k).or_insert_with(|| message.clone());
                }
            }
            _ => {}
        }
    }
    places
}
