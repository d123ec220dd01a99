//! The following against a service in memory that is as unkind as the real one: lines that can be read only a while after
//! they came, pages, throttling, sessions that sample, that end, that are refused. Time moves by itself.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::event_stream::{Header, HeaderValue, Message};
use bytes::Bytes;
use futures_util::StreamExt as _;
use http_body_util::StreamBody;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::answering::{Answering, response};
use crate::target::Identity;

/// Real time at the start of each run; far from today, so that the machine's clock cannot be mistaken for it.
const EPOCH: i64 = 2_000_000_000_000;

/// Chances, each of 256, and the numbers that decide.
#[derive(Debug, Clone)]
struct Mood {
    seed: u64,
    throttled: u8,
    refused: u8,
    session_seconds: u64,
    most_per_update: usize,
    denied: bool,
}

struct World {
    mood: Mood,
    start: Instant,
    random: u64,
    /// Group, when it can be read, time, text, in the order of arrival.
    log: Vec<(String, Instant, i64, String)>,
}

impl World {
    fn next(&mut self, below: u64) -> u64 {
        // An ordinary linear congruence: the same runs for the same seed.
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.random >> 33) % below.max(1)
    }

    fn chance(&mut self, of: u8) -> bool {
        self.next(256) < u64::from(of)
    }

    fn now(&self) -> i64 {
        EPOCH + i64::try_from(self.start.elapsed().as_millis()).unwrap()
    }
}

type Shared = Arc<Mutex<World>>;

fn world(shared: &Shared) -> std::sync::MutexGuard<'_, World> {
    shared.lock().unwrap()
}

fn refusal(code: &str) -> HttpResponse {
    response(400, json!({ "__type": code, "message": "as the test wants it" }).to_string())
}

fn filter_log_events(shared: &Shared, input: &Value) -> HttpResponse {
    let mut world = world(shared);
    let throttled = world.mood.throttled;
    if world.chance(throttled) {
        return refusal("ThrottlingException");
    }
    let group = input["logGroupName"].as_str().unwrap();
    let from = input["startTime"].as_i64().unwrap();
    let now = Instant::now();
    let there = world
        .log
        .iter()
        .enumerate()
        .filter(|(_, (name, readable, at, _))| name == group && *readable <= now && *at >= from);
    let mut there: Vec<(i64, usize, String)> = there.map(|(id, (_, _, at, text))| (*at, id, text.clone())).collect();
    there.sort_unstable();
    // Where the page before ended, so that what is written meanwhile neither shifts nor repeats a line.
    let after: Option<(i64, usize)> = input["nextToken"].as_str().map(|token| {
        let (at, id) = token.split_once('/').unwrap();
        (at.parse().unwrap(), id.parse().unwrap())
    });
    let left: Vec<_> = there.into_iter().filter(|(at, id, _)| after.is_none_or(|after| (*at, *id) > after)).collect();
    let page: Vec<_> = left.iter().take(40).collect();
    let events: Vec<Value> = page
        .iter()
        .map(|(at, id, text)| json!({ "eventId": id.to_string(), "timestamp": at, "message": text, "logStreamName": "s" }))
        .collect();
    let mut body = json!({ "events": events });
    if left.len() > page.len() {
        let (at, id, _) = page.last().unwrap();
        body["nextToken"] = json!(format!("{at}/{id}"));
    }
    response(200, body.to_string())
}

fn frame(kind: &str, payload: &Value) -> Bytes {
    let header = |name: &str, value: &str| Header::new(name.to_owned(), HeaderValue::String(value.to_owned().into()));
    let message = Message::new(Bytes::from(payload.to_string()))
        .add_header(header(":message-type", "event"))
        .add_header(header(":event-type", kind))
        .add_header(header(":content-type", "application/json"));
    let mut bytes = Vec::new();
    aws_smithy_eventstream::frame::write_message_to(&message, &mut bytes).unwrap();
    bytes.into()
}

fn start_live_tail(shared: &Shared, input: &Value) -> HttpResponse {
    let mut opened = world(shared);
    if opened.mood.denied {
        return refusal("AccessDeniedException");
    }
    let refused = opened.mood.refused;
    if opened.chance(refused) {
        return refusal(
            ["LimitExceededException", "ServiceUnavailableException"][usize::try_from(opened.next(2)).unwrap()],
        );
    }
    let groups: Vec<String> = input["logGroupIdentifiers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|arn| arn.as_str().unwrap().rsplit(':').next().unwrap().to_owned())
        .collect();
    assert!(groups.len() <= live::GROUPS);
    let longest = opened.mood.session_seconds;
    let seconds = 1 + opened.next(longest);
    let at = opened.log.len();
    drop(opened);
    let shared = Arc::clone(shared);
    let updates = futures_util::stream::unfold((at, 0), move |(at, second)| {
        let (shared, groups) = (Arc::clone(&shared), groups.clone());
        async move {
            if second == 0 {
                return Some((frame("sessionStart", &json!({})), (at, 1)));
            }
            if second > seconds {
                return None;
            }
            sleep(Duration::from_secs(1)).await;
            let mut world = world(&shared);
            let new = world.log.len();
            let mut results: Vec<Value> = world.log[at..]
                .iter()
                .filter(|(group, ..)| groups.contains(group))
                .map(|(group, _, at, text)| {
                    json!({ "logGroupIdentifier": format!("1:{group}"), "timestamp": at, "message": text, "logStreamName": "s" })
                })
                .collect();
            let sampled = results.len() > world.mood.most_per_update;
            while results.len() > world.mood.most_per_update {
                let index = world.next(results.len() as u64);
                results.remove(usize::try_from(index).unwrap());
            }
            let update = json!({ "sessionMetadata": { "sampled": sampled }, "sessionResults": results });
            Some((frame("sessionUpdate", &update), (new, second + 1)))
        }
    });
    // Whoever reads a body may ask again after its end.
    let body =
        StreamBody::new(updates.fuse().map(|bytes| Ok::<_, std::convert::Infallible>(hyper::body::Frame::data(bytes))));
    response(200, SdkBody::from_body_1_x(body))
}

fn target(shared: &Shared) -> Target {
    let shared = Arc::clone(shared);
    let client = Answering::by(move |request| {
        let input: Value = serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
        // The endpoint is not AWS, so the session is opened where everything else is.
        assert!(request.uri().starts_with("https://logs.example/"), "{}", request.uri());
        match request.headers().get("x-amz-target").unwrap() {
            "Logs_20140328.FilterLogEvents" => filter_log_events(&shared, &input),
            "Logs_20140328.StartLiveTail" => start_live_tail(&shared, &input),
            other => panic!("{other}"),
        }
    });
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .endpoint_url("https://logs.example")
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new("a", "s", None, None, "test")))
        .http_client(client)
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .build();
    Target::from_config(config, Identity { account: "1".to_owned(), arn: String::new() }).unwrap()
}

fn group(name: &str) -> Group {
    Group {
        function: name.to_owned(),
        name: name.to_owned(),
        arn: format!("arn:aws:logs:eu-west-1:1:log-group:{name}"),
    }
}

type Bag = BTreeMap<(String, i64, String), usize>;

/// Writes for a while, follows meanwhile and a minute longer; returns what was written and what was told.
async fn life(mood: Mood, groups: usize, seconds: u64) -> (Bag, Bag) {
    let random = mood.seed;
    let shared: Shared = Arc::new(Mutex::new(World { mood, start: Instant::now(), random, log: Vec::new() }));
    let names: Vec<String> = (0..groups).map(|index| format!("f{index}")).collect();
    let write = |lines: u64| {
        let mut world = world(&shared);
        for _ in 0..lines {
            let group = names[usize::try_from(world.next(names.len() as u64)).unwrap()].clone();
            let readable = Instant::now() + Duration::from_millis(world.next(900));
            // Few texts, and times to the second: equal lines are common.
            let at = (world.now() - i64::try_from(world.next(20_000)).unwrap()) / 1_000 * 1_000;
            let text = format!("text {}", world.next(3));
            world.log.push((group, readable, at, text));
        }
    };
    write(12);
    tokio::time::advance(Duration::from_secs(2)).await;
    let clock = Arc::clone(&shared);
    let options = FollowOptions { since: EPOCH - 600_000, ..FollowOptions::default() };
    let groups = names.iter().map(|name| group(name)).collect();
    let mut follow = Follow::by_clock(&target(&shared), groups, options, Box::new(move || world(&clock).now()));
    let mut out = Vec::new();
    let end = Instant::now() + Duration::from_secs(seconds + 60);
    let stop = Instant::now() + Duration::from_secs(seconds);
    let mut next_write = Instant::now();
    while Instant::now() < end {
        tokio::select! {
            news = follow.next() => match news.unwrap() {
                Some(News::Lines(lines)) => out.extend(lines),
                Some(News::Notice(_)) => {}
                None => panic!("it ended"),
            },
            () = sleep_until(next_write) => {
                if Instant::now() < stop {
                    let lines = world(&shared).next(4);
                    write(lines);
                }
                next_write += Duration::from_millis(1 + world(&shared).next(900));
            }
        }
    }
    let mut written = Bag::new();
    for (group, _, at, text) in &world(&shared).log {
        *written.entry((group.clone(), *at, text.clone())).or_default() += 1;
    }
    let mut told = Bag::new();
    for line in &out {
        *told.entry((line.function.clone(), line.timestamp, line.message.clone())).or_default() += 1;
    }
    (written, told)
}

fn mood() -> impl Strategy<Value = Mood> {
    (any::<u64>(), 0_u8..100, 0_u8..200, 1_u64..150, 1_usize..12, any::<bool>()).prop_map(
        |(seed, throttled, refused, session_seconds, most_per_update, denied)| Mood {
            seed,
            throttled,
            refused,
            session_seconds,
            most_per_update,
            denied,
        },
    )
}

proptest! {
    // A smaller world is not a simpler one, and each takes a while.
    #![proptest_config(ProptestConfig { cases: 4, max_shrink_iters: 0, failure_persistence: None, ..ProptestConfig::default() })]

    /// Through every seam: history and session, session and session, session and reading in turns, samples and throttling.
    #[test]
    fn every_line_is_told_once(mood in mood(), groups in prop_oneof![1_usize..4, Just(12)]) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        let (written, told) = runtime.block_on(life(mood, groups, 60));
        let differing = differing(&written, &told);
        prop_assert!(differing.is_empty(), "of {}: {:?}", written.len(), &differing[..differing.len().min(10)]);
    }
}

/// What was written, how often, and how often it was told, where the two are not the same.
fn differing(written: &Bag, told: &Bag) -> Vec<((String, i64, String), usize, usize)> {
    let all: BTreeSet<_> = written.keys().chain(told.keys()).collect();
    let count = |bag: &Bag, saying| bag.get(saying).copied().unwrap_or(0);
    let counts = all.into_iter().map(|saying| (saying.clone(), count(written, saying), count(told, saying)));
    counts.filter(|(_, written, told)| written != told).collect()
}

/// Follows one group for half a minute. The lines have the same time; each is written and readable so many milliseconds after the
/// start.
async fn told(most_per_update: usize, lines: &[(u64, u64, &str)]) -> Vec<String> {
    // A session outlives all this.
    let mood = Mood { seed: 7, throttled: 0, refused: 0, session_seconds: 1 << 40, most_per_update, denied: false };
    let start = Instant::now();
    let shared: Shared = Arc::new(Mutex::new(World { mood, start, random: 7, log: Vec::new() }));
    let clock = Arc::clone(&shared);
    let write = async {
        for (written, readable, text) in lines {
            sleep_until(start + Duration::from_millis(*written)).await;
            let readable = start + Duration::from_millis(*readable);
            world(&shared).log.push(("a".to_owned(), readable, EPOCH, (*text).to_owned()));
        }
    };
    let follow = async {
        // Behind whoever writes at the start.
        tokio::task::yield_now().await;
        let options = FollowOptions { since: EPOCH - 600_000, ..FollowOptions::default() };
        let mut follow =
            Follow::by_clock(&target(&shared), vec![group("a")], options, Box::new(move || world(&clock).now()));
        let mut out = Vec::new();
        while let Ok(news) = tokio::time::timeout_at(start + Duration::from_secs(30), follow.next()).await {
            if let Some(News::Lines(lines)) = news.unwrap() {
                out.extend(lines.into_iter().map(|line| line.message));
            }
        }
        out
    };
    tokio::join!(write, follow).1
}

/// The session leaves it out at five seconds, when the last reading is due, and it can be read only after that.
#[tokio::test(start_paused = true)]
async fn what_a_session_leaves_out_as_a_reading_comes_is_read_once_it_can_be() {
    // Which of the two comes first is left to chance.
    for _ in 0..16 {
        assert_eq!(told(0, &[(4_500, 5_400, "late")]).await, ["late"]);
    }
}

/// The session never met the first, so it cannot tell the second from it.
#[tokio::test(start_paused = true)]
async fn a_line_that_says_what_one_before_the_session_said_is_told_too() {
    assert_eq!(told(9, &[(0, 0, "same"), (8_500, 8_900, "same"), (9_500, 9_600, "other")]).await.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn the_past_of_many_functions_is_told_in_order_and_ends() {
    let mood = Mood { seed: 7, throttled: 60, refused: 0, session_seconds: 1, most_per_update: 1, denied: false };
    let shared: Shared = Arc::new(Mutex::new(World { mood, start: Instant::now(), random: 7, log: Vec::new() }));
    for index in 0..300 {
        let at = EPOCH - (index * 79) % 100_000;
        let name = ["a", "b", "c"][usize::try_from(index).unwrap() % 3];
        world(&shared).log.push((name.to_owned(), Instant::now(), at, index.to_string()));
    }
    let options = FollowOptions { since: EPOCH - 600_000, only_past: true, ..FollowOptions::default() };
    let groups = ["a", "b", "c", "nobody"].map(group).to_vec();
    let mut follow = Follow::by_clock(&target(&shared), groups, options, Box::new(|| EPOCH));
    let mut out = Vec::new();
    let mut batches = 0;
    while let Some(news) = follow.next().await.unwrap() {
        if let News::Lines(lines) = news {
            out.extend(lines);
            batches += 1;
        }
    }
    assert_eq!(out.len(), 300);
    assert!(out.is_sorted_by_key(|line| line.timestamp));
    assert!(batches > 3, "told as it is read, not at the end: {batches}");
}

#[test]
fn functions_that_share_a_group_share_its_lines() {
    let mut twin = group("b");
    twin.arn = group("a").arn;
    let groups = each_once(vec![group("a"), twin, group("c")]);
    assert_eq!(groups.iter().map(|group| group.function.as_str()).collect::<Vec<_>>(), ["a,b", "c"]);
}
