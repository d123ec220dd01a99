//! The shop's Lambda functions, by name.

/// One Lambda function of the shop: a binary of `cloudcart-handlers` and a resource of the stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Function {
    /// The catalogue.
    Products,
    /// The cart.
    Cart,
    /// Checkout: prices, writes the order, sends it to the queue.
    Checkout,
    /// Reading orders.
    Orders,
    /// Consumes the queue and confirms orders.
    Worker,
    /// Sends orders that stay pending to the queue again.
    Sweeper,
    /// Shows orders to the shop's own people and takes them a step on.
    Desk,
}

impl Function {
    /// All functions, in the order a table of them is printed.
    pub const ALL: [Self; 7] =
        [Self::Products, Self::Cart, Self::Checkout, Self::Orders, Self::Worker, Self::Sweeper, Self::Desk];

    /// The short name that people type: `cloudcart logs worker`. Also the name of the binary in `cloudcart-handlers`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Products => "products",
            Self::Cart => "cart",
            Self::Checkout => "checkout",
            Self::Orders => "orders",
            Self::Worker => "worker",
            Self::Sweeper => "sweeper",
            Self::Desk => "desk",
        }
    }

    /// The logical id of the function in the stack.
    pub const fn logical_id(self) -> &'static str {
        match self {
            Self::Products => "ProductsFunction",
            Self::Cart => "CartFunction",
            Self::Checkout => "CheckoutFunction",
            Self::Orders => "OrdersFunction",
            Self::Worker => "WorkerFunction",
            Self::Sweeper => "SweeperFunction",
            Self::Desk => "DeskFunction",
        }
    }

    /// The function with a short name.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|function| function.name() == name)
    }
}
