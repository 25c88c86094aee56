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

mod client;
mod http;
mod sse;
mod stats;
mod stream;

use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::process::ExitCode;

use client::Client;

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
    let [port, path, interval, step] = args.as_slice() else {
        return Err("expected: load-client <port> <path> <interval ms> <id step>".into());
    };
    let port = port.parse().map_err(|_| format!("{port:?} is not a port"))?;
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

/// The next command, while the streams go on; `None` at the end of input.
fn next_line(client: &mut Client) -> io::Result<Option<String>> {
    // Not `io::stdin`: what waits in its buffer, epoll does not see.
    let mut input = std::fs::File::from(io::stdin().as_fd().try_clone_to_owned()?);
    let mut line = Vec::new();
    loop {
        while !client.input_is_ready()? {
            client.turn(None)?;
        }
        let mut byte = [0];
        match input.read(&mut byte)? {
            0 => return Ok(None),
            _ if byte == *b"\n" => return Ok(Some(String::from_utf8_lossy(&line).into_owned())),
            _ => line.extend(byte),
        }
    }
}
