//! The route table: the stack's routes and the handlers' dispatch are both made from it.

use crate::functions::Function;

/// What a route does. Handlers match on this, never on a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    /// A page of the catalogue.
    ListProducts,
    /// One product.
    GetProduct,
    /// A page of one category.
    ListCategory,
    /// The caller's cart.
    GetCart,
    /// Adds to a line of the cart.
    AddCartItem,
    /// Sets a line of the cart.
    SetCartItem,
    /// Removes a line named in the body.
    RemoveCartItem,
    /// Removes a line named in the path.
    RemoveCartItemById,
    /// Places an order.
    Checkout,
    /// The caller's orders.
    ListOrders,
    /// One order.
    GetOrder,
    /// The description of all of these, in OpenAPI.
    GetOpenApi,
}

/// One route of the HTTP API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// HTTP method.
    pub method: &'static str,
    /// Path with `{parameters}`, as API Gateway writes it.
    pub path: &'static str,
    /// What it does.
    pub operation: Operation,
    /// The function that answers it.
    pub function: Function,
    /// The word that makes its logical ids in the stack: `<word>Route`.
    pub word: &'static str,
}

impl Route {
    /// API Gateway's route key, for example `GET /products/{id}`.
    pub fn key(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// Whether that is its key, as an event has it (`requestContext.routeKey`).
    pub fn has_key(&self, key: &str) -> bool {
        key.split_once(' ') == Some((self.method, self.path))
    }
}

const fn route(
    method: &'static str,
    path: &'static str,
    operation: Operation,
    function: Function,
    word: &'static str,
) -> Route {
    Route { method, path, operation, function, word }
}

/// Every route of the shop.
pub const ROUTES: &[Route] = &[
    route("GET", "/products", Operation::ListProducts, Function::Products, "ListProducts"),
    route("GET", "/products/{id}", Operation::GetProduct, Function::Products, "GetProduct"),
    route("GET", "/categories/{name}", Operation::ListCategory, Function::Products, "ListCategory"),
    route("GET", "/cart", Operation::GetCart, Function::Cart, "GetCart"),
    route("POST", "/cart", Operation::AddCartItem, Function::Cart, "AddCartItem"),
    route("DELETE", "/cart", Operation::RemoveCartItem, Function::Cart, "RemoveCartItem"),
    route("PUT", "/cart/items/{id}", Operation::SetCartItem, Function::Cart, "SetCartItem"),
    route("DELETE", "/cart/items/{id}", Operation::RemoveCartItemById, Function::Cart, "RemoveCartItemById"),
    route("POST", "/checkout", Operation::Checkout, Function::Checkout, "Checkout"),
    route("GET", "/orders", Operation::ListOrders, Function::Orders, "ListOrders"),
    route("GET", "/orders/{id}", Operation::GetOrder, Function::Orders, "GetOrder"),
    // The function with the fewest rights answers it: it reads what everybody may see, and no cart, order or queue.
    route("GET", "/openapi.json", Operation::GetOpenApi, Function::Products, "GetOpenApi"),
];
