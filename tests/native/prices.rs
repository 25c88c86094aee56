//! The arithmetic in the documentation follows from the numbers of the code.

use edge_events::config::limits::{END_SPREAD, EVENT_CPU_US, OPENING_CPU_US, spread};
use edge_events::config::variables::{CPU_BUDGET_MS, MAX_STREAM_MS, RETRY_MS};

const STREAMS: &str = include_str!("../../docs/streams.md");
const DAY_S: f64 = 86_400.0;

fn says(text: &str) {
    assert!(STREAMS.contains(text), "docs/streams.md does not say {text:?}");
}

fn thousands(number: f64) -> String {
    let number = (number.round() as u64).to_string();
    match number.len() {
        4.. => format!("{},{}", &number[..number.len() - 3], &number[number.len() - 3..]),
        _ => number,
    }
}

#[test]
fn the_free_plans_table_follows_from_the_limits() {
    let cpu_us = u64::from(CPU_BUDGET_MS.default) * 1_000;
    let events = u32::try_from((cpu_us - OPENING_CPU_US) / EVENT_CPU_US).unwrap();
    let (low, high) = (spread(events, END_SPREAD, 0), spread(events, END_SPREAD, u32::MAX));
    says(&format!("= {events} events, spread to {low} to {high}"));

    let mean_events = f64::from(low + high) / 2.0;
    let mean_life = f64::from(MAX_STREAM_MS.default) * 0.9 / 1_000.0;
    let away = f64::from(RETRY_MS.default) / 1_000.0;
    let row = |interval: &str, seconds: f64, lasts: &str| {
        let by_budget = mean_events * seconds;
        let cycle = if by_budget < mean_life { by_budget } else { mean_life + away };
        let streams = DAY_S / cycle;
        let clients = (100_000.0 / streams).floor();
        says(&format!("| {interval} | {lasts} | {} | {clients} |", thousands(streams)));
    };
    row("100 ms", 0.1, "10 to 13 s");
    row("1 s", 1.0, &format!("{low} to {high} s"));
    row("10 s", 10.0, "480 to 600 s");
}

#[test]
fn the_paid_plans_bill_follows_from_the_limits() {
    let (clients, days) = (1_000.0, 30.0);
    let cycle =
        f64::from(MAX_STREAM_MS.default) * 0.9 / 1_000.0 + f64::from(RETRY_MS.default) / 1_000.0;
    let streams = DAY_S / cycle * days;
    let ticks = DAY_S * days;
    let cpu_ms =
        clients * (ticks * EVENT_CPU_US as f64 + streams * OPENING_CPU_US as f64) / 1_000.0;
    says(&format!("{:.1} million ms", cpu_ms / 1e6));
    says(&format!("= {:.1} million |", clients * streams / 1e6));
    let cpu_price = (cpu_ms / 1e6 - 30.0) * 0.02;
    says(&format!("${cpu_price:.2}"));
    says(&format!("${:.2}", 5.0 + cpu_price));
}
