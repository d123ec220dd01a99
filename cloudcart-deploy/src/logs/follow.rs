//! Follows the logs of some functions: what was written, then what is written, for as long as somebody listens.
//!
//! A live session is opened before the past is read, so that nothing falls between the two; what both bring is told once
//! ([`super::merge`]). A line may become readable a moment after it arrived, so the past is read again soon after a session
//! began. When a session ends, the next one begins the same way. Where there are no sessions to be had, the groups are read in
//! turns, and a session is tried again now and then.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep, sleep_until};

use super::live::{self, Frame, Session};
use super::merge::Pass;
use super::order::Order;
use super::read::{Next, Pace, Reading};
use super::{Group, Line, Tracked, now_millis};
use crate::error::{Aws, AwsKind, Error, Result};
use crate::target::Target;

/// What to follow, and how.
#[derive(Debug, Clone, Default)]
pub struct FollowOptions {
    /// Only lines that this pattern of CloudWatch Logs matches.
    pub filter: Option<String>,
    /// Where to start, in milliseconds since 1970.
    pub since: i64,
    /// Ends with what is there.
    pub only_past: bool,
    /// Reads in turns, even where there are live sessions.
    pub no_sessions: bool,
}

/// Something to tell.
#[derive(Debug)]
pub enum News {
    /// Lines, oldest first.
    Lines(Vec<Line>),
    /// What changed in the way they come.
    Notice(Notice),
}

/// What changed in the way the lines come.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Notice {
    /// A live session is open. AWS takes money for each minute of one.
    Live,
    /// The logs are read in turns, because there is no session.
    Polling {
        /// Why.
        reason: String,
    },
    /// More was written than a session carries; what it left out is read afterwards.
    Sampled,
    /// The past cannot be read; only what a session brings is told.
    PastUnreadable {
        /// Why.
        reason: String,
    },
    /// A call failed in passing and is repeated.
    Waiting {
        /// Why.
        reason: String,
        /// When, in milliseconds.
        next_in_millis: u64,
        /// The first in a row.
        first: bool,
    },
}

/// How long a line of one of several functions waits for earlier ones of the others.
const HOLD: Duration = Duration::from_millis(700);
/// A session that lived this long ended as sessions do, and the next one begins at once.
const STEADY: Duration = Duration::from_mins(1);
/// When the past is read again after a session began: CloudWatch Logs takes a few seconds to make a line findable.
const SETTLE_AWS: [Duration; 2] = [Duration::from_secs(3), Duration::from_secs(15)];
/// The same for an endpoint of one's own.
const SETTLE: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(5)];
/// Sessions in a row that may end sooner, before there is no sense in another one.
const SHORT_SESSIONS: u32 = 5;
/// Batches that wait for whoever listens.
const BATCHES: usize = 64;

/// Follows logs until it is dropped.
#[derive(Debug)]
pub struct Follow {
    batches: mpsc::Receiver<Result<Batch>>,
    order: Order,
    ended: bool,
    driver: AbortHandle,
}

#[derive(Debug)]
enum Batch {
    /// In order already.
    Past(Vec<Line>),
    Fresh(Vec<Line>),
    Notice(Notice),
}

impl Drop for Follow {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

impl Follow {
    /// Starts to follow these groups.
    pub fn start(target: &Target, groups: Vec<Group>, options: FollowOptions) -> Self {
        Self::by_clock(target, groups, options, Box::new(now_millis))
    }

    fn by_clock(target: &Target, groups: Vec<Group>, options: FollowOptions, clock: Clock) -> Self {
        let groups = each_once(groups);
        let hold = if groups.len() > 1 { HOLD } else { Duration::ZERO };
        let (sender, batches) = mpsc::channel(BATCHES);
        let driver =
            tokio::spawn(drive(Context::new(target, groups.len(), options, clock, sender), groups)).abort_handle();
        Self { batches, order: Order::new(hold), ended: false, driver }
    }

    /// What comes next; nothing when only the past was wanted and it is told. Nothing is lost when this is dropped before it ends.
    pub async fn next(&mut self) -> Result<Option<News>> {
        loop {
            let ready = self.order.ready(Instant::now());
            if !ready.is_empty() {
                return Ok(Some(News::Lines(ready)));
            }
            if self.ended {
                return Ok(None);
            }
            let due = self.order.due();
            tokio::select! {
                batch = self.batches.recv() => match batch {
                    Some(Ok(Batch::Past(lines))) => return Ok(Some(News::Lines(lines))),
                    Some(Ok(Batch::Fresh(lines))) => {
                        let now = Instant::now();
                        for line in lines {
                            self.order.put(line, now);
                        }
                    }
                    Some(Ok(Batch::Notice(notice))) => return Ok(Some(News::Notice(notice))),
                    Some(Err(error)) => return Err(error),
                    None => {
                        self.ended = true;
                        let rest = self.order.rest();
                        if !rest.is_empty() {
                            return Ok(Some(News::Lines(rest)));
                        }
                    }
                },
                () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {}
            }
        }
    }
}

/// Functions that write to the same group share it.
fn each_once(groups: Vec<Group>) -> Vec<Group> {
    let mut once: Vec<Group> = Vec::new();
    for group in groups {
        match once.iter_mut().find(|known| known.arn == group.arn) {
            Some(known) => known.function = format!("{},{}", known.function, group.function),
            None => once.push(group),
        }
    }
    once
}

/// Milliseconds since 1970.
type Clock = Box<dyn Fn() -> i64 + Send + Sync>;

/// What every part of the following works with.
struct Context {
    target: Target,
    options: FollowOptions,
    clock: Clock,
    sender: mpsc::Sender<Result<Batch>>,
    pace: Mutex<Pace>,
    /// Between two reads.
    turn: Duration,
    /// When the past is read again after a session began.
    settle: [Duration; 2],
}

impl Context {
    fn new(
        target: &Target,
        groups: usize,
        options: FollowOptions,
        clock: Clock,
        sender: mpsc::Sender<Result<Batch>>,
    ) -> Self {
        // The quota of FilterLogEvents is 5 a second in most regions, for the whole account: two are enough for us.
        let (cycle, least) = if target.is_aws() { (1_000, 500) } else { (400, 100) };
        let groups = u64::try_from(groups.max(1)).unwrap_or(u64::MAX);
        let turn = Duration::from_millis((cycle / groups).max(least));
        // An endpoint of one's own that is gone was stopped, most likely; AWS comes back.
        let patience = (!target.is_aws()).then_some(Duration::from_secs(30));
        let settle = if target.is_aws() { SETTLE_AWS } else { SETTLE };
        Self {
            target: target.clone(),
            options,
            clock,
            sender,
            pace: Mutex::new(Pace::new(turn, patience)),
            turn,
            settle,
        }
    }

    /// Whoever listened and went away has this task ended, so there is nobody to tell that sending failed.
    async fn send(&self, batch: Result<Batch>) {
        let _ = self.sender.send(batch).await;
    }

    async fn notice(&self, notice: Notice) {
        self.send(Ok(Batch::Notice(notice))).await;
    }

    async fn fresh(&self, lines: Vec<Line>) {
        if !lines.is_empty() {
            self.send(Ok(Batch::Fresh(lines))).await;
        }
    }

    fn pace(&self) -> std::sync::MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next page of a read, however often it takes.
    async fn page(&self, reading: &mut Reading) -> Result<Vec<Line>> {
        let mut first = true;
        loop {
            let error = match reading.page(&self.target).await {
                Ok(lines) => {
                    let wait = self.pace().good();
                    if wait > self.turn {
                        sleep(wait).await;
                    }
                    return Ok(lines);
                }
                Err(error) => error,
            };
            let Some(aws) = error.as_aws() else { return Err(error) };
            if aws.kind == AwsKind::NotFound {
                // The group is made with the first line where the template does not declare it.
                reading.end();
                return Ok(Vec::new());
            }
            let next = self.pace().bad(aws);
            let Next::Again(wait) = next else { return Err(error) };
            let next_in_millis = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
            self.notice(Notice::Waiting { reason: error.to_string(), next_in_millis, first }).await;
            first = false;
            sleep(wait).await;
        }
    }

    /// Reads what is new in a group, and tells it.
    async fn read(&self, tracked: &mut Tracked) -> Result<()> {
        let mut reading = Reading::new(&tracked.group, self.options.filter.as_deref(), tracked.since);
        let mut pass = Pass::default();
        while !reading.is_done() {
            let lines = self.page(&mut reading).await?;
            self.fresh(tracked.new_of_read(&mut pass, lines, (self.clock)())).await;
        }
        Ok(())
    }
}

/// Everything, from the first session on.
async fn drive(context: Context, groups: Vec<Group>) {
    if let Err(error) = follow(&context, groups).await {
        context.send(Err(error)).await;
    }
}

async fn follow(context: &Context, groups: Vec<Group>) -> Result<()> {
    let since = context.options.since;
    let mut feeds: Vec<Feed> = groups
        .chunks(live::GROUPS)
        .map(|groups| Feed::new(groups.iter().map(|group| Tracked::new(group.clone(), since)).collect()))
        .collect();
    let sessions = !context.options.no_sessions && !context.options.only_past;
    for feed in &mut feeds {
        if sessions {
            feed.connect(context).await;
        } else {
            feed.retry = None;
        }
    }
    let live = feeds.iter().all(|feed| feed.session.is_some());
    if let Err(error) = past(context, feeds.iter_mut().flat_map(|feed| &mut feed.tracked).collect()).await {
        unreadable(context, live && sessions, error).await?;
    }
    if context.options.only_past {
        return Ok(());
    }
    futures_util::future::try_join_all(feeds.into_iter().map(|feed| feed.run(context))).await?;
    Ok(())
}

/// A past that must not be read is no reason to end a session that is open.
async fn unreadable(context: &Context, live: bool, error: Error) -> Result<()> {
    let lasting = |aws: &Aws| matches!(aws.kind, AwsKind::Denied | AwsKind::NotOffered | AwsKind::Service);
    if live && error.as_aws().is_some_and(lasting) {
        context.notice(Notice::PastUnreadable { reason: error.to_string() }).await;
        return Ok(());
    }
    Err(error)
}

/// Tells the past of all groups in the order of time. Pages come in that order, so whatever is older than the last line of
/// every group's page can be told.
async fn past(context: &Context, mut tracked: Vec<&mut Tracked>) -> Result<()> {
    let filter = context.options.filter.as_deref();
    let mut readings: Vec<(Reading, Pass, i64)> = tracked
        .iter()
        .map(|tracked| (Reading::new(&tracked.group, filter, tracked.since), Pass::default(), i64::MIN))
        .collect();
    let mut held: BTreeMap<(i64, u64), Line> = BTreeMap::new();
    let mut arrived = 0;
    loop {
        let open = readings.iter_mut().zip(&mut tracked).filter(|((reading, ..), _)| !reading.is_done());
        let Some(((reading, pass, reached), tracked)) = open.min_by_key(|((.., reached), _)| *reached) else { break };
        let lines = context.page(reading).await?;
        *reached = lines.iter().map(|line| line.timestamp).max().unwrap_or(*reached).max(*reached);
        for line in tracked.new_of_read(pass, lines, (context.clock)()) {
            held.insert((line.timestamp, arrived), line);
            arrived += 1;
        }
        let open = readings.iter().filter(|(reading, ..)| !reading.is_done());
        let told_to = open.map(|(.., reached)| *reached).min().unwrap_or(i64::MAX);
        let later = held.split_off(&(told_to, 0));
        let lines: Vec<Line> = std::mem::replace(&mut held, later).into_values().collect();
        if !lines.is_empty() {
            context.send(Ok(Batch::Past(lines))).await;
        }
    }
    if !held.is_empty() {
        context.send(Ok(Batch::Past(held.into_values().collect()))).await;
    }
    for tracked in &mut tracked {
        tracked.complete((context.clock)());
    }
    Ok(())
}

/// The groups of one session.
struct Feed {
    tracked: Vec<Tracked>,
    session: Option<Session>,
    /// When a session is tried again; never, where there are none to be had.
    retry: Option<Instant>,
    /// Attempts and sessions in a row that came to nothing.
    failures: u32,
    /// What was said last, so that it is said once.
    said: Option<Notice>,
}

impl Feed {
    fn new(tracked: Vec<Tracked>) -> Self {
        Self { tracked, session: None, retry: None, failures: 0, said: None }
    }

    async fn say(&mut self, context: &Context, notice: Notice) {
        if self.said.as_ref() != Some(&notice) {
            self.said = Some(notice.clone());
            context.notice(notice).await;
        }
    }

    /// Opens a session, or says why not and when it is tried again.
    async fn connect(&mut self, context: &Context) {
        let groups = self.tracked.iter().map(|tracked| tracked.group.clone()).collect();
        match Session::open(&context.target, groups, context.options.filter.as_deref()).await {
            Ok(session) => {
                self.tracked.iter_mut().for_each(|tracked| tracked.session = Pass::default());
                self.session = Some(session);
                self.retry = None;
                self.say(context, Notice::Live).await;
            }
            Err(error) => {
                let wait = error.as_aws().and_then(|aws| again_in(aws, self.failures));
                self.failures = self.failures.saturating_add(1);
                self.retry = wait.map(|wait| Instant::now() + wait);
                self.say(context, Notice::Polling { reason: error.to_string() }).await;
            }
        }
    }

    /// Follows for ever; ends only with an error.
    async fn run(mut self, context: &Context) -> Result<()> {
        let mut gap = false;
        loop {
            if let Some(mut session) = self.session.take() {
                let reason = self.live(context, &mut session, gap).await?;
                gap = true;
                if session.opened.elapsed() >= STEADY {
                    self.failures = 0;
                    self.connect(context).await;
                    continue;
                }
                self.failures = self.failures.saturating_add(1);
                self.retry = (self.failures < SHORT_SESSIONS).then(|| Instant::now() + backoff(self.failures));
                self.say(context, Notice::Polling { reason }).await;
            } else {
                for tracked in &mut self.tracked {
                    context.read(tracked).await?;
                    tracked.complete((context.clock)());
                    sleep(context.turn).await;
                }
                if self.retry.is_some_and(|at| at <= Instant::now()) {
                    self.connect(context).await;
                    gap = true;
                }
            }
        }
    }

    /// Tells what a session brings until it ends, and reads what it may have missed. Returns why it ended.
    async fn live(&mut self, context: &Context, session: &mut Session, gap: bool) -> Result<String> {
        let begun = gap.then(Instant::now);
        let mut sampled = false;
        let mut due: VecDeque<Instant> =
            begun.into_iter().chain(context.settle.map(|after| session.opened + after)).collect();
        loop {
            let read = due.front().copied();
            tokio::select! {
                frame = session.next() => match frame {
                    Frame::Ended(reason) => return Ok(reason),
                    Frame::Update { lines, gaps } => {
                        let now = (context.clock)();
                        let mut fresh = Vec::with_capacity(lines.len());
                        let mut known = None;
                        for line in lines {
                            let tracked = self.tracked.iter_mut().find(|tracked| tracked.group.function == line.function);
                            match tracked.map(|tracked| tracked.new_of_session(&line, now)) {
                                Some(Ok(())) => fresh.push(line),
                                Some(Err(age)) => known = known.max(Some(age)),
                                None => {}
                            }
                        }
                        fresh.sort_by_key(|line| line.timestamp);
                        context.fresh(fresh).await;
                        if gaps {
                            self.say(context, Notice::Sampled).await;
                            sampled = true;
                        }
                        // A session brings a line within moments. One whose equal was told longer ago may be another one, and so may any
                        // where the session has left something out, which was read meanwhile.
                        let [soon, late] = context.settle;
                        let doubtful = known.is_some_and(|age| sampled || u128::try_from(age).unwrap_or(0) >= soon.as_millis());
                        // What was left out may not be readable yet when a reading comes that is due before long.
                        if (gaps || doubtful) && due.back().is_none_or(|last| *last < Instant::now() + soon) {
                            due.push_back(Instant::now() + late);
                        }
                        if due.is_empty() {
                            self.tracked.iter_mut().for_each(|tracked| tracked.complete(now));
                        }
                    }
                },
                () = sleep_until(read.unwrap_or_else(Instant::now)), if read.is_some() => {
                    due.pop_front();
                    for tracked in &mut self.tracked {
                        if let Err(error) = context.read(tracked).await {
                            unreadable(context, true, error).await?;
                            due.clear();
                            break;
                        }
                    }
                }
            }
        }
    }
}

/// 2 s, doubling, at most 5 min.
fn backoff(failures: u32) -> Duration {
    Duration::from_secs(1 << failures.clamp(1, 9)).min(Duration::from_mins(5))
}

/// When a session that was refused like this is worth another try.
fn again_in(aws: &Aws, failures: u32) -> Option<Duration> {
    match aws.kind {
        // An account has 15 sessions at a time: somebody may end one.
        AwsKind::Throttled | AwsKind::Credentials => Some(backoff(failures).max(Duration::from_mins(1))),
        AwsKind::NotFound => Some(Duration::from_secs(30)),
        _ if aws.is_passing() => Some(backoff(failures + 1)),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
