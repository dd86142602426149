// What a refusal is, from status, body, headers and our own counters.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Profile } from "../../../src/core/profile/schema.ts";
import { diagnose } from "../../../src/core/quota/diagnosis.ts";
import type { Meter } from "../../../src/core/quota/model.ts";

const NOW = Date.UTC(2026, 10, 22, 12, 0, 0);
const DATE = new Date(NOW).toUTCString();
const fact = { source: "page", readOn: "2026-11", evidence: "published" } as const;
type Rules = Profile["refusals"];

function meter(type: "rate" | "slots", limit: number, used: number): Meter {
  const left = Math.max(0, limit - used);
  const base = {
    partition: type,
    accountId: "a",
    policyId: type,
    title: "",
    noun: "",
    inFlight: 0,
    foreign: 0,
  };
  const none = {
    quotaWindowMs: null,
    nextAt: null,
    fullAt: null,
    leavesAt: [],
    closedUntil: null,
    evidenceAt: null,
  };
  return {
    ...base,
    ...none,
    type,
    kind: type === "slots" ? "slots" : "fixed",
    limit,
    used,
    left,
    evidence: "published",
  };
}

function look(
  status: number,
  more: { headers?: Record<string, string>; body?: unknown; rules?: Rules; meters?: Meter[] },
) {
  const headers = { date: DATE, ...more.headers };
  const head = { status, headers, sentAt: NOW - 10, gotAt: NOW + 10, quick: true };
  const { rules = [], meters = [] } = more;
  return diagnose({ head, body: more.body, rules, dialect: null, meters });
}

test("a success is no refusal", () => {
  assert.equal(look(200, {}), null);
});

test("a bare 429 without slots is a refusal of rate whose end nobody told", () => {
  assert.deepEqual(look(429, {}), { kind: "rate", until: null, evidence: "unknown" });
});

test("a Retry-After is counted from the receipt of the answer", () => {
  assert.deepEqual(look(429, { headers: { "retry-after": "17" } }), {
    kind: "rate",
    until: NOW + 17_010,
    evidence: "stated",
  });
});

test("a Retry-After of zero tells nothing", () => {
  assert.equal(look(429, { headers: { "retry-after": "0" } })?.until, null);
});

test("without Retry-After the reset of a spent budget is the end", () => {
  const headers = {
    "x-ratelimit-limit": "5",
    "x-ratelimit-remaining": "0",
    "x-ratelimit-reset": String(NOW / 1000 + 9),
  };
  assert.equal(look(429, { headers })?.until, NOW + 9010);
});

test("a refusal that shows units left does not take that budget's reset", () => {
  const headers = {
    "x-ratelimit-limit": "60",
    "x-ratelimit-remaining": "56",
    "x-ratelimit-reset": String(NOW / 1000 + 9),
  };
  assert.equal(look(429, { headers })?.until, null);
});

test("the profile's rule on a code in the body goes before all guessing", () => {
  const rules: Rules = [
    { status: 429, path: "errorCode", equals: "concurrency_limit_reached", kind: "concurrency", fact },
  ];
  const body = { errorCode: "concurrency_limit_reached" };
  const refusal = look(429, {
    rules,
    body,
    headers: { "retry-after": "9" },
    meters: [meter("rate", 60, 60)],
  });
  assert.deepEqual(refusal, { kind: "concurrency", until: null, evidence: "stated" });
});

test("a bare 429 with all slots taken by our own count is for want of a slot", () => {
  const refusal = look(429, { meters: [meter("rate", 60, 6), meter("slots", 3, 3)] });
  assert.equal(refusal?.kind, "concurrency");
});

test("a bare 429 with slots free and the rate nearly spent is of rate", () => {
  const refusal = look(429, { meters: [meter("rate", 60, 58), meter("slots", 3, 1)] });
  assert.equal(refusal?.kind, "rate");
});

test("a bare 429 with room in both is somebody else's job", () => {
  const refusal = look(429, { meters: [meter("rate", 60, 5), meter("slots", 3, 1)] });
  assert.equal(refusal?.kind, "concurrency");
});

test("out of credit is no wait", () => {
  const rules: Rules = [{ status: 402, kind: "credit", fact }];
  assert.deepEqual(look(402, { rules }), { kind: "credit", until: null, evidence: "stated" });
});

test("a 403 counts as a refusal only where its headers show a spent budget", () => {
  assert.equal(look(403, {}), null);
  assert.equal(
    look(403, { headers: { "x-ratelimit-limit": "5", "x-ratelimit-remaining": "0" } })?.kind,
    "rate",
  );
});

test("a 503 that names a time is overload, and its time holds", () => {
  assert.deepEqual(look(503, { headers: { "retry-after": "4" } }), {
    kind: "busy",
    until: NOW + 4010,
    evidence: "stated",
  });
  assert.equal(look(503, {}), null);
});
