// The one file that names undici, by its inner paths: its index writes process-wide slots, and every other
// extension's fetch would then run through our agent (measured). Loaded at the first send, never at activation.

import * as tls from "node:tls";
import type { Agent, buildConnector, Dispatcher } from "undici";
import connect from "undici/lib/api/api-connect.js";
import request from "undici/lib/api/api-request.js";
import makeConnector from "undici/lib/core/connect.js";
import UndiciAgent from "undici/lib/dispatcher/agent.js";
import EnvHttpProxyAgent from "undici/lib/dispatcher/env-http-proxy-agent.js";
import Pool from "undici/lib/dispatcher/pool.js";
import type { NetSettings } from "../core/wire.ts";
import { planProxy } from "./settings.ts";

export type { Dispatcher } from "undici";

/** How long a connection may take to be made. ms */
const CONNECT_MS = 15_000;

/**
 * A dispatcher for these settings. HTTP/1.1 only: with HTTP/2 the order of streams is not the order of arrival, and
 * all requests would queue behind one handshake. No retry, redirect or cache interceptor: the client decides those.
 */
export function makeAgent(settings: NetSettings): Dispatcher {
  const secure = once(() => secureOptions(settings));
  const options: Agent.Options = {
    allowH2: false,
    pipelining: 1,
    connect: connector(secure),
    connectTimeout: CONNECT_MS,
    // A connection that the server closes just as a create goes out leaves its outcome unknown: keep none for long.
    keepAliveTimeout: 4_000,
    keepAliveMaxTimeout: 30_000,
  };
  const plan = planProxy(settings);
  if (plan.http === null && plan.https === null) return new UndiciAgent(options);
  return new EnvHttpProxyAgent({
    ...options,
    httpProxy: plan.http ?? "",
    httpsProxy: plan.https ?? "",
    noProxy: plan.noProxy,
    requestTls: secure(),
    proxyTls: secure(),
    clientFactory: tunnelPool,
    ...(settings.proxyAuthorization === null ? {} : { token: settings.proxyAuthorization }),
  });
}

/** Makes connections; what https needs is read when the first one is made, so that the simulator does not pay for it. */
function connector(secure: () => SecureOptions): buildConnector.connector {
  const plain = makeConnector({ timeout: CONNECT_MS, allowH2: false });
  const withTls = once(() => makeConnector({ ...secure(), timeout: CONNECT_MS, allowH2: false }));
  return (options, callback) => (options.protocol === "https:" ? withTls() : plain)(options, callback);
}

/** undici's index gives every dispatcher its `connect`; without the index, the pool to the proxy needs it from us. */
function tunnelPool(origin: URL, options: object): Dispatcher {
  return Object.assign(new Pool(origin, options), { connect });
}

/** Sends one request through a dispatcher; resolves when the head has come. */
export function send(
  dispatcher: Dispatcher,
  options: Dispatcher.RequestOptions<null>,
): Promise<Dispatcher.ResponseData<null>> {
  return request.call(dispatcher, options);
}

interface SecureOptions {
  readonly rejectUnauthorized: boolean;
  readonly secureContext?: tls.SecureContext;
}

/**
 * Node's own authorities, the machine's where asked for, and the extra ones, in one context for all connections: to build
 * one from hundreds of certificates takes 15 ms (measured). Node's default where nothing is added.
 */
function secureOptions(settings: NetSettings): SecureOptions {
  const { strictSSL: rejectUnauthorized, extraCertificates, systemCertificates } = settings;
  const extra = [...extraCertificates, ...(systemCertificates ? machineCertificates() : [])];
  if (extra.length === 0) return { rejectUnauthorized };
  const ca = [...new Set([...tls.getCACertificates("default"), ...extra])];
  return { rejectUnauthorized, secureContext: tls.createSecureContext({ ca }) };
}

/** The machine's certificates; none where the system's store cannot be read. */
function machineCertificates(): string[] {
  try {
    return tls.getCACertificates("system");
  } catch {
    return [];
  }
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
