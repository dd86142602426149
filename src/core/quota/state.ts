// The stored state of one partition: a small JSON value, and the policy as it stands with what servers said applied.
// Values only; it must not decide anything about sending.
import type { Evidence, PartitionKey, QuotaWindowKind, RatePolicy } from "./model.ts";

/** How a rate policy really counts; `counter` is a two-bucket counter that calls itself sliding. */
export type CountingKind = QuotaWindowKind | "counter";

/**
 * Units counted by the server somewhere in an interval of our own clock, epoch ms. Both ends are read as the instant at
 * which a request would have to be sent to arrive then over the quickest way.
 */
export type Spend = readonly [early: number, late: number, units: number];
/** Units of which the cell of the server's grid is certain, and the latest instant of any of them. */
export type Cell = readonly [index: number, units: number, late: number];
/** A booked request whose answer is not here yet, and how much later than the quickest it may arrive, as measured then. */
export type Flight = readonly [id: string, sentAt: number, units: number, doubtMs: number];
/**
 * A bucket as if every request arrived when it was sent: units missing from full, and when. Those that are not in the air any more
 * arrived up to `lateMs` later, by which a full bucket may have wasted as much refill; but never more is missing than was `spent`
 * since it was full.
 */
export type Bucket = readonly [missing: number, at: number, lateMs: number, spent: number];
/** What holds slots, since when. */
export type Holder = readonly [holder: string, since: number, units: number];

/** A gate closed by a refusal. Epoch ms. */
export interface Closed {
  readonly until: number;
  readonly at: number;
  readonly evidence: Evidence;
  /** Refusals in a row without an answer between them. */
  readonly strikes: number;
}

/** A limit that the server's own headers or refusals told. */
export interface Taught {
  readonly limit: number | null;
  readonly quotaWindowMs: number | null;
  readonly kind: CountingKind | null;
  /** When it was last told; for a limit looser than the policy's, when first. Epoch ms. */
  readonly at: number;
  /** When a request last went beyond an inferred limit, to see whether it is higher. Epoch ms. */
  readonly triedAt?: number;
  /** That the server is looser was said to the person. */
  readonly said?: boolean;
}

/** What is known of a limit that nobody published: what passed, and where refusals stood. */
export interface Lesson {
  /** Admissions since the quota window that is being measured may have opened, oldest first; at most 256 groups. */
  readonly passes: readonly Spend[];
  readonly refusals: readonly {
    /** When the refusal was here. */
    readonly at: number;
    /** When the server lets the next one in; null where it did not say. */
    readonly until: number | null;
    /** Units that passed since the refusal before, or since the start. */
    readonly passed: number;
  }[];
  readonly successes: number;
}

/** What answers that tell what is left have shown of others. */
export interface Heard {
  readonly answers: number;
  /** When the newest of them was sent. Epoch ms. */
  readonly at: number;
  /** Units that others spent between the newest two looks. */
  readonly pace: number;
}

/** One partition as stored. Every field is plain JSON. */
export interface PartitionState {
  readonly log: readonly Spend[];
  readonly cells: readonly Cell[];
  /** The length of the cells; 0 where none was noted. */
  readonly cellMs: number;
  readonly flying: readonly Flight[];
  /** When the quota window that opens at the first request opened, earliest and latest. */
  readonly opened: readonly [number, number] | null;
  readonly bucket: Bucket | null;
  /** Units that others spent, also counted in `log` or `cells`; kept apart to be shown. */
  readonly foreign: readonly Spend[];
  /** Until when the budget counts as shared with someone outside the ledger; 0 where it is not. */
  readonly sharedUntil: number;
  /** Null until an answer told what is left. */
  readonly heard: Heard | null;
  /**
   * Until when something counts of which nobody knows whether it arrived, or when, for the clock was set; 0 where there is
   * nothing such. Until then no other way of counting is concluded from figures.
   */
  readonly unsureUntil: number;
  readonly closed: Closed | null;
  /** The server told a limit that differs from the policy's. */
  readonly stated: Taught | null;
  /** Learned from refusals; evidence `inferred`. */
  readonly learned: Taught | null;
  readonly lesson: Lesson | null;
  /** Ways of counting that explain the newest answers, and how many of these the one in force does not explain; 0 where it does too. */
  readonly doubt: { readonly ways: readonly CountingKind[]; readonly answers: number } | null;
  /** The way of counting in force was the only one that explained an answer. */
  readonly proven: boolean;
  /** A refusal that arithmetic does not explain: one goes ahead until an answer passes. */
  readonly probing: boolean;
  readonly holders: readonly Holder[];
  /** Slots taken outside our ledger, when we learned it, and how long until that is doubted. */
  readonly elsewhere: readonly [units: number, at: number, doubtMs: number] | null;
  /** When the last poll went, for their reserved share; later where many went, as if they had gone one by one. */
  readonly polledAt: number;
  /** When a server last confirmed the figures in force. */
  readonly confirmedAt: number | null;
}

/** A partition of which nothing is known yet. */
export const EMPTY: PartitionState = {
  log: [],
  cells: [],
  cellMs: 0,
  flying: [],
  opened: null,
  bucket: null,
  foreign: [],
  sharedUntil: 0,
  heard: null,
  unsureUntil: 0,
  closed: null,
  stated: null,
  learned: null,
  lesson: null,
  doubt: null,
  proven: false,
  probing: false,
  holders: [],
  elsewhere: null,
  polledAt: 0,
  confirmedAt: null,
};

/** Timers and clocks are coarse: so much is added to every computed instant. ms */
export const SAFETY_MS = 3;
/** Where nobody says how long a quota window is. ASSUMED: a minute, by far the most common. */
export const ASSUMED_WINDOW_MS = 60_000;

/** A rate policy with what the server taught applied. */
export interface RateInForce {
  readonly kind: CountingKind;
  readonly limit: number | null;
  readonly quotaWindowMs: number;
  readonly windowKnown: boolean;
  readonly evidence: Evidence;
  readonly evidenceAt: number | null;
}

/**
 * The figures to count with. A stricter word of the server is followed at once; a looser one only once it stands in the
 * policy itself, by the person's word. What nobody publishes comes from the server's word, then from what was learned.
 */
export function inForce(policy: RatePolicy, state: PartitionState): RateInForce {
  const { stated, learned } = state;
  const told = stated === null ? null : followed(policy, stated);
  const length =
    told?.quotaWindowMs ?? policy.quotaWindowMs ?? stated?.quotaWindowMs ?? learned?.quotaWindowMs ?? null;
  const kind = learned?.kind ?? (policy.kind === "unknown" ? "sliding" : policy.kind);
  const base = { kind, quotaWindowMs: length ?? ASSUMED_WINDOW_MS, windowKnown: length !== null };
  const own = policy.limit;
  if (told !== null)
    return { ...base, limit: told.limit, evidence: "stated", evidenceAt: stated?.at ?? null };
  const inferred = learned?.limit ?? null;
  if (inferred !== null && (own === null || inferred < own))
    return { ...base, limit: inferred, evidence: "inferred", evidenceAt: learned?.at ?? null };
  const confirmed = own !== null && state.confirmedAt !== null;
  const evidence = confirmed ? "stated" : own === null ? "unknown" : policy.evidence;
  return { ...base, limit: own, evidence, evidenceAt: state.confirmedAt };
}

/**
 * What of the server's word on limit and length is followed at once: whatever it lets through, the policy must let through as
 * well. Null where it does not.
 */
export function followed(
  { limit: known, quotaWindowMs: length }: RatePolicy,
  { limit, quotaWindowMs: told }: Taught,
): { readonly limit: number; readonly quotaWindowMs: number | null } | null {
  const own = known ?? Number.POSITIVE_INFINITY;
  if (limit === null) return null;
  const other = told !== null && length !== null && told !== length;
  if (other && limit * Math.ceil(length / told) <= own) return { limit, quotaWindowMs: told };
  // A shorter quota window with as much in it would let more through: the number alone is followed.
  return limit < own ? { limit, quotaWindowMs: length ?? told } : null;
}

const FIELDS = Object.keys(EMPTY) as readonly (keyof PartitionState)[];

/** A state as JSON, with its parts, so that the next one need only write what changed. */
export interface Encoded {
  readonly state: PartitionState;
  readonly parts: readonly string[];
  readonly text: string;
}

/** Writes a state as JSON, leaving out what is empty. What `before` has alike is taken from there. */
export function encode(state: PartitionState, before?: Encoded): Encoded {
  const parts = FIELDS.map((field, i) => {
    const value = state[field];
    if (value === EMPTY[field] || (Array.isArray(value) && value.length === 0)) return "";
    return value === before?.state[field] ? before.parts[i]! : `"${field}":${JSON.stringify(value)}`;
  });
  let text = "";
  for (const part of parts) if (part !== "") text += text === "" ? part : `,${part}`;
  return { state, parts, text: `{${text}}` };
}

/** Reads what `encode` wrote; anything that is no object counts as empty. */
export function decode(text: string | null): PartitionState {
  if (text === null) return EMPTY;
  const value: unknown = JSON.parse(text);
  return typeof value === "object" && value !== null ? { ...EMPTY, ...value } : EMPTY;
}

/** The provider's part of a partition's name. */
export function providerOf(partition: PartitionKey): string {
  return partition.slice(0, partition.indexOf("/"));
}
