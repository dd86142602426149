/**
 * The control address under `/__sim`: reads the simulator's books and sets limits, switches and faults.
 * Lies off the simulated APIs' paths and asks for its own token.
 */
import { Hono } from "hono";
import type { ProviderId } from "./accounts.ts";
import type { Clock } from "./clock.ts";
import { readFault } from "./faults.ts";
import type { Vendor } from "./vendor.ts";

/** What the control address works on. */
export interface ControlOptions {
  readonly vendors: ReadonlyMap<ProviderId, Vendor>;
  readonly token: string;
  readonly clock: Clock;
  readonly startedAt: number;
}

/** Makes the control address. `GET /__sim/health` is open; all else needs the header `x-sim-token` or `?token=`. */
export function createControlApp({ vendors, token, clock, startedAt }: ControlOptions): Hono {
  const app = new Hono().basePath("/__sim");
  app.use("*", async (c, next) => {
    const given = c.req.header("x-sim-token") ?? c.req.query("token");
    if (c.req.path !== "/__sim/health" && given !== token)
      return c.json({ error: "wrong or missing x-sim-token" }, 401);
    await next();
  });
  app.get("/health", (c) => c.json({ ok: true, pid: process.pid, startedAt, now: clock.now() }));
  app.get("/state", (c) => {
    const entries = chosen(c.req.query("provider")).map((vendor) => [vendor.provider, vendor.state()]);
    return c.json({ now: clock.now(), ...Object.fromEntries(entries) });
  });
  app.get("/log", (c) => {
    const requests = chosen(c.req.query("provider")).flatMap((vendor) =>
      vendor.requests.map((request) => ({ provider: vendor.provider, ...request })),
    );
    requests.sort((one, other) => one.at - other.at);
    return c.json(requests);
  });
  app.post("/set", async (c) => {
    const orders = asList(await c.req.json());
    for (const order of orders) oneVendor(order).set(order);
    return c.json({ ok: true });
  });
  app.post("/faults", async (c) => {
    const orders = asList(await c.req.json()).map((order) => ({
      vendor: oneVendor(order),
      fault: readFault(order),
    }));
    for (const { vendor, fault } of orders) vendor.faults.order(fault);
    return c.json({ ok: true, ordered: orders.length });
  });
  app.post("/reset", (c) => {
    for (const vendor of chosen(c.req.query("provider"))) vendor.reset();
    return c.json({ ok: true });
  });
  app.notFound((c) => c.json({ error: "known: GET health, state, log; POST set, faults, reset" }, 404));
  app.onError((error, c) => c.json({ error: error.message }, 400));
  return app;

  function chosen(provider: string | undefined): Vendor[] {
    return [...vendors.values()].filter((vendor) => provider === undefined || vendor.provider === provider);
  }

  function oneVendor(order: Record<string, unknown>): Vendor {
    const vendor = vendors.get(order.provider as ProviderId);
    if (!vendor) throw new Error(`provider must be one of ${[...vendors.keys()].join(", ")}`);
    return vendor;
  }
}

/** Takes one order or a list of them. */
function asList(given: unknown): Record<string, unknown>[] {
  const list: unknown[] = Array.isArray(given) ? given : [given];
  return list.map((order) => {
    if (typeof order !== "object" || order === null) throw new Error("an order must be a JSON object");
    return order as Record<string, unknown>;
  });
}
