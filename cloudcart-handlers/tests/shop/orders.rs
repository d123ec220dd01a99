//! Reading orders, in both identity modes.

use serde_json::{Value, json};

use crate::events::{Answer, call};
use crate::world::{World, demo, standard};

async fn place(world: &World, user: Option<&str>) -> Value {
    let mut body = json!({ "items": [{ "id": "1", "qty": 1 }] });
    if let Some(user) = user {
        body["userId"] = user.into();
    }
    let response = world.send(call("POST /checkout").json(body)).await;
    world.clock.advance(1);
    response.value()
}

#[tokio::test]
async fn an_order_shows_its_way() {
    let world = demo();
    let placed = place(&world, None).await;
    let id = placed["id"].as_str().unwrap();
    let read = || world.send(call("GET /orders/{id}").path("id", id));
    assert_eq!(read().await.value()["status"], "pending");
    world.work(&world.queue.take()).await.unwrap();
    let order = read().await;
    assert_eq!(order.status_code, 200);
    let order = order.value();
    assert_eq!(order["status"], "confirmed");
    assert_eq!(
        order["history"],
        json!([
            { "at": "2026-11-24T00:00:00.000Z", "from": null, "to": "pending", "reason": "placed" },
            { "at": "2026-11-24T00:00:01.000Z", "from": "pending", "to": "confirmed", "reason": "reserved" },
        ])
    );
    assert_eq!(order["items"][0]["lineTotal"], 99.99);
    assert!(order.get("tokenHash").is_none());
}

#[tokio::test]
async fn an_order_that_is_not_there_is_a_404() {
    let world = demo();
    for id in ["0199a3b4-0000-7000-8000-00000000000f", "1", "", "../products"] {
        assert_eq!(world.send(call("GET /orders/{id}").path("id", id)).await.code(), "order_not_found", "{id}");
    }
}

#[tokio::test]
async fn a_guest_needs_the_token_and_an_owner_their_name() {
    let world = standard();
    let placed = place(&world, None).await;
    let id = placed["id"].as_str().unwrap();
    let read = call("GET /orders/{id}").path("id", id);
    let token = placed["orderToken"].as_str().unwrap();
    assert_eq!(world.send(read.clone().header("x-order-token", token)).await.status_code, 200);
    for stranger in [
        read.clone(),
        read.clone().header("x-order-token", "ot_x"),
        read.clone().signed_in("u1"),
        read.clone().header("x-order-token", ""),
    ] {
        assert_eq!(world.send(stranger).await.code(), "order_not_found");
    }

    let owned =
        world.send(call("POST /checkout").json(json!({ "items": [{ "id": "1", "qty": 1 }] })).signed_in("u1")).await;
    let read = call("GET /orders/{id}").path("id", owned.value()["id"].as_str().unwrap());
    assert_eq!(world.send(read.clone().signed_in("u1")).await.status_code, 200);
    assert_eq!(world.send(read.clone().signed_in("u2")).await.status_code, 404);
    assert_eq!(world.send(read).await.status_code, 404);
}

#[tokio::test]
async fn a_users_orders_come_newest_first_and_in_pages() {
    let world = demo();
    let mut placed = Vec::new();
    for _ in 0..5 {
        placed.push(place(&world, Some("u1")).await["id"].clone());
    }
    place(&world, Some("u2")).await;
    place(&world, None).await;
    placed.reverse();

    let all = world.send(call("GET /orders").query("userId=u1")).await.value();
    assert_eq!((all["count"].clone(), all["next"].clone()), (json!(5), Value::Null));
    let mut seen = Vec::new();
    let mut query = "userId=u1&limit=2".to_owned();
    loop {
        let response = world.send(call("GET /orders").query(&query)).await;
        let page = response.value();
        seen.extend(page["orders"].as_array().unwrap().iter().map(|order| order["id"].clone()));
        let Some(next) = page["next"].as_str() else { break };
        assert!(response.headers["link"].starts_with("</orders?limit=2&userId=u1&cursor="), "{response:?}");
        // Another user cannot go on from here.
        let foreign = world.send(call("GET /orders").query(&format!("userId=u2&cursor={next}"))).await;
        assert_eq!(foreign.code(), "invalid_cursor");
        query = format!("userId=u1&limit=2&cursor={next}");
    }
    assert_eq!(seen, placed);
}

#[tokio::test]
async fn orders_can_be_asked_for_by_state() {
    let world = demo();
    place(&world, Some("u1")).await;
    world.work(&world.queue.take()).await.unwrap();
    place(&world, Some("u1")).await;
    for (state, count) in [("confirmed", 1), ("pending", 1), ("shipped", 0)] {
        let list = world.send(call("GET /orders").query(&format!("userId=u1&status={state}"))).await.value();
        assert_eq!(list["count"], count, "{state}");
    }
    assert_eq!(world.send(call("GET /orders").query("userId=u1&status=lost")).await.status_code, 400);
}

#[tokio::test]
async fn a_list_needs_to_know_whose_it_is() {
    let world = demo();
    assert_eq!(world.send(call("GET /orders")).await.status_code, 400);
    assert_eq!(
        world.send(call("GET /orders").query("userId=nobody")).await.body,
        r#"{"orders":[],"count":0,"next":null}"#
    );

    let world = standard();
    let response = world.send(call("GET /orders").query("userId=u1")).await;
    assert_eq!((response.status_code, response.code().as_str()), (401, "unauthenticated"));
    assert_eq!(world.send(call("GET /orders").signed_in("u1")).await.status_code, 200);
}
