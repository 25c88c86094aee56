//! Signed tokens: what is taken apart, and vectors that nobody here wrote. The
//! signature, which the runtime verifies, is here verified by the crate `hmac`.

use edge_events::channel::access::Need;
use edge_events::channel::name::ChannelName;
use edge_events::channel::token::{Jws, Token};
use hmac::{Hmac, KeyInit, Mac};
use proptest::prelude::*;
use sha2::Sha256;

fn hmac(key: &[u8], signed: &str) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).unwrap().chain_update(signed)
}

fn name() -> ChannelName {
    ChannelName::parse("orders/42").unwrap()
}

/// As the runtime does: takes what [`Jws::parse`] has left over to be verified.
fn verifies(key: &[u8], compact: &str) -> bool {
    Jws::parse(compact)
        .is_some_and(|jws| hmac(key, jws.signed).verify_slice(&jws.signature).is_ok())
}

/// Not ours: bit by bit, and without its rules.
fn base64url(bytes: &[u8]) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let bit = |at: usize| bytes.get(at / 8).is_some_and(|byte| byte >> (7 - at % 8) & 1 == 1);
    let digit = |at: usize| (0..6).fold(0, |value, k| value << 1 | usize::from(bit(at * 6 + k)));
    (0..(bytes.len() * 8).div_ceil(6)).map(|at| char::from(DIGITS[digit(at)])).collect()
}

fn from_base64url(text: &str) -> Vec<u8> {
    // Our decoder is reached through a token's payload.
    let signature = base64url(&[0; 32]);
    let header = base64url(HS256.as_bytes());
    Jws::parse(&format!("{header}.{text}.{signature}")).unwrap().payload
}

pub const HS256: &str = r#"{"alg":"HS256"}"#;

/// A token as any library would sign it.
pub fn sign(key: &[u8], header: &str, payload: &str) -> String {
    let signed = format!("{}.{}", base64url(header.as_bytes()), base64url(payload.as_bytes()));
    let signature = hmac(key, &signed).finalize().into_bytes();
    format!("{signed}.{}", base64url(&signature))
}

/// <https://www.rfc-editor.org/rfc/rfc7515#appendix-A.1>
#[test]
fn the_example_of_rfc_7515_verifies_and_was_good_until_2011() {
    let key = from_base64url(
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
    );
    let compact = concat!(
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9",
        ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ",
        ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    );
    assert!(verifies(&key, compact));
    assert!(!verifies(&key[1..], compact));
    let end = 1_300_819_380_000;
    let read = |now| Token::read(compact, now, &name(), Need::Read);
    let claims = read(end - 1).unwrap().claims;
    assert_eq!((claims.until, claims.granted), (end, false));
    assert_eq!(read(end), None);
}

#[test]
fn a_header_asks_for_what_we_do_and_for_nothing_else() {
    let key = [7; 32];
    let taken = |header: &str| verifies(&key, &sign(&key, header, "{}"));
    for header in [
        r#"{"alg":"HS256"}"#,
        r#"{"typ":"JWT","alg":"HS256"}"#,
        r#"{"typ":"jwt","alg":"HS256"}"#,
        "\r\n{ \"alg\" :\t\"HS256\" }\n",
        r#"{"\u0061lg":"\u0048S256"}"#,
        r#"{"alg":"HS256","kid":"2026"}"#,
        r#"{"alg":"HS256","https://example.com/ours":{"crit":["exp"]}}"#,
    ] {
        assert!(taken(header), "{header}");
    }
    for header in [
        "",
        "{}",
        "[]",
        r#""HS256""#,
        r#"[{"alg":"HS256"}]"#,
        r#"{"alg":"none"}"#,
        r#"{"alg":"None"}"#,
        r#"{"alg":"hs256"}"#,
        r#"{"alg":"HS256 "}"#,
        r#"{"alg":"HS384"}"#,
        r#"{"alg":"RS256"}"#,
        r#"{"alg":""}"#,
        r#"{"alg":null}"#,
        r#"{"alg":["HS256"]}"#,
        r#"{"Alg":"HS256"}"#,
        r#"{"alg":"HS256","alg":"HS256"}"#,
        r#"{"alg":"HS256","\u0061lg":"none"}"#,
        r#"{"alg":"HS256","typ":"at+jwt"}"#,
        r#"{"alg":"HS256","typ":null}"#,
        r#"{"alg":"HS256","crit":["exp"],"exp":1}"#,
        r#"{"alg":"HS256","crit":[]}"#,
        r#"{"alg":"HS256","b64":true}"#,
        r#"{"alg":"HS256","zip":"DEF"}"#,
        r#"{"alg":"HS256","enc":"A128GCM"}"#,
        r#"{"alg":"HS256","cty":"JWT"}"#,
        r#"{"alg":"HS256","jku":"https://example.com/keys"}"#,
        r#"{"alg":"HS256","jwk":{"kty":"oct","k":"AAAA"}}"#,
        r#"{"alg":"HS256","x5u":"https://example.com/key"}"#,
        r#"{"alg":"HS256","x5c":[]}"#,
        r#"{"alg":"HS256","x5t":"AAAA"}"#,
        r#"{"alg":"HS256","x5t#S256":"AAAA"}"#,
        r#"{"alg":"HS256"} {}"#,
    ] {
        assert!(!taken(header), "{header}");
    }
}

#[test]
fn a_token_has_three_parts_and_at_most_8_kib() {
    let key = [7; 32];
    let compact = sign(&key, HS256, "{}");
    assert!(verifies(&key, &compact));
    let parts: Vec<_> = compact.split('.').collect();
    for other in [
        String::new(),
        "..".to_owned(),
        "....".to_owned(),
        parts[..2].join("."),
        format!("{}.", parts[..2].join(".")),
        format!("{compact}."),
        format!("{compact}.{}", parts[2]),
        format!(".{compact}"),
        format!("{compact} "),
        format!(" {compact}"),
        format!("{compact}="),
        format!("{compact}A"),
        compact[..compact.len() - 1].to_owned(),
        compact.replace('.', ".."),
        format!("{}.{}.", parts[0], parts[1]),
    ] {
        assert!(Jws::parse(&other).is_none_or(|_| !verifies(&key, &other)), "{other}");
    }
    let long = |bytes: usize| sign(&key, HS256, &" ".repeat(bytes));
    let (fits, too_long) = (long(6_095), long(6_096));
    assert_eq!((fits.len(), too_long.len()), (8_192, 8_193));
    assert!(verifies(&key, &fits) && Jws::parse(&too_long).is_none());
}

proptest! {
    #[test]
    fn whatever_is_changed_in_a_token_it_does_not_verify(
        payload: String, at: prop::sample::Index, char in "[A-Za-z0-9_.=+/ -]",
    ) {
        let key = [7; 32];
        let compact = sign(&key, HS256, &payload);
        prop_assume!(compact.len() <= 8_192);
        prop_assert!(verifies(&key, &compact));
        let at = at.index(compact.len());
        let changed = format!("{}{char}{}", &compact[..at], &compact[at + 1..]);
        prop_assert_eq!(verifies(&key, &changed), changed == compact);
    }

    #[test]
    fn no_text_is_too_strange_to_be_refused(text: String, now: u32) {
        prop_assert_eq!(Token::read(&text, now.into(), &name(), Need::Read), None);
    }
}

/// The HMAC vectors of Project Wycheproof.
///
/// Two of its judgements cannot be shared. It calls the very bytes of a valid
/// vector invalid under another name; and it calls valid what has a character
/// that is none of base64url's, for readers that skip it. RFC 7515, section 2,
/// allows no other characters.
#[test]
fn wycheproofs_vectors_are_judged_as_they_say() {
    let vectors: serde_json::Value =
        serde_json::from_str(include_str!("../vectors/wycheproof-hs256.json")).unwrap();
    let (mut valid, mut invalid, mut not_shared) = (0, 0, Vec::new());
    for group in vectors["testGroups"].as_array().unwrap() {
        let tests = group["tests"].as_array().unwrap();
        let key = &group["private"];
        assert_eq!((&key["kty"], &key["alg"]), (&"oct".into(), &"HS256".into()));
        let key = from_base64url(key["k"].as_str().unwrap());
        let says_valid = |test: &serde_json::Value| test["result"] == "valid";
        for test in tests {
            let compact = test["jws"].as_str().unwrap();
            let is_same = |other| says_valid(other) && other["jws"] == test["jws"];
            let contradicts = !says_valid(test) && tests.iter().any(is_same);
            let known = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
            let expected = if contradicts || (says_valid(test) && !compact.chars().all(known)) {
                not_shared.push(test["tcId"].as_u64().unwrap());
                contradicts
            } else {
                says_valid(test)
            };
            assert_eq!(verifies(&key, compact), expected, "{test}");
            *(if expected { &mut valid } else { &mut invalid }) += 1;
        }
    }
    assert_eq!((valid, invalid), (10, 30));
    assert_eq!(not_shared, [367, 370, 372, 373]);
}
