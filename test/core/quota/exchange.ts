// One request of a claim, booked and settled with given headers, for tests that look at what an answer changes. It must not
// judge anything.
import assert from "node:assert/strict";
import { type ClockState, NO_CLOCK } from "../../../src/core/quota/clock.ts";
import { readHead } from "../../../src/core/quota/evidence.ts";
import { meterOf } from "../../../src/core/quota/meter.ts";
import type { Claim, Meter, RatePolicy, Refusal } from "../../../src/core/quota/model.ts";
import { reserve } from "../../../src/core/quota/reserve.ts";
import { type Settled, settle } from "../../../src/core/quota/settle.ts";
import { EMPTY, type PartitionState } from "../../../src/core/quota/state.ts";

/** A policy in short. */
export type Figures = readonly [
  id: string,
  kind: RatePolicy["kind"],
  limit: number | null,
  quotaWindowMs: number | null,
];

/** A claim over policies, each with its own partition. */
export function claimOf(...all: Figures[]): Claim {
  const words = { title: "", noun: "", refusedCount: false, evidence: "published" } as const;
  const parts = all.map(([id, kind, limit, quotaWindowMs]) => ({
    partition: `p/account:a/${id}`,
    cost: 1,
    policy: { ...words, type: "rate" as const, id, kind, limit, quotaWindowMs },
  }));
  return { accountId: "a", parts };
}

export interface Answer {
  readonly at: number;
  readonly headers?: Record<string, string>;
  readonly status?: number;
  readonly refusal?: Refusal;
  readonly clock?: ClockState;
}

/** Sends one request and settles it 40 ms later; a `Date` is added where none is given. */
export function exchange(
  claim: Claim,
  before: readonly PartitionState[] = claim.parts.map(() => EMPTY),
  { at, headers = {}, status = 200, refusal, clock = NO_CLOCK }: Answer,
): Settled & { readonly meters: readonly Meter[] } {
  const booked = reserve({ claim, lane: "batch", flight: "f", holder: "f" }, before, clock, at);
  assert.ok(booked.granted);
  const date = new Date(Math.floor(at / 1000) * 1000).toUTCString();
  const head = { status, headers: { date, ...headers }, sentAt: at, gotAt: at + 40, quick: true };
  const own = { claim, flight: "f", holder: "f", tookSlots: false, briefSlots: false, chance: 0.5 };
  const settlement = { ...own, head, reading: readHead(head, null), refusal: refusal ?? null };
  const settled = settle(settlement, booked.states, clock, at + 40);
  const meters = claim.parts.map((part, i) => meterOf("a", part, settled.states[i]!, settled.clock, at + 40));
  return { ...settled, meters };
}
