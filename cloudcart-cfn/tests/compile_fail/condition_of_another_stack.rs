//! A condition of one stack in another. Each stack declares its own.

use cloudcart_cfn::prelude::*;

fn main() {
    Template::build("Billing.", |billing| {
        let production = billing.condition("Production", Condition::equals(pseudo::region(), "eu-west-1"));
        Template::build("Shop.", |shop| {
            shop.output("Region", Output::new(pseudo::region()).only_if(&production));
        });
    });
}
