//! Readers that stop reading their sockets, read again, and come back if they
//! have been cut meanwhile.

use std::collections::BTreeSet;
use std::io;
use std::time::{Duration, Instant};

use mio::{Interest, Token, net::TcpStream};
use serde_json::{Value, json};
use socket2::{Domain, Socket, Type};

use super::load::Load;
use super::reader::Reader;
use crate::network::Turns;

/// What the kernel keeps for such a reader, and how much it takes at once: as
/// of a client behind a network, not of one on the same machine, for which the
/// kernel would keep some megabytes before the server notices anything.
const BUFFER_BYTES: usize = 16_384;
const SEGMENT_BYTES: u32 = 1_460;

impl Load {
    /// A connection of a reader that is going to stop reading.
    pub(super) fn connect_slow(&self) -> io::Result<TcpStream> {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        socket.set_recv_buffer_size(BUFFER_BYTES)?;
        socket.set_tcp_mss(SEGMENT_BYTES)?;
        socket.connect(&self.address.into())?;
        socket.set_nonblocking(true)?;
        Ok(TcpStream::from_std(socket.into()))
    }

    /// The slow ones read no more, and count among the readers no more.
    pub fn stop(&mut self) -> io::Result<Value> {
        let mut stopped = 0;
        for reader in self.readers.iter_mut().flatten() {
            if let Some(follower) = &mut reader.follower {
                follower.begin(self.next);
                self.network.poll.registry().deregister(&mut reader.socket)?;
                reader.stopped = true;
                stopped += 1;
            }
        }
        self.live -= stopped;
        self.stopped_at = self.next;
        Ok(json!({ "stopped": stopped }))
    }

    /// They read again, until each has all or is cut.
    pub fn resume(&mut self, patience: Duration) -> io::Result<Value> {
        let registry = self.network.poll.registry();
        for (index, reader) in self.readers.iter_mut().enumerate() {
            if let Some(reader) = reader.as_mut().filter(|reader| reader.stopped) {
                registry.register(&mut reader.socket, Token(index), Interest::READABLE)?;
            }
        }
        self.follow_up(patience)
    }

    /// Those that were cut ask again, from their places. What has no place
    /// stays cut.
    pub fn come_back(&mut self, request: &str, patience: Duration) -> io::Result<Value> {
        for mut follower in std::mem::take(&mut self.cut) {
            let Some(place) = follower.place.as_deref() else {
                self.cut.push(follower);
                continue;
            };
            let request = request.replace("{place}", place);
            follower.cut();
            let mut socket = self.connect_slow()?;
            let interest = Interest::READABLE | Interest::WRITABLE;
            self.network.poll.registry().register(
                &mut socket,
                Token(self.readers.len()),
                interest,
            )?;
            let mut reader = Reader::new(socket, request.into());
            reader.follower = Some(follower);
            reader.stopped = true;
            self.readers.push(Some(reader));
        }
        self.follow_up(patience)
    }

    fn follow_up(&mut self, patience: Duration) -> io::Result<Value> {
        let end = Instant::now() + patience;
        let due = self.next - self.stopped_at;
        let waits = |reader: &Reader| reader.follower.as_ref().is_some_and(|its| its.have < due);
        while self.readers.iter().flatten().any(waits) && Instant::now() < end {
            self.turn(Some(Duration::from_millis(50)))?;
        }
        let open = self.readers.iter().flatten().filter_map(|reader| reader.follower.as_ref());
        let (mut readers, mut messages, mut doubled) = (0, 0, 0);
        let mut orders = BTreeSet::new();
        for follower in open.chain(&self.cut) {
            readers += 1;
            messages += follower.have;
            doubled += follower.doubled;
            if follower.have == due {
                orders.insert(follower.order);
            }
        }
        Ok(json!({
            "readers": readers,
            "messages": messages,
            "doubled": doubled,
            "orders": orders.len(),
            "cut": self.cut.len(),
        }))
    }
}
