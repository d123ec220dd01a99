//! A cloud in a process of its own, killed again and again under load: what it had acknowledged is there afterwards.

use crate::{
    bootstrap,
    clients::{keys, s3},
    config, support,
    world::World,
};
use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};
use cloudcart_local::{LocalCloud, cloud::Status};
use serde_json::json;
use std::{
    collections::BTreeSet,
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

/// Names the state folder to the process that is killed.
const FOLDER: &str = "KILLED_CLOUD_FOLDER";
/// How often it is killed, unless [`KILLS`] says otherwise.
const USUAL_KILLS: usize = 10;
const KILLS: &str = "CLOUDCART_KILLS";

/// The cloud that is killed. Never returns.
pub(crate) async fn run_cloud() {
    let folder = std::env::var(FOLDER).unwrap();
    let _cloud = LocalCloud::builder().ephemeral().state_dir(folder).start().await.unwrap();
    std::future::pending::<()>().await;
}

/// A running one.
struct Victim {
    process: Child,
    endpoint: String,
    region: String,
    key: (String, String),
}

impl Victim {
    /// Starts it over whatever the one before left: its lock, its status file, its write-ahead logs.
    async fn start(folder: &Path) -> Self {
        let process = Command::new(std::env::current_exe().unwrap())
            .env(bootstrap::ROLE, "killed-cloud")
            .env(FOLDER, folder)
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let mut found = None;
        support::eventually("the cloud is ready", || {
            let text = std::fs::read_to_string(folder.join("cloud.json")).unwrap_or_default();
            found = serde_json::from_str::<Status>(&text).ok().filter(|status| status.pid == process.id());
            found.is_some()
        })
        .await;
        let status = found.unwrap();
        let key = (status.credentials.access_key_id, status.credentials.secret_access_key);
        Self { process, endpoint: status.endpoint, region: status.region, key }
    }

    fn endpoint(&self) -> &str {
        &self.endpoint
    }

    fn region(&self) -> &str {
        &self.region
    }

    fn key(&self) -> aws_credential_types::Credentials {
        keys(self.key.0.clone(), self.key.1.clone(), None)
    }
}

/// What was acknowledged, over all lives.
#[derive(Default)]
struct Acknowledged {
    next: AtomicUsize,
    count: AtomicUsize,
    sent: Mutex<BTreeSet<String>>,
    /// In flight, and nobody asked to delete them.
    held: Mutex<BTreeSet<String>>,
    /// Deletes that were asked for, and those of them that were answered.
    asked: Mutex<BTreeSet<String>>,
    deleted: Mutex<BTreeSet<String>>,
    items: Mutex<BTreeSet<String>>,
    objects: Mutex<BTreeSet<String>>,
    events: Mutex<BTreeSet<String>>,
}

impl Acknowledged {
    fn id(&self) -> String {
        format!("n{:06}", self.next.fetch_add(1, Ordering::SeqCst))
    }

    fn note(&self, set: &Mutex<BTreeSet<String>>, id: String) {
        set.lock().unwrap().insert(id);
        self.count.fetch_add(1, Ordering::SeqCst);
    }
}

/// Works on one cloud until its connection breaks.
fn load(victim: &Victim, url: &str, marks: &str, all: &Arc<Acknowledged>) -> Vec<tokio::task::JoinHandle<()>> {
    let sqs = aws_sdk_sqs::Client::from_conf(config!(aws_sdk_sqs, victim, victim.key()).build());
    let dynamodb = aws_sdk_dynamodb::Client::from_conf(config!(aws_sdk_dynamodb, victim, victim.key()).build());
    let objects =
        aws_sdk_s3::Client::from_conf(config!(aws_sdk_s3, victim, victim.key()).force_path_style(true).build());
    let lambda = aws_sdk_lambda::Client::from_conf(config!(aws_sdk_lambda, victim, victim.key()).build());
    let url = url.to_owned();
    let senders = (0..2).map(|_| {
        let (sqs, url, all) = (sqs.clone(), url.clone(), Arc::clone(all));
        tokio::spawn(async move {
            loop {
                let id = all.id();
                if sqs.send_message().queue_url(&url).message_body(&id).send().await.is_err() {
                    return;
                }
                all.note(&all.sent, id);
            }
        })
    });
    let mut tasks: Vec<_> = senders.collect();
    tasks.push(tokio::spawn({
        let (url, all) = (url.clone(), Arc::clone(all));
        async move {
            loop {
                let request = sqs.receive_message().queue_url(&url).max_number_of_messages(3).wait_time_seconds(1);
                let Ok(received) = request.send().await else { return };
                // One of them stays in flight.
                if let Some(message) = received.messages().first() {
                    all.note(&all.held, message.body().unwrap().to_owned());
                }
                for message in received.messages().iter().skip(1) {
                    let id = message.body().unwrap().to_owned();
                    all.asked.lock().unwrap().insert(id.clone());
                    let handle = message.receipt_handle().unwrap();
                    if sqs.delete_message().queue_url(&url).receipt_handle(handle).send().await.is_err() {
                        return;
                    }
                    all.note(&all.deleted, id);
                }
            }
        }
    }));
    tasks.push(tokio::spawn({
        let all = Arc::clone(all);
        async move {
            loop {
                let id = all.id();
                let put = dynamodb.put_item().table_name("items").item("id", AttributeValue::S(id.clone()));
                if put.send().await.is_err() {
                    return;
                }
                all.note(&all.items, id);
            }
        }
    }));
    tasks.push(tokio::spawn({
        let all = Arc::clone(all);
        async move {
            loop {
                let id = all.id();
                let body = id.clone().into_bytes().into();
                if objects.put_object().bucket("assets").key(&id).body(body).send().await.is_err() {
                    return;
                }
                all.note(&all.objects, id);
            }
        }
    }));
    tasks.push(tokio::spawn({
        let (marks, all) = (marks.to_owned(), Arc::clone(all));
        async move {
            loop {
                let id = all.id();
                let event = json!({"do": "wait", "started": format!("{marks}/{id}"), "until": marks}).to_string();
                let kind = aws_sdk_lambda::types::InvocationType::Event;
                let request = lambda.invoke().function_name("f").invocation_type(kind).payload(Blob::new(event));
                if request.send().await.is_err() {
                    return;
                }
                all.note(&all.events, id);
            }
        }
    }));
    tasks
}

/// Whether SQLite finds its files whole.
fn check_files(folder: &Path) {
    for name in ["state.db", "sqs.db", "dynamodb.db"] {
        let connection = rusqlite::Connection::open(folder.join(name)).unwrap();
        let verdict: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(verdict, "ok", "{name}");
    }
}

/// Processes that work in the folder: functions, which run where their code lies.
fn functions_in(folder: &Path) -> usize {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    processes.filter(|one| std::fs::read_link(one.path().join("cwd")).is_ok_and(|cwd| cwd.starts_with(folder))).count()
}

async fn items(cloud: &LocalCloud) -> BTreeSet<String> {
    let client = crate::clients::dynamodb(cloud, crate::clients::root(cloud));
    let mut pages = client.scan().table_name("items").into_paginator().items().send();
    let mut found = BTreeSet::new();
    while let Some(item) = pages.next().await {
        found.insert(item.unwrap()["id"].as_s().unwrap().clone());
    }
    found
}

/// Receives whatever is visible now.
async fn drained(sqs: &aws_sdk_sqs::Client, url: &str) -> BTreeSet<String> {
    let mut bodies = BTreeSet::new();
    loop {
        let received = sqs.receive_message().queue_url(url).max_number_of_messages(10).send().await.unwrap();
        if received.messages().is_empty() {
            return bodies;
        }
        bodies.extend(received.messages().iter().map(|message| message.body().unwrap().to_owned()));
    }
}

pub(crate) async fn a_cloud_killed_under_load_loses_nothing_it_acknowledged() {
    if cfg!(not(target_os = "linux")) {
        return; // Only Linux ends a function with its cloud.
    }
    let kills = std::env::var(KILLS).ok().and_then(|text| text.parse().ok()).unwrap_or(USUAL_KILLS);
    let state = tempfile::tempdir().unwrap();
    let folder = state.path().canonicalize().unwrap();
    let start = || LocalCloud::builder().ephemeral().state_dir(&folder).start();
    let world = World::on(start().await.unwrap()).await;
    world.function(30).await;
    let queue = world.make("AWS::SQS::Queue", "Queue", json!({"VisibilityTimeout": 43_200})).await;
    let table = json!({"TableName": "items", "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]});
    world.make("AWS::DynamoDB::Table", "Table", table).await;
    let marks = world.path("marks");
    std::fs::create_dir(&marks).unwrap();
    let World { cloud, folder: _marks, .. } = world;
    cloud.shutdown().await;

    let all = Arc::new(Acknowledged::default());
    for round in 0..kills {
        let mut victim = Victim::start(&folder).await;
        let before = all.count.load(Ordering::SeqCst);
        let tasks = load(&victim, queue["QueueUrl"].as_str().unwrap(), &marks, &all);
        // At another moment of its work each time.
        let enough = before + 20 + round * 13 % 80;
        let began = Instant::now();
        while all.count.load(Ordering::SeqCst) < enough {
            assert!(began.elapsed() < Duration::from_secs(30), "the cloud acknowledges too little");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        victim.process.kill().unwrap();
        victim.process.wait().unwrap();
        for task in tasks {
            task.await.unwrap();
        }
        support::eventually("no function outlives its cloud", || functions_in(&folder) == 0).await;
        check_files(&folder);
    }

    let cloud = start().await.unwrap();
    let take = |set: &Mutex<BTreeSet<String>>| std::mem::take(&mut *set.lock().unwrap());
    let missing: Vec<String> = take(&all.items).difference(&items(&cloud).await).cloned().collect();
    assert!(missing.is_empty(), "items are lost: {missing:?}");
    let client = s3(&cloud, crate::clients::root(&cloud));
    for id in take(&all.objects) {
        let object = client.get_object().bucket("assets").key(&id).send().await.unwrap();
        assert_eq!(object.body.collect().await.unwrap().into_bytes(), id.as_bytes(), "an object is not what was put");
    }
    let events = take(&all.events);
    support::eventually("every accepted event reaches its function", || {
        events.iter().all(|id| Path::new(&marks).join(id).exists())
    })
    .await;
    // What was in flight at a kill still is, and shows again in its time.
    let sqs = aws_sdk_sqs::Client::from_conf(config!(aws_sdk_sqs, cloud, crate::clients::root(&cloud)).build());
    let url =
        sqs.get_queue_url().queue_name(queue["QueueName"].as_str().unwrap()).send().await.unwrap().queue_url.unwrap();
    let held = take(&all.held);
    let early: Vec<String> = drained(&sqs, &url).await.intersection(&held).cloned().collect();
    assert!(early.is_empty(), "messages in flight show before their time: {early:?}");
    cloud.advance_clock(Duration::from_hours(13)).unwrap();
    let left = drained(&sqs, &url).await;
    assert!(held.is_subset(&left), "messages in flight are lost");
    let (sent, asked, deleted) = (take(&all.sent), take(&all.asked), take(&all.deleted));
    let lost: Vec<&String> = sent.iter().filter(|id| !left.contains(*id) && !asked.contains(*id)).collect();
    assert!(lost.is_empty(), "messages are lost: {lost:?}");
    let risen: Vec<&String> = deleted.intersection(&left).collect();
    assert!(risen.is_empty(), "deleted messages are back: {risen:?}");
    assert!(!sent.is_empty() && !deleted.is_empty() && !events.is_empty());
    cloud.shutdown().await;
}
