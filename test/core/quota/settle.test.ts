// What an answer's head changes: the right policy is found, others' spends are left to them, limits follow the server.
import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_CLOCK, thetaAt, withDate, withReset } from "../../../src/core/quota/clock.ts";
import type { Claim, RatePolicy, Refusal } from "../../../src/core/quota/model.ts";
import { EMPTY, type PartitionState } from "../../../src/core/quota/state.ts";
import { claimOf, exchange } from "./exchange.ts";

const START = Date.UTC(2026, 10, 1, 10, 0, 20);

/** Sends one request and settles it with headers; `before` are the states it starts from. */
function once(
  claim: Claim,
  headers: Record<string, string>,
  before?: readonly PartitionState[],
  more: { at?: number; status?: number; refusal?: Refusal } = {},
) {
  return exchange(claim, before, { at: START, headers, ...more });
}

function limits(limit: number, remaining: number, resetAt: number): Record<string, string> {
  const values = {
    "x-ratelimit-limit": limit,
    "x-ratelimit-remaining": remaining,
    "x-ratelimit-reset": resetAt / 1000,
  };
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
}

const MINUTE = Date.UTC(2026, 10, 1, 10, 1);
const HOUR = Date.UTC(2026, 10, 1, 11);
const dub = claimOf(
  ["write-minute", "fixed", 500, 60_000],
  ["write-hour", "fixed", 20_000, 3_600_000],
  ["global", "fixed", 15_000, 60_000],
);

test("headers that switch between policies are told apart by the limit's value", () => {
  assert.deepEqual(
    once(dub, limits(500, 400, MINUTE)).meters.map((one) => one.used),
    [100, 1, 1],
  );
  assert.deepEqual(
    once(dub, limits(20_000, 19_000, HOUR)).meters.map((one) => one.used),
    [1, 1000, 1],
  );
  assert.deepEqual(
    once(dub, limits(15_000, 14_990, MINUTE)).meters.map((one) => one.used),
    [1, 1, 10],
  );
});

test("two policies with the same limit are told apart by whether the reset fits", () => {
  const same = claimOf(["short", "fixed", 60, 3000], ["long", "fixed", 60, 12_000]);
  const onLong = Math.ceil((START + 3001) / 12_000) * 12_000;
  assert.deepEqual(
    once(same, limits(60, 50, onLong)).meters.map((one) => one.used),
    [1, 10],
  );
});

test("a limit that no policy has makes the tightest policy stricter whose quota window fits the reset", () => {
  const figures = (headers: Record<string, string>) => {
    const { meters, findings } = once(dub, headers);
    return [meters.map((one) => one.limit), findings.map((one) => [one.kind, one.policyId, one.limit])];
  };
  assert.deepEqual(figures(limits(12, 11, MINUTE)), [
    [12, 20_000, 15_000],
    [["stricter", "write-minute", 12]],
  ]);
  assert.deepEqual(figures(limits(900, 899, HOUR)), [[500, 900, 15_000], [["stricter", "write-hour", 900]]]);
  assert.deepEqual(figures(limits(12, 11, HOUR + 5 * 3_600_000)), [
    [12, 20_000, 15_000],
    [["stricter", "write-minute", 12]],
  ]);
});

test("a limit that no policy has belongs to the policy whose own count is the server's", () => {
  const polled = dub.parts.map(() => EMPTY);
  polled[2] = once({ ...dub, parts: [dub.parts[2]!] }, {}).states[0]!;
  const { meters } = once(dub, limits(40, 38, MINUTE), polled, { at: START + 100 });
  assert.deepEqual(
    meters.map((one) => [one.limit, one.foreign]),
    [
      [500, 0],
      [20_000, 0],
      [40, 0],
    ],
  );
});

test("a number above every limit changes nothing and shows nobody else's spends", () => {
  const { meters, findings } = once(dub, limits(1_000_000, 900_000, HOUR));
  assert.deepEqual(
    [meters.map((one) => one.limit), meters.map((one) => one.used), findings],
    [[500, 20_000, 15_000], [1, 1, 1], []],
  );
});

test("what the server counted beyond ours was spent by others, and is said once", () => {
  const claim = claimOf(["s", "sliding", 10, 60_000]);
  const first = once(claim, limits(10, 6, START + 60_000));
  assert.deepEqual(
    [first.meters[0]?.used, first.meters[0]?.foreign, first.findings[0]?.kind],
    [4, 3, "foreign"],
  );
  const second = once(claim, limits(10, 5, START + 60_000), first.states, { at: START + 100 });
  assert.deepEqual([second.meters[0]?.used, second.findings.length], [5, 0]);
});

test("a stricter server is followed at once and said once", () => {
  const claim = claimOf(["s", "sliding", 10, 60_000]);
  const first = once(claim, limits(4, 3, START + 60_000));
  assert.deepEqual(
    [first.meters[0]?.limit, first.meters[0]?.evidence, first.findings[0]?.kind],
    [4, "stated", "stricter"],
  );
  const second = once(claim, limits(4, 2, START + 60_000), first.states, { at: START + 100 });
  assert.deepEqual(second.findings, []);
  const third = once(claim, limits(10, 7, START + 60_000), second.states, { at: START + 200 });
  assert.deepEqual([third.meters[0]?.limit, third.findings[0]?.kind], [10, "unlearned"]);
});

test("a looser server is told once, after a whole quota window, and followed only by the person's word", () => {
  const claim = claimOf(["s", "sliding", 10, 60_000]);
  const headers = (at: number) => limits(20, 19, at + 60_000);
  let { states, findings } = once(claim, headers(START));
  const kinds = [findings.map((one) => one.kind)];
  for (const at of [START + 30_000, START + 61_000, START + 90_000]) {
    const next = once(claim, headers(at), states, { at });
    assert.equal(next.meters[0]?.limit, 10);
    states = next.states;
    findings = next.findings;
    kinds.push(findings.map((one) => one.kind));
  }
  assert.deepEqual(kinds, [[], [], ["looser"], []]);
});

test("a looser limit that does not stand for a quota window is never told", () => {
  const claim = claimOf(["s", "sliding", 10, 60_000]);
  const first = once(claim, limits(20, 19, START + 60_000));
  const at = START + 30_000;
  const second = once(claim, limits(10, 8, START + 60_000), first.states, { at });
  const third = once(claim, limits(20, 18, START + 120_000), second.states, { at: START + 70_000 });
  assert.deepEqual([second.findings, third.findings], [[], []]);
});

test("a limit that only the server tells is taken from its headers", () => {
  const { meters, findings } = once(claimOf(["s", "unknown", null, null]), limits(30, 29, START + 60_000));
  assert.deepEqual([meters[0]?.limit, meters[0]?.evidence, findings[0]?.kind], [30, "stated", "learned"]);
});

test("an answer out of a cache changes nothing but what was sent", () => {
  const { meters } = once(claimOf(["s", "sliding", 10, 60_000]), {
    ...limits(10, 2, START + 60_000),
    age: "30",
  });
  assert.equal(meters[0]?.used, 1);
});

test("a refused request is not counted, unless the provider says that it is", () => {
  const refusal: Refusal = { kind: "rate", until: START + 9000, evidence: "stated" };
  const claim = claimOf(["s", "sliding", 10, 60_000]);
  assert.equal(once(claim, {}, undefined, { status: 429, refusal }).meters[0]?.used, 0);
  const part = claim.parts[0]!;
  const strict: Claim = {
    ...claim,
    parts: [{ ...part, policy: { ...part.policy, refusedCount: true } as RatePolicy }],
  };
  assert.equal(once(strict, {}, undefined, { status: 429, refusal }).meters[0]?.used, 1);
});

test("a refusal without headers closes the policy that has no room by our own count", () => {
  const claim = claimOf(["wide", "sliding", 100, 60_000], ["tight", "sliding", 2, 60_000]);
  const first = once(claim, {});
  const refusal: Refusal = { kind: "rate", until: START + 9000, evidence: "stated" };
  const part = claim.parts[1]!;
  const counted = {
    ...claim,
    parts: [claim.parts[0]!, { ...part, policy: { ...part.policy, refusedCount: true } as RatePolicy }],
  };
  const second = once(counted, {}, first.states, { at: START + 50, status: 429, refusal });
  assert.deepEqual(
    second.meters.map((one) => one.closedUntil),
    [null, START + 9000],
  );
});

test("a reset off the grid shows that the quota window opens at a request", () => {
  const { meters } = once(claimOf(["f", "fixed", 10, 60_000]), limits(10, 9, START + 47_000));
  assert.equal(meters[0]?.kind, "fixedFromFirst");
});

test("each Date and each reset narrows what is known of the server's clock", () => {
  const at = START + 250;
  const dated = withDate(NO_CLOCK, START + 1000, at, at + 20);
  const wide = thetaAt(dated, at + 20)!;
  assert.ok(wide.lo <= 1300 && wide.hi >= 1300 && wide.hi - wide.lo < 1100);
  const reset = withReset(dated, START + 2000, 1000, at + 600, at + 620, at + 620);
  const narrow = thetaAt(reset, at + 620)!;
  assert.ok(narrow.hi - narrow.lo < wide.hi - wide.lo);
});

test("a Date that contradicts all before means that a clock was set: it stands alone", () => {
  const before = withDate(NO_CLOCK, START, START, START + 20);
  const after = thetaAt(withDate(before, START + 3_600_000, START + 500, START + 520), START + 520)!;
  assert.ok(after.lo > 3_598_000);
});

test("a quota window opens as late as the first answer allows, however quick the network was before", () => {
  const opening = claimOf(["p", "fixedFromFirst", 10, 60_000]);
  const quick = { lo: null, hi: null, at: 0, rttMin: 2, rttMax: 2, n: 10_000 };
  const first = exchange(opening, [EMPTY], { at: START, clock: quick });
  // The answer came after 40 ms, of which the way back took almost 2: before that it was only known to be sent.
  assert.deepEqual(
    first.states[0]?.opened?.map((one) => Math.ceil(one - START)),
    [0, 39],
  );
  const second = exchange(opening, first.states, { at: START, clock: { ...quick, rttMin: 30 } });
  assert.ok((second.states[0]?.opened?.[1] ?? 0) < START + 39);
});

test("a bucket counts a request as late as its answer allows, however quick the network was before", () => {
  const quick = { lo: null, hi: null, at: 0, rttMin: 2, rttMax: 2, n: 10_000 };
  const after = exchange(claimOf(["p", "bucket", 10, 60_000]), [EMPTY], { at: START, clock: quick });
  const [units, at, lateMs, spent] = after.states[0]?.bucket ?? [];
  assert.deepEqual([units, at, Math.ceil(lateMs ?? 0), spent], [1, START, 39, 1]);
});
