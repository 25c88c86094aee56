//! Follows an event stream with the `eventsource-client` crate and prints each
//! event as one line: its type, its id and its data, separated by tabs.

use std::time::Duration;

use eventsource_client::{Client, ClientBuilder, ReconnectOptions, SSE};
use futures::StreamExt;
use launchdarkly_sdk_transport::HyperTransport;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = std::env::args().nth(1).ok_or("usage: edge-events-rust-client URL")?;
    // The server's own `retry:` replaces the delay; it is not to be doubled,
    // so that a test does not wait for minutes.
    let reconnect = ReconnectOptions::reconnect(true)
        .retry_initial(true)
        .delay(Duration::from_millis(200))
        .backoff_factor(1)
        .build();
    let client = ClientBuilder::for_url(&url)?
        .reconnect(reconnect)
        .build_with_transport(HyperTransport::builder().build_http()?);

    let mut events = client.stream();
    while let Some(item) = events.next().await {
        // An error is the end of one connection; the client makes the next one itself.
        match item {
            Ok(SSE::Connected(_)) => println!("open\t\t"),
            Ok(SSE::Event(event)) => {
                println!("{}\t{}\t{}", event.event_type, event.id.unwrap_or_default(), event.data);
            }
            Ok(SSE::Comment(_)) | Err(_) => {}
        }
    }
    Err("the client gave up".into())
}
