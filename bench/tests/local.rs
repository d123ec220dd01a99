//! The measurements of the local cloud, a little of each, against one in this process: they must not rot between two runs that count.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::path::Path;
use std::time::Duration;

use cloudcart_bench::local::aws::Endpoint;
use cloudcart_bench::local::clouds::Cloud;
use cloudcart_bench::local::measure::Amount;
use cloudcart_bench::local::{deployed, keys, measured, packages};
use cloudcart_local::LocalCloud;

#[test]
fn every_figure_of_a_cloud_is_measured() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let local = runtime.block_on(LocalCloud::builder().ephemeral().start()).unwrap();
    let credentials = local.credentials();
    let endpoint = Endpoint {
        address: local.endpoint().strip_prefix("http://").unwrap().parse().unwrap(),
        key: credentials.access_key_id.clone(),
        secret: credentials.secret_access_key.clone(),
        region: "us-east-1".to_owned(),
    };
    let folder = tempfile::tempdir().unwrap();
    let packages = packages(Path::new(env!("CARGO_BIN_EXE_bench"))).unwrap();
    let template = std::fs::read_to_string("../templates/shop-demo.yaml").unwrap();
    let cloud = Cloud::running(endpoint, std::process::id());
    let subject = deployed(cloud, folder.path(), &packages, &template).unwrap();
    // A build of this package alone has no functions of the shop.
    let shop = subject.shop.is_some();
    let mut subjects = [(subject, folder.path().to_owned())];
    let amount = Amount { load_ms: 20, times: 1, connections: 2, flood: 300, ..Amount::QUICK };
    let columns = measured(&mut subjects, amount, &[], Duration::ZERO, &mut |_| {}).unwrap();
    let figures = &columns[0].figures;
    for key in keys() {
        // Those of a process of its own, and of a flood that is long enough to have thirds.
        let elsewhere = ["start", "idle_empty", "flood_growth", "flood_slope"].contains(&key);
        let of_the_shop = key.starts_with("products_") || ["order", "create_stack"].contains(&key);
        assert!(elsewhere || (of_the_shop && !shop) || figures.contains_key(key), "{key} is not among {figures:?}");
    }
    assert_eq!(figures["flood_count"].to_bits(), 300_f64.to_bits());
    // The sleepers slept, all at once.
    assert!((300.0..6000.0).contains(&figures["naps_warm"]), "{figures:?}");
    assert!(columns[0].cannot.is_empty());
    runtime.block_on(local.shutdown());
}
