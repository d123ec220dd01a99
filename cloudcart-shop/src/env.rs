//! Names of the environment variables through which the stack configures the handlers.

/// Name of the Products table.
pub const PRODUCTS_TABLE: &str = "PRODUCTS_TABLE";
/// Name of the Inventory table. A product without a row there is untracked.
pub const INVENTORY_TABLE: &str = "INVENTORY_TABLE";
/// Name of the Carts table. Absent when carts live in memory.
pub const CARTS_TABLE: &str = "CARTS_TABLE";
/// Name of the Orders table.
pub const ORDERS_TABLE: &str = "ORDERS_TABLE";
/// Name of the Idempotency table, which also holds the shop's own signing key under [`SIGNING_KEY_ROW`].
pub const IDEMPOTENCY_TABLE: &str = "IDEMPOTENCY_TABLE";
/// URL of the checkout queue.
pub const CHECKOUT_QUEUE_URL: &str = "CHECKOUT_QUEUE_URL";
/// `demo` or `standard`: who is believed to be who. See [`Identity`].
pub const SHOP_IDENTITY: &str = "SHOP_IDENTITY";
/// `dynamodb` or `memory`: where carts live. See [`CartStore`].
pub const SHOP_CART: &str = "SHOP_CART";

/// Key of the row of the Idempotency table that holds the shop's signing key: 32 random bytes, made by whichever function
/// needs it first. It signs cursors and hides IP addresses. No environment variable and no template ever holds it.
pub const SIGNING_KEY_ROW: &str = "signing-key#1";

/// Name of the index of Products over (`category`, `id`).
pub const GSI_CATEGORY: &str = "gsi_category";
/// Name of the index of Orders over (`userId`, `orderId`); order ids are UUIDv7, so they sort by time.
pub const GSI_USER: &str = "gsi_user";
/// Name of the sparse index of Orders that are still pending, over (`pendingShard`, `placedAt`).
pub const GSI_PENDING: &str = "gsi_pending";

/// Who is believed to be who.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Identity {
    /// A cart without a token is keyed by the caller's address; `userId` is believed. For trying out, never for production.
    #[default]
    Demo,
    /// Carts need their token, orders their owner.
    Standard,
}

impl Identity {
    /// The value of [`SHOP_IDENTITY`].
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Demo => "demo",
            Self::Standard => "standard",
        }
    }

    /// The mode with that value.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Demo, Self::Standard].into_iter().find(|mode| mode.as_str() == text)
    }
}

/// Where carts live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CartStore {
    /// In the Carts table.
    #[default]
    DynamoDb,
    /// In the function's memory: per warm execution environment, as in the original demo.
    Memory,
}

impl CartStore {
    /// The value of [`SHOP_CART`].
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DynamoDb => "dynamodb",
            Self::Memory => "memory",
        }
    }

    /// The store with that value.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::DynamoDb, Self::Memory].into_iter().find(|store| store.as_str() == text)
    }
}
