//! The catalogue: `GET /products`, `GET /products/{id}`, `GET /categories/{name}`. And `GET /openapi.json`, which needs no rights
//! at all and so stands with the function that has the fewest.

use std::sync::{Arc, LazyLock};

use async_trait::async_trait;
use cloudcart_shop::category;
use cloudcart_shop::env;
use cloudcart_shop::functions::Function;
use cloudcart_shop::ids::ProductId;
use cloudcart_shop::openapi;
use cloudcart_shop::problem::{Code, FieldError, Problem};
use cloudcart_shop::routes::Operation;

use crate::clients::Aws;
use crate::config::{ConfigError, Env};
use crate::http::{Failure, HttpHandler, Request, Response};
use crate::paging;
use crate::store::{Catalogue, Dynamo, Keys, StoreError, Tables};

/// Lists may be a little old; a product must be asked about again, since its availability changes.
const LIST_CACHE: &str = "public, max-age=30";
const PRODUCT_CACHE: &str = "no-cache";
/// The description changes with a deployment only.
const DOCUMENT_CACHE: &str = "public, max-age=300";

/// Made for the first caller who asks: most never do.
static DOCUMENT: LazyLock<String> = LazyLock::new(|| openapi::document().to_string());

/// The products function.
pub struct Products {
    catalogue: Arc<dyn Catalogue>,
    keys: Keys,
}

impl Products {
    /// Over any catalogue.
    pub fn new(catalogue: Arc<dyn Catalogue>, keys: Keys) -> Self {
        Self { catalogue, keys }
    }

    /// As the environment says.
    pub fn from_env(env: &Env<'_>) -> Result<Self, ConfigError> {
        let tables = Tables {
            products: env.require(env::PRODUCTS_TABLE)?,
            inventory: env.require(env::INVENTORY_TABLE)?,
            idempotency: env.require(env::IDEMPOTENCY_TABLE)?,
            ..Tables::default()
        };
        let dynamo = Dynamo::new(Aws::from_env(env)?.dynamodb(), tables);
        Ok(Self::new(Arc::new(dynamo.clone()), Keys::new(dynamo)))
    }

    async fn list(&self, request: &Request, route: &str, category: Option<(&str, Place)>) -> Result<Response, Failure> {
        let limit = paging::limit(request)?;
        let scope = match category {
            None => format!("GET {route}"),
            Some((name, _)) => format!("GET {route} category={name}"),
        };
        let key = self.keys.get().await?;
        let start = paging::start(request, key, &scope)?;
        let page = self.catalogue.page(category.map(|(name, _)| name), limit, start.as_ref()).await?;
        let next = paging::next(key, &scope, page.last.as_ref());
        let response = Response::json(200, &page.items)?.header("cache-control", LIST_CACHE);
        let response = match category {
            Some((name, Place::Path)) => {
                paging::link(response, &format!("/categories/{}", paging::escape(name)), &[], limit, next.as_deref())
            }
            Some((name, Place::Query)) => paging::link(response, route, &[("category", name)], limit, next.as_deref()),
            None => paging::link(response, route, &[], limit, next.as_deref()),
        };
        Ok(response.tagged(request))
    }

    async fn product(&self, request: &Request) -> Result<Response, Failure> {
        let id = request.path("id");
        let missing = || Problem::new(Code::ProductNotFound, "there is no such product");
        let id = ProductId::parse(id).ok_or_else(missing)?;
        let (product, stock) = self.catalogue.product(&id).await?;
        let product = product.ok_or_else(missing)?;
        let response = Response::json(200, &product.with_availability(stock))?;
        Ok(response.header("cache-control", PRODUCT_CACHE).tagged(request))
    }
}

/// Where a request names its category.
#[derive(Debug, Clone, Copy)]
enum Place {
    Path,
    Query,
}

fn category(name: &str) -> Result<String, Problem> {
    let wrong = || FieldError::new("category", "range", "1 to 100 characters, none of them a control character");
    category::parse(name).ok_or_else(|| Problem::invalid(vec![wrong()]))
}

#[async_trait]
impl HttpHandler for Products {
    const FUNCTION: Function = Function::Products;

    async fn prime(&self) -> Result<(), StoreError> {
        self.keys.get().await.map(drop)
    }

    async fn answer(&self, request: &Request) -> Result<Response, Failure> {
        match request.operation {
            Operation::ListProducts => {
                let name = request.query("category").map(category).transpose()?;
                self.list(request, "/products", name.as_deref().map(|name| (name, Place::Query))).await
            }
            Operation::ListCategory => {
                let name = category(request.path("name"))?;
                self.list(request, "/categories/{name}", Some((&name, Place::Path))).await
            }
            Operation::GetOpenApi => {
                let response = Response::text(200, DOCUMENT.clone()).header("cache-control", DOCUMENT_CACHE);
                Ok(response.tagged(request))
            }
            _ => self.product(request).await,
        }
    }
}
