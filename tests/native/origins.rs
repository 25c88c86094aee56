//! Other sites whose pages may read the stream: which origins are taken, and what
//! is answered.

use edge_events::config::{AllowedOrigins, Config};
use edge_events::http::cors::Cors;
use proptest::prelude::*;

#[test]
fn origins_are_none_any_or_a_list() {
    assert_eq!(AllowedOrigins::parse(""), Ok(AllowedOrigins::Same));
    assert_eq!(AllowedOrigins::parse(" * "), Ok(AllowedOrigins::Any));
    let list = ["https://a.example", "http://localhost:3000"].map(str::to_owned).to_vec();
    assert_eq!(
        AllowedOrigins::parse("https://A.example , http://localhost:3000"),
        Ok(AllowedOrigins::List(list))
    );
    for bad in [
        "a.example",
        "https://",
        "https://a.example/",
        "https://a,",
        "*, https://a",
        "https://a.example:443",
        "http://a.example:80",
        "HTTPS://a.example:443",
        "https://a:0443",
        "https://a:0",
        "https://a:65536",
        "https://a:99999",
        "https://[::1]x",
        "https://[::1]:",
        "https://[::1",
        "https://::1",
        "https://[]",
        "https://[0:0:0:0:0:0:0:1]",
        "https://[::01]",
        "https://[::12345]",
        "https://[1:0::2]",
        "https://[1::0:2]",
        "https://[1:2:3:4:5:6:7::8]",
        "https://[1::2::3]",
        "https://[1:0:0:0:2::]",
        "https://[::ffff:127.0.0.1]",
        "https://a[b",
        "https://a..b",
        "https://.a",
        "https://127.1",
        "https://127.0.0.01",
        "https://127.0.0.256",
        "https://127.0.0.1.",
        "https://example.0",
        "1https://a",
        "https://a:b",
        "https://a:8:9",
        "https://a:",
        "https://[",
        "https://a b",
        "https://a\nx",
        "null",
    ] {
        assert!(AllowedOrigins::parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn an_origin_is_taken_as_a_browser_writes_it() {
    for (written, taken) in [
        ("https://a.example", "https://a.example"),
        ("HTTPS://A.Example:8443", "https://a.example:8443"),
        ("http://localhost:443", "http://localhost:443"),
        ("https://a.example.", "https://a.example."),
        ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
        ("https://127.0.0.1:1", "https://127.0.0.1:1"),
        ("https://a1.2b", "https://a1.2b"),
        ("https://[::1]", "https://[::1]"),
        ("https://[::]", "https://[::]"),
        ("https://[2001:DB8::1]:65535", "https://[2001:db8::1]:65535"),
        ("https://[1:0:0:2::3]", "https://[1:0:0:2::3]"),
        ("https://[1::2:0:0:3]", "https://[1::2:0:0:3]"),
        ("https://[1:2:3:4:5:6:0:8]", "https://[1:2:3:4:5:6:0:8]"),
        ("https://[1:2:3:4:5:6::]", "https://[1:2:3:4:5:6::]"),
        ("chrome-extension://abcdef", "chrome-extension://abcdef"),
    ] {
        let list = AllowedOrigins::List(vec![taken.to_owned()]);
        assert_eq!(AllowedOrigins::parse(written), Ok(list), "{written}");
    }
}

#[test]
fn only_a_listed_origin_is_allowed_and_the_answer_varies() {
    let list = AllowedOrigins::parse("https://a.example").unwrap();
    let a = Some("https://a.example");
    assert_eq!(Cors::answer(&list, a), Cors { allow_origin: a, vary: true, credentials: true });
    for other in [None, Some("https://b.example"), Some("https://a.example.evil"), Some("null")] {
        assert_eq!(
            Cors::answer(&list, other),
            Cors { allow_origin: None, vary: true, credentials: false }
        );
    }
    assert_eq!(
        Cors::answer(&AllowedOrigins::Any, a),
        Cors { allow_origin: Some("*"), vary: false, credentials: false }
    );
    assert_eq!(
        Cors::answer(&AllowedOrigins::Same, a),
        Cors { allow_origin: None, vary: false, credentials: false }
    );
}

#[test]
fn a_refusal_names_the_origin_that_is_wrong() {
    let parse = AllowedOrigins::parse;
    assert_eq!(parse("https://a.example, https://b:0443 ,*"), Err("https://b:0443"));
    assert_eq!(parse("https://a.example,,*"), Err(""));
    assert_eq!(parse("a.example"), Err("a.example"));
    let message = |text: &str| {
        let lookup = |name: &str| (name == "ALLOWED_ORIGINS").then(|| text.to_owned());
        Config::from_lookup(lookup).unwrap_err()[0].to_string()
    };
    let allowed = "allowed is *, or origins such as https://example.com separated by commas";
    assert_eq!(
        message("https://a.example,https://b:443"),
        format!(
            "ALLOWED_ORIGINS is \"https://a.example,https://b:443\"; \
             \"https://b:443\" in it cannot be used; {allowed}"
        )
    );
    assert_eq!(message("a.example"), format!("ALLOWED_ORIGINS is \"a.example\"; {allowed}"));
}

proptest! {
    #[test]
    fn no_text_breaks_the_parser(text in any::<String>()) {
        if let Err(part) = AllowedOrigins::parse(&text) {
            prop_assert!(text.contains(part));
        }
    }
}
