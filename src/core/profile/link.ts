// Whether an address that an answer names may be asked: results are downloaded from there, files are uploaded to it.
// Pure; it must not resolve names.

/** Names and addresses of this machine and of private networks, where no provider keeps results. */
const PRIVATE_NAME = /(^|\.)(localhost|local|internal|home\.arpa)\.?$/;
const PRIVATE_V4 =
  /^(0|10|127|169\.254|172\.(1[6-9]|2\d|3[01])|192\.168|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\.[\d.]+$/;
const PRIVATE_V6 = /^\[(::1?|f[cde].*|::ffff:.*|64:ff9b:.*)\]$/;

/**
 * Whether a link leads where a provider's results may lie: on its own origin, or over https at a public name. Anything else,
 * such as file:, plain http or an address of this machine, is not asked. `base` is the account's base address. Where a public name
 * leads is not looked at: networks with a VPN or NAT64 rightly give private addresses, and only a server with that name's certificate
 * is believed, unless the person has switched the check of certificates off (`http.proxyStrictSSL`).
 */
export function isOpenLink(link: string, base: string): boolean {
  const url = URL.parse(link);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "")
    return false;
  if (url.origin === URL.parse(base)?.origin) return true;
  return (
    url.protocol === "https:" && ![PRIVATE_NAME, PRIVATE_V4, PRIVATE_V6].some((one) => one.test(url.hostname))
  );
}
