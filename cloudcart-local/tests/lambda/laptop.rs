//! What a cloud leaves open on the machine that it runs on.

use crate::{support::Cloud, world::World};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// Local addresses, as the kernel writes them, of the sockets on which this process listens.
fn listening() -> Vec<String> {
    let descriptors = std::fs::read_dir("/proc/self/fd").unwrap().flatten();
    let sockets: Vec<String> = descriptors
        .filter_map(|one| std::fs::read_link(one.path()).ok())
        .filter_map(|link| Some(link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned()))
        .collect();
    let tables = ["/proc/self/net/tcp", "/proc/self/net/tcp6", "/proc/self/net/udp", "/proc/self/net/udp6"];
    let text: String = tables.iter().map(|table| std::fs::read_to_string(table).unwrap_or_default()).collect();
    let rows = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    // Columns: number, local address, remote address, state (0A listens; 07 is a datagram socket), …, inode.
    rows.filter(|row| row.len() > 9 && ["0A", "07"].contains(&row[3]) && sockets.iter().any(|socket| socket == row[9]))
        .map(|row| row[1].to_owned())
        .collect()
}

pub(crate) async fn every_listener_of_a_cloud_is_on_the_loopback_address() {
    if cfg!(not(target_os = "linux")) {
        return; // Only Linux tells the sockets of a process in files.
    }
    let world = World::new().await;
    world.make("AWS::ApiGatewayV2::Api", "Api", json!({"Name": "shop", "ProtocolType": "HTTP"})).await;
    world.function(5).await;
    let call = world.lambda().invoke().function_name("f").payload(b"{}".to_vec().into());
    assert_eq!(call.send().await.unwrap().function_error(), None);
    let found = listening();
    // The AWS endpoint, the HTTP API, the function's Runtime API, the engine of DynamoDB; and those of other tests.
    assert!(found.len() >= 4, "{found:?}");
    let own = |url: &str| format!("0100007F:{:04X}", url.rsplit(':').next().unwrap().parse::<u16>().unwrap());
    let apis = world.cloud.apis();
    for url in [world.cloud.endpoint(), apis.values().next().unwrap()] {
        assert!(found.contains(&own(url)), "{url}: {found:?}");
    }
    let open: Vec<_> = found.iter().filter(|address| !address.starts_with("0100007F:")).collect();
    assert!(open.is_empty(), "not loopback: {open:?}");
    world.cloud.shutdown().await;
}

pub(crate) async fn the_runtime_api_answers_to_loopback_names_only() {
    let cloud = Cloud::new();
    cloud.function(json!({})).await;
    let address = cloud.answer(json!({"do": "environment"})).await["AWS_LAMBDA_RUNTIME_API"].clone();
    let ask = async |host: &str| {
        let mut stream = TcpStream::connect(address.as_str().unwrap()).await.unwrap();
        let head = format!("GET /2018-06-01/runtime/nothing HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer.split(' ').nth(1).unwrap().to_owned()
    };
    assert_eq!(ask("rebound.example").await, "403");
    assert_eq!(ask(address.as_str().unwrap()).await, "404", "it is heard, and there is no such path");
    cloud.lambda.shutdown().await;
}
