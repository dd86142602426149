// Each sign that a refusal is told by, alone: status, rule, header, body, our own counters.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Profile } from "../../../src/core/profile/schema.ts";
import { diagnose } from "../../../src/core/quota/diagnosis.ts";
import type { Meter } from "../../../src/core/quota/model.ts";

const NOW = Date.UTC(2026, 10, 22, 12, 0, 0);
const FACT = { source: "page", readOn: "2026-11", evidence: "published" } as const;
type Rule = Profile["refusals"][number];

function meter(type: "rate" | "slots", limit: number | null, used: number): Meter {
  const left = limit === null ? null : Math.max(0, limit - used);
  const words = {
    partition: type,
    accountId: "a",
    policyId: type,
    title: "",
    noun: "",
    inFlight: 0,
    foreign: 0,
  };
  const none = { quotaWindowMs: null, nextAt: null, fullAt: null, leavesAt: [], closedUntil: null };
  const kind = type === "slots" ? "slots" : "fixed";
  return { ...words, ...none, type, kind, limit, used, left, evidence: "published", evidenceAt: null };
}

const rate = (limit: number | null, used: number) => meter("rate", limit, used);
const slots = (limit: number | null, used: number) => meter("slots", limit, used);
const rule = (status: number, kind: Rule["kind"], more: Partial<Rule> = {}): Rule => ({
  status,
  kind,
  fact: FACT,
  ...more,
});

interface Seen {
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
  readonly rules?: readonly Rule[];
  readonly meters?: readonly Meter[];
  readonly poll?: boolean;
}

function look(status: number, { headers = {}, rules = [], meters = [], body, poll }: Seen = {}) {
  const head = { status, headers, sentAt: NOW - 10, gotAt: NOW, quick: true };
  const own = poll === undefined ? {} : { poll };
  return diagnose({ head, body, rules: [...rules], dialect: null, meters, ...own });
}

const kind = (status: number, seen?: Seen) => look(status, seen)?.kind ?? null;

/** What is left, and seconds until it is whole again. */
const left = (remaining: number, reset = 30) => ({
  "x-ratelimit-limit": "10",
  "x-ratelimit-remaining": String(remaining),
  "x-ratelimit-reset": String(reset),
});

test("a rule is for its own status", () => {
  assert.equal(kind(400, { rules: [rule(402, "credit")] }), null);
  assert.equal(kind(402, { rules: [rule(402, "credit")] }), "credit");
  assert.equal(kind(402, { rules: [rule(400, "busy"), rule(402, "credit")] }), "credit");
});

test("a rule with a place in the answer needs something to stand there, or just what it names", () => {
  const there = [rule(400, "busy", { path: "error.code" })];
  assert.equal(kind(400, { rules: there, body: { error: { code: "x" } } }), "busy");
  assert.equal(kind(400, { rules: there, body: { error: {} } }), null);
  assert.equal(kind(400, { rules: there, body: { error: { code: null } } }), null);
  const named = [rule(400, "busy", { path: "error.code", equals: "full" })];
  assert.equal(kind(400, { rules: named, body: { error: { code: "full" } } }), "busy");
  assert.equal(kind(400, { rules: named, body: { error: { code: "empty" } } }), null);
  const all = [rule(400, "busy", { path: "errors[].code" })];
  assert.equal(kind(400, { rules: all, body: { errors: [{ code: null }, { code: "x" }] } }), "busy");
  assert.equal(
    kind(400, { rules: [rule(400, "busy", { path: "header:X-Why" })], headers: { "x-why": "1" } }),
    "busy",
  );
});

test("a rule with a place goes before one without, wherever it stands", () => {
  const rules = [rule(429, "credit"), rule(429, "concurrency", { path: "code", equals: "slots" })];
  assert.deepEqual(look(429, { rules, body: { code: "slots" } }), {
    kind: "concurrency",
    until: null,
    evidence: "stated",
  });
  assert.equal(kind(429, { rules, body: { code: "other" } }), "credit");
});

test("a rule that names rate alone is weighed against our own counters", () => {
  const rules = [rule(429, "rate")];
  assert.equal(kind(429, { rules, meters: [slots(3, 3), rate(10, 5)] }), "concurrency");
  assert.equal(kind(429, { rules, meters: [rate(10, 5)] }), "rate");
  const exact = [rule(429, "rate", { path: "code" })];
  assert.equal(kind(429, { rules: exact, body: { code: 1 }, meters: [slots(3, 3)] }), "rate");
  assert.equal(kind(400, { rules: [rule(400, "rate")] }), "rate");
});

test("a want of slots that only our own counters show is inferred", () => {
  assert.deepEqual(look(429, { meters: [slots(3, 3)] }), {
    kind: "concurrency",
    until: null,
    evidence: "inferred",
  });
});

test("a 503 is overload where it names a time or its rule says so", () => {
  assert.equal(kind(503), null);
  assert.equal(kind(503, { headers: { "retry-after": "3" } }), "busy");
  assert.equal(kind(503, { rules: [rule(503, "rate")] }), "rate");
  assert.equal(kind(503, { meters: [slots(3, 3)], headers: left(0) }), null);
});

test("a 403 is a refusal where nothing is left, a 400 never is, and a 429 always", () => {
  assert.equal(kind(403, { headers: left(0) }), "rate");
  assert.equal(kind(403, { headers: left(1) }), null);
  assert.equal(kind(403, { headers: { "x-ratelimit-limit": "10" } }), null);
  assert.equal(kind(400, { headers: left(0) }), null);
  assert.equal(kind(429, { headers: left(1) }), "rate");
});

test("slots are blamed only where neither a time nor a spent budget is told", () => {
  const meters = [slots(3, 3), rate(10, 0)];
  assert.equal(kind(429, { meters }), "concurrency");
  assert.equal(kind(429, { meters, headers: left(5) }), "concurrency");
  assert.equal(kind(429, { meters, headers: left(0) }), "rate");
  assert.equal(kind(429, { meters, headers: { "retry-after": "3" } }), "rate");
});

test("full slots are blamed unless a rate is spent to the last unit, free slots only where no rate is nearly spent", () => {
  const table: readonly (readonly [meters: Meter[], kind: "rate" | "concurrency"])[] = [
    [[slots(3, 3), rate(10, 9)], "concurrency"],
    [[slots(3, 3), rate(10, 10)], "rate"],
    [[slots(3, 3), rate(10, 10), rate(10, 0)], "rate"],
    [[slots(3, 4), rate(10, 0)], "concurrency"],
    [[slots(3, 3), slots(5, 0), rate(10, 9)], "concurrency"],
    [[slots(3, 2), rate(10, 8)], "concurrency"],
    [[slots(3, 2), rate(10, 9)], "rate"],
    [[slots(3, 2), rate(10, 8), rate(10, 9)], "rate"],
    [[slots(3, 2), rate(null, 9)], "concurrency"],
    [[slots(null, 2), rate(10, 9)], "rate"],
    [[slots(null, 2), rate(10, 8)], "concurrency"],
    [[slots(3, 3), rate(null, 9)], "concurrency"],
    [[slots(3, 2)], "concurrency"],
    [[rate(10, 0)], "rate"],
  ];
  for (const [meters, expected] of table)
    assert.equal(
      kind(429, { meters }),
      expected,
      meters.map((one) => `${one.type} ${one.used}/${one.limit}`).join(),
    );
});

test("a poll is refused for its pace where every rate has more than a tenth left by our own count", () => {
  const polled = (meters: readonly Meter[], headers = {}) => kind(429, { poll: true, meters, headers });
  assert.equal(polled([rate(10, 8)]), "pollRate");
  assert.equal(polled([rate(10, 9)]), "rate");
  assert.equal(polled([rate(10, 8), rate(10, 9)]), "rate");
  assert.equal(polled([rate(null, 0)]), "rate");
  assert.equal(polled([rate(10, 8), rate(null, 0)]), "rate");
  assert.equal(polled([]), "rate");
  assert.equal(polled([slots(3, 3), rate(10, 8)], { "retry-after": "2" }), "pollRate");
  assert.equal(polled([slots(3, 0)], { "retry-after": "2" }), "rate");
  assert.equal(polled([rate(10, 8)], left(0)), "rate");
  assert.equal(kind(429, { meters: [rate(10, 8)] }), "rate");
  assert.equal(kind(429, { poll: false, meters: [rate(10, 8)] }), "rate");
});

test("the wait lasts until the last reset of a spent budget that lies ahead, on the server's own clock", () => {
  const until = (headers: Record<string, string>) => {
    const at = look(429, { headers })?.until ?? null;
    return at === null ? null : at - NOW;
  };
  const date = new Date(NOW + 5000).toUTCString();
  const app = { "x-app-rate-limit": "10:1,20:120", "x-app-rate-limit-count": "3:1,20:120" };
  const policies = '"a";q=10;w=60, "b";q=10;w=60, "c";q=10;w=60';
  const several = (list: string) => ({ "ratelimit-policy": policies, ratelimit: list });
  assert.equal(until(left(0)), 30_000);
  assert.equal(until({ ...left(0), date }), 30_000);
  assert.equal(until({ ...left(0, (NOW + 30_000) / 1000), date }), 25_000);
  assert.equal(until(left(0, (NOW - 30_000) / 1000)), null);
  assert.equal(until(left(0, 0)), null);
  assert.equal(until(left(1)), null);
  assert.equal(until(app), null);
  assert.equal(until(several('"a";r=0;t=30, "b";r=0;t=50, "c";r=1;t=70')), 50_000);
  assert.equal(until(several('"a";r=0;t=30.25')), 30_250);
  assert.equal(until({ ...left(0), "x-ratelimit-reset": "20.5ms" }), 21);
  assert.equal(until({ "retry-after-ms": "20.5" }), 21);
  assert.equal(until({ ...left(0), "retry-after": "7" }), 7000);
});
