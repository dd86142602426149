// Whatever happens, the server never counts more than its limit: random policies, delays, lost and late answers, refunds and
// skew, judged by the model server. FC_RUNS multiplies the runs.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type ClockState, jitterMs, NO_CLOCK, tailMs, withRoundTrip } from "../../../src/core/quota/clock.ts";
import { readHead } from "../../../src/core/quota/evidence.ts";
import type { Claim } from "../../../src/core/quota/model.ts";
import { reserve } from "../../../src/core/quota/reserve.ts";
import { lose, refund, settle } from "../../../src/core/quota/settle.ts";
import { decode, EMPTY, encode, type PartitionState } from "../../../src/core/quota/state.ts";
import { type ModelAnswer, type ModelHeaders, type ModelKind, ModelServer } from "./model-server.ts";

const RUNS = Math.ceil(400 * Number(process.env.FC_RUNS ?? 1));
const START = Date.UTC(2026, 10, 1);

interface Policy {
  readonly kind: "fixed" | "fixedFromFirst" | "sliding" | "bucket";
  readonly limit: number;
  readonly lengthMs: number;
}

interface Request {
  /** After the one before. ms */
  readonly gapMs: number;
  readonly thereMs: number;
  readonly backMs: number;
  readonly fate: "answered" | "lost" | "never left" | "never arrived";
}

interface History {
  readonly policies: readonly Policy[];
  readonly requests: readonly Request[];
  readonly skewMs: number;
  readonly wayMs: number;
  readonly headers: ModelHeaders;
}

const policy = fc.record({
  kind: fc.constantFrom("fixed", "fixedFromFirst", "sliding", "bucket"),
  limit: fc.integer({ min: 1, max: 5 }),
  lengthMs: fc.integer({ min: 1, max: 8 }).map((halves) => halves * 500),
});
const request = fc.record({
  gapMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 4000 })),
  thereMs: fc.integer({ min: 0, max: 80 }),
  backMs: fc.oneof(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 6000 })),
  fate: fc.oneof(
    { weight: 8, arbitrary: fc.constant("answered" as const) },
    {
      weight: 1,
      arbitrary: fc.constantFrom("lost" as const, "never left" as const, "never arrived" as const),
    },
  ),
});
const history = fc.record({
  policies: fc.array(policy, { minLength: 1, maxLength: 3 }),
  requests: fc.array(request, { minLength: 1, maxLength: 40 }),
  skewMs: fc.integer({ min: -5000, max: 5000 }),
  wayMs: fc.integer({ min: 0, max: 40 }),
  headers: fc.constantFrom<ModelHeaders>("none", "mostRestrictive"),
});

interface Happening {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** Plays a history. Every request waits until it is granted; the network keeps what the measured jitter promises. */
function play({ policies, requests, skewMs, wayMs, headers }: History) {
  const names = policies.map((_, i) => `p${i}`);
  const words = { title: "", noun: "", refusedCount: false, evidence: "published" } as const;
  const parts = policies.map((one, i) => ({
    partition: `p/${names[i]}`,
    cost: 1,
    policy: {
      ...words,
      type: "rate" as const,
      id: names[i]!,
      kind: one.kind,
      limit: one.limit,
      quotaWindowMs: one.lengthMs,
    },
  }));
  const claim: Claim = { accountId: "a", parts };
  const server = new ModelServer(
    policies.map((one, i) => ({ ...one, kind: one.kind as ModelKind, name: names[i]! })),
    headers,
  );
  let clock: ClockState = NO_CLOCK;
  let states: readonly PartitionState[] = parts.map(() => EMPTY);
  const agenda: Happening[] = [];
  let order = 0;
  const later = (at: number, run: () => void) => void agenda.push({ at, order: order++, run });
  let granted = 0;
  /** Asked again at their instant, and whenever something changed. */
  const waiting = new Map<number, () => void>();
  let askedAt = START;
  for (const [i, one] of requests.entries()) {
    askedAt += one.gapMs;
    later(askedAt, () => ask(i, one));
  }
  let now = START;
  let before = states;
  for (let steps = 0; agenda.length > 0; steps++) {
    assert.ok(steps < 20_000, "somebody waits for ever");
    agenda.sort((a, b) => a.at - b.at || a.order - b.order);
    const next = agenda.shift()!;
    now = Math.max(now, next.at);
    next.run();
    // What is stored is what is kept.
    const stored = states.map((state) => decode(encode(state).text));
    const changed = states !== before;
    states = stored;
    before = stored;
    if (changed) for (const again of [...waiting.values()]) again();
    before = states;
  }
  return { server, granted, states };

  function ask(i: number, one: Request): void {
    const booking = { claim, lane: "batch" as const, flight: `f${i}`, holder: `f${i}` };
    const outcome = reserve(booking, states, clock, now);
    if (!outcome.granted) {
      waiting.set(i, () => ask(i, one));
      const { until } = outcome.wait;
      if (until !== null) later(Math.max(now + 1, until), () => waiting.get(i)?.());
      return;
    }
    waiting.delete(i);
    granted++;
    states = outcome.states;
    if (one.fate === "never left") {
      const at = now + 1;
      later(at, () => {
        states = refund(claim, `f${i}`, null, states);
      });
      return;
    }
    send(i, one, now);
  }

  function send(i: number, one: Request, sentAt: number): void {
    const extra = Math.min(one.thereMs, jitterMs(clock));
    const arrivesAt = sentAt + wayMs + extra;
    if (one.fate === "never arrived") {
      later(sentAt + 400, () => miss(i));
      return;
    }
    later(arrivesAt, () => {
      const answer = server.arrive(arrivesAt + skewMs, "");
      if (one.fate === "lost") later(arrivesAt + one.backMs, () => miss(i));
      else later(arrivesAt + wayMs + one.backMs, () => land(i, sentAt, arrivesAt - wayMs, answer));
    });
  }

  function miss(i: number): void {
    states = lose(claim, `f${i}`, states, clock, now);
  }

  function land(i: number, sentAt: number, countedAt: number, answer: ModelAnswer): void {
    const tail = tailMs(withRoundTrip(clock, sentAt, now));
    // The quickest way must be as quick as it was measured to be; else the answer comes a little later.
    if (countedAt > now - tail) {
      later(now + 1, () => land(i, sentAt, countedAt, answer));
      return;
    }
    const head = { status: answer.status, headers: answer.headers, sentAt, gotAt: now, quick: true };
    const settlement = {
      claim,
      flight: `f${i}`,
      holder: `f${i}`,
      tookSlots: false,
      briefSlots: false,
      head,
      reading: readHead(head, null),
      refusal: null,
      chance: 0.5,
    };
    ({ states, clock } = settle(settlement, states, clock, now));
  }
}

test("the server never counts more than the limit in any quota window, and everyone is granted in the end", () => {
  fc.assert(
    fc.property(history, (one) => {
      const { server, granted } = play(one);
      assert.equal(server.refusals, 0);
      assert.equal(granted, one.requests.length);
    }),
    { numRuns: RUNS },
  );
});

test("no reservation is lost or doubled: after everything has landed nothing is in flight", () => {
  fc.assert(
    fc.property(history, (one) => {
      for (const state of play(one).states) assert.deepEqual(state.flying, []);
    }),
    { numRuns: Math.ceil(RUNS / 8) },
  );
});

test("alone and without doubt about the network, a sliding quota window gives a unit back within the margin", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 6, max: 30 }), (limit, count) => {
      const requests = Array.from({ length: count }, () => ({
        gapMs: 0,
        thereMs: 0,
        backMs: 0,
        fate: "answered" as const,
      }));
      const policies = [{ kind: "sliding" as const, limit, lengthMs: 2000 }];
      const { server } = play({ policies, requests, skewMs: 0, wayMs: 0, headers: "none" });
      const last = server.hits.at(-1)!.at - START;
      const rounds = Math.ceil(count / limit) - 1;
      assert.ok(
        last >= rounds * 2000 && last <= rounds * 2000 + rounds * 8 + 60,
        `${last} for ${rounds} rounds`,
      );
    }),
    { numRuns: 60 },
  );
});
