// The one file that names undici, by its inner paths: its index writes process-wide slots, and every other
// extension's fetch would then run through our agent (measured). Loaded at the first send, never at activation.

import * as tls from "node:tls";
import type { Agent, Dispatcher } from "undici";
import connect from "undici/lib/api/api-connect.js";
import request from "undici/lib/api/api-request.js";
import UndiciAgent from "undici/lib/dispatcher/agent.js";
import EnvHttpProxyAgent from "undici/lib/dispatcher/env-http-proxy-agent.js";
import Pool from "undici/lib/dispatcher/pool.js";
import { type NetSettings, planProxy } from "./settings.ts";

export type { Dispatcher } from "undici";

/** How long a connection may take to be made. ms */
const CONNECT_MS = 15_000;

/**
 * A dispatcher for these settings. HTTP/1.1 only: with HTTP/2 the order of streams is not the order of arrival, and
 * all requests would queue behind one handshake. No retry, redirect or cache interceptor: the client decides those.
 */
export function makeAgent(settings: NetSettings): Dispatcher {
  const secure = {
    rejectUnauthorized: settings.strictSSL,
    ...certificates(settings),
  };
  const options: Agent.Options = {
    allowH2: false,
    pipelining: 1,
    connect: { ...secure, timeout: CONNECT_MS },
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
    requestTls: secure,
    proxyTls: secure,
    clientFactory: tunnelPool,
    ...(settings.proxyAuthorization === null ? {} : { token: settings.proxyAuthorization }),
  });
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

/** Node's own authorities, the machine's where asked for, and the extra ones; nothing where Node's default will do. */
function certificates(settings: NetSettings): { ca?: string[] } {
  const extra = [...settings.extraCertificates];
  if (settings.systemCertificates) extra.push(...systemCertificates());
  return extra.length === 0 ? {} : { ca: [...new Set([...tls.getCACertificates("default"), ...extra])] };
}

/** The machine's certificates; none where the system's store cannot be read. */
function systemCertificates(): string[] {
  try {
    return tls.getCACertificates("system");
  } catch {
    return [];
  }
}
