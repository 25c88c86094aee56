//! What is taken from a request and what is refused, at each bound.

use edge_events::clock::{Format, Start, Ticks};
use edge_events::config::Config;
use edge_events::config::limits::CLOCK_SKEW_MS;
use edge_events::http::accept::{Accepts, event_stream};
use edge_events::http::problem::Problem;
use edge_events::http::query::Query;
use edge_events::http::route::{Prefix, Route, channel, decode_path, route, split_url};
use proptest::prelude::*;

fn config() -> Config {
    Config::from_lookup(|_| None).unwrap()
}

fn interval(query: &str) -> Result<u32, Problem> {
    Query::parse(query, &config()).map(|params| params.interval_ms)
}

#[test]
fn each_method_and_path_has_its_route() {
    let (events, site) = (Route::EventsMethodNotAllowed, Route::MethodNotAllowed);
    for (method, path, expected) in [
        ("GET", "/events", Route::Events),
        ("HEAD", "/events", Route::EventsHead),
        ("OPTIONS", "/events", Route::EventsPreflight),
        ("POST", "/events", events),
        ("DELETE", "/events", events),
        ("get", "/events", events),
        ("GET", "/health", Route::Health),
        ("HEAD", "/health", Route::Health),
        ("OPTIONS", "/health", site),
        ("PUT", "/health", site),
        ("GET", "/", Route::Site),
        ("HEAD", "/", Route::Site),
        ("GET", "/events/", Route::Site),
        ("GET", "/Events", Route::Site),
        ("GET", "/eventsx", Route::Site),
        ("GET", "//events", Route::Site),
        ("GET", "", Route::Site),
        ("OPTIONS", "/", site),
        ("POST", "/index.html", site),
        ("GET", "/channels/a/b", Route::Channel),
        ("BREW", "/channels/", Route::Channel),
        ("PUT", "/v1/stream/a", Route::Channel),
        ("GET", "/channels", Route::Site),
        ("GET", "/v1/streams/a", Route::Site),
        ("POST", "/v1/stream", site),
    ] {
        assert_eq!(route(method, path), expected, "{method} {path}");
    }
}

#[test]
fn the_rest_of_a_channels_path_is_kept_as_sent() {
    assert_eq!(channel("/channels/a/%62"), Some((Prefix::Channels, "a/%62")));
    assert_eq!(channel("/v1/stream/"), Some((Prefix::Stream, "")));
    assert_eq!(channel("/follow/channels/a"), None, "the front's own questions");
}

#[test]
fn a_url_splits_into_path_and_query_as_sent() {
    for (url, expected) in [
        ("https://a.example/events", ("/events", "")),
        ("https://a.example/events?x=1", ("/events", "x=1")),
        ("https://a.example/events?", ("/events", "")),
        ("https://a.example/e?x=/a?b#c", ("/e", "x=/a?b")),
        ("http://127.0.0.1:8787/a%20b?c", ("/a%20b", "c")),
        ("https://a.example", ("/", "")),
        ("https://user:pw@a.example/x", ("/x", "")),
        ("", ("/", "")),
    ] {
        assert_eq!(split_url(url), expected, "{url}");
    }
}

#[test]
fn a_path_is_decoded_once() {
    assert_eq!(decode_path("/%65vents"), "/events");
    assert_eq!(decode_path("/%2565vents"), "/%65vents");
    assert_eq!(decode_path("/%zz%"), "/%zz%");
    assert_eq!(decode_path("/%ff"), "/\u{FFFD}");
}

#[test]
fn an_interval_is_a_whole_number_from_100_to_60000() {
    assert_eq!(interval(""), Ok(1_000));
    for (text, ms) in [("100", 100), ("101", 101), ("59999", 59_999), ("60000", 60_000)] {
        assert_eq!(interval(&format!("interval={text}")), Ok(ms));
    }
    for bad in [
        "99",
        "60001",
        "0",
        "-100",
        "%2B100",
        "1e3",
        "100.0",
        "",
        "abc",
        "100ms",
        "%20100",
        "4294967396",
        "0x64",
        "１００",
    ] {
        let problem = interval(&format!("interval={bad}")).unwrap_err();
        assert_eq!((problem.status, problem.parameter), (400, Some("interval")), "{bad}");
        assert_eq!(problem.allowed.as_deref(), Some("a whole number from 100 to 60000"));
    }
}

#[test]
fn a_format_is_one_of_the_table_and_the_refusal_names_them_all() {
    let format = |query: &str| Query::parse(query, &config()).map(|query| query.format);
    assert_eq!(format(""), Ok(Format::default()));
    for (name, known) in Format::ALL {
        assert_eq!(format(&format!("format={name}")), Ok(known));
    }
    for bad in ["", "ISO", "xml", "iso%20", "iso,unix"] {
        let problem = format(&format!("format={bad}")).unwrap_err();
        assert_eq!((problem.status, problem.parameter), (400, Some("format")), "{bad}");
        let allowed = problem.allowed.unwrap().replace(" or ", ", ");
        assert_eq!(allowed.split(", ").collect::<Vec<_>>(), Format::ALL.map(|(name, _)| name));
    }
}

#[test]
fn unknown_parameters_are_ignored_and_the_first_of_a_known_one_counts() {
    assert_eq!(interval("_=1&lastEventId=x&interval=200&interval=300&INTERVAL=1"), Ok(200));
    let params = Query::parse("last_event_id=17&format=unix", &config()).unwrap();
    assert_eq!(params.last_event_id.as_deref(), Some("17"));
}

#[test]
fn a_problem_repeats_the_bad_value_cut_at_64_bytes() {
    let problem = interval(&format!("interval={}", "9".repeat(100))).unwrap_err();
    assert_eq!(problem.value, Some("9".repeat(64)));
    // "é" has two bytes: the cut does not split one.
    let problem = interval(&format!("interval=9{}", "é".repeat(100))).unwrap_err();
    assert_eq!(problem.value, Some(format!("9{}", "é".repeat(31))));
}

#[test]
fn a_problem_is_rfc_9457_json() {
    let json = serde_json::to_string(&interval("interval=99").unwrap_err()).unwrap();
    assert_eq!(
        json,
        "{\"status\":400,\"title\":\"Bad Request\",\
         \"detail\":\"The query parameter interval must be a whole number from 100 to 60000.\",\
         \"parameter\":\"interval\",\"value\":\"99\",\
         \"allowed\":\"a whole number from 100 to 60000\"}"
    );
    let json = serde_json::to_string(&Problem::not_acceptable()).unwrap();
    assert!(!json.contains("parameter") && json.contains("\"status\":406"), "{json}");
}

#[test]
fn accept_is_read_as_rfc_9110_says() {
    let accepts = |header| event_stream(Some(header));
    for by_name in [
        "text/event-stream",
        "TEXT/Event-Stream",
        "application/json, text/event-stream;q=0.5",
        "text/event-stream; charset=utf-8",
        "*/*;q=0, text/event-stream",
    ] {
        assert_eq!(accepts(by_name), Accepts::ByName, "{by_name}");
    }
    for by_range in ["", " ", "*/*", "text/*", "text/html, */*;q=0.1", "text/*;q=1, */*;q=0"] {
        assert_eq!(accepts(by_range), Accepts::ByRange, "{by_range}");
    }
    for excluded in [
        "application/json",
        "text/html",
        "text/event-stream;q=0",
        "text/event-stream; q=0.000, */*",
        "text/*;q=0, */*",
        "*/*;q=0",
        "image/*",
        ",",
        "nonsense",
    ] {
        assert_eq!(accepts(excluded), Accepts::No, "{excluded}");
    }
    assert_eq!(event_stream(None), Accepts::ByRange);
}

proptest! {
    #[test]
    fn only_a_due_tick_is_a_last_event_id(
        text in prop_oneof![any::<String>(), "[-+ 0-9]{0,70}", (0u64..20_000).prop_map(|n| n.to_string())],
    ) {
        let ticks = Ticks::new(100, Format::Iso);
        let start = Start::from_last_event_id(Some(&text), &ticks, 10_050);
        let expected = text.parse().ok()
            .filter(|id| !text.starts_with('+') && text.len() <= 64 && id % 100 == 0 && *id <= 10_050 + CLOCK_SKEW_MS)
            .map_or(Start::Fresh, Start::After);
        prop_assert_eq!(start, expected);
    }

    #[test]
    fn no_url_breaks_the_parsers(url in any::<String>(), accept in any::<String>()) {
        let (path, query) = split_url(&url);
        let _ = (route("GET", &decode_path(path)), event_stream(Some(&accept)));
        if let Err(problem) = Query::parse(query, &config()) {
            prop_assert_eq!(problem.status, 400);
            prop_assert!(problem.value.unwrap().len() <= 64);
        }
    }

    #[test]
    fn no_value_but_those_in_range_is_an_interval(text in "[-+ 0-9a-z.]{0,12}") {
        let expected = text.parse::<u32>().ok()
            .filter(|ms| (100..=60_000).contains(ms) && !text.starts_with('+'));
        let query: String = form_urlencoded::Serializer::new(String::new())
            .append_pair("interval", &text)
            .finish();
        prop_assert_eq!(interval(&query).ok(), expected);
    }

    #[test]
    fn a_query_is_read_alike_whether_or_not_it_is_decoded(
        query in "((interval|format|last_event_id|x|)(=|==|)(200|unix|1|é|)(&|&&|=|)){0,5}",
    ) {
        let decoded = format!("{query}&%41=+");
        prop_assert_eq!(Query::parse(&query, &config()), Query::parse(&decoded, &config()));
    }

    #[test]
    fn only_the_weights_of_zero_exclude(weight in 0u32..=1_000) {
        let header = format!("text/event-stream;q={}", f64::from(weight) / 1_000.0);
        let expected = if weight == 0 { Accepts::No } else { Accepts::ByName };
        prop_assert_eq!(event_stream(Some(&header)), expected);
    }
}
