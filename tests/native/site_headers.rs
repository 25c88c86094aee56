//! The headers of the site as Workers Sites get it: type, tag, and the rules of
//! `public/_headers`.

use std::collections::HashSet;
use std::path::Path;

use edge_events::site::etag::{hash_in_key, is_known};
use edge_events::site::headers::{RULES, for_path};
use edge_events::site::media_types::content_type;

#[test]
fn the_type_follows_from_the_extension() {
    for (name, expected) in [
        ("index.html", Some("text/html; charset=utf-8")),
        ("a/STYLE.CSS", Some("text/css; charset=utf-8")),
        ("a.b/edge-events.js", Some("text/javascript; charset=utf-8")),
        ("favicon.svg", Some("image/svg+xml")),
        ("x.tar.json", Some("application/json")),
        ("LICENSE", None),
        ("a.css/LICENSE", None),
        (".html", None),
        ("x.", None),
        ("x.unheard-of", None),
    ] {
        assert_eq!(content_type(name), expected, "{name}");
    }
}

#[test]
fn the_hash_is_what_wrangler_put_between_name_and_extension() {
    for (name, key, expected) in [
        ("index.html", "index.0123456789.html", Some("0123456789")),
        ("a/b.min.js", "a/b.min.89abcdef01.js", Some("89abcdef01")),
        ("LICENSE", "LICENSE.0123456789", Some("0123456789")),
        (".well-known", ".well-known.0123456789", Some("0123456789")),
        ("a.b/c", "a.b/c.0123456789", Some("0123456789")),
        // `wrangler dev` puts none.
        ("index.html", "index.html", None),
        ("index.html", "$__MINIFLARE_SITES__$/index.html", None),
        ("LICENSE", "LICENSE", None),
        ("index.html", "index..html", None),
        ("index.html", "other.0123456789.html", None),
        ("index.html", "index.not-a-hash.html", None),
    ] {
        assert_eq!(hash_in_key(name, key), expected, "{name} under {key}");
    }
}

#[test]
fn if_none_match_names_one_tag_several_or_any() {
    let known = |header: &str| is_known(Some(header), Some("\"abc\""));
    for header in ["\"abc\"", "W/\"abc\"", "\"x\", \"abc\"", "\"x\",W/\"abc\" ,\"y\"", "*", " * "] {
        assert!(known(header), "{header}");
    }
    for header in ["", "abc", "\"ABC\"", "\"abcd\"", "w/\"abc\"", "\"x,abc\"", "\"*\"", ",", "W/"] {
        assert!(!known(header), "{header}");
    }
    assert!(!is_known(None, Some("\"abc\"")));
    assert!(!is_known(Some("*"), None));
}

#[test]
fn rules_apply_to_a_path_or_to_all_below() {
    let rules = "# a comment\n/*\n  A: 1: 2\n\n/only/this\n  # another\n  B: 2\n/below/*\n\tC:3\n";
    let headers = |path| for_path(rules, path).collect::<Vec<_>>();
    assert_eq!(headers("/"), [("A", "1: 2")]);
    assert_eq!(headers("/only/this"), [("A", "1: 2"), ("B", "2")]);
    assert_eq!(headers("/only/this/"), [("A", "1: 2")]);
    assert_eq!(headers("/below/x/y"), [("A", "1: 2"), ("C", "3")]);
    assert_eq!(headers("/below"), [("A", "1: 2")]);
}

/// Static Assets know more syntax than we do, and the two must say the same.
#[test]
fn public_headers_uses_only_syntax_that_is_known_here() {
    let mut names = HashSet::new();
    let mut has_path = false;
    for line in RULES.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if line.starts_with('/') {
            let fixed = line.strip_suffix('*').unwrap_or(line);
            assert!(!fixed.contains(['*', ':']), "not known in _headers: the pattern {line}");
            has_path = true;
            continue;
        }
        assert!(has_path, "_headers: a header before the first path: {line}");
        let (name, value) = line.split_once(':').unwrap_or_else(|| {
            panic!("not known in _headers: {line} (neither a path nor Name: value)")
        });
        let is_name = |name: &str| {
            !name.is_empty()
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        assert!(is_name(name), "not known in _headers: the name in {line}");
        let value = value.trim();
        assert!(!value.is_empty() && !value.starts_with("//"), "not known in _headers: {line}");
        assert!(!value.contains(":splat"), "not known in _headers: the placeholder in {line}");
        assert!(
            names.insert(name.to_ascii_lowercase()),
            "_headers names {name} twice: Static Assets send both values, Workers Sites the last"
        );
    }
    for name in ["content-security-policy", "x-content-type-options", "cache-control"] {
        assert!(names.contains(name), "_headers does not set {name}");
    }
}

#[test]
fn public_has_no_file_that_only_static_assets_obey() {
    for name in ["_redirects", ".assetsignore"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("public").join(name);
        assert!(!path.exists(), "{name} would be obeyed by Static Assets alone");
    }
}
