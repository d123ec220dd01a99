//! Visibility, redrive, delays, retention, long polling, FIFO, move tasks and persistence.

use super::{Fixture, core};
use crate::{
    clock::{ManualClock, MovableClock},
    error::AwsError,
    ports::QueueSource,
    sqs::{
        Sqs,
        delivery::{Received, Sent},
        engine::Engine,
        message::NewMessage,
    },
};
use futures_util::{FutureExt, future::join_all};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tempfile::TempDir;

impl Fixture {
    fn engine(&self) -> &Arc<Engine> {
        &self.sqs.engine
    }

    fn queue(&self, name: &str, attributes: &[(&str, &str)]) -> String {
        self.create(name, attributes).unwrap();
        self.engine().queue(name).unwrap().arn
    }

    fn create(&self, name: &str, attributes: &[(&str, &str)]) -> Result<bool, AwsError> {
        let attributes = attributes.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        self.engine().create(name, &attributes, &BTreeMap::new())
    }

    /// A queue with a dead-letter queue `dlq`.
    fn redriving(&self, name: &str, dlq: &str, max: u32) -> String {
        let policy =
            format!(r#"{{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:{dlq}","maxReceiveCount":{max}}}"#);
        self.queue(name, &[("RedrivePolicy", &policy)])
    }

    fn put(&self, queue: &str, message: NewMessage) -> Result<Sent, AwsError> {
        Engine::check(&self.engine().queue(queue)?, &message)?;
        Ok(self.engine().send(queue, &[message])?.remove(0))
    }

    fn send(&self, queue: &str, body: &str) {
        self.put(queue, message(body)).unwrap();
    }

    fn take(&self, queue: &str, max: usize) -> Vec<Received> {
        self.take_hiding(queue, max, None)
    }

    fn take_hiding(&self, queue: &str, max: usize, visibility: Option<u32>) -> Vec<Received> {
        let engine = self.engine();
        engine.take(&mut engine.state(), queue, max, visibility).unwrap()
    }

    fn take_one(&self, queue: &str) -> Received {
        let mut taken = self.take(queue, 1);
        assert_eq!(taken.len(), 1, "one message of {queue}");
        taken.remove(0)
    }
}

fn message(body: &str) -> NewMessage {
    NewMessage { body: body.into(), sender: "test".into(), ..NewMessage::default() }
}

fn in_group(body: &str, group: &str, deduplication: &str) -> NewMessage {
    NewMessage { group: Some(group.into()), deduplication: Some(deduplication.into()), ..message(body) }
}

/// What a spawned task gives, which must not take longer than a test waits: a lost wake-up fails, it does not hang.
async fn ended<T>(task: tokio::task::JoinHandle<T>) -> T {
    tokio::time::timeout(Duration::from_secs(10), task).await.expect("the receiver wakes").unwrap()
}

fn bodies(taken: &[Received]) -> Vec<&str> {
    taken.iter().map(|message| message.body.as_str()).collect()
}

#[tokio::test]
async fn a_received_message_is_hidden_until_its_visibility_timeout_and_counts_its_receives() {
    let fixture = Fixture::new();
    fixture.queue("q", &[("VisibilityTimeout", "10")]);
    fixture.send("q", "hello");
    let first = fixture.take_one("q");
    assert_eq!(first.system["ApproximateReceiveCount"], "1");
    fixture.advance(9);
    assert!(fixture.take("q", 10).is_empty());
    assert_eq!(fixture.engine().counts("q").unwrap(), (0, 1, 0));
    fixture.advance(1);
    let second = fixture.take_one("q");
    assert_eq!(second.system["ApproximateReceiveCount"], "2");
    assert_eq!(second.message_id, first.message_id);
    assert_ne!(second.handle, first.handle);
    assert_eq!(second.system["ApproximateFirstReceiveTimestamp"], first.system["ApproximateFirstReceiveTimestamp"]);
    // A standard queue deletes by an older handle too, and deleting twice is fine.
    fixture.engine().remove("q", &first.handle).unwrap();
    fixture.engine().remove("q", &second.handle).unwrap();
    fixture.advance(100);
    assert!(fixture.take("q", 10).is_empty());
}

#[tokio::test]
async fn visibility_timeout_zero_shows_the_message_again_but_not_twice_in_one_receive() {
    let fixture = Fixture::new();
    fixture.queue("q", &[]);
    fixture.send("q", "a");
    fixture.send("q", "b");
    for round in 1..=3 {
        let taken = fixture.take_hiding("q", 10, Some(0));
        assert_eq!(bodies(&taken), ["a", "b"]);
        assert_eq!(taken[0].system["ApproximateReceiveCount"], round.to_string());
    }
    assert_eq!(fixture.engine().counts("q").unwrap(), (2, 0, 0));
}

#[tokio::test]
async fn a_receive_may_hide_its_messages_longer_or_shorter_than_the_queue_says() {
    let fixture = Fixture::new();
    fixture.queue("q", &[("VisibilityTimeout", "10")]);
    fixture.send("q", "a");
    for (hidden, count) in [(100, "1"), (3, "2")] {
        let taken = fixture.take_hiding("q", 1, Some(hidden));
        assert_eq!(taken[0].system["ApproximateReceiveCount"], count);
        fixture.advance(u64::from(hidden) - 1);
        assert!(fixture.take("q", 1).is_empty(), "hidden for {hidden} s");
        fixture.advance(1);
    }
    assert_eq!(fixture.take_one("q").system["ApproximateReceiveCount"], "3");
}

#[tokio::test]
async fn a_message_is_hidden_for_twelve_hours_in_all_and_no_longer() {
    let fixture = Fixture::new();
    fixture.queue("q", &[]);
    fixture.send("q", "a");
    let held = fixture.take_hiding("q", 1, Some(43_200)).remove(0);
    fixture.advance(10);
    fixture.engine().change_visibility("q", &held.handle, 43_190).unwrap();
    let refused = fixture.engine().change_visibility("q", &held.handle, 43_191).unwrap_err();
    assert_eq!(refused.code, "InvalidParameterValue");
    assert!(refused.message.ends_with("for the message is beyond the limit [43200 seconds]"), "{}", refused.message);
    // Counted from the receive, which is over a restart the same one.
    let fixture = fixture.reopen();
    assert!(fixture.engine().change_visibility("q", &held.handle, 43_191).is_err());
    fixture.advance(43_190);
    let again = fixture.take_one("q");
    fixture.engine().change_visibility("q", &again.handle, 43_200).unwrap();
}

#[tokio::test]
async fn a_file_of_a_build_that_did_not_note_when_messages_were_received_is_read() {
    let fixture = Fixture::new();
    fixture.queue("q", &[]);
    fixture.send("q", "a");
    let held = fixture.take_one("q");
    fixture.engine().state().connection.execute_batch("ALTER TABLE messages DROP COLUMN received").unwrap();
    let fixture = fixture.reopen();
    fixture.engine().change_visibility("q", &held.handle, 43_200).unwrap();
    fixture.advance(43_200);
    assert_eq!(fixture.take_one("q").body, "a");
}

#[tokio::test]
async fn too_many_messages_in_flight_are_an_error_for_who_does_not_wait_and_silence_otherwise() {
    let fixture = Fixture::new();
    for (name, fifo) in [("q", false), ("q.fifo", true)] {
        let attributes: &[(&str, &str)] = if fifo { &[("FifoQueue", "true")] } else { &[] };
        fixture.queue(name, attributes);
        // In flight, as if 120 000 receives had been made.
        let (id, now) = (fixture.engine().queue(name).unwrap().id, fixture.clock_ms());
        let filled = fixture.engine().state().connection.execute(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 119999)
             INSERT INTO messages (queue, id, body, md5, sender, sent, visible_at, in_flight, message_group)
             SELECT ?1, 'm', 'b', 'd', 's', ?2, ?2 + 60000, 1, 'other' FROM n",
            rusqlite::params![id, now],
        );
        assert_eq!(filled.unwrap(), 119_999);
        for group in ["one", "two"] {
            let one = if fifo { in_group(group, group, group) } else { message(group) };
            fixture.put(name, one).unwrap();
        }
        let receive = |wait| fixture.engine().receive(name, 1, None, Duration::from_secs(wait));
        assert_eq!(receive(0).await.unwrap().len(), 1, "the last one that fits");
        match receive(0).await {
            Ok(taken) => assert!(fifo && taken.is_empty()),
            Err(error) => assert_eq!((fifo, error.code.as_str(), error.status), (false, "OverLimit", 403)),
        }
        let engine = fixture.engine().clone();
        let queue = name.to_owned();
        let poll = tokio::spawn(async move { engine.receive(&queue, 10, None, Duration::from_secs(20)).await });
        fixture.clock.wait_for_sleepers(1).await;
        fixture.advance(20);
        assert!(ended(poll).await.unwrap().is_empty(), "who waits is told nothing");
    }
}

#[tokio::test]
async fn changing_visibility_releases_extends_and_refuses_what_is_not_in_flight() {
    let fixture = Fixture::new();
    fixture.queue("q", &[("VisibilityTimeout", "10")]);
    fixture.send("q", "a");
    let first = fixture.take_one("q");
    fixture.engine().change_visibility("q", &first.handle, 100).unwrap();
    fixture.advance(99);
    assert!(fixture.take("q", 1).is_empty());
    fixture.engine().change_visibility("q", &first.handle, 0).unwrap();
    assert_eq!(
        fixture.engine().change_visibility("q", &first.handle, 5).unwrap_err().query_code.as_deref(),
        Some("AWS.SimpleQueueService.MessageNotInflight")
    );
    let second = fixture.take_one("q");
    // The first consumer's handle must not take the message away from the second.
    assert_eq!(fixture.engine().change_visibility("q", &first.handle, 0).unwrap_err().code, "InvalidParameterValue");
    fixture.engine().remove("q", &second.handle).unwrap();
    assert_eq!(fixture.engine().change_visibility("q", &second.handle, 0).unwrap_err().code, "InvalidParameterValue");
    assert_eq!(fixture.engine().change_visibility("q", "rubbish", 0).unwrap_err().code, "ReceiptHandleIsInvalid");
    fixture.queue("other", &[]);
    assert_eq!(fixture.engine().remove("other", &second.handle).unwrap_err().code, "ReceiptHandleIsInvalid");
}

#[tokio::test]
async fn a_message_received_too_often_moves_to_the_dead_letter_queue_with_its_age() {
    let fixture = Fixture::new();
    fixture.queue("dlq", &[]);
    let source = fixture.redriving("q", "dlq", 2);
    fixture.send("q", "poison");
    fixture.send("q", "poison too");
    let sent = fixture.clock_ms();
    for _ in 0..2 {
        assert_eq!(fixture.take("q", 10).len(), 2);
        fixture.advance(30);
    }
    fixture.send("q", "good");
    // The poisoned ones make room for the good one within the same receive.
    assert_eq!(bodies(&fixture.take("q", 1)), ["good"]);
    let dead = fixture.take("dlq", 10);
    assert_eq!(bodies(&dead), ["poison", "poison too"]);
    assert_eq!(dead[0].system["DeadLetterQueueSourceArn"], source);
    assert_eq!(dead[0].system["SentTimestamp"], sent.to_string());
    assert_eq!(dead[0].system["ApproximateReceiveCount"], "3");
}

impl Fixture {
    fn clock_ms(&self) -> i64 {
        self.engine().now()
    }
}

#[tokio::test]
async fn delays_and_retention_follow_the_clock() {
    let fixture = Fixture::new();
    fixture.queue("q", &[("DelaySeconds", "5"), ("MessageRetentionPeriod", "60")]);
    fixture.send("q", "by the queue's delay");
    fixture.put("q", NewMessage { delay: Some(0), ..message("at once") }).unwrap();
    fixture.put("q", NewMessage { delay: Some(20), ..message("late") }).unwrap();
    assert_eq!(fixture.engine().counts("q").unwrap(), (1, 0, 2));
    assert_eq!(bodies(&fixture.take("q", 10)), ["at once"]);
    fixture.advance(5);
    assert_eq!(bodies(&fixture.take("q", 10)), ["by the queue's delay"]);
    fixture.advance(15);
    assert_eq!(bodies(&fixture.take("q", 10)), ["late"]);
    fixture.advance(39);
    assert_eq!(fixture.engine().counts("q").unwrap(), (3, 0, 0));
    fixture.advance(1);
    assert_eq!(fixture.engine().counts("q").unwrap(), (0, 0, 0));
    assert!(fixture.take("q", 10).is_empty());
}

#[tokio::test]
async fn a_long_poll_wakes_when_a_message_arrives_and_ends_when_its_time_is_up() {
    let fixture = Fixture::new();
    fixture.queue("q", &[]);
    let engine = fixture.engine().clone();
    let poll = tokio::spawn(async move { engine.receive("q", 10, None, Duration::from_secs(20)).await.unwrap() });
    fixture.clock.wait_for_sleepers(1).await;
    // No time passes on the clock: only the arrival can wake it.
    fixture.send("q", "now");
    assert_eq!(bodies(&ended(poll).await), ["now"]);

    let engine = fixture.engine().clone();
    let poll = tokio::spawn(async move { engine.receive("q", 10, None, Duration::from_secs(20)).await.unwrap() });
    fixture.clock.wait_for_sleepers(1).await;
    fixture.advance(20);
    assert!(ended(poll).await.is_empty());
}

#[tokio::test]
async fn a_long_poll_wakes_when_a_hidden_message_shows_again_or_is_released() {
    let fixture = Fixture::new();
    fixture.queue("q", &[("VisibilityTimeout", "7")]);
    fixture.send("q", "a");
    let held = fixture.take_one("q");
    let receive = || {
        let engine = fixture.engine().clone();
        tokio::spawn(async move { engine.receive("q", 10, None, Duration::from_secs(20)).await.unwrap() })
    };
    let poll = receive();
    fixture.clock.wait_for_sleepers(1).await;
    fixture.engine().change_visibility("q", &held.handle, 0).unwrap();
    assert_eq!(ended(poll).await.len(), 1);

    let poll = receive();
    fixture.clock.wait_for_sleepers(1).await;
    fixture.advance(7);
    assert_eq!(ended(poll).await[0].system["ApproximateReceiveCount"], "3");
}

#[tokio::test]
async fn a_long_poll_wakes_when_a_moved_clock_passes_a_visibility_timeout() {
    let (folder, real) = (TempDir::new().unwrap(), ManualClock::new(Duration::from_hours(500_000)));
    let clock = MovableClock::new(Arc::new(real.clone()), Duration::ZERO);
    let sqs = Sqs::open(core(folder.path(), Arc::new(clock.clone()), "http://127.0.0.1:4566")).unwrap();
    sqs.engine.create("q", &BTreeMap::from([("VisibilityTimeout".into(), "900".into())]), &BTreeMap::new()).unwrap();
    sqs.engine.send("q", &[message("x")]).unwrap();
    assert_eq!(sqs.engine.receive("q", 1, None, Duration::ZERO).await.unwrap().len(), 1);
    let engine = sqs.engine.clone();
    // Longer than any client may poll, so that the message and not the end of the poll wakes it.
    let poll = tokio::spawn(async move { engine.receive("q", 1, None, Duration::from_hours(1)).await.unwrap() });
    real.wait_for_sleepers(1).await;
    clock.advance(Duration::from_mins(15), |_| Ok::<(), ()>(())).unwrap();
    assert_eq!(bodies(&ended(poll).await), ["x"]);
}

#[tokio::test]
async fn a_long_poll_on_a_deleted_queue_ends_with_an_error() {
    let fixture = Fixture::new();
    fixture.queue("q", &[]);
    let engine = fixture.engine().clone();
    let poll = tokio::spawn(async move { engine.receive("q", 10, None, Duration::from_secs(20)).await });
    fixture.clock.wait_for_sleepers(1).await;
    fixture.engine().delete("q").unwrap();
    assert_eq!(ended(poll).await.unwrap_err().code, "QueueDoesNotExist");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_receivers_never_get_one_message_twice_within_its_visibility_timeout() {
    const MESSAGES: usize = 300;
    let fixture = Fixture::new();
    fixture.queue("q", &[]);
    let receivers = (0..8).map(|number| {
        let engine = fixture.engine().clone();
        tokio::spawn(async move {
            let mut got = Vec::new();
            loop {
                let taken = engine.receive("q", 1 + number % 10, None, Duration::from_secs(20)).await.unwrap();
                if taken.is_empty() {
                    return got;
                }
                got.extend(taken.into_iter().map(|message| message.body));
            }
        })
    });
    let receivers: Vec<_> = receivers.collect();
    let senders = (0..3).map(|sender| {
        let engine = fixture.engine().clone();
        tokio::spawn(async move {
            for number in 0..MESSAGES / 3 {
                engine.send("q", &[message(&format!("{sender}-{number}"))]).unwrap();
                tokio::task::yield_now().await;
            }
        })
    });
    join_all(senders).await;
    let all_in_flight = async {
        while fixture.engine().counts("q").unwrap().1 < i64::try_from(MESSAGES).unwrap() {
            tokio::task::yield_now().await;
        }
        fixture.clock.wait_for_sleepers(8).await;
    };
    tokio::time::timeout(Duration::from_secs(30), all_in_flight).await.expect("every message is taken");
    fixture.advance(20);
    let mut got: Vec<String> = join_all(receivers).await.into_iter().flat_map(Result::unwrap).collect();
    got.sort();
    let total = got.len();
    got.dedup();
    assert_eq!((total, got.len()), (MESSAGES, MESSAGES));
}

#[tokio::test]
async fn in_flight_messages_counts_and_purges_survive_a_restart() {
    let fixture = Fixture::new();
    fixture.queue("q", &[("VisibilityTimeout", "30")]);
    fixture.send("q", "held");
    fixture.send("q", "waiting");
    let held = fixture.take_one("q");
    let fixture = fixture.reopen();
    assert_eq!(fixture.engine().counts("q").unwrap(), (1, 1, 0));
    assert_eq!(bodies(&fixture.take("q", 10)), ["waiting"]);
    fixture.advance(30);
    let fixture = fixture.reopen();
    let again = fixture.take("q", 10);
    assert_eq!(bodies(&again), ["held", "waiting"]);
    assert_eq!(again[0].system["ApproximateReceiveCount"], "2");
    // The handle from before the restarts still deletes.
    fixture.engine().remove("q", &held.handle).unwrap();
    fixture.engine().purge("q").unwrap();
    let fixture = fixture.reopen();
    assert_eq!(fixture.engine().purge("q").unwrap_err().code, "PurgeQueueInProgress");
    fixture.advance(60);
    fixture.engine().purge("q").unwrap();
}

#[tokio::test]
async fn fifo_keeps_order_in_a_group_and_holds_it_while_a_message_is_in_flight() {
    let fixture = Fixture::new();
    fixture.queue("q.fifo", &[("FifoQueue", "true"), ("VisibilityTimeout", "30")]);
    for (body, group) in [("a1", "a"), ("a2", "a"), ("b1", "b"), ("a3", "a")] {
        fixture.put("q.fifo", in_group(body, group, body)).unwrap();
    }
    let first = fixture.take_one("q.fifo");
    assert_eq!(first.body, "a1");
    assert_eq!(bodies(&fixture.take("q.fifo", 10)), ["b1"]);
    assert!(fixture.take("q.fifo", 10).is_empty());
    // A waiting receiver gets the rest of the group the moment its head is deleted.
    let engine = fixture.engine().clone();
    let poll = tokio::spawn(async move { engine.receive("q.fifo", 10, None, Duration::from_secs(20)).await.unwrap() });
    fixture.clock.wait_for_sleepers(1).await;
    fixture.engine().remove("q.fifo", &first.handle).unwrap();
    let rest = ended(poll).await;
    assert_eq!(bodies(&rest), ["a2", "a3"]);
    assert!(rest[0].system["SequenceNumber"] < rest[1].system["SequenceNumber"]);
    // After the visibility timeout an old FIFO handle deletes no more.
    fixture.advance(30);
    assert_eq!(fixture.engine().remove("q.fifo", &rest[0].handle).unwrap_err().code, "InvalidParameterValue");
    assert_eq!(bodies(&fixture.take("q.fifo", 10)), ["a2", "b1", "a3"]);
}

#[tokio::test]
async fn fifo_deduplicates_for_five_minutes_even_after_deletion_and_restart() {
    let fixture = Fixture::new();
    fixture.queue("q.fifo", &[("FifoQueue", "true"), ("ContentBasedDeduplication", "true")]);
    let grouped = |body: &str| NewMessage { group: Some("g".into()), ..message(body) };
    let first = fixture.put("q.fifo", grouped("same")).unwrap();
    fixture.engine().remove("q.fifo", &fixture.take_one("q.fifo").handle).unwrap();
    let fixture = fixture.reopen();
    fixture.advance(299);
    let second = fixture.put("q.fifo", grouped("same")).unwrap();
    assert_eq!((&second.message_id, &second.sequence), (&first.message_id, &first.sequence));
    assert!(fixture.take("q.fifo", 1).is_empty());
    fixture.advance(1);
    assert_ne!(fixture.put("q.fifo", grouped("same")).unwrap().message_id, first.message_id);
    assert_eq!(fixture.take("q.fifo", 10).len(), 1);

    fixture.queue("plain.fifo", &[("FifoQueue", "true")]);
    assert_eq!(fixture.put("plain.fifo", grouped("x")).unwrap_err().code, "InvalidParameterValue");
    assert_eq!(fixture.put("plain.fifo", message("x")).unwrap_err().code, "MissingParameter");
}

#[tokio::test]
async fn fifo_deduplicates_within_a_group_when_the_queue_says_so() {
    let fixture = Fixture::new();
    let scope = |scope| [("FifoQueue", "true"), ("DeduplicationScope", scope)];
    fixture.queue("whole.fifo", &scope("queue"));
    fixture.queue("group.fifo", &scope("messageGroup"));
    for (queue, expected) in [("whole.fifo", ["a"].as_slice()), ("group.fifo", &["a", "b"])] {
        for (body, group) in [("a", "g"), ("b", "h"), ("c", "g")] {
            fixture.put(queue, in_group(body, group, "same")).unwrap();
        }
        assert_eq!(bodies(&fixture.take(queue, 10)), expected, "{queue}");
    }
}

#[tokio::test]
async fn delays_of_a_fifo_queue_are_the_queues_own() {
    let fixture = Fixture::new();
    fixture.queue("q.fifo", &[("FifoQueue", "true"), ("DelaySeconds", "5")]);
    let own = NewMessage { delay: Some(9), ..in_group("x", "g", "1") };
    assert_eq!(fixture.put("q.fifo", own).unwrap_err().code, "InvalidParameterValue");
    fixture.put("q.fifo", in_group("x", "g", "2")).unwrap();
    assert!(fixture.take("q.fifo", 1).is_empty());
    fixture.advance(5);
    assert_eq!(fixture.take_one("q.fifo").body, "x");
}

#[tokio::test]
async fn a_standard_queue_takes_a_message_group_and_keeps_no_order_by_it() {
    let fixture = Fixture::new();
    fixture.queue("q", &[]);
    for body in ["1", "2"] {
        fixture.put("q", NewMessage { group: Some("tenant".into()), ..message(body) }).unwrap();
    }
    assert_eq!(fixture.take_one("q").system["MessageGroupId"], "tenant");
    assert_eq!(fixture.take_one("q").body, "2", "the group is not held");
    let wrong = fixture.put("q", in_group("3", "tenant", "d")).unwrap_err();
    assert_eq!(wrong.code, "InvalidParameterValue", "deduplication is of FIFO queues");
}

#[tokio::test]
async fn a_fifo_receive_is_repeated_by_the_name_of_its_attempt() {
    let fixture = Fixture::new();
    fixture.queue("q.fifo", &[("FifoQueue", "true"), ("VisibilityTimeout", "30")]);
    for body in ["1", "2", "3"] {
        fixture.put("q.fifo", in_group(body, "g", body)).unwrap();
    }
    let receive = |attempt| fixture.engine().receive_again("q.fifo", 2, None, Duration::ZERO, attempt);
    let first = receive(Some("one")).await.unwrap();
    assert_eq!(bodies(&first), ["1", "2"]);
    assert!(receive(Some("other")).await.unwrap().is_empty(), "the group is held");
    fixture.advance(20);
    let again = receive(Some("one")).await.unwrap();
    let handles = |of: &[Received]| of.iter().map(|one| one.handle.clone()).collect::<Vec<_>>();
    assert_eq!(handles(&again), handles(&first));
    assert_eq!(again[0].system["ApproximateReceiveCount"], "1");
    fixture.advance(20);
    assert!(receive(None).await.unwrap().is_empty(), "it is hidden anew by the repetition");
    fixture.engine().remove("q.fifo", &first[0].handle).unwrap();
    assert_eq!(bodies(&receive(Some("one")).await.unwrap()), ["2"], "what was deleted is gone");
    fixture.advance(300);
    let later = receive(Some("one")).await.unwrap();
    assert_eq!(bodies(&later), ["2", "3"], "after five minutes it is a receive like any other");
    assert_ne!(later[0].handle, first[1].handle);
}

#[tokio::test]
async fn a_move_task_brings_messages_back_to_where_they_came_from() {
    let fixture = Fixture::new();
    let dlq = fixture.queue("dlq", &[]);
    fixture.redriving("q", "dlq", 1);
    for number in 0..150 {
        fixture.send("q", &number.to_string());
    }
    let ids: Vec<String> = (0..15).flat_map(|_| fixture.take("q", 10)).map(|message| message.message_id).collect();
    assert_eq!(ids.len(), 150);
    fixture.advance(30);
    assert!(fixture.take("q", 10).is_empty());
    assert_eq!(fixture.engine().counts("dlq").unwrap().0, 150);
    fixture.engine().start_move(&dlq, None, None).unwrap();
    assert_eq!(
        fixture.engine().start_move(&dlq, None, None).unwrap_err().query_code.as_deref(),
        Some("AWS.SimpleQueueService.UnsupportedOperation")
    );
    fixture.until_move_is(&dlq, "COMPLETED").await;
    let task = fixture.engine().moves_of(&dlq, 1).unwrap()[0].to_json();
    assert_eq!(task["ApproximateNumberOfMessagesMoved"], 150);
    assert_eq!(task["ApproximateNumberOfMessagesToMove"], 150);
    assert_eq!(fixture.engine().counts("q").unwrap().0, 150);
    let back = fixture.take_one("q");
    assert_eq!(back.system["ApproximateReceiveCount"], "1");
    assert!(!ids.contains(&back.message_id), "a moved message is a new one");
    assert_eq!(back.system["SentTimestamp"], fixture.clock_ms().to_string());
}

#[tokio::test]
async fn a_move_task_keeps_its_rate_goes_on_after_a_restart_and_can_be_cancelled() {
    let fixture = Fixture::new();
    let dlq = fixture.queue("dlq", &[]);
    let other = fixture.queue("other", &[]);
    fixture.redriving("q", "dlq", 1);
    for number in 0..5 {
        fixture.send("dlq", &number.to_string());
    }
    assert_eq!(fixture.engine().start_move(&other, None, None).unwrap_err().code, "InvalidParameterValue");
    let task = fixture.engine().start_move(&dlq, Some(&other), Some(2)).unwrap();
    fixture.clock.wait_for_sleepers(1).await;
    assert_eq!(fixture.engine().counts("other").unwrap().0, 2);
    let fixture = fixture.reopen();
    let until_four = async {
        while fixture.engine().counts("other").unwrap().0 < 4 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), until_four).await.expect("the task goes on");
    assert_eq!(fixture.engine().cancel_move(&task.handle()).unwrap(), 4);
    assert_eq!(
        fixture.engine().cancel_move(&task.handle()).unwrap_err().query_code.as_deref(),
        Some("AWS.SimpleQueueService.UnsupportedOperation")
    );
    fixture.advance(10);
    fixture.until_move_is(&dlq, "CANCELLED").await;
    assert_eq!(fixture.engine().counts("dlq").unwrap().0, 1);

    // Without a destination a message that was sent here directly has nowhere to go back to.
    fixture.engine().start_move(&dlq, None, None).unwrap();
    fixture.until_move_is(&dlq, "FAILED").await;
    let task = fixture.engine().moves_of(&dlq, 1).unwrap()[0].to_json();
    assert_eq!(task["FailureReason"], "CouldNotDetermineMessageSource");
}

impl Fixture {
    async fn until_move_is(&self, source: &str, status: &str) {
        let reached = async {
            while self.engine().moves_of(source, 10).unwrap().iter().all(|task| task.to_json()["Status"] != status) {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), reached).await.unwrap_or_else(|_| panic!("no task is {status}"));
    }
}

#[tokio::test]
async fn queue_definitions_are_checked_and_idempotent() {
    let fixture = Fixture::new();
    assert!(fixture.create("q", &[("VisibilityTimeout", "10")]).unwrap());
    assert!(!fixture.create("q", &[]).unwrap());
    assert!(!fixture.create("q", &[("VisibilityTimeout", "10"), ("DelaySeconds", "0")]).unwrap());
    let other = fixture.create("q", &[("VisibilityTimeout", "11")]).unwrap_err();
    assert_eq!((other.code.as_str(), other.query_code.as_deref()), ("QueueNameExists", Some("QueueAlreadyExists")));
    for name in ["", "a b", "q.fifo", &"x".repeat(81)] {
        assert_eq!(fixture.create(name, &[]).unwrap_err().code, "InvalidParameterValue", "{name}");
    }
    assert_eq!(fixture.create("f", &[("FifoQueue", "true")]).unwrap_err().code, "InvalidParameterValue");

    let arn = |name: &str| format!("arn:aws:sqs:us-east-1:000000000000:{name}");
    let policy = |target: &str| format!(r#"{{"deadLetterTargetArn":"{}","maxReceiveCount":3}}"#, arn(target));
    assert_eq!(fixture.create("r", &[("RedrivePolicy", &policy("absent"))]).unwrap_err().code, "InvalidParameterValue");
    fixture.queue("dlq", &[("RedriveAllowPolicy", r#"{"redrivePermission":"denyAll"}"#)]);
    assert!(fixture.create("r", &[("RedrivePolicy", &policy("dlq"))]).is_err());
    fixture.queue("dlq.fifo", &[("FifoQueue", "true")]);
    assert!(fixture.create("r", &[("RedrivePolicy", &policy("dlq.fifo"))]).is_err());
    assert!(fixture.create("r", &[("RedrivePolicy", &policy("q"))]).unwrap());
    assert_eq!(fixture.engine().sources_of("q").unwrap(), ["r"]);
}

#[tokio::test]
async fn every_number_of_a_queue_has_its_limits() {
    let fixture = Fixture::new();
    for (name, least, most) in [
        ("VisibilityTimeout", 0, 43_200),
        ("MaximumMessageSize", 1_024, 1_048_576),
        ("MessageRetentionPeriod", 60, 1_209_600),
        ("DelaySeconds", 0, 900),
        ("ReceiveMessageWaitTimeSeconds", 0, 20),
        ("KmsDataKeyReusePeriodSeconds", 60, 86_400),
    ] {
        for (number, value) in [least, most].into_iter().enumerate() {
            assert!(
                fixture.create(&format!("{name}-{number}"), &[(name, &value.to_string())]).unwrap(),
                "{name} {value}"
            );
        }
        for wrong in [(least - 1).to_string(), (most + 1).to_string(), "1.5".to_owned(), "many".to_owned()] {
            let refused = fixture.create("refused", &[(name, &wrong)]).unwrap_err();
            assert_eq!(refused.code, "InvalidAttributeValue", "{name} {wrong}");
        }
    }
    for (name, value) in [("ContentBasedDeduplication", "true"), ("DeduplicationScope", "queue"), ("Colour", "red")] {
        assert_eq!(fixture.create("refused", &[(name, value)]).unwrap_err().code, "InvalidAttributeName", "{name}");
    }
    // Unless it says otherwise a queue takes a whole mebibyte and nothing above.
    fixture.queue("q", &[]);
    assert!(fixture.put("q", message(&"x".repeat(1_048_576))).is_ok());
    assert_eq!(fixture.put("q", message(&"x".repeat(1_048_577))).unwrap_err().code, "InvalidParameterValue");
}

#[tokio::test]
async fn message_size_counts_attributes_and_characters_are_checked() {
    let fixture = Fixture::new();
    fixture.queue("q", &[("MaximumMessageSize", "1024")]);
    assert!(fixture.put("q", message(&"x".repeat(1024))).is_ok());
    assert_eq!(fixture.put("q", message(&"x".repeat(1025))).unwrap_err().code, "InvalidParameterValue");
    let mut with_attribute = message(&"x".repeat(1024 - 8));
    let parsed = serde_json::json!({"abc": {"DataType": "String", "StringValue": "v"}});
    with_attribute.attributes = crate::sqs::message::parse_attributes(parsed.as_object().unwrap()).unwrap();
    assert_eq!(fixture.put("q", with_attribute).unwrap_err().code, "InvalidParameterValue");
    assert_eq!(fixture.put("q", message("")).unwrap_err().code, "MissingParameter");
    for bad in ["a\u{0}", "\u{b}", "\u{fffe}"] {
        assert_eq!(fixture.put("q", message(bad)).unwrap_err().code, "InvalidMessageContents");
    }
    assert!(fixture.put("q", message("tab\tline\r\n😀\u{fffd}")).is_ok());
}

#[tokio::test]
async fn any_url_with_the_right_path_names_the_queue() {
    let fixture = Fixture::new();
    for url in [
        "http://127.0.0.1:4566/000000000000/q",
        "http://localhost:9999/000000000000/q",
        "https://sqs.us-east-1.amazonaws.com/000000000000/q/",
        "/000000000000/q",
    ] {
        assert_eq!(fixture.engine().name_in_url(url).unwrap(), "q", "{url}");
    }
    assert_eq!(fixture.engine().name_in_url("http://x/111111111111/q").unwrap_err().code, "QueueDoesNotExist");
    assert_eq!(fixture.engine().name_in_url("q").unwrap_err().code, "InvalidAddress");
}

#[tokio::test]
async fn an_event_source_receives_deletes_and_releases_by_arn() {
    let fixture = Fixture::new();
    let arn = fixture.queue("q", &[("VisibilityTimeout", "60")]);
    assert_eq!(fixture.sqs.facts(&arn).map(|facts| (facts.visibility_timeout, facts.fifo)), Some((60, false)));
    assert_eq!(fixture.sqs.facts("arn:aws:sqs:eu-west-1:000000000000:q"), None);
    let parsed = serde_json::json!({
        "b": {"DataType": "Binary", "BinaryValue": "AAE="}, "s": {"DataType": "String", "StringValue": "v"}
    });
    let attributes = crate::sqs::message::parse_attributes(parsed.as_object().unwrap()).unwrap();
    fixture.put("q", NewMessage { attributes, ..message("x") }).unwrap();
    let got = fixture.sqs.receive(&arn, 10, Duration::ZERO).await.unwrap().remove(0);
    assert_eq!(
        serde_json::Value::Object(got.message_attributes),
        serde_json::json!({
            "b": {"binaryValue": "AAE=", "stringListValues": [], "binaryListValues": [], "dataType": "Binary"},
            "s": {"stringValue": "v", "stringListValues": [], "binaryListValues": [], "dataType": "String"},
        })
    );
    assert!(got.md5_of_message_attributes.is_some());
    assert_eq!(got.attributes["ApproximateReceiveCount"], "1");
    fixture.sqs.change_visibility(&arn, &got.receipt_handle, 0).unwrap();
    let again = fixture.sqs.receive(&arn, 10, Duration::ZERO).await.unwrap().remove(0);
    fixture.sqs.delete(&arn, &[again.receipt_handle.clone(), again.receipt_handle]).unwrap();
    assert!(fixture.sqs.receive(&arn, 10, Duration::ZERO).now_or_never().unwrap().unwrap().is_empty());
    assert_eq!(fixture.sqs.receive("arn:x", 1, Duration::ZERO).await.unwrap_err().code, "QueueDoesNotExist");
}
