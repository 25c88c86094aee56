//! The commands.

use std::io::{self, Write};
use std::time::Duration;

use serde_json::Value;

use super::load::{Load, Opening};
use super::publishing::Order;
use crate::input::next_line;

pub fn run(port: u16) -> Result<(), String> {
    let mut load = Load::new(port).map_err(|error| error.to_string())?;
    while let Some(line) = next_line(&mut load).map_err(|error| error.to_string())? {
        let command: Value = serde_json::from_str(&line).map_err(|error| error.to_string())?;
        let answer = obey(&mut load, &command)?.map_err(|error| error.to_string())?;
        println!("{answer}");
        io::stdout().flush().map_err(|error| error.to_string())?;
    }
    Ok(())
}

fn obey(load: &mut Load, command: &Value) -> Result<io::Result<Value>, String> {
    let missing = |name: &str| format!("{command} wants {name:?}");
    let number = |name: &str| command[name].as_u64().ok_or_else(|| missing(name));
    let size = |name: &str| number(name).map(|value| value as usize);
    let ms = |name: &str| number(name).map(Duration::from_millis);
    let request = || command["request"].as_str().ok_or_else(|| missing("request"));
    Ok(match command["do"].as_str() {
        Some("first-byte") => load.first_byte(request()?),
        Some("request") => load.request(request()?, size("times")?),
        Some("open") => load.open(&Opening {
            request: request()?,
            count: size("count")?,
            at_once: size("at_once")?,
            messages: number("messages")?,
            slow: command["slow"].as_bool().unwrap_or(false),
            patience: ms("patience_ms")?,
        }),
        Some("stop") => load.stop(),
        Some("resume") => load.resume(ms("patience_ms")?),
        Some("come-back") => load.come_back(request()?, ms("patience_ms")?),
        Some("publish") => load.publish(&Order {
            head: request()?,
            bytes: size("bytes")?,
            at_once: size("at_once")?,
            count: command["count"].as_u64().map(|count| count as usize),
            time: ms("ms")?,
            every: Duration::from_micros(number("every_us")?),
            patience: ms("patience_ms")?,
        }),
        Some("leave") => load.leave(),
        Some("watch") => load.watch(ms("ms")?),
        _ => return Err(format!("{command} is not a command")),
    })
}
