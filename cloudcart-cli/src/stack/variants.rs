//! The option sets whose templates are kept in `templates/`.

use cloudcart_shop::env::{CartStore, Identity};

use super::{Architecture, ShopOptions, StackError, shop_stack};

/// A named option set.
#[derive(Debug, Clone)]
pub struct Variant {
    /// The name of its files, without extension.
    pub name: &'static str,
    /// What it is for.
    pub about: &'static str,
    /// The options.
    pub options: ShopOptions,
}

/// Every variant that `templates/` holds.
pub const VARIANTS: &[Variant] = &[
    Variant {
        name: "shop-demo",
        about: "for trying out: the seed's curls work without a token, and destroy leaves nothing",
        options: ShopOptions {
            identity: Identity::Demo,
            cart: CartStore::DynamoDb,
            architecture: Architecture::X86_64,
            log_retention_days: 7,
            retain_data: false,
        },
    },
    Variant {
        name: "shop-memory",
        about: "the demo with carts in the function's memory, as in the original, and no Carts table",
        options: ShopOptions {
            identity: Identity::Demo,
            cart: CartStore::Memory,
            architecture: Architecture::X86_64,
            log_retention_days: 7,
            retain_data: false,
        },
    },
    Variant {
        name: "shop-standard",
        about: "for a real shop: tokens and owners are checked, products, stock and orders outlive the stack",
        options: ShopOptions {
            identity: Identity::Standard,
            cart: CartStore::DynamoDb,
            architecture: Architecture::Arm64,
            log_retention_days: 30,
            retain_data: true,
        },
    },
];

/// Every variant, as JSON and as YAML: file name and contents, sorted by name.
pub fn render_all() -> Result<Vec<(String, String)>, StackError> {
    let mut files = Vec::new();
    for variant in VARIANTS {
        let template = shop_stack(&variant.options)?;
        files.push((format!("{}.json", variant.name), template.to_json()));
        files.push((format!("{}.yaml", variant.name), template.to_yaml()?));
    }
    files.sort();
    Ok(files)
}
