//! A billing mode that DynamoDB does not know.

use cloudcart_cfn::resources::dynamodb::{BillingMode, KeySchema, Table};
use cloudcart_cfn::list;

fn main() {
    let mut table = Table::new(list([KeySchema::hash("id")]));
    table.billing_mode = Some(BillingMode::OnDemand.into());
}
