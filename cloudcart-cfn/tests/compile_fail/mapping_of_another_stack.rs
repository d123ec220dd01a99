//! A mapping of one stack in another. Each stack declares its own.

use cloudcart_cfn::prelude::*;
use cloudcart_cfn::{Mapping, find_in_map};

fn main() {
    Template::build("Billing.", |billing| {
        let sizes = billing.mapping("Sizes", Mapping::new().with("prod", "Memory", 512));
        Template::build("Shop.", |shop| {
            shop.output("Memory", Output::new(find_in_map::<String>(&sizes, "prod", "Memory")));
        });
    });
}
