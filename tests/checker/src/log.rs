//! The log as it would be if its clients asked one after another.

use std::collections::HashMap;
use std::rc::Rc;

use serde::Deserialize;
use stateright::semantics::SequentialSpec;

/// What a client asks of the channel.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Operation {
    /// Appends these messages, all of them or none.
    Append(Vec<String>),
    /// Reads from behind this many messages.
    Read(usize),
    /// Lets nobody append any more.
    Close,
}

/// What the channel answered.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Answer {
    /// The messages are in the log; the number is how many it has with them. It is
    /// missing where the answer was to a repeat, for it then speaks of a later moment.
    Appended(Option<usize>),
    /// These messages come next, and, where `all` is true, none behind them.
    Read { messages: Vec<String>, all: bool },
    /// The log is closed; an append that is answered so has changed nothing.
    Closed,
}

/// An append-only log.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Log {
    messages: Vec<String>,
    closed: bool,
    /// What readers say stands at a place. What is appended stays as it is, so an
    /// order that puts something else there is wrong, whatever comes later. Without
    /// it the search would find that out only at the next read, and would try all
    /// orders of what lies between.
    seen: Rc<HashMap<usize, String>>,
}

impl Log {
    /// An empty log that is going to have these messages at these places.
    #[must_use]
    pub fn that_will_have(seen: HashMap<usize, String>) -> Self {
        Self { seen: Rc::new(seen), ..Self::default() }
    }

    fn agrees_with_what_was_seen(&self, messages: &[String]) -> bool {
        let first = self.messages.len();
        messages
            .iter()
            .enumerate()
            .all(|(k, message)| self.seen.get(&(first + k)).is_none_or(|seen| seen == message))
    }
}

impl SequentialSpec for Log {
    type Op = Operation;
    type Ret = Answer;

    /// What a log does whose answer nobody heard.
    fn invoke(&mut self, operation: &Operation) -> Answer {
        match operation {
            Operation::Append(_) if self.closed => Answer::Closed,
            Operation::Append(messages) => {
                self.messages.extend_from_slice(messages);
                Answer::Appended(Some(self.messages.len()))
            }
            Operation::Read(from) => Answer::Read {
                messages: self.messages.get(*from..).unwrap_or_default().to_vec(),
                all: true,
            },
            Operation::Close => {
                self.closed = true;
                Answer::Closed
            }
        }
    }

    fn is_valid_step(&mut self, operation: &Operation, answer: &Answer) -> bool {
        match (operation, answer) {
            (Operation::Append(messages), Answer::Appended(end)) => {
                let real = self.messages.len() + messages.len();
                if self.closed
                    || end.is_some_and(|end| end != real)
                    || !self.agrees_with_what_was_seen(messages)
                {
                    return false;
                }
                self.messages.extend_from_slice(messages);
                true
            }
            (Operation::Append(_), Answer::Closed) => self.closed,
            (Operation::Read(from), Answer::Read { messages, all }) => {
                let rest = self.messages.get(*from..);
                rest.is_some_and(
                    |rest| if *all { rest == messages } else { rest.starts_with(messages) },
                )
            }
            (Operation::Close, Answer::Closed) => {
                self.closed = true;
                true
            }
            _ => false,
        }
    }
}
