// `GET /products/{id}` of the shop behind an HTTP API (payload 2.0): the same checks, tables, answer, headers and log line as
// the `products` function has.
import { createHash } from "node:crypto";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { BatchGetCommand, DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";

// A missing table is known when the function starts, not when somebody asks.
function required(name) {
  const value = process.env[name];
  if (!value) throw new Error(`environment variable ${name} is not set`);
  return value;
}

const PRODUCTS = required("PRODUCTS_TABLE");
const INVENTORY = required("INVENTORY_TABLE");
const WHOLE_PRICES = new Set(
  "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(" "),
);

export const documents = DynamoDBDocumentClient.from(new DynamoDBClient({}));

class Problem extends Error {
  constructor(status, code, title, detail) {
    super(detail);
    Object.assign(this, { status, code, title });
  }
}

const missing = () => new Problem(404, "product_not_found", "Product not found", "there is no such product");

// A throttled table answers with part of what was asked for.
async function read(id) {
  let wanted = { [PRODUCTS]: { Keys: [{ id }] }, [INVENTORY]: { Keys: [{ id }] } };
  const found = {};
  for (let attempt = 0; attempt < 5; attempt += 1) {
    if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, Math.random() * (50 << attempt)));
    const { Responses = {}, UnprocessedKeys = {} } = await documents.send(new BatchGetCommand({ RequestItems: wanted }));
    for (const [table, [item]] of Object.entries(Responses)) if (item) found[table] = item;
    if (Object.keys(UnprocessedKeys).length === 0) return [found[PRODUCTS], found[INVENTORY]];
    wanted = UnprocessedKeys;
  }
  throw new Problem(503, "busy", "Busy, try again", "a dependency is busy; try again");
}

function decimals(currency) {
  if (WHOLE_PRICES.has(currency)) return 0;
  if (currency === "CLF" || currency === "UYW") return 4;
  return ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"].includes(currency) ? 3 : 2;
}

function shown(product, stock) {
  const { id, name, currency = "USD", category, imageUrl } = product;
  const factor = 10 ** decimals(currency);
  const priceMinor = product.priceMinor ?? Math.round(product.price * factor);
  if (typeof name !== "string" || !Number.isSafeInteger(priceMinor) || priceMinor < 0) {
    throw new Error(`the row of product ${id} cannot be read`);
  }
  const available = stock?.available;
  const availability = stock === undefined ? "untracked" : available > 0 ? "in_stock" : "out_of_stock";
  return { id, name, price: priceMinor / factor, priceMinor, currency, category, imageUrl, availability };
}

async function product(event) {
  const id = event.pathParameters?.id ?? "";
  if (!/^[A-Za-z0-9._~-]{1,64}$/.test(id) || id === "." || id === "..") throw missing();
  const [row, stock] = await read(id);
  if (row === undefined) throw missing();
  const body = JSON.stringify(shown(row, stock));
  const etag = `W/"${createHash("sha256").update(body).digest("hex").slice(0, 32)}"`;
  const bare = (tag) => tag.trim().replace(/^W\//, "");
  const known = event.headers?.["if-none-match"];
  if (known !== undefined && (known.trim() === "*" || known.split(",").some((tag) => bare(tag) === bare(etag)))) {
    return { statusCode: 304, headers: { "cache-control": "no-cache", etag }, body: "" };
  }
  const headers = { "cache-control": "no-cache", "content-type": "application/json", etag };
  return { statusCode: 200, headers, body };
}

function failed(error, requestId) {
  const detail = "the request could not be completed; the log has its requestId";
  const problem = error instanceof Problem ? error : new Problem(500, "internal", "Something went wrong", detail);
  const { status, code, title, message } = problem;
  const headers = { "cache-control": "no-store", "content-type": "application/problem+json" };
  if (status === 503) headers["retry-after"] = "1";
  const type = `urn:cloudcart:problem:${code}`;
  const body = JSON.stringify({ type, title, status, detail: message, code, requestId, error: message });
  return { statusCode: status, headers, body, code };
}

export async function handler(event, context) {
  const started = Date.now();
  const requestId = event.requestContext?.requestId || context.awsRequestId;
  const line = { level: "INFO", message: "request answered", requestId, route: event.requestContext?.routeKey };
  let answer;
  try {
    answer = await product(event);
    Object.assign(line, { status: answer.statusCode, outcome: "ok" });
  } catch (error) {
    const { code, ...rest } = failed(error, requestId);
    answer = rest;
    Object.assign(line, { message: "request refused", status: answer.statusCode, outcome: code });
    if (answer.statusCode >= 500) Object.assign(line, { level: "ERROR", message: "request failed", error: String(error) });
  }
  line.durationMs = Date.now() - started;
  console.log(JSON.stringify(line));
  answer.headers["x-request-id"] = requestId;
  return { ...answer, isBase64Encoded: false };
}
