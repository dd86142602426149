// Why a request waits, as facts: for every cause the policy, what is left, the instants, the evidence, and who is ahead.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Ticket } from "../../../src/core/quota/ledger.ts";
import { LANES, type Policy, type Wait } from "../../../src/core/quota/model.ts";
import { sourceOf, whyOf } from "../../../src/core/quota/why.ts";

const speech: Policy = {
  type: "rate",
  id: "synthesis",
  title: "Synthesis",
  noun: "syntheses",
  kind: "sliding",
  limit: 10,
  quotaWindowMs: 60_000,
  refusedCount: false,
  evidence: "published",
};
const wait: Wait = {
  partition: "sauti/key:k/synthesis",
  policyId: "synthesis",
  cause: "rate",
  until: 9_000,
  evidence: "stated",
  evidenceAt: 4_000,
  left: 0,
  limit: 10,
};
const causes = [
  "rate",
  "slots",
  "refused",
  "learning",
  "ahead",
  "backoff",
  "outage",
  "retries",
  "connections",
] as const;

function ticket(id: string, part: Partial<Ticket> = {}): Ticket {
  return { id, accountId: "a", lane: "person", since: 5_000, title: id, own: true, wait, ...part };
}

test("a wait names its policy, what is left, since when, until when, who said so and when", () => {
  const { policy, left, limit, since, until, ending, evidence } = whyOf(ticket("x"), [], [speech]);
  assert.equal(policy, speech);
  assert.deepEqual(
    { left, limit, since, until, ending },
    {
      left: 0,
      limit: 10,
      since: 5_000,
      until: 9_000,
      ending: null,
    },
  );
  assert.deepEqual(evidence, { source: "headers", seenAt: 4_000 });
});

test("every cause without an instant names what ends it, and with one the instant alone", () => {
  for (const cause of causes) {
    assert.notEqual(whyOf(ticket("x", { wait: { ...wait, cause, until: null } }), [], []).ending, null);
    assert.equal(whyOf(ticket("x", { wait: { ...wait, cause } }), [], []).ending, null);
  }
});

test("a refusal is told from what answers state, what is published, learned, counted or said by nobody", () => {
  const of = (part: Partial<Wait>) =>
    whyOf(ticket("x", { wait: { ...wait, ...part } }), [], []).evidence.source;
  assert.equal(of({ cause: "refused" }), "refusal");
  assert.equal(of({ cause: "backoff" }), "refusal");
  assert.equal(of({ cause: "backoff", evidence: "counted" }), "count");
  assert.deepEqual((["stated", "published", "inferred", "counted", "unknown"] as const).map(sourceOf), [
    "headers",
    "profile",
    "learned",
    "count",
    "nobody",
  ]);
});

test("ahead are those that wait for the same budget of the same account and are served before", () => {
  const line = [
    ticket("one"),
    ticket("elsewhere", { own: false }),
    ticket("other account", { accountId: "b" }),
    ticket("other budget", { wait: { ...wait, partition: "sauti/key:k/poll" } }),
    ticket("two", { lane: "batch" }),
    ticket("x", { lane: "batch" }),
    ticket("behind", { lane: "batch" }),
  ];
  assert.deepEqual(whyOf(line[5]!, line, [speech]).ahead, {
    count: 3,
    own: [
      { lane: "person", count: 1, titles: ["one"] },
      { lane: "batch", count: 1, titles: ["two"] },
    ],
    others: 1,
  });
});

test("who only waits for its own next attempt has nobody ahead and is ahead of nobody", () => {
  const backoff = { ...wait, partition: "", policyId: "", cause: "backoff" as const };
  const line = [
    ticket("tries again", { wait: backoff }),
    ticket("x", { wait: { ...backoff, cause: "outage" } }),
    ticket("y", { wait: backoff }),
  ];
  assert.equal(whyOf(line[1]!, line, []).ahead.count, 0);
  assert.equal(whyOf(line[2]!, line, []).ahead.count, 0);
});

test("an outage is waited out together, but by nobody who waits for something else that no policy names", () => {
  const outage = { ...wait, partition: "", policyId: "", cause: "outage" as const };
  const line = [
    ticket("a place", { wait: { ...outage, cause: "connections" } }),
    ticket("first", { wait: outage }),
    ticket("x", { wait: outage }),
  ];
  assert.deepEqual(whyOf(line[2]!, line, []).ahead.own[0]?.titles, ["first"]);
});

test("who waits for the same budget for another reason is ahead all the same", () => {
  const line = [ticket("closed", { wait: { ...wait, cause: "refused" } }), ticket("x")];
  assert.equal(whyOf(line[1]!, line, [speech]).ahead.count, 1);
});

test("a policy is named where one holds it, known to the account or not, and none where none does", () => {
  const named = (policyId: string) => {
    const why = whyOf(ticket("x", { wait: { ...wait, policyId } }), [], [speech]);
    return [why.policyId, why.policy];
  };
  assert.deepEqual(["synthesis", "forgotten", ""].map(named), [
    ["synthesis", speech],
    ["forgotten", null],
    [null, null],
  ]);
});

test("the jobs that take the slots are named only to one who waits for a slot", () => {
  const of = (cause: Wait["cause"]) =>
    whyOf(ticket("x", { wait: { ...wait, cause } }), [], [], ["one", "two"]).holders;
  assert.deepEqual([of("slots"), of("rate")], [["one", "two"], []]);
});

test("the attempt that follows is told, and what nobody noted is null", () => {
  const retry = { cause: "status 503", attempt: 2, most: 4, capMs: 60_000 };
  assert.equal(whyOf(ticket("x", { wait: { ...wait, cause: "backoff", retry } }), [], []).retry, retry);
  const { evidenceAt: _, ...unseen } = wait;
  const why = whyOf(ticket("x", { wait: unseen }), [], []);
  assert.deepEqual([why.retry, why.evidence.seenAt], [null, null]);
});

test("whatever waits: the numbers by lane and of other processes add up to the whole, lanes in their order, few titles", () => {
  const tickets = fc.array(
    fc.record({ lane: fc.constantFrom(...LANES), own: fc.boolean(), accountId: fc.constantFrom("a", "b") }),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(tickets, fc.nat(39), (parts, place) => {
      const line = parts.map((part, i) => ticket(`t${i}`, part));
      const asked = line[place] ?? ticket("x");
      const { count, own, others } = whyOf(asked, line, []).ahead;
      const before = line.slice(0, line.includes(asked) ? place : line.length);
      assert.equal(count, before.filter((one) => one.accountId === asked.accountId).length);
      assert.equal(own.reduce((sum, one) => sum + one.count, 0) + others, count);
      assert.deepEqual(
        own.map(({ lane }) => lane),
        LANES.filter((lane) => own.some((one) => one.lane === lane)),
      );
      for (const lane of own) assert.equal(lane.titles.length, Math.min(3, lane.count));
    }),
  );
});
