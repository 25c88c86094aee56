//! All streams, and the commands.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use mio::{Interest, Token, net::TcpStream};
use serde_json::{Value, json};

use crate::network::{Network, Turns};
use crate::stats::{own_cpu, percentiles};
use crate::stream::Stream;

/// A server that has not answered by then does not work.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Client {
    network: Network,
    buffer: Vec<u8>,
    address: SocketAddr,
    request: Vec<u8>,
    interval_ms: u64,
    id_step: u64,
    streams: Vec<Option<Stream>>,
    live: usize,
    /// Streams without their first event.
    waiting: usize,
    count: Count,
    ticks: Ticks,
}

/// What came since the window began.
#[derive(Clone, Copy, Default)]
struct Count {
    events: u64,
    bytes: u64,
    ended: u64,
    skipped: u64,
    doubled: u64,
}

/// Events that belong to a window by the time that they carry.
#[derive(Default)]
struct Ticks {
    from: f64,
    to: f64,
    lag_ms: Vec<f64>,
}

impl Turns for Client {
    fn network(&mut self) -> &mut Network {
        &mut self.network
    }

    fn ready(&mut self, token: usize) -> io::Result<()> {
        self.serve(token)
    }
}

impl Client {
    pub fn new(port: u16, path: &str, interval_ms: u64, id_step: u64) -> io::Result<Self> {
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: text/event-stream\r\n\r\n"
        );
        Ok(Self {
            network: Network::new()?,
            buffer: vec![0; 16_384],
            address: (Ipv4Addr::LOCALHOST, port).into(),
            request: request.into_bytes(),
            interval_ms,
            id_step,
            streams: Vec::new(),
            live: 0,
            waiting: 0,
            count: Count::default(),
            ticks: Ticks::default(),
        })
    }

    fn serve(&mut self, index: usize) -> io::Result<()> {
        let Some(Some(stream)) = self.streams.get_mut(index) else { return Ok(()) };
        if !stream.asked {
            if let Some(error) = stream.socket.take_error()? {
                return Err(error);
            }
            return stream.ask(&self.request);
        }
        let was_waiting = stream.first_event_at.is_none();
        let now = unix_ms();
        let (count, ticks, step) = (&mut self.count, &mut self.ticks, self.id_step);
        let result = stream.read(&mut self.buffer, |last_id, event| {
            count.events += 1;
            if let Some(time) = event.time.map(|time| time as f64)
                && (ticks.from..ticks.to).contains(&time)
            {
                ticks.lag_ms.push(now - time);
            }
            if let (Some(last), Some(id), 1..) = (*last_id, event.id, step) {
                count.doubled += u64::from(id <= last);
                count.skipped += (id.saturating_sub(last) / step).saturating_sub(1);
            }
            *last_id = event.id;
        });
        if was_waiting && stream.first_event_at.is_some() {
            self.waiting -= 1;
        }
        let over = match result {
            Ok((bytes, over)) => {
                self.count.bytes += bytes as u64;
                over
            }
            Err(error) if error.kind() == ErrorKind::ConnectionReset => true,
            Err(error) => return Err(error),
        };
        if over {
            if stream.first_event_at.is_none() {
                return Err(io::Error::other("a stream ended before its first event"));
            }
            self.streams[index] = None;
            self.live -= 1;
            self.count.ended += 1;
        }
        Ok(())
    }

    pub fn first_byte(&mut self) -> io::Result<Value> {
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            let Ok(mut socket) = std::net::TcpStream::connect(self.address) else {
                std::thread::sleep(Duration::from_millis(1));
                continue;
            };
            socket.set_read_timeout(Some(PATIENCE))?;
            socket.write_all(&self.request)?;
            // Nobody else there: the socket may have been connected to itself.
            if socket.local_addr()? != socket.peer_addr()?
                && matches!(socket.read(&mut self.buffer), Ok(1..))
            {
                return Ok(json!({ "unix_ms": unix_ms() }));
            }
        }
        Err(io::Error::other("the server did not answer"))
    }

    pub fn open(&mut self, count: usize, at_once: usize, patience_ms: u64) -> io::Result<Value> {
        let patience = Duration::from_millis(patience_ms);
        let (started, cpu) = (Instant::now(), own_cpu());
        let first = self.streams.len();
        while self.streams.len() < first + count || self.waiting > 0 {
            while self.streams.len() < first + count && self.waiting < at_once {
                self.connect()?;
            }
            if started.elapsed() > patience {
                break;
            }
            self.turn(Some(Duration::from_millis(100)))?;
        }
        let seconds = started.elapsed().as_secs_f64();
        let opened = self.streams.iter().skip(first).flatten();
        let since = |stream: &Stream, then: Option<Instant>| {
            then.map(|then| (then - stream.opened).as_secs_f64() * 1e6)
        };
        let (mut heads, mut events): (Vec<f64>, Vec<f64>) = opened
            .filter_map(|stream| {
                Some((since(stream, stream.head_at)?, since(stream, stream.first_event_at)?))
            })
            .unzip();
        Ok(json!({
            "seconds": seconds,
            "live": self.live,
            "waiting": self.waiting + first + count - self.streams.len(),
            "head_us": percentiles(&mut heads),
            "first_event_us": percentiles(&mut events),
            "client_cpu": (own_cpu() - cpu) / seconds,
        }))
    }

    fn connect(&mut self) -> io::Result<()> {
        let mut socket = TcpStream::connect(self.address)?;
        let token = Token(self.streams.len());
        let interest = Interest::READABLE | Interest::WRITABLE;
        self.network.poll.registry().register(&mut socket, token, interest)?;
        self.streams.push(Some(Stream::new(socket)));
        self.live += 1;
        self.waiting += 1;
        Ok(())
    }

    pub fn watch(&mut self, ms: u64) -> io::Result<Value> {
        let (started, cpu, live) = (Instant::now(), own_cpu(), self.live);
        let from = unix_ms();
        self.count = Count::default();
        self.ticks = Ticks { from, to: from + ms as f64, lag_ms: Vec::new() };
        self.turn_until(started + Duration::from_millis(ms))?;
        let seconds = started.elapsed().as_secs_f64();
        let Count { events, bytes, ended, skipped, doubled } = self.count;
        Ok(json!({
            "seconds": seconds,
            "live": live,
            "events": events,
            "due": live as u64 * ms / self.interval_ms,
            "bytes": bytes,
            "ended": ended,
            "skipped": skipped,
            "doubled": doubled,
            "client_cpu": (own_cpu() - cpu) / seconds,
        }))
    }

    pub fn late(&mut self, ms: u64) -> io::Result<Value> {
        self.turn_until(Instant::now() + Duration::from_millis(ms))?;
        let mut lag_ms = std::mem::take(&mut self.ticks).lag_ms;
        Ok(json!({ "ticks": lag_ms.len(), "lag_ms": percentiles(&mut lag_ms) }))
    }

    fn turn_until(&mut self, end: Instant) -> io::Result<()> {
        while let Some(left) = end.checked_duration_since(Instant::now()).filter(|d| !d.is_zero()) {
            self.turn(Some(left))?;
        }
        Ok(())
    }

    pub fn leave(&mut self) -> io::Result<Value> {
        let left = self.live;
        for stream in self.streams.drain(..).flatten() {
            // A reset, which leaves no port in TIME_WAIT.
            socket2::SockRef::from(&stream.socket).set_linger(Some(Duration::ZERO))?;
        }
        (self.live, self.waiting) = (0, 0);
        Ok(json!({ "left": left }))
    }
}

fn unix_ms() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64() * 1e3)
}
