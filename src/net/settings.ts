// What the host's settings and the environment say about proxies and certificates, as one value. It must not read
// settings or the environment itself.

import { HeadroomError } from "../core/errors.ts";

/** How the network is to be reached. Built by the host from http.* settings and the environment. */
export interface NetSettings {
  /** http.proxy, as http://user:password@host:port; null or "" to follow the environment. */
  readonly proxy: string | null;
  /** http.proxyAuthorization: the whole value of Proxy-Authorization; null where the address carries it or none is needed. */
  readonly proxyAuthorization: string | null;
  /** http.noProxy: hosts reached directly, as example.com or .example.com:8443. Added to NO_PROXY. */
  readonly noProxy: readonly string[];
  /** http.proxyStrictSSL: whether certificates must be good. Default true. */
  readonly strictSSL: boolean;
  /** http.systemCertificates: whether the machine's own certificates count too. Default true. */
  readonly systemCertificates: boolean;
  /** More authorities, in PEM. */
  readonly extraCertificates: readonly string[];
  /** The environment, for HTTP_PROXY, HTTPS_PROXY, NO_PROXY in either case. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

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

/** The simulator and every other local server is reached directly, as the editor does it as well. */
const LOCAL = ["localhost", "127.0.0.1", "[::1]"];

/**
 * Decides over proxies: the setting goes before the environment; loopback always goes directly. Throws HeadroomError notConfigured
 * where an address is none.
 */
export function planProxy(settings: NetSettings): ProxyPlan {
  const set = settings.proxy?.trim() ?? "";
  const read = (name: string) =>
    settings.environment[name.toLowerCase()] ?? settings.environment[name.toUpperCase()] ?? "";
  const http = address(set || read("http_proxy"));
  const https = address(set || read("https_proxy") || read("http_proxy"));
  const except = [...LOCAL, ...settings.noProxy, ...read("no_proxy").split(/[,\s]+/)];
  return { http, https, noProxy: [...new Set(except.filter(Boolean))].join(",") };
}

/** A proxy address written without a scheme means http. Throws notConfigured for what is none, and for SOCKS. */
function address(text: string): string | null {
  if (text === "") return null;
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  if (/^https?:$/.test(URL.parse(whole)?.protocol ?? "")) return whole;
  throw new HeadroomError("notConfigured", "The proxy's address is no http address.", { field: "proxy" });
}
