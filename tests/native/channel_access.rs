//! Who may, by which name, and what every answer says to browsers.

use crate::channel_support::{Object, header, text};
use edge_events::channel::access::{Access, Need, Refusal};
use edge_events::channel::name::ChannelName;
use edge_events::channel::{Mode, protocol};
use edge_events::config::{Config, Patterns};
use edge_events::http::cors::Cors;
use proptest::prelude::*;

const SECRET: &str = "0123456789abcdef0123456789abcdef";
const PREVIOUS: &str = "fedcba9876543210fedcba9876543210";
const CLOSED_TO_OTHERS: Cors<'_> = Cors { allow_origin: None, vary: false, credentials: false };

fn name(path: &str) -> ChannelName {
    ChannelName::parse(path).unwrap()
}

fn check(
    secrets: (Option<&str>, Option<&str>),
    public: &str,
    authorization: Option<&str>,
    path: &str,
    need: Need,
) -> Result<(), Refusal> {
    let public = Patterns::parse(public).unwrap();
    let access = Access { secret: secrets.0, previous: secrets.1, public: &public };
    let header = |name: &str| {
        let shown = if name == "authorization" { authorization } else { None };
        shown.map(str::to_owned)
    };
    let admitted = access.check(&header, &name(path), need, 0)?;
    assert_eq!(admitted, None, "there is no token to verify");
    Ok(())
}

#[test]
fn without_a_secret_nobody_may_do_anything() {
    for secret in [None, Some(""), Some(&SECRET[1..])] {
        for authorization in [None, Some("Bearer "), Some(&*format!("Bearer {}", &SECRET[1..]))] {
            let refused = check((secret, Some(SECRET)), "*", authorization, "a", Need::Read);
            assert_eq!(refused, Err(Refusal::Closed));
        }
    }
    let answer = Refusal::Closed.answer(CLOSED_TO_OTHERS);
    assert_eq!((answer.status, header(&answer, "www-authenticate")), (403, None));
}

#[test]
fn the_secret_may_do_everything_and_so_may_the_one_before_it() {
    let secrets = (Some(SECRET), Some(PREVIOUS));
    for token in [SECRET, PREVIOUS] {
        for scheme in ["Bearer", "bearer", "BEARER"] {
            let authorization = format!("{scheme} {token}");
            for need in [Need::Read, Need::Write] {
                assert_eq!(check(secrets, "", Some(&authorization), "a/b", need), Ok(()));
            }
        }
    }
}

#[test]
fn anything_else_is_no_token_or_a_bad_one() {
    let secrets = (Some(SECRET), Some("short"));
    for (authorization, refusal) in [
        (None, Refusal::NoToken),
        (Some(""), Refusal::NoToken),
        (Some("Bearer"), Refusal::NoToken),
        (Some("Bearer  "), Refusal::NoToken),
        (Some("Basic abc"), Refusal::NoToken),
        (Some(SECRET), Refusal::NoToken),
        (Some("Bearer short"), Refusal::BadToken),
        (Some("Bearer x"), Refusal::BadToken),
        (Some("Bearer 0123456789abcdef0123456789abcdeF"), Refusal::BadToken),
        (Some("Bearer 0123456789abcdef0123456789abcdef0"), Refusal::BadToken),
        (Some("Bearer 0123456789abcdef0123456789abcde"), Refusal::BadToken),
        (
            Some("Bearer 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
            Refusal::BadToken,
        ),
    ] {
        assert_eq!(
            check(secrets, "", authorization, "a", Need::Read),
            Err(refusal),
            "{authorization:?}"
        );
    }
    let no_token = Refusal::NoToken.answer(CLOSED_TO_OTHERS);
    assert_eq!((no_token.status, header(&no_token, "www-authenticate")), (401, Some("Bearer")));
    let bad = Refusal::BadToken.answer(CLOSED_TO_OTHERS);
    assert_eq!(header(&bad, "www-authenticate"), Some("Bearer error=\"invalid_token\""));
}

#[test]
fn a_public_channel_is_read_by_anybody_and_written_by_nobody_else() {
    let secrets = (Some(SECRET), None);
    let public = "demo/*, news";
    for (path, is_public) in
        [("demo/a", true), ("demo/a/b", true), ("news", true), ("news/1", false), ("demo", false)]
    {
        for authorization in [None, Some("Bearer wrong")] {
            let read = check(secrets, public, authorization, path, Need::Read);
            assert_eq!(read.is_ok(), is_public, "{path}");
            assert!(check(secrets, public, authorization, path, Need::Write).is_err());
        }
    }
    // Encoded otherwise it is the same name, and no other one.
    assert!(check(secrets, public, None, "%64emo%2Fa", Need::Read).is_ok());
    assert!(check(secrets, "demo/%2a", None, "demo/a", Need::Read).is_err());
}

#[test]
fn a_name_is_decoded_once_and_checked() {
    for (path, decoded) in [
        ("a", "a"),
        ("orders/42", "orders/42"),
        ("%C3%BC%20x", "ü x"),
        ("a%2Fb", "a/b"),
        ("a%252Fb", "a%2Fb"),
        ("a+b", "a+b"),
        ("...", "..."),
        ("__dsx", "__dsx"),
        ("a/__ds", "a/__ds"),
        (&"x".repeat(256), &"x".repeat(256)),
    ] {
        assert_eq!(name(path).as_str(), decoded);
    }
    for path in [
        "",
        "/",
        "a/",
        "/a",
        "a//b",
        ".",
        "..",
        "a/../b",
        "a/%2e%2e",
        "%2E",
        "a%00",
        "a%0Ab",
        "a%7F",
        "%C2%85",
        "%ff",
        "a%",
        &"x".repeat(257),
        &"%C3%BC".repeat(129),
    ] {
        let refused = ChannelName::parse(path).map(|name| name.as_str().to_owned());
        // A percent sign that encodes nothing is one.
        if path == "a%" {
            assert_eq!(refused.unwrap(), "a%");
        } else {
            assert_eq!(refused.unwrap_err().status, 400, "{path}");
        }
    }
    for path in ["__ds", "__ds/x", "%5F_ds/a"] {
        assert_eq!(ChannelName::parse(path).unwrap_err().status, 501);
    }
}

#[test]
fn a_bad_header_is_named_with_its_value_and_what_is_allowed() {
    let plain = ("content-type", "text/plain");
    let long = "x".repeat(300);
    for (method, bad) in [
        ("PUT", ("stream-ttl", "01")),
        ("PUT", ("stream-ttl", "+1")),
        ("PUT", ("stream-ttl", "1.5")),
        ("PUT", ("stream-ttl", "1e3")),
        ("PUT", ("stream-ttl", "-1")),
        ("PUT", ("stream-ttl", "")),
        ("PUT", ("stream-ttl", "1000000000001")),
        ("PUT", ("stream-ttl", "99999999999999999999999")),
        ("PUT", ("stream-expires-at", "tomorrow")),
        ("PUT", ("stream-event", "a b")),
        ("POST", ("stream-event", "ready")),
        ("POST", ("stream-event", "error")),
        ("POST", ("stream-event", "")),
        ("POST", ("stream-event", &long[..65])),
        ("POST", ("stream-seq", "")),
        ("POST", ("stream-seq", &long[..257])),
    ] {
        let mut object = Object::in_memory();
        if method == "POST" {
            object.put("text/plain");
        }
        let before = object.store.clone();
        let answer = object.ask(method, "", &[plain, bad], "x");
        assert_eq!(answer.status, 400, "{bad:?}");
        let problem: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        assert!(problem["header"].as_str().unwrap().eq_ignore_ascii_case(bad.0), "{problem}");
        assert_eq!(problem["value"].as_str().unwrap(), &bad.1[..bad.1.len().min(64)]);
        assert!(!problem["allowed"].as_str().unwrap().is_empty());
        assert_eq!(object.store, before, "nothing is done");
    }
    let mut object = Object::in_memory();
    for bad in ["text", "text/", "/plain", "te xt/plain", "text/plain/x", "\u{fc}/a", &long] {
        assert_eq!(object.put(bad).status, 400, "{bad}");
    }
    let both = [plain, ("stream-ttl", "1"), ("stream-expires-at", "2030-01-01T00:00:00Z")];
    assert_eq!(object.ask("PUT", "", &both, "").status, 400);
    let fork = [plain, ("stream-forked-from", "/v1/stream/x")];
    assert_eq!(object.ask("PUT", "", &fork, "").status, 501);
    assert_eq!(object.ask("PUT", "", &[], "").status, 201, "no type is octets");
    assert_eq!(header(&object.get(""), "content-type"), Some("application/octet-stream"));
}

#[test]
fn other_sites_pages_may_read_what_they_are_let() {
    let page = Cors { allow_origin: Some("https://a.example"), vary: true, credentials: true };
    let preflight = protocol::preflight(page);
    assert_eq!(preflight.status, 204);
    for (name, part) in [
        ("access-control-allow-origin", "https://a.example"),
        ("access-control-allow-methods", "DELETE"),
        ("access-control-allow-headers", "If-None-Match"),
        ("access-control-allow-headers", "Producer-Id"),
        ("access-control-allow-headers", "Authorization"),
        ("access-control-allow-credentials", "true"),
        ("access-control-expose-headers", "Stream-Next-Offset"),
        ("vary", "Origin"),
        ("cross-origin-resource-policy", "cross-origin"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert!(header(&preflight, name).unwrap().contains(part), "{name}");
    }
    let strange = protocol::preflight(CLOSED_TO_OTHERS);
    assert_eq!(header(&strange, "access-control-allow-headers"), None);
    assert_eq!(header(&strange, "cross-origin-resource-policy"), Some("same-origin"));
    assert_eq!(protocol::method_not_allowed(page).status, 405);
    assert_eq!(header(&protocol::method_not_allowed(page), "allow"), Some(protocol::ALLOW));
}

#[test]
fn an_answer_that_needed_a_token_is_never_for_shared_caches() {
    let mut object = Object::in_memory();
    object.limits.max_chunk_bytes = 1;
    object.put("text/plain");
    let first = object.post("text/plain", "1");
    for body in ["2", "3"] {
        object.post("text/plain", body);
    }
    let place = format!("offset={}", crate::channel_support::next_offset(&first));
    let mut cache = |query: &str, headers: &[(&str, &str)]| {
        let answer = object.ask("GET", query, headers, "");
        // A browser's own cache is not to show one user what another one might read.
        let vary = if headers.is_empty() { "Accept" } else { "Accept, Authorization, Cookie" };
        assert_eq!(header(&answer, "vary"), Some(vary));
        header(&answer, "cache-control").unwrap().to_owned()
    };
    let kept = "max-age=60, stale-while-revalidate=300";
    assert_eq!(cache(&place, &[]), format!("public, {kept}"));
    for header in [("authorization", "Bearer x"), ("cookie", "a=b")] {
        assert_eq!(cache(&place, &[header]), format!("private, {kept}"));
    }
    // Without the channel's generation in it an address may mean another one tomorrow.
    assert_eq!(cache("", &[]), "no-cache");
    assert_eq!(cache("", &[("cookie", "a=b")]), "private, no-cache");
    assert_eq!(cache("offset=0001795325710000_0000000000000003", &[]), "no-cache");
}

#[test]
fn whoever_cannot_be_served_is_told_in_a_way_that_it_comes_back_from() {
    let config = Config::from_lookup(|_| None).unwrap();
    let busy = protocol::unavailable(&config, 0, CLOSED_TO_OTHERS);
    assert_eq!((busy.status, header(&busy, "retry-after")), (503, Some("8")));
    for (message, status) in [
        ("Error: database or disk is full: SQLITE_FULL", 507),
        ("Exceeded allowed storage", 507),
        ("Durable Object storage limit exceeded", 507),
        ("Network connection lost.", 500),
    ] {
        assert_eq!(protocol::storage_failed(message, CLOSED_TO_OTHERS).status, status, "{message}");
        assert!(!text(&protocol::storage_failed(message, CLOSED_TO_OTHERS)).contains("SQLITE"));
    }
    let again = |method, attempts, retryable, overloaded| {
        protocol::again(method, attempts, retryable, overloaded, 0)
    };
    assert_eq!(
        [1, 2, 3, 4].map(|failed| again("GET", failed, true, false)),
        [Some(25), Some(50), Some(100), None]
    );
    assert_eq!(again("POST", 1, true, false), None, "an append is never sent twice");
    assert_eq!(again("GET", 1, true, true), None);
    assert_eq!(again("GET", 1, false, false), None);
}

#[test]
fn a_get_follows_where_it_says_so() {
    let accept = Some("text/event-stream");
    for (method, query, accept, mode) in [
        ("GET", "", accept, Some(Mode::Events)),
        ("GET", "offset=-1", accept, Some(Mode::Events)),
        ("GET", "", Some("*/*"), None),
        ("GET", "", Some("text/*"), None),
        ("GET", "", None, None),
        ("GET", "live=sse&offset=-1", None, Some(Mode::Sse)),
        ("GET", "live=sse", accept, Some(Mode::Sse)),
        ("GET", "offset=now&live=long-poll", None, Some(Mode::Poll)),
        ("GET", "live=yes", accept, None),
        ("HEAD", "live=sse", accept, None),
        ("POST", "live=sse", accept, None),
    ] {
        assert_eq!(protocol::mode(method, query, accept), mode, "{method} {query} {accept:?}");
    }
}

#[test]
fn a_variable_out_of_range_is_named() {
    let with = |name: &'static str, value: &'static str| {
        Config::from_lookup(move |one| (one == name).then(|| value.to_owned()))
    };
    assert_eq!(with("MAX_CHANNEL_BYTES", "8589934592").unwrap().max_channel_bytes, 8 << 30);
    for (name, value, words) in [
        ("MAX_CHANNEL_BYTES", "65535", "a whole number from 65536 to 8589934592"),
        ("MAX_APPEND_BYTES", "1900001", "from 1 to 1900000"),
        ("MAX_CHANNEL_AGE_S", "-1", "from 0 to 315360000"),
        ("MAX_READERS", "0", "from 1 to 30000"),
        ("MAX_CHUNK_BYTES", "1k", "from 1024 to 8388608"),
        ("LONG_POLL_MS", "", "from 100 to 60000"),
        ("PUBLIC_CHANNELS", "a,,b", "names, and prefixes"),
        ("PUBLIC_CHANNELS", "a*b", "names, and prefixes"),
    ] {
        let problems = with(name, value).unwrap_err();
        let error = problems[0].to_string();
        assert!(error.contains(name) && error.contains(words), "{error}");
    }
}

proptest! {
    #[test]
    fn no_name_panics_and_what_is_taken_can_be_a_name(path in ".{0,300}", encoded in "([a-z./]|%[0-9a-fA-F]{2}){0,40}") {
        for path in [path, encoded] {
            if let Ok(name) = ChannelName::parse(&path) {
                let name = name.as_str();
                prop_assert!((1..=256).contains(&name.len()));
                prop_assert!(name.split('/').all(|part| !matches!(part, "" | "." | "..")));
                prop_assert!(!name.chars().any(char::is_control));
            }
        }
    }
}
