//! `seed`: writes products to the deployed tables.

use cloudcart_deploy::stack::{self, StackView};
use cloudcart_deploy::{Target, rows};
use serde_json::json;

use super::outputs::value;
use crate::args::Seed;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::seed::{Item, items, sample, source, synthetic};
use crate::session::Session;

/// How many products are listed one by one.
const LISTED: usize = 100;

pub(crate) async fn run(session: &Session<'_>, args: &Seed) -> Result<Exit, Failure> {
    let items = match (&args.file, args.count) {
        (Some(path), _) => items(&path.display().to_string(), &source::read(path)?)?,
        (None, Some(count)) => items("the synthetic catalogue", &synthetic(count))?,
        (None, None) => sample()?,
    };
    let target = session.target().await?;
    let view = stack::outputs(&target, &session.settings.stack_name).await?;
    let table = write(session, &target, &view, &items).await?;
    let printer = &session.printer;
    if printer.is_json() {
        printer.json(&json!({ "seeded": items.len(), "table": table }))?;
        return Ok(Exit::Done);
    }
    tell(session, &items)?;
    printer.line(&format!("Done. Table: {table}"))?;
    Ok(Exit::Done)
}

/// `Seeded 1 Wireless Headphones`, a line each; a number when there are many.
pub(crate) fn tell(session: &Session<'_>, items: &[Item]) -> Result<(), Failure> {
    if items.len() > LISTED {
        return session.printer.line(&format!("Seeded {} products", items.len()));
    }
    items.iter().try_for_each(|item| session.printer.line(&format!("Seeded {} {}", item.id, item.name)))
}

/// Writes the items; stock first, so that no product is ever seen without it. Returns the name of the products' table.
pub(crate) async fn write(
    session: &Session<'_>,
    target: &Target,
    view: &StackView,
    items: &[Item],
) -> Result<String, Failure> {
    let table = view.outputs.get("ProductsTableName").map_or_else(|| value(view, "ProductsTable"), Ok)?.clone();
    let stock: Vec<rows::Row> = items.iter().filter_map(|item| item.stock.clone()).collect();
    let products: Vec<rows::Row> = items.iter().map(|item| item.product.clone()).collect();
    session.if_interrupted("some products may be missing; run the same command again, it writes them all anew");
    let bar = session.printer.counter((stock.len() + products.len()) as u64, "seeding");
    let written = |count: usize| bar.inc(count as u64);
    if !stock.is_empty() {
        rows::write(target, value(view, "InventoryTableName")?, &stock, &written).await?;
    }
    rows::write(target, &table, &products, &written).await?;
    bar.finish_and_clear();
    session.if_interrupted("");
    Ok(table)
}
