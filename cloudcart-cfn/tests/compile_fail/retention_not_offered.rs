//! CloudWatch Logs keeps logs for a fixed list of periods.

use cloudcart_cfn::logs::log_group::RetentionInDays;
use cloudcart_cfn::logs::LogGroup;

fn main() {
    let _ = LogGroup::new().retention_in_days(const { RetentionInDays::of(15) });
}
