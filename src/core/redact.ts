// The one place where secrets are taken out of what is logged, stored or shown: by header name, and by the known
// values themselves in plain, URL-encoded and base64 form. Pure; it keeps no secret beyond its closure.

/** What stands where a secret stood. */
export const REDACTED = "•••";

/** Headers whose values never leave the request, whatever they hold. */
const SECRET_HEADERS =
  /^(authorization|proxy-authorization|cookie|set-cookie|(xi?-)?api-?key|x-key|x-auth-token)$|secret|password|(^|-)(token|signature)$/i;

/** Query parameters that sign a link or carry a key. */
const SECRET_PARAMETERS =
  /^(key|api[-_]?key|access[-_]?(key|token)|token|secret|sig|signature|x-(amz|goog)-(signature|credential|security-token))$/i;

/** Shorter values are no keys; taking them out would garble the text. */
const SHORTEST = 6;

export interface Redactor {
  text(text: string): string;
  headers(headers: Readonly<Record<string, string>>): Record<string, string>;
  /** An address without secret query parameters and without a user's password. */
  url(url: string): string;
}

/** Takes out everything in `secrets`, and whatever stands under a secret's usual name. */
export function makeRedactor(secrets: readonly string[]): Redactor {
  const forms = [...new Set(secrets.filter((one) => one.length >= SHORTEST).flatMap(formsOf))];
  // The longest first, so that a key that begins another one does not leave the other's end behind.
  forms.sort((a, b) => b.length - a.length);
  const known = forms.length === 0 ? null : new RegExp(forms.map(escaped).join("|"), "gi");
  const text = (value: string) => (known === null ? value : value.replace(known, REDACTED));
  return {
    text,
    headers: (headers) =>
      Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [
          name,
          SECRET_HEADERS.test(name) ? REDACTED : text(value),
        ]),
      ),
    url: (url) => text(plainUrl(url)),
  };
}

function plainUrl(url: string): string {
  return url
    .replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, `$1${REDACTED}@`)
    .replace(/([?&])([^=&#]+)=([^&#]*)/g, (whole, mark: string, name: string) =>
      SECRET_PARAMETERS.test(name) ? `${mark}${name}=${REDACTED}` : whole,
    );
}

/** A secret as it may appear: as it is, in JSON, in an address, and in base64 at each of the three alignments. */
function formsOf(secret: string): string[] {
  const bytes = new TextEncoder().encode(secret);
  const inAddress = encodeURIComponent(secret);
  const forms = [secret, JSON.stringify(secret).slice(1, -1), inAddress, encodeURIComponent(inAddress)];
  // Some writers of JSON escape slashes, or all signs; some of addresses write a blank as a plus.
  forms.push(secret.replace(/\//g, "\\/"), new URLSearchParams([["", secret]]).toString().slice(1));
  const each = (by: (code: number) => string) =>
    secret.replace(/[^A-Za-z0-9]/g, (one) => by(one.charCodeAt(0)));
  forms.push(
    each((code) => `%${hex(code, 2)}`),
    each((code) => `\\u${hex(code, 4)}`),
  );
  for (const before of [0, 1, 2]) {
    const inner = base64Inside(bytes, before);
    forms.push(inner, inner.replace(/\+/g, "-").replace(/\//g, "_"), encodeURIComponent(inner));
  }
  return forms.filter((one) => one.length >= SHORTEST);
}

/** The characters of a base64 text that depend on these bytes alone, when so many others stand before them. */
function base64Inside(bytes: Uint8Array, before: number): string {
  const padded = String.fromCharCode(...new Uint8Array(before), ...bytes);
  const skip = [0, 2, 3][before] ?? 0;
  const whole = Math.floor((padded.length * 8) / 6);
  return btoa(padded).slice(skip, whole);
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, "0");
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}
