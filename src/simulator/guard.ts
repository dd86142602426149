/**
 * Keeps web pages and foreign names away from the simulator: only callers that name this machine and its port get in.
 * A page that rebinds a name to 127.0.0.1 shows itself in Host, a page of another origin in Origin.
 */
import type { IncomingMessage } from "node:http";

/** Says why a request is refused, or nothing when it may come in. */
export function whyRefused(incoming: IncomingMessage, port: number): string | undefined {
  const own = [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`];
  const { host, origin } = incoming.headers;
  if (!host || !own.includes(host.toLowerCase())) return "this Host is not served here";
  // A page's picture or frame carries no Origin; browsers tell that it is another site's.
  const site = incoming.headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none")
    return "no page of another site is served here";
  if (origin === undefined) return undefined;
  const isControl = (incoming.url ?? "").startsWith("/__sim");
  if (isControl) return "the control address answers no web page";
  return own.some((name) => origin === `http://${name}`) ? undefined : "this Origin is not served here";
}
