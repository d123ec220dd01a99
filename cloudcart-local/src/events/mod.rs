//! EventBridge, as far as schedules go: rules that invoke functions by the clock. There is no event bus, so patterns match nothing.
//!
//! A rule's next due time is state: after a restart it goes on in its phase. What fell due while the cloud was down is not made up, as
//! on AWS, where a schedule has no memory either.

mod api;
mod expression;
mod provider;

use crate::{
    core::Core,
    error::AwsError,
    ports::{FunctionInvoker, Invocation},
    provider::ResourceProvider,
    store::StoreError,
};
use bytes::Bytes;
use expression::Schedule;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::{Notify, watch};

const RULES: &str = "events.rules";
/// The longest sleep: that the machine itself slept, or that its clock was set, is noticed within it.
const LONGEST_SLEEP: Duration = Duration::from_mins(1);
/// In whose name functions are invoked.
const PRINCIPAL: &str = "events.amazonaws.com";

/// A rule as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Rule {
    name: String,
    description: Option<String>,
    schedule: Option<String>,
    pattern: Option<String>,
    enabled: bool,
    targets: Vec<Target>,
    /// When it is due, in milliseconds since 1970. `None`: never.
    due_ms: Option<i64>,
    /// The generated name of its creation, by which one that was cut off is found again.
    made_by: String,
}

/// What a rule invokes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Target {
    id: String,
    /// ARN of a function.
    arn: String,
    /// The event in place of the schedule's own, as JSON text.
    input: Option<String>,
}

/// The rules of one local cloud, and the task that watches the clock for them.
pub struct Rules {
    core: Arc<Core>,
    functions: Arc<dyn FunctionInvoker>,
    /// Held while a rule is read, changed and written.
    changing: Mutex<()>,
    changed: Notify,
    stop: watch::Sender<bool>,
}

impl Rules {
    /// Opens the rules in `core`'s store and begins to watch the clock. Needs a tokio runtime.
    pub fn open(core: Arc<Core>, functions: Arc<dyn FunctionInvoker>) -> Result<Arc<Self>, AwsError> {
        let rules = Arc::new(Self {
            core,
            functions,
            changing: Mutex::default(),
            changed: Notify::new(),
            stop: watch::Sender::new(false),
        });
        let now = rules.core.clock.now_ms();
        for (_, mut rule) in rules.all().map_err(|error| AwsError::internal(&error))? {
            if rule.skip_missed(now) {
                rules.core.store.put(RULES, &rule.name, &rule).map_err(|error| AwsError::internal(&error))?;
            }
        }
        tokio::spawn(Arc::clone(&rules).watch());
        Ok(rules)
    }

    /// The resource types of EventBridge.
    pub fn providers(self: &Arc<Self>) -> Vec<Arc<dyn ResourceProvider>> {
        vec![Arc::new(provider::RuleProvider(Arc::clone(self)))]
    }

    /// Lets no rule fire any more.
    pub fn shutdown(&self) {
        self.stop.send_replace(true);
    }

    fn arn(&self, name: &str) -> String {
        self.core.arn("events", &format!("rule/{name}"))
    }

    fn all(&self) -> Result<Vec<(String, Rule)>, StoreError> {
        self.core.store.list(RULES)
    }

    fn find(&self, name: &str) -> Result<Option<Rule>, StoreError> {
        self.core.store.get(RULES, name)
    }

    /// Changes a rule, if it is there. Gives it as it is then.
    fn change(&self, name: &str, change: impl FnOnce(&mut Rule, i64)) -> Result<Option<Rule>, StoreError> {
        let changed = {
            let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(mut rule) = self.find(name)? else { return Ok(None) };
            change(&mut rule, self.core.clock.now_ms());
            self.core.store.put(RULES, name, &rule)?;
            rule
        };
        self.changed.notify_one();
        Ok(Some(changed))
    }

    /// Adds a rule. False: the name is taken.
    fn add(&self, rule: &Rule) -> Result<bool, StoreError> {
        {
            let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
            if self.find(&rule.name)?.is_some() {
                return Ok(false);
            }
            self.core.store.put(RULES, &rule.name, rule)?;
        }
        self.changed.notify_one();
        Ok(true)
    }

    fn remove(&self, name: &str) -> Result<(), StoreError> {
        let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        self.core.store.delete(RULES, name)
    }

    /// Fires what is due, then sleeps until the next is, or until a rule changes.
    async fn watch(self: Arc<Self>) {
        let mut stopped = self.stop.subscribe();
        loop {
            let next = match self.fire_due() {
                Ok(next) => next,
                Err(error) => {
                    tracing::error!(%error, "the scheduled rules cannot be read");
                    Some(self.core.clock.now_ms() + 60_000)
                }
            };
            let sleep = async {
                match next {
                    Some(due) => {
                        let clock = &self.core.clock;
                        let longest = i64::try_from(LONGEST_SLEEP.as_millis()).unwrap_or(i64::MAX);
                        clock.sleep_until_ms(due.min(clock.now_ms().saturating_add(longest))).await;
                    }
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = sleep => {}
                () = self.changed.notified() => {}
                _ = stopped.wait_for(|stop| *stop) => return,
            }
        }
    }

    /// Fires the rules that are due, each once, and gives the time at which the next one is.
    fn fire_due(&self) -> Result<Option<i64>, StoreError> {
        let now = self.core.clock.now_ms();
        let mut next: Option<i64> = None;
        for (name, rule) in self.all()? {
            let mut due = rule.due_ms.filter(|_| rule.enabled);
            if due.is_some_and(|due| due <= now) {
                // Planned before it is fired: a rule must not fire twice because the cloud stopped in between.
                // As it is now: one that was fired before it may have changed or deleted it.
                let mut fired = None;
                let planned = self.change(&name, |rule, now| {
                    if let Some(due) = rule.due_ms.filter(|due| rule.enabled && *due <= now) {
                        fired = Some((rule.clone(), due));
                        rule.plan(now, due);
                    }
                })?;
                if let Some((rule, due)) = fired {
                    self.fire(&rule, due);
                }
                due = planned.and_then(|rule| rule.due_ms.filter(|_| rule.enabled));
            }
            next = [next, due].into_iter().flatten().min();
        }
        Ok(next)
    }

    /// Hands the event to every target, to be worked on asynchronously.
    fn fire(&self, rule: &Rule, due: i64) {
        let arn = self.arn(&rule.name);
        let time =
            jiff::Timestamp::from_millisecond(due).unwrap_or_default().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let event = json!({
            "version": "0",
            "id": self.core.random.uuid(),
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": self.core.account,
            "time": time,
            "region": self.core.region,
            "resources": [arn],
            "detail": {},
        });
        for target in &rule.targets {
            if !self.functions.permits(&target.arn, PRINCIPAL, &arn) {
                tracing::warn!(
                    rule = rule.name,
                    function = target.arn,
                    "no AWS::Lambda::Permission lets {PRINCIPAL} invoke the function for this rule: it was not invoked"
                );
                continue;
            }
            let payload = target.input.clone().unwrap_or_else(|| event.to_string());
            let invocation = Invocation {
                function: target.arn.clone(),
                payload: Bytes::from(payload),
                trace_id: None,
                client_context: None,
            };
            if let Err(error) = self.functions.invoke_later(invocation) {
                tracing::warn!(rule = rule.name, function = target.arn, %error, "the function was not invoked");
            }
        }
    }
}

impl Rule {
    /// Sets when it is due after `now`.
    fn plan(&mut self, now: i64, phase: i64) {
        let schedule = self.schedule.as_deref().map(Schedule::parse).and_then(Result::ok);
        self.due_ms = schedule.and_then(|schedule| schedule.next(now, phase));
    }

    /// Missed while nobody looked: the next time of the same phase. Whether there was something to skip.
    fn skip_missed(&mut self, now: i64) -> bool {
        let missed = self.due_ms.filter(|due| *due <= now);
        if let Some(due) = missed {
            self.plan(now, due);
        }
        missed.is_some()
    }
}

#[cfg(test)]
mod tests;
