//! Who is asking: whose cart it is, and whose order.

use cloudcart_shop::cart::{TOKEN_COOKIE, TOKEN_HEADER};
use cloudcart_shop::env::Identity;

use crate::crypto::{self, SigningKey};
use crate::http::Request;

/// The cart's token in a request, if it is well formed: from the header, else from the cookie.
pub fn cart_token(request: &Request) -> Option<String> {
    let header = request.header(TOKEN_HEADER).map(str::to_owned);
    header.or_else(|| request.cookie(TOKEN_COOKIE)).filter(|token| {
        token.len() == 43 && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    })
}

/// The key of the cart with a token. Whoever reads the table does not learn the token.
pub fn token_cart(token: &str) -> String {
    format!("t#{}", crypto::sha256(token.as_bytes()))
}

/// The key of the cart of everyone who calls from an address.
pub fn address_cart(key: &SigningKey, request: &Request) -> String {
    format!("a#{}", key.address(&request.source_ip))
}

/// The key of the caller's cart, if the request names one.
pub fn cart_id(identity: Identity, key: &SigningKey, request: &Request) -> Option<String> {
    match (cart_token(request), identity) {
        (Some(token), _) => Some(token_cart(&token)),
        (None, Identity::Demo) => Some(address_cart(key, request)),
        (None, Identity::Standard) => None,
    }
}

/// Whose orders these are: the signed-in subject or, in demo mode, whoever the request says.
pub fn user(identity: Identity, request: &Request, claimed: Option<&str>) -> Option<String> {
    let claimed = claimed.filter(|_| identity == Identity::Demo);
    claimed.map(str::to_owned).or_else(|| request.subject.clone())
}

/// To whom an idempotency key belongs, so that two callers with the same key never meet: the user, else the cart, else the
/// address.
pub fn principal(key: &SigningKey, request: &Request, user: Option<&str>) -> String {
    match (user, cart_token(request)) {
        (Some(user), _) => format!("u#{user}"),
        (None, Some(token)) => token_cart(&token),
        (None, None) => address_cart(key, request),
    }
}
