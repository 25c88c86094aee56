//! The promise, for any schedule: what a channel acknowledged reaches every reader
//! that is open or comes back, in one order, once, or a `gap` says exactly what it
//! cannot have any more.
//!
//! Appends, evictions, killed objects, sockets that break or are silently dead, cut
//! connections, stalled clients, retention, deletions: in any order.

use crate::channel_support::{NOON, next_offset};
use crate::channel_world::{JSON, World};
use edge_events::channel::Mode;
use edge_events::channel::offset::Offset;
use proptest::prelude::*;
use proptest::sample::Index;

#[derive(Clone, Debug)]
enum Step {
    /// Publishes so many messages, as one batch.
    Append(u8),
    /// Publishes a message of so many bytes.
    AppendLarge(u16),
    /// Delivers what the sockets hold, of one reader or of all.
    Deliver(Index),
    DeliverAll,
    /// Lets time go on.
    Wait(u32),
    /// The client takes what waits for it.
    Read(Index),
    /// The client does not read until it is told to.
    Stall(Index),
    /// The client's connection is cut after so many bytes of what waits.
    Cut(Index, u16),
    /// The client connects, if it is not connected.
    Connect(Index),
    /// The object is thrown out of memory; sockets stay.
    Evict,
    /// The object is killed: its sockets break, and it cannot be reached for so
    /// many tries.
    Kill(u8),
    /// One socket breaks.
    Break(Index),
    /// One socket's peer is silently gone.
    Silence(Index),
    /// The channel is deleted, and perhaps made anew.
    Delete(bool),
}

fn step() -> impl Strategy<Value = Step> {
    let index = any::<Index>;
    prop_oneof![
        12 => (1u8..6).prop_map(Step::Append),
        2 => (1u16..2_000).prop_map(Step::AppendLarge),
        8 => index().prop_map(Step::Deliver),
        4 => Just(Step::DeliverAll),
        6 => prop_oneof![0u32..50, 0u32..40_000].prop_map(Step::Wait),
        8 => index().prop_map(Step::Read),
        3 => index().prop_map(Step::Stall),
        3 => (index(), 0u16..2_000).prop_map(|(of, bytes)| Step::Cut(of, bytes)),
        8 => index().prop_map(Step::Connect),
        2 => Just(Step::Evict),
        2 => (0u8..6).prop_map(Step::Kill),
        2 => index().prop_map(Step::Break),
        2 => index().prop_map(Step::Silence),
        1 => any::<bool>().prop_map(Step::Delete),
    ]
}

impl World {
    fn take(&mut self, step: &Step) {
        let of = |index: &Index| index.index(self.readers.len());
        match step {
            Step::Append(count) => {
                let messages = (0..*count).map(|_| self.message()).collect();
                self.publish(messages);
            }
            Step::AppendLarge(bytes) => {
                let message = format!("\"{}{}\"", self.message(), "x".repeat((*bytes).into()));
                self.publish(vec![message]);
            }
            Step::Deliver(index) => self.deliver(of(index)),
            Step::DeliverAll => (0..self.readers.len()).for_each(|at| self.deliver(at)),
            Step::Wait(ms) => self.wait(u64::from(*ms)),
            Step::Read(index) => {
                let at = of(index);
                self.readers[at].reads = true;
                self.read(at, usize::MAX);
                self.drive(at);
            }
            Step::Stall(index) => {
                let at = of(index);
                self.readers[at].reads = false;
            }
            Step::Cut(index, bytes) => {
                let at = of(index);
                self.leave(at);
                self.read(at, usize::from(*bytes));
            }
            Step::Connect(index) => {
                let at = of(index);
                self.read(at, usize::MAX);
                self.connect(at);
            }
            Step::Evict => self.object.evict(),
            Step::Kill(unreachable) => {
                self.object.evict();
                self.unreachable = *unreachable;
                (0..self.readers.len()).for_each(|at| {
                    if self.readers[at].socket.is_some() {
                        self.socket_breaks(at);
                    }
                });
            }
            Step::Break(index) => {
                let at = of(index);
                if self.readers[at].socket.is_some() {
                    self.socket_breaks(at);
                }
            }
            Step::Silence(index) => {
                let at = of(index);
                if let Some(socket) = &mut self.readers[at].socket {
                    socket.silent = true;
                }
            }
            Step::Delete(again) => {
                let status = self.object.ask("DELETE", "", &[], "").status;
                let effects = self.object.effects.clone();
                self.carry_out(&effects);
                if status == 204 && *again {
                    self.object.put(JSON);
                    let effects = self.object.effects.clone();
                    self.carry_out(&effects);
                }
                // Not within the same millisecond: an eviction forgets the last one.
                self.object.now += 1;
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn no_message_is_lost_doubled_or_out_of_order(
        steps in prop::collection::vec(step(), 20..250),
        modes in prop::collection::vec(
            prop_oneof![2 => Just(Mode::Events), 1 => Just(Mode::Sse)], 1..4),
        max_channel_bytes in prop_oneof![Just(1u64 << 26), 400u64..6_000],
        max_stream_ms in prop_oneof![Just(600_000u32), 1_000u32..60_000],
    ) {
        let mut world = World::new(&modes, max_channel_bytes, max_stream_ms);
        for step in &steps {
            world.take(step);
        }
        let message = world.message();
        world.publish(vec![message]);
        world.settle();
        let head = world.object.ask("HEAD", "", &[], "");
        let end = Offset::parse(next_offset(&head)).unwrap();
        for reader in &world.readers {
            prop_assert_eq!(reader.client.place, Some(end), "everybody has everything");
        }
    }
}

#[test]
fn a_silently_dead_socket_is_noticed_within_two_heartbeats() {
    let mut world = World::new(&[Mode::Events], 1 << 26, 600_000);
    world.publish(vec!["1".to_owned()]);
    world.connect(0);
    world.readers[0].socket.as_mut().unwrap().silent = true;
    world.publish(vec!["2".to_owned()]);
    world.deliver(0);
    world.wait(2 * 15_000 + 500);
    world.deliver(0);
    world.read(0, usize::MAX);
    assert_eq!(world.object.now, NOON + 30_500);
    assert_eq!((world.readers[0].client.messages, world.readers[0].client.gaps), (1, 0));
}
