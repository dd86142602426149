/**
 * One server on loopback for all five simulated APIs and the control address.
 * Builds everything from options; keeps no state outside of what it returns.
 */
import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import { type ProviderId, providerIds, simulatedKeys } from "./accounts.ts";
import { type Clock, createRealClock } from "./clock.ts";
import { createControlApp } from "./control.ts";
import { createDialects } from "./dialects.ts";
import type { AppEnv } from "./edge.ts";
import { whyRefused } from "./guard.ts";
import type { Vendor } from "./vendor.ts";

/** How to start a simulator. */
export interface SimulatorOptions {
  /** Default 0: any free port. */
  readonly port?: number;
  /** Where ids, durations and sounds come from. Default 1. */
  readonly seed?: number;
  /** Job durations are multiplied by this. Default 1; 0 ends every job at once. */
  readonly timeScale?: number;
  /** Changes to begin with, in the form that `POST /__sim/set` takes. A reset comes back to them. */
  readonly settings?: Partial<Record<ProviderId, Record<string, unknown>>>;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
  /** Default: drawn anew. */
  readonly token?: string;
}

/** How a client reaches one simulated account. */
export interface SimulatedAccount {
  readonly url: string;
  readonly key: string;
  /** Every key of the vendor with its account; the first is `key`. */
  readonly keys: readonly { readonly account: string; readonly label: string; readonly key: string }[];
}

/** A running simulator. */
export interface Simulator {
  readonly port: number;
  readonly accounts: Readonly<Record<ProviderId, SimulatedAccount>>;
  readonly control: { readonly url: string; readonly token: string };
  /** The vendors' inner state, for tests in the same process. */
  readonly vendors: ReadonlyMap<ProviderId, Vendor>;
  /** Since when nothing has been asked and no job has moved; undefined while something is under way. */
  idleSince(): number | undefined;
  /** Stops listening and cuts all connections. */
  close(): Promise<void>;
}

/** Starts a simulator on 127.0.0.1. Rejects when the port is taken. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const clock = options.clock ?? createRealClock();
  const token = options.token ?? randomBytes(18).toString("base64url");
  let port = 0;
  let lastAskedAt = clock.now();
  let openCount = 0;
  const dialects = createDialects({
    clock,
    seed: options.seed ?? 1,
    urlOf: (id) => `http://127.0.0.1:${port}/${id}`,
  });
  const vendors = new Map<ProviderId, Vendor>();
  const apps = new Map<string, Hono<AppEnv>>();
  for (const { vendor, app } of dialects) {
    if (options.timeScale !== undefined) vendor.setFromStart({ jobTimeScale: options.timeScale });
    vendor.setFromStart(options.settings?.[vendor.provider] ?? {});
    vendors.set(vendor.provider, vendor);
    apps.set(vendor.provider, app);
  }
  const controlApp = createControlApp({ vendors, token, clock, startedAt: clock.now() });
  const listener = getRequestListener(
    (request, env) => {
      const first = new URL(request.url).pathname.split("/")[1] ?? "";
      if (first === "__sim") return controlApp.fetch(request);
      const app = apps.get(first);
      return app
        ? app.fetch(request, env)
        : Response.json({ error: `there is ${[...apps.keys()].join(", ")} and __sim` }, { status: 404 });
    },
    { overrideGlobalObjects: false },
  );
  const server = createServer((incoming, outgoing) => {
    const why = whyRefused(incoming, port);
    if (why) {
      outgoing.writeHead(403, { "content-type": "application/json" }).end(JSON.stringify({ error: why }));
      return;
    }
    lastAskedAt = clock.now();
    openCount += 1;
    outgoing.on("close", () => {
      lastAskedAt = clock.now();
      openCount -= 1;
    });
    void listener(incoming, outgoing);
  });
  server.keepAliveTimeout = 30_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  port = (server.address() as AddressInfo).port;
  const account = (id: ProviderId): SimulatedAccount => {
    const keys = simulatedKeys(id).map(({ account: name, label, text }) => ({
      account: name,
      label,
      key: text,
    }));
    return { url: `http://127.0.0.1:${port}/${id}`, key: keys[0]?.key ?? "", keys };
  };
  return {
    port,
    accounts: Object.fromEntries(providerIds.map((id) => [id, account(id)])) as Record<
      ProviderId,
      SimulatedAccount
    >,
    control: { url: `http://127.0.0.1:${port}/__sim`, token },
    vendors,
    idleSince: () => {
      const isBusy = openCount > 0 || [...vendors.values()].some((vendor) => vendor.jobs.movingCount() > 0);
      return isBusy ? undefined : lastAskedAt;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The line that tells a client how to reach everything; one JSON object. */
export function announcement(simulator: Simulator): Record<string, unknown> {
  const accounts = Object.entries(simulator.accounts).map(([id, { url, key }]) => [id, { url, key }]);
  return { ...Object.fromEntries(accounts), control: simulator.control };
}
