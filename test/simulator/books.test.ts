/** Admission over several policies at once, and which of them the headers describe. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { simulatedKeys } from "../../src/simulator/accounts.ts";
import { Books, mostRestrictive } from "../../src/simulator/books.ts";
import type { RatePolicy } from "../../src/simulator/limiter.ts";

const [first, second, stranger] = [0, 1, 2].map((index) => simulatedKeys("voicedub")[index]!) as [
  ReturnType<typeof simulatedKeys>[number],
  ReturnType<typeof simulatedKeys>[number],
  ReturnType<typeof simulatedKeys>[number],
];
const policies = (scope: "account" | "key"): RatePolicy[] => [
  { id: "minute", scope, kind: "fixed", limit: 2, quotaWindowMs: 60_000 },
  { id: "hour", scope, kind: "fixed", limit: 3, quotaWindowMs: 3_600_000 },
];
const at = Date.UTC(2026, 10, 2, 12, 0, 5);
const both = ["minute", "hour"];
const used = (books: Books) => books.lines(at, 0).map(({ policy, used: count }) => [policy, count]);

describe("the books of a vendor", () => {
  it("count a request under every policy or under none", () => {
    const books = new Books(policies("account"));
    for (const expected of [undefined, undefined, "minute"]) {
      assert.equal(books.admit(both, first, at, 0, false).refusedBy?.policy, expected);
    }
    assert.deepEqual(used(books), [
      ["minute", 2],
      ["hour", 2],
    ]);
  });

  it("count refused requests too when they are told to", () => {
    const books = new Books(policies("account"));
    for (let time = 0; time < 5; time += 1) books.admit(both, first, at, 0, true);
    assert.deepEqual(used(books), [
      ["minute", 5],
      ["hour", 5],
    ]);
  });

  it("blame the policy that opens last", () => {
    const books = new Books(policies("account"));
    for (let time = 0; time < 2; time += 1) books.admit(both, first, at, 0, false);
    books.admit(["hour"], first, at, 0, false);
    assert.equal(books.admit(both, first, at, 0, false).refusedBy?.policy, "hour");
  });

  it("let the keys of an account share a pool", () => {
    const books = new Books(policies("account"));
    books.admit(both, first, at, 0, false);
    books.admit(both, second, at, 0, false);
    assert.ok(books.admit(both, second, at, 0, false).refusedBy);
    assert.equal(books.admit(both, stranger, at, 0, false).refusedBy, undefined);
  });

  it("give each key its own count where the scope is the key", () => {
    const books = new Books(policies("key"));
    for (let time = 0; time < 2; time += 1) books.admit(both, first, at, 0, false);
    assert.ok(books.admit(both, first, at, 0, false).refusedBy);
    assert.equal(books.admit(both, second, at, 0, false).refusedBy, undefined);
  });
});

describe("the most restrictive limit", () => {
  const reading = (policy: string, limit: number, remaining: number, resetAt: number) => ({
    policy,
    limit,
    used: limit - remaining,
    remaining,
    resetAt,
    openAt: at,
  });
  const minute = reading("minute", 500, 499, at + 1);
  const hour = reading("hour", 20_000, 450, at + 2);
  const global = reading("global", 15_000, 400 * 15, at + 1);

  it("is the one with the fewest requests left", () => {
    assert.equal(mostRestrictive([minute, hour], "remaining"), hour);
  });
  it("is in the other reading the one with the smallest share left", () => {
    assert.equal(mostRestrictive([minute, global], "remaining"), minute);
    assert.equal(mostRestrictive([minute, global], "ratio"), global);
  });
  it("is on a tie the one that resets later", () => {
    const later = { ...minute, policy: "later", resetAt: at + 9 };
    assert.equal(mostRestrictive([minute, later], "remaining"), later);
    assert.equal(mostRestrictive([later, minute], "remaining"), later);
  });
});
