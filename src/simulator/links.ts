/**
 * Signed links that expire: to results that are downloaded and to places that are uploaded to, as object stores hand them out.
 * A link needs no key and draws on no quota.
 */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** A file that can be downloaded. */
export interface StoredFile {
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** A signed address and the instant it ends, in the server's time. */
export interface SignedLink {
  readonly url: string;
  readonly expiresAt: number;
}

/** How many files are kept ready; others are made again when asked for. */
const keptFiles = 12;

/** The file store of one vendor. */
export class Links {
  readonly #secret: string;
  readonly #serverNow: () => number;
  readonly #baseUrl: () => string;
  #makers = new Map<string, () => StoredFile>();
  #ready = new Map<string, StoredFile>();
  #uploads = new Map<string, Uint8Array>();

  /** `baseUrl` is the vendor's own address, without a slash at its end. */
  constructor(secret: string, serverNow: () => number, baseUrl: () => string) {
    this.#secret = secret;
    this.#serverNow = serverNow;
    this.#baseUrl = baseUrl;
  }

  /** Offers a file under a name; it is made when first asked for. */
  offer(name: string, make: () => StoredFile): void {
    this.#makers.set(name, make);
  }

  /** A link that downloads the named file for `lifeMs`. */
  download(name: string, lifeMs: number): SignedLink {
    return this.#sign("GET", "files", name, lifeMs);
  }

  /** A link to which one file may be put for `lifeMs`. */
  upload(name: string, lifeMs: number): SignedLink {
    return this.#sign("PUT", "uploads", name, lifeMs);
  }

  /** What was put under that name. */
  uploaded(name: string): Uint8Array | undefined {
    return this.#uploads.get(name);
  }

  /** Forgets all files. */
  clear(): void {
    this.#makers.clear();
    this.#ready.clear();
    this.#uploads.clear();
  }

  /** Answers a request to a signed link: `GET` or `HEAD` of a file, or `PUT` of an upload. */
  async answer(request: Request, name: string): Promise<Response> {
    const query = new URL(request.url).searchParams;
    const isPut = request.method === "PUT";
    const expires = query.get("expires") ?? "";
    const wanted = this.#signature(isPut ? "PUT" : "GET", name, expires);
    if (!sameText(wanted, query.get("signature") ?? ""))
      return refusal("SignatureDoesNotMatch", "The signature is not right.");
    if (!(this.#serverNow() < Number(expires) * 1000)) return refusal("AccessDenied", "Request has expired");
    if (isPut) {
      this.#uploads.set(name, new Uint8Array(await request.arrayBuffer()));
      return new Response(null, { status: 200 });
    }
    const file = this.#file(name);
    return file ? fileAnswer(request, file) : xmlError(404, "NoSuchKey", "The file does not exist.");
  }

  #file(name: string): StoredFile | undefined {
    const ready = this.#ready.get(name) ?? this.#makers.get(name)?.();
    if (!ready) return undefined;
    this.#ready.delete(name);
    this.#ready.set(name, ready);
    for (const oldest of this.#ready.keys()) {
      if (this.#ready.size <= keptFiles) break;
      this.#ready.delete(oldest);
    }
    return ready;
  }

  #sign(method: string, folder: string, name: string, lifeMs: number): SignedLink {
    const expires = Math.floor((this.#serverNow() + lifeMs) / 1000);
    const query = `expires=${expires}&signature=${this.#signature(method, name, String(expires))}`;
    return { url: `${this.#baseUrl()}/_${folder}/${name}?${query}`, expiresAt: expires * 1000 };
  }

  #signature(method: string, name: string, expires: string): string {
    return createHmac("sha256", this.#secret).update(`${method} ${name} ${expires}`).digest("hex");
  }
}

/** Answers with a whole file, or with the part that a `Range` header asks for. */
export function fileAnswer(request: Request, file: StoredFile): Response {
  const size = file.bytes.byteLength;
  const headers = new Headers({
    "content-type": file.contentType,
    "accept-ranges": "bytes",
    etag: `"${createHash("md5").update(file.bytes).digest("hex")}"`,
  });
  const range = /^bytes=(\d*)-(\d*)$/.exec(request.headers.get("range") ?? "");
  if (!range || (range[1] === "" && range[2] === "")) {
    headers.set("content-length", String(size));
    return new Response(request.method === "HEAD" ? null : Buffer.from(file.bytes), { headers });
  }
  const [, from = "", to = ""] = range;
  const first = from === "" ? Math.max(0, size - Number(to)) : Number(from);
  const last = from === "" || to === "" ? size - 1 : Math.min(size - 1, Number(to));
  if (first > last || first >= size) {
    return new Response(null, { status: 416, headers: { "content-range": `bytes */${size}` } });
  }
  headers.set("content-range", `bytes ${first}-${last}/${size}`);
  headers.set("content-length", String(last - first + 1));
  const part = Buffer.from(file.bytes.subarray(first, last + 1));
  return new Response(request.method === "HEAD" ? null : part, { status: 206, headers });
}

function refusal(code: string, message: string): Response {
  return xmlError(403, code, message);
}

/** ASSUMED: object stores answer in XML like this; no vendor's page shows it. */
function xmlError(status: number, code: string, message: string): Response {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  return new Response(body, { status, headers: { "content-type": "application/xml" } });
}

function sameText(one: string, other: string): boolean {
  const left = Buffer.from(one);
  const right = Buffer.from(other);
  return left.length === right.length && timingSafeEqual(left, right);
}
