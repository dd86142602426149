// What the host's settings and the environment say about proxies and certificates, as one value. It must not read
// settings or the environment itself.

import { HeadroomError } from "../core/errors.ts";
import type { NetSettings } from "../core/wire.ts";

/** Straight to the network, with good certificates only. */
export const plainSettings: NetSettings = {
  proxy: null,
  proxyAuthorization: null,
  noProxy: [],
  strictSSL: true,
  systemCertificates: true,
  extraCertificates: [],
  environment: {},
};

/** Which proxy is asked for http and https targets, and what goes round it. */
export interface ProxyPlan {
  readonly http: string | null;
  readonly https: string | null;
  /** Comma-separated, as NO_PROXY. */
  readonly noProxy: string;
}

/** Whether a host is this machine itself, which is reached directly, as the editor does it as well. */
export function isLoopback(hostname: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}

/** Decides over proxies: the setting goes before the environment. Throws HeadroomError notConfigured where an address is none. */
export function planProxy(settings: NetSettings): ProxyPlan {
  const set = settings.proxy?.trim() ?? "";
  const read = (name: string) =>
    settings.environment[name.toLowerCase()] ?? settings.environment[name.toUpperCase()] ?? "";
  const http = address(set || read("http_proxy"));
  const https = address(set || read("https_proxy") || read("http_proxy"));
  const except = [...settings.noProxy, ...read("no_proxy").split(/[,\s]+/)];
  return { http, https, noProxy: [...new Set(except.filter(Boolean))].join(",") };
}

/** A proxy address written without a scheme means http. Throws notConfigured for what is none, and for SOCKS. */
function address(text: string): string | null {
  if (text === "") return null;
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  if (/^https?:$/.test(URL.parse(whole)?.protocol ?? "")) return whole;
  throw new HeadroomError("notConfigured", "The proxy's address is no http address.", { field: "proxy" });
}
