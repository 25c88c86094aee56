//! As one writes it from the documentation of workers-rs:
//! `Response::from_stream` over a stream that sleeps with `Delay`.

use std::time::Duration;

use futures_util::stream;
use worker::{Context, Date, Delay, Env, Request, Response, Result, event, js_sys};

#[event(fetch)]
async fn fetch(req: Request, _env: Env, _ctx: Context) -> Result<Response> {
    let url = req.url()?;
    if url.path() != "/events" {
        return Response::error("Not found", 404);
    }
    let interval = url.query_pairs().find(|(name, _)| name == "interval");
    let interval = interval.and_then(|(_, value)| value.parse().ok()).unwrap_or(1_000);

    let events = stream::unfold(1_u64, move |id| async move {
        if id > 1 {
            Delay::from(Duration::from_millis(interval)).await;
        }
        let now = js_sys::Date::new(&(Date::now().as_millis() as f64).into()).to_iso_string();
        Some((Ok::<_, worker::Error>(format!("id: {id}\ndata: {now}\n\n").into_bytes()), id + 1))
    });

    let mut response = Response::from_stream(events)?;
    response.headers_mut().set("content-type", "text/event-stream")?;
    response.headers_mut().set("cache-control", "no-cache")?;
    Ok(response)
}
