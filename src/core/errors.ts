// The one family of errors, told apart by a literal `kind`. Sentences for people are made elsewhere (app/sentences).

/** Fields that single kinds of error carry besides message and cause. */
export interface ErrorFields {
  notConfigured: { readonly field: string };
  cancelled: { readonly by: "person" | "closing" };
  refused: {
    readonly refusal: "rate" | "concurrency" | "pollRate" | "credit" | "busy" | "unknown";
    readonly until: number | null;
    readonly status: number;
  };
  httpFailed: { readonly status: number; readonly code: string | null; readonly detail: string | null };
  unreachable: { readonly origin: string; readonly code: string | null };
  outcomeUnknown: { readonly exchangeId: string };
  badShape: { readonly path: string; readonly expected: string };
  jobFailed: { readonly jobId: string; readonly code: string | null; readonly detail: string | null };
  overdue: { readonly afterMs: number };
  /** The ledger may only be read: a newer Headroom wrote it, or its file is write-protected. Nothing was sent. */
  booksClosed: { readonly why: "newer" | "readOnly" };
}

export type ErrorKind = keyof ErrorFields;

/** An expected failure of Headroom's own, tested by `kind`. `message` is for logs, in plain English, without secrets. */
export class HeadroomError<K extends ErrorKind = ErrorKind> extends Error {
  readonly kind: K;
  readonly fields: ErrorFields[K];

  constructor(kind: K, message: string, fields: ErrorFields[K], cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "HeadroomError";
    this.kind = kind;
    this.fields = fields;
  }
}

/** Whether a value is one of ours, of one kind if given. */
export function isHeadroomError<K extends ErrorKind>(value: unknown, kind?: K): value is HeadroomError<K> {
  return value instanceof HeadroomError && (kind === undefined || value.kind === kind);
}
