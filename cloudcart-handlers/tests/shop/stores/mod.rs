//! What every store must do, each test once over memory and once over DynamoDB on the local cloud. Most go through the functions,
//! since what counts is what a customer sees; and they look at the rows, since those are what is left.

pub(crate) mod bench;
mod carts;
pub(crate) mod catalogue;
mod checkouts;
mod rows;
mod worker;

/// Makes a test of each function for each store.
macro_rules! every_store {
    ($($name:ident),+ $(,)?) => {
        mod memory {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name($crate::stores::bench::Kind::Memory).await;
            })+
        }

        mod dynamodb {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name($crate::stores::bench::Kind::DynamoDb).await;
            })+
        }
    };
}
use every_store;
