//! The variables: ranges, messages, and what `wrangler.toml` says of them.

use edge_events::config::AllowedOrigins;
use edge_events::config::channels::{self, ChannelConfig};
use edge_events::config::limits::{NUMBERS, Variable, spread};
use edge_events::config::{Config, ConfigError};
use proptest::prelude::*;

fn with(name: &str, value: &str) -> Result<Config, ConfigError> {
    Config::from_lookup(|asked| (asked == name).then(|| value.to_owned()))
}

/// The contract's table: name, default, range.
#[test]
fn defaults_and_ranges_are_those_of_the_contract() {
    let table = NUMBERS.map(|v| (v.name, v.default, v.min, v.max));
    assert_eq!(
        table,
        [
            ("TICK_INTERVAL_MS", 1_000, 100, 60_000),
            ("HEARTBEAT_MS", 15_000, 100, 60_000),
            ("MAX_STREAM_MS", 600_000, 1_000, 86_400_000),
            ("CPU_BUDGET_MS", 10, 1, 300_000),
            ("RETRY_MS", 2_000, 100, 600_000),
            ("OVERLOAD_RETRY_MS", 15_000, 100, 3_600_000),
            ("MAX_STREAMS", 1_000, 1, 100_000),
            ("MAX_REPLAY_TICKS", 60, 0, 10_000),
        ]
    );
}

#[test]
fn each_variable_is_taken_to_its_bounds_and_no_further() {
    for Variable { name, min, max, .. } in NUMBERS {
        assert!(with(name, &min.to_string()).is_ok(), "{name}");
        assert!(with(name, &max.to_string()).is_ok(), "{name}");
        let below = if min == 0 { "-1".to_owned() } else { (min - 1).to_string() };
        for bad in [&below, &(max + 1).to_string(), "", "x", "1.5", "+200", " 200", "1_000"] {
            let message = with(name, bad).unwrap_err().to_string();
            let expected =
                format!("{name} is {bad:?}; allowed is a whole number from {min} to {max}");
            assert_eq!(message, expected);
        }
    }
}

#[test]
fn each_variable_sets_its_own_field() {
    for (place, variable) in NUMBERS.iter().enumerate() {
        let config = with(variable.name, "1234").unwrap();
        let fields = [
            config.tick_interval_ms,
            config.heartbeat_ms,
            config.max_stream_ms,
            config.cpu_budget_ms,
            config.retry_ms,
            config.overload_retry_ms,
            config.max_streams,
            config.max_replay_ticks,
        ];
        for (other, (field, known)) in fields.iter().zip(NUMBERS).enumerate() {
            let expected = if other == place { 1_234 } else { known.default };
            assert_eq!(*field, expected, "{} by {}", known.name, variable.name);
        }
    }
}

#[test]
fn the_other_variables_are_checked_too() {
    assert!(!with("EVENTS_ENABLED", "false").unwrap().events_enabled);
    assert!(with("EVENTS_ENABLED", "true").unwrap().events_enabled);
    let message = with("EVENTS_ENABLED", "no").unwrap_err().to_string();
    assert_eq!(message, "EVENTS_ENABLED is \"no\"; allowed is true or false");

    assert_eq!(with("ALLOWED_ORIGINS", "*").unwrap().allowed_origins, AllowedOrigins::Any);
    let message = with("ALLOWED_ORIGINS", "example.com").unwrap_err().to_string();
    assert!(message.starts_with("ALLOWED_ORIGINS is \"example.com\"; allowed is *, or origins"));
}

/// Reads `[vars]` as the file has them.
const CHANNEL_NUMBERS: [channels::Variable; 6] = [
    channels::MAX_APPEND_BYTES,
    channels::MAX_CHANNEL_BYTES,
    channels::MAX_CHANNEL_AGE_S,
    channels::MAX_READERS,
    channels::MAX_CHUNK_BYTES,
    channels::LONG_POLL_MS,
];

fn vars_of(toml: &str) -> Vec<(String, String)> {
    let vars = toml.split("\n[vars]\n").nth(1).expect("[vars]");
    let vars = vars.split("\n[").next().unwrap();
    vars.lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(" = "))
        .map(|(name, value)| {
            (
                name.trim().to_owned(),
                value.split('#').next().unwrap().trim().trim_matches('"').to_owned(),
            )
        })
        .collect()
}

#[test]
fn wrangler_toml_names_every_variable_with_its_default() {
    let vars = vars_of(include_str!("../../wrangler.toml"));
    let mut names: Vec<_> = vars.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    let mut known: Vec<_> = NUMBERS.iter().map(|variable| variable.name).collect();
    known.extend(["ALLOWED_ORIGINS", "EVENTS_ENABLED", "PUBLIC_CHANNELS"]);
    known.extend(CHANNEL_NUMBERS.map(|variable| variable.name));
    known.sort_unstable();
    assert_eq!(names, known);

    let lookup = |name: &str| vars.iter().find(|(known, _)| known == name).map(|v| v.1.clone());
    assert_eq!(Config::from_lookup(lookup), Config::from_lookup(|_| None));
    assert_eq!(ChannelConfig::from_lookup(lookup), ChannelConfig::from_lookup(|_| None));
}

proptest! {
    #[test]
    fn a_spread_stays_in_its_range_and_reaches_its_bounds(
        base in 0u32..=86_400_000, random in any::<u32>(),
    ) {
        let share = |percent: u64| u32::try_from(u64::from(base) * percent / 100).unwrap();
        let (low, high) = (share(50), share(150));
        let value = spread(base, (50, 150), random);
        prop_assert!((low..=high).contains(&value));
        prop_assert_eq!(spread(base, (50, 150), 0), low);
        prop_assert_eq!(spread(base, (50, 150), u32::MAX), high);
    }

    #[test]
    fn no_value_breaks_the_configuration(value in any::<String>(), which in 0usize..10) {
        let name = NUMBERS.get(which).map_or("ALLOWED_ORIGINS", |variable| variable.name);
        if let Err(error) = with(name, &value) {
            prop_assert!(error.to_string().starts_with(name));
        }
    }
}
