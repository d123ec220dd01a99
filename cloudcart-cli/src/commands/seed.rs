//! `seed`: writes products to the deployed tables.

use std::time::Instant;

use cloudcart_deploy::stack::{self, StackView};
use cloudcart_deploy::{Error, Target, rows};
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
    let table = write(session, &target, &view, &items, args.reset_stock).await?;
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
///
/// Stock that is counted already is left alone unless `reset` says otherwise: orders have taken from it since it was written,
/// and a catalogue that is written again must not give them back.
pub(crate) async fn write(
    session: &Session<'_>,
    target: &Target,
    view: &StackView,
    items: &[Item],
    reset: bool,
) -> Result<String, Failure> {
    let table = view.outputs.get("ProductsTableName").map_or_else(|| value(view, "ProductsTable"), Ok)?.clone();
    let mut stock: Vec<(&str, rows::Row)> =
        items.iter().filter_map(|item| Some((item.id.as_str(), item.stock.clone()?))).collect();
    let products: Vec<rows::Row> = items.iter().map(|item| item.product.clone()).collect();
    let started = Instant::now();
    if !stock.is_empty() && !reset {
        session.printer.busy("looking at the stock");
        keep_counted(session, target, value(view, "InventoryTableName")?, &mut stock).await?;
    }
    let stock: Vec<rows::Row> = stock.into_iter().map(|(_, row)| row).collect();
    session.if_interrupted("some products may be missing; run the same command again, it writes them all anew");
    let total = stock.len() + products.len();
    let bar = session.printer.counter(total as u64, "seeding");
    let written = |count: usize| bar.inc(count as u64);
    let result = async {
        if !stock.is_empty() {
            rows::write(target, value(view, "InventoryTableName")?, &stock, &written).await.map_err(halted)?;
        }
        rows::write(target, &table, &products, &written).await.map_err(halted)
    };
    let result = result.await;
    bar.finish_and_clear();
    session.if_interrupted("");
    result?;
    session.printer.note(&summary(total, started.elapsed().as_secs_f64()));
    Ok(table)
}

/// Takes out the stock that is counted already, and says when a number was not taken over.
async fn keep_counted(
    session: &Session<'_>,
    target: &Target,
    table: &str,
    stock: &mut Vec<(&str, rows::Row)>,
) -> Result<(), Failure> {
    let ids: Vec<String> = stock.iter().map(|(id, _)| (*id).to_owned()).collect();
    let counted = rows::existing(target, table, "id", &ids).await?;
    let differ = |(id, row): &&(&str, rows::Row)| {
        counted.get(*id).is_some_and(|there| there.get("available") != row.get("available"))
    };
    let differing = stock.iter().filter(differ).count();
    stock.retain(|(id, _)| !counted.contains_key(*id));
    if differing > 0 {
        session.printer.note(&format!(
            "the stock of {differing} products is counted already and stays as it is, since orders have taken from it; \
             --reset-stock sets it to what is written here"
        ));
    }
    Ok(())
}

/// What was reached, and that going on is safe.
fn halted(error: Error) -> Failure {
    let Error::RowsPartly { table, total, written, unsure, cause } = error else { return error.into() };
    let perhaps = if unsure > 0 { format!(", and perhaps {unsure} more") } else { String::new() };
    let what = format!("seeding stopped: {written} of {total} rows of table {table} are written{perhaps}");
    let cause = Failure::from(*cause);
    let because = cause.cause.as_ref().map_or_else(|| cause.what.clone(), |why| format!("{}: {why}", cause.what));
    let again = "running the same command again is safe: each row is written whole, and a row that is there is replaced by itself";
    let hint = cause.hint.map_or_else(|| again.to_owned(), |hint| format!("{hint}; {again}"));
    Failure::new(cause.exit, what).because(because).hint(hint)
}

/// `1000 rows in 2.3 s (435 rows/s)`.
fn summary(rows: usize, seconds: f64) -> String {
    #[allow(clippy::cast_precision_loss, reason = "a rate for people, without decimals")]
    let rate = rows as f64 / seconds.max(0.001);
    format!("{rows} rows in {seconds:.1} s ({rate:.0} rows/s)")
}

#[cfg(test)]
mod tests {
    use cloudcart_deploy::{Aws, AwsKind};

    use super::*;
    use crate::exit::Exit;

    #[test]
    fn a_halt_says_how_far_it_came_and_what_is_safe() {
        let aws = Aws {
            kind: AwsKind::Denied,
            code: Some("AccessDeniedException".to_owned()),
            message: "no".to_owned(),
            status: Some(400),
        };
        let cause = Box::new(Error::Aws { operation: "BatchWriteItem", aws });
        let failure = halted(Error::RowsPartly { table: "T".to_owned(), total: 100, written: 50, unsure: 25, cause });
        assert_eq!(failure.what, "seeding stopped: 50 of 100 rows of table T are written, and perhaps 25 more");
        assert_eq!(failure.exit, Exit::Access);
        assert!(failure.hint.is_some_and(|hint| hint.contains("again is safe")));
    }

    #[test]
    fn a_rate_is_rows_by_seconds() {
        assert_eq!(summary(1_000, 2.0), "1000 rows in 2.0 s (500 rows/s)");
    }
}
