// A program that uses the API through types generated from its OpenAPI document. That
// it compiles says that the document is good enough to be programmed against; that it
// runs says that the answers are what the document promises.
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

declare const process: { argv: string[]; exitCode: number };

const baseUrl = process.argv[2]!;

function demand(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(what);
}

async function main() {
  const nobody = createClient<paths>({ baseUrl });
  const setup = await nobody.GET("/api/v1/setup");
  demand(setup.data?.needed === true, "a fresh installation needs no owner");
  const registered = await nobody.POST("/api/v1/auth/register", {
    body: { email: "ada@example.org", password: "a sentence is easiest", name: "Ada", base_currency: "EUR" },
  });
  demand(registered.data !== undefined, "nobody registered");
  const signedIn = await nobody.POST("/api/v1/auth/login", {
    body: { email: "ada@example.org", password: "a sentence is easiest" },
  });
  demand(typeof signedIn.data?.token === "string", "no token");

  const api = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${signedIn.data.token}` } });
  const made = await api.POST("/api/v1/portfolios", { body: { name: "Family", base_currency: "EUR" } });
  demand(made.data !== undefined, "no portfolio was made");
  const path = { portfolio: made.data.id };

  const transactions: components["schemas"]["Transaction"][] = [
    { date: "2024-01-02", type: "deposit", account: "ib", amount: "10000", currency: "EUR" },
    { date: "2024-01-03", type: "buy", account: "ib", symbol: "ACME", quantity: "10", price: "100.00", fees: "1", currency: "EUR" },
  ];
  const header = { "If-Match": '"0"', "Idempotency-Key": "first-bookings" };
  const booked = await api.POST("/api/v1/portfolios/{portfolio}/transactions", { params: { path, header }, body: { transactions } });
  demand(booked.data?.version === 1 && booked.data.ids.length === 2, "not booked as one version");
  const again = await api.POST("/api/v1/portfolios/{portfolio}/transactions", { params: { path, header }, body: { transactions } });
  demand(again.data?.version === 1 && again.response.headers.get("Idempotency-Replayed") === "true", "booked twice under one key");

  const stale = await api.POST("/api/v1/portfolios/{portfolio}/transactions", { params: { path, header: { "If-Match": '"0"' } }, body: { transactions } });
  const problem: components["schemas"]["Problem"] | undefined = stale.error;
  demand(problem?.status === 409 && problem.current_version === 1, "an old version was accepted");

  const first = await api.GET("/api/v1/portfolios/{portfolio}/transactions", { params: { path, query: { limit: 1, type: ["buy", "deposit"] } } });
  demand(first.data?.total === 2 && first.data.items.length === 1 && first.data.next !== undefined, "no page of one");
  const second = await api.GET("/api/v1/portfolios/{portfolio}/transactions", { params: { path, query: { limit: 1, type: ["buy", "deposit"], cursor: first.data.next } } });
  demand(second.data?.items[0]?.type === "deposit" && second.data.next === undefined, "the second page is not the last");

  await api.PUT("/api/v1/prices/own", { body: { items: [{ symbol: "ACME", date: "2024-06-28", price: "140", currency: "EUR" }] } });
  const held = await api.GET("/api/v1/portfolios/{portfolio}/holdings", { params: { path, query: { as_of: "2024-06-28" } } });
  demand(held.data?.summary.value.value === "10399", `worth ${held.data?.summary.value.value}`); // 10,000 − 1,001 + 10 × 140
  demand(held.data.holdings?.[0]?.quantity === "10", "not held");
  const etag = held.response.headers.get("ETag") ?? "";
  const unchanged = await api.GET("/api/v1/portfolios/{portfolio}/holdings", { params: { path, query: { as_of: "2024-06-28" }, header: { "If-None-Match": etag } } });
  demand(unchanged.response.status === 304, `answered ${unchanged.response.status} although nothing changed`);

  const rate = await api.POST("/api/v1/calc/{engine}", { params: { path: { engine: "xirr" } }, body: { flows: [["2024-01-01", -1000], ["2025-01-01", 1050]] } });
  demand(rate.data !== undefined, "no rate");
  const limit = Number(rate.response.headers.get("RateLimit-Limit"));
  demand(limit === 10, `the limit of calculations is ${limit}`);
  const missing = await api.GET("/api/v1/portfolios/{portfolio}", { params: { path: { portfolio: "0199f3a2-7c55-7d3a-9d0a-3c1f5c9b7a10" } } });
  demand(missing.error?.status === 404 && missing.error.title !== "", "what is not there is no problem");
}

main().then(
  () => console.log("fine"),
  (error) => {
    console.error(error);
    process.exitCode = 1;
  },
);
