// The words of the quota arithmetic as types: policy, partition, claim, reservation, meter, wait. Values only;
// nothing here computes, waits or stores.

/** Who vouches for a number. `unknown` is shown as unknown. */
export type Evidence = "stated" | "published" | "counted" | "inferred" | "unknown";

/** How a rate policy gives quota back. `fixed` lies on the server's clock, `fixedFromFirst` opens at the first request. */
export type QuotaWindowKind = "fixed" | "fixedFromFirst" | "sliding" | "bucket" | "unknown";

/** A limit on requests over a quota window. */
export interface RatePolicy {
  readonly type: "rate";
  readonly id: string;
  readonly title: string;
  /** What is counted, in the plural: "syntheses". */
  readonly noun: string;
  readonly kind: QuotaWindowKind;
  /** Requests in one quota window; null where nobody has said. */
  readonly limit: number | null;
  readonly quotaWindowMs: number | null;
  /** Whether a refused request counts as well. */
  readonly refusedCount: boolean;
  /** Whether every answer tells what is left of it, by the provider's word. Default false. */
  readonly told?: boolean;
  /** Who vouches for limit and length before the server has spoken. */
  readonly evidence: Evidence;
}

/** A limit on things alive at once; a slot is freed when its job ends. */
export interface SlotPolicy {
  readonly type: "slots";
  readonly id: string;
  readonly title: string;
  readonly noun: string;
  readonly limit: number | null;
  readonly evidence: Evidence;
}

export type Policy = RatePolicy | SlotPolicy;

/** Who shares one count: provider, account or key, and policy, as `sauti/key:k1/synthesis`. */
export type PartitionKey = string;

/** One partition a request counts in, with the policy as it stands for this account (plan and overrides applied). */
export interface ClaimPart {
  readonly partition: PartitionKey;
  readonly policy: Policy;
  /** Units the request costs; 1 unless said. */
  readonly cost: number;
  /** Whether other calls than polls count here as well; default false. */
  readonly shared?: boolean;
}

/** All partitions a request counts in; charged all or none. */
export interface Claim {
  readonly accountId: string;
  readonly parts: readonly ClaimPart[];
}

/** Who goes first: a person's send, a running job's next step, a batch, then polls. */
export type Lane = "person" | "flow" | "batch" | "poll";

/** The lanes in the order in which they are served. */
export const LANES: readonly Lane[] = ["person", "flow", "batch", "poll"];

/** Which policy holds a waiter, until when, and on what evidence. */
export interface Wait {
  readonly partition: PartitionKey;
  readonly policyId: string;
  readonly cause:
    | "rate"
    | "slots"
    | "refused"
    | "learning"
    | "ahead"
    | "backoff"
    | "outage"
    | "retries"
    | "connections";
  /** The instant at which asking again makes sense, epoch ms; null where only an event (a job's end) frees it. */
  readonly until: number | null;
  readonly evidence: Evidence;
  /** When the evidence was last seen, epoch ms; null or missing where nobody noted it. */
  readonly evidenceAt?: number | null;
  readonly left: number | null;
  readonly limit: number | null;
  /** The attempt that follows by itself, with cause `backoff`. */
  readonly retry?: Retry;
}

/** An attempt that follows a failed one by itself. */
export interface Retry {
  /** Why: lost, broken, `status 503`, or a refusal's kind. */
  readonly cause: string;
  /** Its number, the first one counted. */
  readonly attempt: number;
  /** The number of the last attempt that is made; null where refusals alone do not end it. */
  readonly most: number | null;
  /** The longest pause between two attempts where the server gives no number. ms */
  readonly capMs: number;
}

/** A refusal understood. */
export interface Refusal {
  readonly kind: "rate" | "concurrency" | "pollRate" | "credit" | "busy" | "unknown";
  /** When the server lets the next one in, epoch ms; null where it did not say. */
  readonly until: number | null;
  readonly evidence: Evidence;
}

/** What the first line and headers of an answer say, with our own clock's readings around them. Epoch ms. */
export interface Head {
  readonly status: number;
  /** Lower-case names; a repeated header is joined with ", ". */
  readonly headers: Readonly<Record<string, string>>;
  readonly sentAt: number;
  readonly gotAt: number;
  /** Whether the call is quick at the server, so that its round trip measures the network. */
  readonly quick: boolean;
}

/** One policy of one account as shown: what is left, when it comes back, who says so. */
export interface Meter {
  readonly partition: PartitionKey;
  readonly accountId: string;
  readonly policyId: string;
  readonly title: string;
  readonly noun: string;
  readonly type: "rate" | "slots";
  readonly kind: QuotaWindowKind | "slots";
  readonly limit: number | null;
  /** Units counted now, in flight and foreign ones included; may exceed the limit and is then shown so. */
  readonly used: number;
  readonly left: number | null;
  readonly inFlight: number;
  /** Units that others spent on the same budget. */
  readonly foreign: number;
  readonly quotaWindowMs: number | null;
  /** When the next unit comes back; null where none is due or nobody knows. Epoch ms. */
  readonly nextAt: number | null;
  /** When all is back. Epoch ms. */
  readonly fullAt: number | null;
  /** Instants at which single spends leave a sliding quota window, ascending, at most 64. Epoch ms. */
  readonly leavesAt: readonly number[];
  /** Closed by a refusal until this instant. Epoch ms. */
  readonly closedUntil: number | null;
  readonly evidence: Evidence;
  /** When the evidence was last confirmed; null for published figures. Epoch ms. */
  readonly evidenceAt: number | null;
}
