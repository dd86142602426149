// The two interceptors every request passes; the gate's tells the pass what happens on the wire.
// Order: composed last runs first, so the gate holds before the key is read, and nothing runs before the gate.
import { orAborted } from "../core/aborted.ts";
import { HeadroomError } from "../core/errors.ts";
import { Held } from "./held.ts";
import type { Pass } from "./pass.ts";
import type { Gate } from "./throttle.ts";
import type { Dispatcher } from "./undici.ts";

/** Which key goes into which header, and the only origin that it may go to. */
export interface KeyPlace {
  readonly keyId: string;
  readonly header: string;
  readonly prefix: string;
  readonly origin: string;
}

/** What the client adds to undici's options; undici passes unknown fields through. */
export interface Extra {
  readonly pass: Pass;
  readonly key: KeyPlace | null;
  /** Ends the request wherever it is. Not called `signal`: undici's own listener to that costs as much as the gate (measured). */
  readonly cancel: AbortSignal;
}

export type WireOptions = Dispatcher.RequestOptions<null> & Extra;
type Handler = Dispatcher.DispatchHandler;
type Controller = Dispatcher.DispatchController;

/** Holds every request at the gate. One without a pass is refused: there is no way round. */
export function throttle(gate: Gate): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => {
    const way: Way = { dispatch, gate };
    return (options, handler) => hold(way, options, handler);
  };
}

/** Where a gate leads to. */
interface Way {
  readonly dispatch: Dispatcher.Dispatch;
  readonly gate: Gate;
}

function hold(way: Way, options: Dispatcher.DispatchOptions, handler: Handler): boolean {
  const { pass, cancel } = options as Partial<Extra>;
  if (pass === undefined || cancel === undefined) {
    handler.onResponseError?.(noController, new Error("A request without a pass may not leave."));
    return false;
  }
  way.gate.hold(new HeldDispatch(way, options, handler, pass, cancel));
  return true;
}

/**
 * One dispatch as undici asked for it: handed on when the gate lets it go, it hears all that happens on the wire, tells the pass when
 * the first byte leaves, when a head came, and when all is over. One object for both, for every request makes one.
 */
class HeldDispatch extends Held implements Handler {
  readonly #way: Way;
  readonly #options: Dispatcher.DispatchOptions;
  readonly #handler: Handler;
  #controller: Controller | null = null;
  /** What it was ended with before it left. */
  #gone: Error | null = null;
  #landed = false;

  constructor(
    way: Way,
    options: Dispatcher.DispatchOptions,
    handler: Handler,
    pass: Pass,
    cancel: AbortSignal,
  ) {
    super(pass, cancel);
    this.#way = way;
    this.#options = options;
    this.#handler = handler;
  }

  go(): void {
    this.#way.dispatch(this.#options, this);
  }

  fail(reason: unknown): void {
    this.#handler.onResponseError?.(noController, asError(reason));
  }

  abort(reason: unknown): void {
    const error = asError(reason);
    if (this.#controller !== null) this.#controller.abort(error);
    else {
      // It waits for its key or its connection, which may take long, and never leaves.
      this.onResponseError(noController, error);
      this.#gone = error;
    }
  }

  onRequestStart(controller: Controller, context: unknown): void {
    if (this.#gone !== null) {
      controller.abort(this.#gone);
      return;
    }
    this.#controller = controller;
    this.#handler.onRequestStart?.(controller, context);
    if (!controller.aborted) this.pass.sent();
  }

  onResponseStart(controller: Controller, status: number, headers: WireHeaders, text?: string): void {
    if (status >= 200) this.pass.answered();
    this.#handler.onResponseStart?.(controller, status, headers, text);
  }

  onResponseData(controller: Controller, chunk: Buffer): void {
    this.#handler.onResponseData?.(controller, chunk);
  }

  onResponseEnd(controller: Controller, trailers: WireHeaders): void {
    this.#land();
    this.#handler.onResponseEnd?.(controller, trailers);
  }

  onResponseError(controller: Controller, error: Error): void {
    this.#land();
    if (this.pass.gotAt === null) this.pass.ended();
    this.#handler.onResponseError?.(controller, error);
  }

  #land(): void {
    if (this.#landed) return;
    this.#landed = true;
    this.#way.gate.landed(this);
  }
}

/** Reads the key, the last thing before sending, and puts it on for its own origin alone. */
export function putKey(
  keyOf: (keyId: string) => Promise<string | null>,
): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) => {
    const { key, cancel } = options as Partial<Extra>;
    if (key === undefined || key === null) return dispatch(options, handler);
    const reading = readKey(key, options, keyOf);
    // A keyring may wait for the person, or for ever; a cancelled request does not wait with it.
    (cancel === undefined ? reading : orAborted(reading, cancel)).then(
      (headers) => dispatch({ ...options, headers }, handler),
      (error) => handler.onResponseError?.(noController, asError(error)),
    );
    return true;
  };
}

async function readKey(
  key: KeyPlace,
  options: Dispatcher.DispatchOptions,
  keyOf: (keyId: string) => Promise<string | null>,
): Promise<Record<string, string>> {
  pinned(key, String(options.origin));
  const text = await keyOf(key.keyId);
  if (text === null || text === "")
    throw new HeadroomError("notConfigured", `There is no key under ${key.keyId}.`, { field: "key" });
  const headers = options.headers as Record<string, string>;
  return { ...headers, [key.header.toLowerCase()]: key.prefix + text };
}

/** Throws where a key would go to any other origin than its provider's. */
export function pinned(key: KeyPlace, origin: string): void {
  if (new URL(origin).origin === new URL(key.origin).origin) return;
  throw new HeadroomError("notConfigured", `A key for ${key.origin} may not be sent to ${origin}.`, {
    field: "baseUrl",
  });
}

/** Names and values of an answer's headers, as undici gives them. */
export type WireHeaders = Record<string, string | string[] | undefined>;

/** undici's own request handler takes null where there never was a connection; its type does not say so. */
const noController = null as unknown as Controller;

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason), { cause: reason });
}
