// How long a failed request waits and how often it goes: full jitter under a visible cap, never shorter than the server's number.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { LANES, type Lane } from "../../src/core/quota/model.ts";
import { attemptsOf, backoffMs, followingOf } from "../../src/net/backoff.ts";
import { askAgainAt } from "../../src/net/diagnose.ts";
import { decide, type Next, type Outcome } from "../../src/net/outcome.ts";
import { loadProfiles } from "../../src/providers/registry.ts";
import { claimOf } from "../core/quota/exchange.ts";

const NOW = 1_000_000;
const retry = { statuses: [500, 502, 503], baseMs: 1_000, capMs: 75_000, attempts: 6 };
const request = { retry, claim: null, lane: "flow" as Lane, repeat: "safe" as const };
const again = (outcome: Outcome, counted = 1, random = 0.5, lane: Lane = "flow") =>
  decide({ ...request, lane }, outcome, { attempt: counted, counted, refusals: 0 }, NOW, random);
const atOf = (next: Next): number => (next.type === "again" ? next.at : Number.NaN);

test("without a number the pause is anything between nothing and one that doubles, up to the cap", () => {
  for (const [failures, longest] of [
    [1, 1_000],
    [2, 2_000],
    [5, 16_000],
    [8, 75_000],
    [5_000, 75_000],
  ] as const) {
    assert.equal(backoffMs(request, failures, 0), 0);
    assert.equal(backoffMs(request, failures, 0.5), longest / 2);
    assert.ok(backoffMs(request, failures, 1 - 1e-9) > longest * 0.999);
  }
});

test("a person's send goes again sooner than a job's steps, those sooner than a batch, and a batch for longer", () => {
  const pause = (lane: Lane) => backoffMs({ ...request, lane }, 3, 0.5);
  assert.ok(pause("person") < pause("flow") && pause("flow") < pause("batch"));
  assert.ok(attemptsOf({ retry, lane: "person" }) < attemptsOf({ retry, lane: "batch" }));
});

test("the cap lies above the longest quota window that the request counts in, and is told with the attempt", () => {
  const hour = claimOf(["hour", "fixed", 100, 3_600_000], ["minute", "sliding", 10, 60_000]);
  const { capMs } = followingOf({ ...request, claim: hour }, 1, 1);
  assert.ok(capMs > 3_600_000 && capMs < 2 * 3_600_000);
  assert.deepEqual(followingOf(request, 4, 2), { attempt: 5, most: 8, capMs: 75_000 });
  assert.deepEqual(followingOf(request, 4, null), { attempt: 5, most: null, capMs: 75_000 });
});

test("every provider's profile leaves every lane at least three attempts and a cap above a minute", async () => {
  for (const { retry: own } of (await loadProfiles()).values())
    for (const lane of LANES) {
      assert.ok(attemptsOf({ retry: own, lane }) >= 3);
      assert.ok(followingOf({ retry: own, claim: null, lane }, 1, 1).capMs > 60_000);
    }
});

test("a number of the server is never shortened and never jittered, whatever it answered with it", () => {
  const until = NOW + 333_000;
  for (const status of [500, 502, 503]) {
    const next = again({ type: "answer", status, refusal: null, until }, 1, 0);
    assert.equal(atOf(next), until);
    assert.ok(next.type === "again" && next.stated);
  }
  for (const kind of ["busy", "pollRate", "rate", "unknown"] as const) {
    const refusal = { kind, until, evidence: "stated" } as const;
    assert.ok(atOf(again({ type: "answer", status: 429, refusal, until }, 1, 0)) >= until);
  }
});

test("Retry-After of any answer is read, in seconds and as a date", () => {
  const head = { status: 500, sentAt: NOW, gotAt: NOW, quick: true };
  assert.equal(askAgainAt({ ...head, headers: { "retry-after": "7" } }), NOW + 7_000);
  assert.equal(askAgainAt({ ...head, headers: {} }), null);
  assert.equal(askAgainAt({ ...head, headers: { "retry-after": "soon" } }), null);
});

test("attempts end with the lane's number, whatever fails, and a create without a key is never repeated", () => {
  const outcomes = fc.constantFrom<Outcome>(
    { type: "lost" },
    { type: "broken", status: 200 },
    { type: "answer", status: 503, refusal: null, until: null },
    { type: "answer", status: 503, refusal: { kind: "busy", until: null, evidence: "unknown" }, until: null },
  );
  fc.assert(
    fc.property(
      outcomes,
      fc.constantFrom(...LANES),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (outcome, lane, random) => {
        const most = attemptsOf({ retry, lane });
        for (let counted = 1; counted < most; counted++) {
          const next = again(outcome, counted, random, lane);
          assert.ok(next.type === "again" && next.counts && next.at >= NOW);
        }
        assert.equal(again(outcome, most, random, lane).type, "final");
        const once = decide(
          { ...request, lane, repeat: "never" },
          outcome,
          { attempt: 1, counted: 1, refusals: 0 },
          NOW,
          random,
        );
        assert.notEqual(once.type, "again");
      },
    ),
  );
});
