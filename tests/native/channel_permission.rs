//! Who may: what is looked at, in which order, and what it comes to.

use edge_events::channel::access::{Access, Need, Refusal, Unproven, settle};
use edge_events::channel::name::ChannelName;
use edge_events::config::{Pattern, Patterns};
use proptest::prelude::*;

use crate::channel_token::{HS256, sign};

const SECRET: &str = "a secret that only the tests know";
const PREVIOUS: &str = "the secret that was before that one";
const NOW: u64 = 1_795_564_800_000;
const GOOD: &str = r#"{"exp":1795568400,"subscribe":["orders/*"],"publish":["orders/42"]}"#;

struct Server {
    secret: Option<&'static str>,
    previous: Option<&'static str>,
    public: Patterns,
}

impl Server {
    fn new() -> Self {
        let public = Patterns::parse("news, open/*").unwrap();
        Self { secret: Some(SECRET), previous: Some(PREVIOUS), public }
    }

    fn access(&self) -> Access<'_> {
        Access { secret: self.secret, previous: self.previous, public: &self.public }
    }

    fn check(
        &self,
        headers: &[(&str, &str)],
        name: &str,
        need: Need,
    ) -> Result<Option<Unproven>, Refusal> {
        let header = |wanted: &str| {
            headers.iter().find(|(name, _)| *name == wanted).map(|(_, value)| (*value).to_owned())
        };
        self.access().check(&header, &ChannelName::parse(name).unwrap(), need, NOW)
    }
}

fn token() -> String {
    sign(SECRET.as_bytes(), HS256, GOOD)
}

#[test]
fn without_a_secret_of_32_characters_all_is_closed() {
    let bearer = ("authorization", "Bearer ");
    for (secret, named) in
        [(None, "not set"), (Some(""), "fewer than 32"), (Some(&SECRET[..31]), "fewer than 32")]
    {
        let server = Server { secret, ..Server::new() };
        assert!(server.access().closed_because().unwrap().contains(named));
        for headers in [&[][..], &[bearer], &[("authorization", "Bearer the secret")]] {
            assert_eq!(server.check(headers, "news", Need::Read), Err(Refusal::Closed));
        }
    }
    let server = Server { secret: Some(&SECRET[..32]), ..Server::new() };
    assert_eq!(server.access().closed_because(), None);
}

#[test]
fn a_secret_opens_everything_and_a_previous_one_does_too() {
    let server = Server::new();
    for secret in [SECRET, PREVIOUS] {
        for scheme in ["Bearer", "bearer", "BEARER", "Bearer  "] {
            let header = format!("{scheme} {secret}");
            for need in [Need::Read, Need::Write] {
                assert_eq!(
                    server.check(&[("authorization", &header)], "any/thing", need),
                    Ok(None)
                );
            }
        }
    }
    // One that is too short to be a secret opens nothing, and neither does an empty one.
    for previous in ["", "short"] {
        let server = Server { previous: Some(previous), ..Server::new() };
        let header = format!("Bearer {previous}");
        let shown = server.check(&[("authorization", &header)], "any", Need::Read);
        let refusal = if previous.is_empty() { Refusal::NoToken } else { Refusal::BadToken };
        assert_eq!(shown, Err(refusal));
        assert_eq!(server.access().keys(), [Some(SECRET), None]);
    }
}

#[test]
fn a_token_opens_what_it_names_once_its_signature_is_genuine() {
    let server = Server::new();
    let bearer = format!("Bearer {}", token());
    let check = |name: &str, need| {
        server.check(&[("authorization", &bearer)], name, need).unwrap().unwrap()
    };
    let Unproven { signed, until, granted, .. } = check("orders/42", Need::Write);
    assert_eq!(
        (signed.as_str(), until, granted),
        (token().rsplit_once('.').unwrap().0, 1_795_568_400_000, true)
    );
    for (name, read, write) in [
        ("orders/42", true, true),
        ("orders/43", true, false),
        ("orders%2F43", true, false),
        ("orders", false, false),
        ("orders/421", true, false),
        ("Orders/42", false, false),
        ("x/orders/42", false, false),
    ] {
        assert_eq!(check(name, Need::Read).granted, read, "{name}");
        assert_eq!(check(name, Need::Write).granted, write, "{name}");
    }
    assert_eq!(settle(true, true), Ok(()));
    assert_eq!(settle(true, false), Err(Refusal::Scope));
    assert_eq!(settle(false, true), Err(Refusal::BadToken));
    assert_eq!(settle(false, false), Err(Refusal::BadToken), "a forged token tells nothing");
}

#[test]
fn a_cookie_reads_and_never_writes() {
    let server = Server::new();
    let cookie = format!("theme=dark; __Host-edge-events={}; lang=en", token());
    let shown = |need| server.check(&[("cookie", &cookie)], "orders/42", need);
    assert!(shown(Need::Read).unwrap().unwrap().granted);
    assert_eq!(shown(Need::Write), Err(Refusal::NoToken));

    // A site may stand behind a password of its own; a header of ours counts alone.
    let beside = |authorization: &str| {
        server.check(
            &[("cookie", &cookie), ("authorization", authorization)],
            "orders/42",
            Need::Read,
        )
    };
    assert!(beside("Basic dXNlcjpwYXNzd29yZA==").unwrap().is_some());
    assert_eq!(beside("Bearer x"), Err(Refusal::BadToken));

    let one = format!("__Host-edge-events={}", token());
    for (cookie, refusal) in [
        (format!("__Host-edge-events={SECRET}"), Refusal::BadToken),
        (format!("{one};{one}"), Refusal::BadToken),
        ("__Host-edge-events=".to_owned(), Refusal::NoToken),
        (one.to_lowercase(), Refusal::NoToken),
        (one.replace("__Host-", ""), Refusal::NoToken),
        (String::new(), Refusal::NoToken),
    ] {
        assert_eq!(server.check(&[("cookie", &cookie)], "orders/42", Need::Read), Err(refusal));
    }
}

#[test]
fn what_is_public_is_read_whatever_is_shown_and_written_by_nobody() {
    let server = Server::new();
    for headers in
        [&[][..], &[("authorization", "Bearer x")], &[("cookie", "__Host-edge-events=x")]]
    {
        assert_eq!(server.check(headers, "open/a", Need::Read), Ok(None));
        assert_eq!(server.check(headers, "news", Need::Read), Ok(None));
        assert!(server.check(headers, "news", Need::Write).is_err());
        assert!(server.check(headers, "newspaper", Need::Read).is_err());
        assert!(server.check(headers, "open", Need::Read).is_err());
    }
}

fn name() -> impl Strategy<Value = String> {
    // Few characters, so that names and patterns meet; among them what could be mistaken.
    "[ab*%.é/]{1,6}"
}

proptest! {
    #[test]
    fn a_pattern_is_a_name_or_the_beginning_of_names(name in name(), patterns in prop::collection::vec(name(), 0..4)) {
        let expected = |pattern: &String| {
            let (name, pattern) = (name.as_bytes(), pattern.as_bytes());
            match pattern.split_last() {
                Some((b'*', prefix)) => name.len() >= prefix.len() && name[..prefix.len()] == *prefix,
                _ => name == pattern,
            }
        };
        let is_pattern = |pattern: &String| !pattern.chars().rev().skip(1).any(|c| c == '*');
        let read: Option<Vec<_>> = patterns.iter().map(|text| Pattern::parse(text)).collect();
        prop_assert_eq!(read.is_some(), patterns.iter().all(is_pattern));
        if let Some(read) = read {
            let matched = patterns.iter().any(expected);
            prop_assert_eq!(read.iter().any(|pattern| pattern.matches(&name)), matched);
            // The variable and the claim are read by the same function.
            let public = Patterns::parse(&patterns.join(" , ")).unwrap();
            prop_assert_eq!(public.matches(&name), matched);
            if let Ok(name) = ChannelName::parse(&name.replace('%', "%25")) {
                let claims = serde_json::json!({ "exp": NOW / 1_000 + 9, "subscribe": patterns });
                let token = sign(SECRET.as_bytes(), HS256, &claims.to_string());
                let header = |_: &str| Some(format!("Bearer {token}"));
                let admitted = Server::new().access().check(&header, &name, Need::Read, NOW);
                prop_assert_eq!(admitted.unwrap().unwrap().granted, matched);
            }
        }
    }

    #[test]
    fn nothing_but_the_secret_is_the_secret(guess in "[ -~]{0,80}", cut in 0..33_usize) {
        let server = Server::new();
        for guess in [guess.clone(), SECRET[..cut].to_owned(), format!("{}{guess}", &SECRET[..cut])] {
            let header = format!("Bearer {guess}");
            let shown = server.check(&[("authorization", &header)], "any", Need::Write);
            let expected = match guess.trim() {
                "" => Err(Refusal::NoToken),
                SECRET | PREVIOUS => Ok(None),
                _ => Err(Refusal::BadToken),
            };
            prop_assert_eq!(shown, expected);
        }
    }
}
