//! The variables: each by the table that `config/variables.rs` makes of its
//! declarations, so that a new one is tested as soon as it is declared.

use edge_events::config::variables::{self, NAMES, Row};
use edge_events::config::{AllowedOrigins, Config, ConfigError, Given};
use proptest::prelude::*;

fn text(text: &str) -> Given {
    Given::Text(text.to_owned())
}

/// What the Worker makes of these variables and no others.
fn check(given: &[(&str, Given)]) -> Result<Config, Vec<ConfigError>> {
    let names: Vec<String> = given.iter().map(|(name, _)| (*name).to_owned()).collect();
    Config::check(&names, &|asked| {
        given.iter().find(|(name, _)| *name == asked).map(|(_, given)| given.clone())
    })
}

fn messages(given: &[(&str, Given)]) -> Vec<String> {
    check(given).unwrap_err().iter().map(ToString::to_string).collect()
}

fn numbers() -> impl Iterator<Item = (Row, (u64, u64))> {
    variables::table().into_iter().filter_map(|row| row.range.map(|range| (row, range)))
}

#[test]
fn what_is_not_set_has_its_default() {
    let config = check(&[]).unwrap();
    assert_eq!((config.tick_interval_ms, config.max_replay_ticks), (1_000, 60));
    assert_eq!(config.allowed_origins, AllowedOrigins::Same);
    assert!(config.events_enabled);
}

/// A default that could not be written down would be one that nobody can set again.
#[test]
fn each_default_is_a_value_that_is_allowed() {
    for row in variables::table() {
        let takes = row.takes;
        assert!(takes(None), "{} has no default", row.name);
        if let Some(default) = row.default {
            assert!(takes(Some(&default)), "{} refuses its default {default:?}", row.name);
            let set = check(&[(row.name, text(&default))]);
            assert_eq!(set, check(&[]), "{} = {default:?} is its default", row.name);
        }
    }
}

#[test]
fn each_number_is_taken_to_its_bounds_and_no_further() {
    assert!(numbers().count() > 5, "the table is read");
    for (row, (min, max)) in numbers() {
        let name = row.name;
        assert!(check(&[(name, text(&min.to_string()))]).is_ok(), "{name} = {min}");
        assert!(check(&[(name, text(&max.to_string()))]).is_ok(), "{name} = {max}");
        let below = if min == 0 { "-1".to_owned() } else { (min - 1).to_string() };
        let beyond_64_bits = "18446744073709551716";
        for bad in [
            &below,
            &(max + 1).to_string(),
            beyond_64_bits,
            "",
            " ",
            "x",
            "1.5",
            "1e3",
            "+200",
            " 200",
            "1_000",
            "0x400",
            "200ms",
            "true",
        ] {
            let expected =
                format!("{name} is {bad:?}; allowed is a whole number from {min} to {max}");
            assert_eq!(messages(&[(name, text(bad))]), [expected]);
        }
    }
}

#[test]
fn each_variable_changes_the_configuration_in_one_place() {
    let untouched = format!("{:?}", check(&[]).unwrap()).replace(" }", ", }");
    for (row, (min, _)) in numbers() {
        let other = if row.default == Some(min.to_string()) { min + 1 } else { min };
        let config = format!("{:?}", check(&[(row.name, text(&other.to_string()))]).unwrap());
        let field = row.name.to_lowercase();
        // The last field has no comma after it.
        let config = config.replace(" }", ", }");
        assert!(config.contains(&format!("{field}: {other},")), "{config}");
        let default = format!("{field}: {},", row.default.unwrap());
        let set_back = config.replace(&format!("{field}: {other},"), &default);
        assert_eq!(set_back, untouched, "{} changes its own field alone", row.name);
    }
}

#[test]
fn the_switch_and_the_origins_are_checked_too() {
    assert!(!check(&[("EVENTS_ENABLED", text("false"))]).unwrap().events_enabled);
    for bad in ["no", "", "TRUE", "0"] {
        let expected = format!("EVENTS_ENABLED is {bad:?}; allowed is true or false");
        assert_eq!(messages(&[("EVENTS_ENABLED", text(bad))]), [expected]);
    }
    let origins = check(&[("ALLOWED_ORIGINS", text("*"))]).unwrap().allowed_origins;
    assert_eq!(origins, AllowedOrigins::Any);
    assert_eq!(
        messages(&[("ALLOWED_ORIGINS", text("https://a.example; https://b.example"))]),
        ["ALLOWED_ORIGINS is \"https://a.example; https://b.example\"; allowed is *, or origins \
          such as https://example.com separated by commas"]
    );
}

#[test]
fn all_problems_are_named_at_once() {
    let given = [
        ("MAX_STREAMS", text("0")),
        ("RETRY_MS", text("fast")),
        ("EVENTS_ENABLED", text("yes")),
        ("MAX_STREAM", text("10")),
    ];
    assert_eq!(
        messages(&given),
        [
            "RETRY_MS is \"fast\"; allowed is a whole number from 100 to 600000",
            "MAX_STREAMS is \"0\"; allowed is a whole number from 1 to 100000",
            "EVENTS_ENABLED is \"yes\"; allowed is true or false",
            "MAX_STREAM is not known; did you mean MAX_STREAMS?",
        ]
    );
    let public: Vec<_> =
        check(&given).unwrap_err().iter().map(ConfigError::without_value).collect();
    assert_eq!(
        public,
        [
            "RETRY_MS: a whole number from 100 to 600000 is allowed",
            "MAX_STREAMS: a whole number from 1 to 100000 is allowed",
            "EVENTS_ENABLED: true or false is allowed",
            "MAX_STREAM is not known; did you mean MAX_STREAMS?",
        ]
    );
}

/// `MAX_STREAMS = [5]` would be 5 as JavaScript's text.
#[test]
fn arrays_and_objects_are_refused() {
    for json in ["[5]", "[]", "{\"a\":1}"] {
        for name in NAMES {
            let messages = messages(&[(name, Given::Structure(json.to_owned()))]);
            assert!(messages[0].starts_with(&format!("{name} is {json}; allowed is ")));
        }
    }
}

#[test]
fn a_mistyped_name_is_told_what_it_means() {
    for (name, meant) in [
        ("MAX_STREAM", Some("MAX_STREAMS")),
        ("MAX_STREAMS_MS", Some("MAX_STREAM_MS")),
        ("max_streams", Some("MAX_STREAMS")),
        ("MAX-STREAMS", Some("MAX_STREAMS")),
        ("RETRY_SM", Some("RETRY_MS")),
        ("RETRY_M", Some("RETRY_MS")),
        ("RTRY_M", None), // two slips in a short name: it may be a name of its own
        ("HEARTBEAT", Some("HEARTBEAT_MS")),
        ("HEARTBEATS_MS", Some("HEARTBEAT_MS")),
        ("ALLOW_ORIGINS", Some("ALLOWED_ORIGINS")),
        ("EVENT_ENABLED", Some("EVENTS_ENABLED")),
        ("CPU_BUDGET", Some("CPU_BUDGET_MS")),
        ("MAX", None),
        ("DATABASE_URL", None),
        ("ASSETS", None),
        ("", None),
        ("ÜBERLAST_MS", None),
    ] {
        let problems = check(&[(name, text("1"))]).err().unwrap_or_default();
        let expected = meant.map(|meant| ConfigError::Mistyped { name: name.to_owned(), meant });
        assert_eq!(problems, expected.into_iter().collect::<Vec<_>>(), "{name}");
        assert!(
            check(&[(name, Given::Structure("{}".to_owned()))]).is_ok(),
            "{name} is a binding, not a variable"
        );
    }
    for name in NAMES {
        assert_eq!(edge_events::config::mistyped::meant(name, NAMES), None);
    }
}

proptest! {
    #[test]
    fn no_value_breaks_the_configuration(
        value in any::<String>(), which in 0..NAMES.len(), structure in any::<bool>(),
    ) {
        let name = NAMES[which];
        let given = if structure { Given::Structure(value) } else { Given::Text(value) };
        for error in check(&[(name, given)]).err().unwrap_or_default() {
            let (log, public) = (error.to_string(), error.without_value());
            prop_assert!(log.starts_with(&[name, " is "].concat()), "{}", log);
            prop_assert!(public.starts_with(&[name, ": "].concat()), "{}", public);
        }
    }

    #[test]
    fn no_name_breaks_the_configuration(name in any::<String>()) {
        let _ = check(&[(&name, text("1"))]);
    }

    #[test]
    fn one_slip_is_always_recognised(
        which in 0..NAMES.len(), at in any::<prop::sample::Index>(), letter in "[A-Z]", kind in 0..3,
    ) {
        let name = NAMES[which];
        let at = at.index(name.len());
        let slip = match kind {
            0 => format!("{}{letter}{}", &name[..at], &name[at..]),
            1 => format!("{}{}", &name[..at], &name[at + 1..]),
            _ => format!("{}{letter}{}", &name[..at], &name[at + 1..]),
        };
        prop_assume!(!NAMES.contains(&&*slip));
        let problems = check(&[(&slip, text("1"))]).unwrap_err();
        let named = matches!(&problems[0], ConfigError::Mistyped { name, .. } if *name == slip);
        prop_assert!(named, "{slip}: {problems:?}");
    }
}
