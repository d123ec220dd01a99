#!/bin/sh
# Every call of the shop's quick start. Needs curl and a deployed, seeded shop.
set -eu
API=${API:-$(cloudcart outputs HttpApiUrl)}

curl "$API/products"; echo
curl "$API/products/1"; echo
curl "$API/categories/electronics"; echo

# Cart
curl -X POST "$API/cart" -H 'content-type: application/json' -d '{"id":"1","qty":2}'; echo
curl "$API/cart"; echo
curl -X DELETE "$API/cart" -H 'content-type: application/json' -d '{"id":"1"}'; echo

# Checkout. The total is a ceiling: the shop charges its own price, 199.98.
curl -X POST "$API/checkout" -H 'content-type: application/json' -d '{"items":[{"id":"1","qty":2}],"total":199.99}'; echo
