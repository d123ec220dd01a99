//! No process of a function outlives its cloud, however the cloud ends.

use crate::{
    bootstrap,
    support::{Cloud, alive, eventually, invoke},
};
use cloudcart_local::ports::InvokeError;
use serde_json::json;
use std::{process::Stdio, sync::Arc};

/// Where [`run_cloud`] writes the ids of its processes.
const PIDS: &str = "LAMBDA_TEST_PIDS";

pub(crate) async fn shutdown_leaves_no_process() {
    let cloud = Cloud::new();
    cloud.function(json!({})).await;
    let child = cloud.path("child");
    let idle = cloud.answer(json!({"do": "child", "path": child})).await["pid"].as_u64().unwrap();
    cloud.function_named("g", json!({})).await;
    let started = cloud.path("started");
    let running = tokio::spawn({
        let lambda = Arc::clone(&cloud.lambda);
        let event = json!({"do": "wait", "started": started, "until": "/never"});
        async move { invoke(&lambda, "g", event).await }
    });
    eventually("the call runs", || std::fs::exists(&started).unwrap()).await;
    cloud.lambda.shutdown().await;
    assert!(!alive(idle));
    let child: u64 = std::fs::read_to_string(child).unwrap().parse().unwrap();
    eventually("the process that the function started is gone too", || !alive(child)).await;
    assert!(matches!(running.await.unwrap(), Err(InvokeError::Unavailable(_))));
    assert!(matches!(cloud.invoke(json!({})).await, Err(InvokeError::Unavailable(_))));
    // A second shutdown ends at once.
    cloud.lambda.shutdown().await;
}

/// The cloud that [`a_killed_cloud_leaves_no_process`] kills: one environment frozen, one busy, each with a process that it
/// started. Never returns.
pub(crate) async fn run_cloud() {
    let cloud = Cloud::new();
    cloud.function(json!({})).await;
    cloud.function_named("g", json!({})).await;
    let children = [cloud.path("child-of-idle"), cloud.path("child-of-busy")];
    let idle = cloud.answer(json!({"do": "child", "path": children[0]})).await["pid"].as_u64().unwrap();
    invoke(&cloud.lambda, "g", json!({"do": "child", "path": children[1]})).await.unwrap();
    let ticks = cloud.path("ticks");
    let busy = serde_json::from_slice::<serde_json::Value>(
        &invoke(&cloud.lambda, "g", json!({"do": "tick", "path": ticks})).await.unwrap().payload,
    )
    .unwrap()["pid"]
        .as_u64()
        .unwrap();
    let started = cloud.path("started");
    let lambda = Arc::clone(&cloud.lambda);
    let event = json!({"do": "wait", "started": started, "until": "/never"});
    tokio::spawn(async move { invoke(&lambda, "g", event).await });
    eventually("the call runs", || std::fs::exists(&started).unwrap()).await;
    let target = std::env::var(PIDS).unwrap();
    let [first, second] = children.map(|path| std::fs::read_to_string(path).unwrap());
    std::fs::write(format!("{target}.part"), format!("{idle} {busy} {first} {second}")).unwrap();
    std::fs::rename(format!("{target}.part"), target).unwrap();
    std::future::pending::<()>().await;
}

pub(crate) async fn a_killed_cloud_leaves_no_process() {
    if cfg!(not(target_os = "linux")) {
        return; // Only Linux has the parent-death signal.
    }
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("pids");
    let mut cloud = std::process::Command::new(std::env::current_exe().unwrap())
        .env(bootstrap::ROLE, "cloud")
        .env(PIDS, &target)
        .env("TMPDIR", folder.path())
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    eventually("the other cloud runs its functions", || target.exists()).await;
    let pids: Vec<u64> = std::fs::read_to_string(&target).unwrap().split(' ').map(|pid| pid.parse().unwrap()).collect();
    assert!(pids.len() == 4 && pids.iter().all(|pid| alive(*pid)));
    cloud.kill().unwrap();
    cloud.wait().unwrap();
    for pid in pids {
        eventually("the function's process is gone", || !alive(pid)).await;
    }
}
