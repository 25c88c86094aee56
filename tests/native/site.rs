//! The site as Workers Sites get it: which file a path means.

use edge_events::http::route::split_url;
use edge_events::site::target::{Target, find};
use proptest::prelude::*;

const BUCKET: [&str; 16] = [
    "index.html",
    "404.html",
    "style.css",
    "_headers",
    "_redirects",
    ".assetsignore",
    "about.html",
    "docs/index.html",
    "docs/404.html",
    "docs/guide.html",
    "both",
    "both.html",
    "twice.html",
    "twice/index.html",
    "a b/ü.txt",
    "index/index",
];

fn exists(name: &str) -> bool {
    BUCKET.contains(&name)
}

fn target(path: &str) -> Target {
    find(path, "", &exists)
}

fn file(name: &str) -> Target {
    Target::File(name.to_owned())
}

fn redirect(address: &str) -> Target {
    Target::Redirect(address.to_owned())
}

fn missing(page: &str) -> Target {
    Target::Missing(Some(page.to_owned()))
}

#[test]
fn a_page_has_one_address_and_its_other_paths_lead_there() {
    for (path, expected) in [
        ("/", file("index.html")),
        ("/index.html", redirect("/")),
        ("/index", redirect("/")),
        ("/about", file("about.html")),
        ("/about.html", redirect("/about")),
        ("/about/", redirect("/about")),
        ("/about/index", redirect("/about")),
        ("/about/index.html", redirect("/about")),
        ("/docs/", file("docs/index.html")),
        ("/docs", redirect("/docs/")),
        ("/docs.html", redirect("/docs/")),
        ("/docs/index", redirect("/docs/")),
        ("/docs/index.html", redirect("/docs/")),
        ("/docs/guide/", redirect("/docs/guide")),
        ("/twice", file("twice.html")),
        ("/twice/", file("twice/index.html")),
        ("/twice.html", redirect("/twice")),
        ("/twice/index.html", redirect("/twice/")),
    ] {
        assert_eq!(target(path), expected, "{path}");
    }
}

#[test]
fn a_file_is_served_under_its_own_name() {
    for (path, expected) in [
        ("/style.css", file("style.css")),
        ("/style.css/", missing("404.html")),
        ("/style", missing("404.html")),
        ("/both", file("both")),
        // Its page has no address of its own.
        ("/both.html", file("both.html")),
        ("/index/index", file("index/index")),
    ] {
        assert_eq!(target(path), expected, "{path}");
    }
}

#[test]
fn a_path_is_decoded_once_and_has_one_spelling() {
    for (path, expected) in [
        ("/%73tyle.css", redirect("/style.css")),
        ("/%2573tyle.css", missing("404.html")), // its own spelling, of another name
        ("//style.css", redirect("/style.css")),
        ("/docs///", redirect("/docs/")),
        ("/docs%2f", redirect("/docs/")),
        ("/a%20b/%C3%BC.txt", file("a b/ü.txt")),
        ("/a%20b/%c3%bc.txt", redirect("/a%20b/%C3%BC.txt")),
        ("/nope/%41", redirect("/nope/A")),
        ("/%zz", redirect("/%25zz")),
        ("/%ff", redirect("/%EF%BF%BD")),
    ] {
        assert_eq!(target(path), expected, "{path}");
    }
}

#[test]
fn a_redirect_keeps_the_query_as_sent() {
    assert_eq!(find("/index.html", "?a=%2F&b", &exists), redirect("/?a=%2F&b"));
    assert_eq!(find("//style.css", "?x", &exists), redirect("/style.css?x"));
    assert_eq!(find("/style.css", "?x", &exists), file("style.css"));
}

#[test]
fn what_is_not_there_gets_the_nearest_404_page() {
    for (path, page) in [
        ("/nope", "404.html"),
        ("/nope/", "404.html"),
        ("/nope/a/b/c", "404.html"),
        ("/docs/nope", "docs/404.html"),
        ("/docs/a/b", "docs/404.html"),
        ("/docs/guide.css", "docs/404.html"),
    ] {
        assert_eq!(target(path), missing(page), "{path}");
    }
    assert_eq!(find("/nope", "", &|_| false), Target::Missing(None));
}

#[test]
fn what_steers_the_bucket_is_not_served() {
    for path in ["/_headers", "/_redirects", "/.assetsignore"] {
        assert_eq!(target(path), missing("404.html"), "{path}");
    }
    assert_eq!(target("/%5fheaders"), redirect("/_headers"));
    assert_eq!(target("//_headers"), redirect("/_headers"));
}

/// Whatever is asked for, it is a file of the bucket or a redirect that stays
/// on the site and ends at one.
fn stays_in_the_bucket(path: &str) -> bool {
    let mut path = path.to_owned();
    for _ in 0..4 {
        match target(&path) {
            Target::File(name) => {
                assert!(exists(&name) && !name.starts_with(['_', '.']), "{name}");
                return true;
            }
            Target::Missing(page) => {
                assert!(page.is_some_and(|page| page.ends_with("404.html") && exists(&page)));
                return true;
            }
            Target::Redirect(address) => {
                assert!(address.starts_with('/') && !address.starts_with("//"), "{address}");
                assert!(address.is_ascii() && !address.contains(['\\', '\r', '\n']), "{address}");
                path = address;
            }
        }
    }
    false
}

proptest! {
    #[test]
    fn no_path_leads_out_of_the_bucket(path in any::<String>()) {
        assert!(stays_in_the_bucket(&format!("/{path}")));
        assert!(stays_in_the_bucket(split_url(&format!("http://a.example/{path}")).0));
    }

    #[test]
    fn no_path_of_likely_parts_leads_out_of_the_bucket(
        parts in prop::collection::vec(prop::sample::select(vec![
            "/", "//", "..", ".", "%2e", "%2f", "%5c", "\\", "%00", "%25", "%", "index", ".html",
            "index.html", "docs", "twice", "both", "about", "_headers", "style.css", "a%20b",
            "%C3%BC.txt", "a b", "evil.example", ":",
        ]), 0..8)
    ) {
        assert!(stays_in_the_bucket(&format!("/{}", parts.concat())));
    }
}
