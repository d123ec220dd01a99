// The same, with the connection to DynamoDB opened while the function starts, as the `products` function does: it reads the row
// of the signing key.
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { documents, handler } from "./handler.mjs";

const key = { TableName: process.env.IDEMPOTENCY_TABLE, Key: { key: "signing-key#1" }, ConsistentRead: true };
await documents.send(new GetCommand(key));

export { handler };
