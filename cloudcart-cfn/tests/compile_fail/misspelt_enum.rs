//! A billing mode that DynamoDB does not know.

use cloudcart_cfn::dynamodb::table::{BillingMode, KeySchema, KeyType, Table};

fn main() {
    let _ = Table::new([KeySchema::new("id", KeyType::Hash)]).billing_mode(BillingMode::OnDemand);
}
