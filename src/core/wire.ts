// What the app hands to the network and gets back, as an interface. net/client implements it over undici; tests
// may fake it. No key is part of an Outgoing: the client asks for it last, and only for the provider's own origin.
import type { Claim, Evidence, Head, Lane, Refusal, Retry, Wait } from "./quota/model.ts";

/** A part of a multipart body: a field's text, or a file on disk that is streamed. */
export type Part =
  | { readonly name: string; readonly text: string }
  | { readonly name: string; readonly file: string; readonly fileName: string; readonly mediaType: string };

export type Body =
  | { readonly type: "none" }
  | { readonly type: "json"; readonly text: string }
  | { readonly type: "multipart"; readonly parts: readonly Part[] }
  | { readonly type: "file"; readonly file: string; readonly mediaType: string };

/** One request, ready but for its key. */
export interface Outgoing {
  /** Names the request in ledger and log; one attempt each gets its own ask id from it. */
  readonly id: string;
  readonly method: string;
  /** Origin and path with query, as https://api.example.com/v1/x?y=1. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Body;
  /** Which header carries the key, and whose key; null for a signed link or an upload address. */
  readonly auth: {
    readonly keyId: string;
    readonly header: string;
    readonly prefix: string;
    readonly origin: string;
  } | null;
  /** Null for downloads that count in no policy. */
  readonly claim: Claim | null;
  readonly lane: Lane;
  readonly holder: string | null;
  readonly title: string;
  /** Whether the server answers fast, so that its round trip measures the network. */
  readonly quick: boolean;
  /** What may be repeated alone after a failure whose outcome is unknown. */
  readonly repeat: "safe" | "sameKey" | "never";
  readonly retry: {
    readonly statuses: readonly number[];
    readonly baseMs: number;
    readonly capMs: number;
    readonly attempts: number;
  };
  /** Stream the body to this file instead of into memory. */
  readonly saveTo: string | null;
  /** A part of the same download that an earlier process left; it stays where it is. Default null: all is fetched. */
  readonly goesOn?: string | null;
  /** Members of a JSON answer whose base64 text goes to disk as bytes while it streams in. Default none. */
  readonly lift?: readonly string[];
  /** Give up when no byte came for so long. ms */
  readonly idleMs: number;
  /** Ends it at once. Where the reason is CLOSING, what came of a download stays on disk, to be gone on with. */
  readonly signal: AbortSignal;
}

/** Why a request is ended whose process ends, and which another one may go on with. */
export const CLOSING = "closing";

/** What is reported while a request is under way, in order. */
export interface Progress {
  waiting(wait: Wait): void;
  /** Called in the same turn in which the first byte may leave; awaited writes must be done before. */
  sending(attempt: number, now: number): void;
  head(head: Head, attempt: number): void;
  refused(refusal: Refusal, attempt: number): void;
  /** Another attempt follows at this instant, epoch ms; `evidence` is `stated` where the server named it. */
  retrying(at: number, retry: Retry, evidence: Evidence): void;
  bytes(received: number, total: number | null): void;
}

/** Media that was lifted out of a JSON answer, in a file that lasts until its process ends unless somebody takes it. */
export interface Lifted {
  readonly file: string;
  readonly bytes: number;
  readonly sniffed: string | null;
  /** SHA-256 in hex. */
  readonly digest: string;
  /** False where the base64 broke off or was none from some point on, and where the file is shorter than it says of itself. */
  readonly whole: boolean;
}

/** An answer, whole. `text` is there for text bodies up to `inlineBytes`; `file` where it was saved. */
export interface Incoming {
  readonly head: Head;
  readonly text: string | null;
  readonly file: string | null;
  readonly bytes: number;
  /** The type sniffed from the first bytes; null where nothing fits. */
  readonly sniffed: string | null;
  /** SHA-256 of the file in hex; null or missing where there is none. */
  readonly digest?: string | null;
  /** False where the file is shorter than it says of itself. Default true. */
  readonly whole?: boolean;
  /** What was lifted, by the note that stands for it in `text`. Default none. */
  readonly lifted?: Readonly<Record<string, Lifted>>;
  readonly attempts: number;
}

/** How the network is to be reached. The host makes it of the editor's http.* settings and the environment. */
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

/** The one way to the network. Throws HeadroomError: cancelled, unreachable, outcomeUnknown, overdue, badShape. */
export interface Client {
  /** Resolves for every final HTTP status (2xx, 4xx, 5xx), after waits and the retries the request allows. */
  send(request: Outgoing, progress: Progress): Promise<Incoming>;
  /** Frees everything that waits or flies: waiting ones are cancelled, flying ones aborted and left counted. */
  close(): Promise<void>;
}
