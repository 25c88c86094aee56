//! The benchmark's load client: one thread, one epoll, thousands of streams.
//!
//! `load-client <port> <path> <interval ms> <id step>`; the step is how much
//! ids grow by from one event to the next, 0 if they are not to be checked.
//!
//! It takes one command a line from standard input and answers each with one
//! line of JSON. All the while every stream is read.
//!
//! - `first-byte`: asks again and again until a server answers; when it did.
//! - `open <n> <at once> <ms>`: opens n more streams, and is done when each has
//!   its first event, or after so long; at most so many wait for theirs at any
//!   moment.
//! - `watch <ms>`: counts what comes in so long.
//! - `late <ms>`: waits for what was sent within the last watch and is still
//!   on its way; how many events carry a time within it, and how old they were.
//! - `leave`: closes all streams at once, by reset.
//!
//! `load-client channel <port>` is the load for channels, which has commands of
//! its own: see `channel/mod.rs`.

mod channel;
mod client;
mod http;
mod input;
mod network;
mod sse;
mod stats;
mod stream;

use std::io::{self, Write};
use std::process::ExitCode;

use client::Client;
use input::next_line;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("load-client: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let port_of = |text: &String| text.parse().map_err(|_| format!("{text:?} is not a port"));
    let [port, path, interval, step] = args.as_slice() else {
        return match args.as_slice() {
            [word, port] if word == "channel" => channel::run(port_of(port)?),
            _ => Err("expected: load-client <port> <path> <interval ms> <id step>, or \
                      load-client channel <port>"
                .into()),
        };
    };
    let port = port_of(port)?;
    let interval_ms = number(interval)?;
    let mut client =
        Client::new(port, path, interval_ms, number(step)?).map_err(|error| error.to_string())?;

    while let Some(line) = next_line(&mut client).map_err(|error| error.to_string())? {
        let answer = match line.split(' ').collect::<Vec<_>>().as_slice() {
            ["first-byte"] => client.first_byte(),
            ["open", count, at_once, patience] => {
                client.open(number(count)?, number(at_once)?, number(patience)?)
            }
            ["watch", ms] => client.watch(number(ms)?),
            ["late", ms] => client.late(number(ms)?),
            ["leave"] => client.leave(),
            _ => return Err(format!("{line:?} is not a command")),
        };
        println!("{}", answer.map_err(|error| error.to_string())?);
        io::stdout().flush().map_err(|error| error.to_string())?;
    }
    Ok(())
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("{text:?} is not a whole number"))
}
