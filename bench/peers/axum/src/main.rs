//! axum's own example (examples/sse): a repeated event, throttled.

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::extract::Query;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::routing::get;
use futures_util::stream::{self, Stream};
use serde::Deserialize;
use time::{OffsetDateTime, format_description::BorrowedFormatItem, macros::format_description};
use tokio_stream::StreamExt as _;

const ISO: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");

#[derive(Deserialize)]
struct Params {
    interval: u64,
}

async fn events(
    Query(params): Query<Params>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let mut id = 0_u64;
    let stream = stream::repeat_with(move || {
        id += 1;
        let now = OffsetDateTime::now_utc().format(ISO).unwrap_or_default();
        Event::default().id(id.to_string()).data(now)
    })
    .map(Ok)
    .throttle(Duration::from_millis(params.interval));
    Sse::new(stream).keep_alive(KeepAlive::default())
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let port = std::env::var("PORT").ok().and_then(|port| port.parse().ok()).unwrap_or(3000);
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    axum::serve(listener, Router::new().route("/events", get(events))).await
}
