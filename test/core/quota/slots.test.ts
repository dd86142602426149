// Slots as rules on values: who holds how many, which limit is in force, when one may be tried, what the server's word changes.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { SlotPolicy } from "../../../src/core/quota/model.ts";
import {
  concurrencyRefused,
  hold,
  reconcile,
  release,
  slotFreeAt,
  slotLimit,
  slotsElsewhere,
} from "../../../src/core/quota/slots.ts";
import { EMPTY, type Holder, type PartitionState } from "../../../src/core/quota/state.ts";

const NOW = 1_800_000_000_000;
const held = (...names: string[]): Holder[] => names.map((name) => [name, NOW - 60_000, 1]);
const state = (change: Partial<PartitionState>): PartitionState => ({ ...EMPTY, ...change });
const policy = (limit: number | null): SlotPolicy => ({
  type: "slots",
  id: "j",
  title: "",
  noun: "",
  limit,
  evidence: "published",
});

test("others' slots are believed until the very instant at which they are doubted", () => {
  const others = (ago: number) => slotsElsewhere(state({ elsewhere: [2, NOW - ago, 5000] }), NOW);
  assert.deepEqual([others(4999), others(5000)], [2, 0]);
  assert.equal(slotsElsewhere(EMPTY, NOW), 0);
});

test("the server's own stricter number is in force, and any where none is published", () => {
  const limit = (published: number | null, told: number | null) =>
    slotLimit(
      policy(published),
      state({ stated: { limit: told, quotaWindowMs: null, kind: null, at: NOW } }),
    );
  assert.deepEqual(
    [limit(3, 2), limit(3, 4), limit(3, null), limit(null, 4), limit(null, null)],
    [2, 3, 3, 4, null],
  );
  assert.equal(slotLimit(policy(3), EMPTY), 3);
});

test("a slot is free at once, when others' are doubted, or when a job ends", () => {
  const free = (books: Partial<PartitionState>, units = 1, limit: number | null = 3) => {
    const at = slotFreeAt(policy(limit), state(books), NOW, units, "me");
    return at === null ? null : at - NOW;
  };
  const elsewhere = [1, NOW - 100, 5000] as const;
  assert.deepEqual([free({ holders: held("a", "b") }), free({ holders: held("a", "b", "c") })], [0, null]);
  assert.deepEqual(
    [free({ holders: held("a", "b"), elsewhere }), free({ holders: held("a"), elsewhere }, 2)],
    [4900, 4900],
  );
  assert.equal(free({ holders: held("a", "b", "c"), elsewhere }), null);
  assert.equal(free({ holders: held("a", "b"), elsewhere }, 2), null);
  assert.equal(free({ holders: held("a", "b", "c", "d") }, 1, null), 0);
  assert.equal(free({ holders: held("a", "b", "me") }), 0);
  assert.equal(free({ holders: held("me", "b", "c") }), 0);
});

test("a holder takes its slots once and gives them back once", () => {
  const one = hold(EMPTY, "me", NOW, 2);
  assert.deepEqual(one.holders, [["me", NOW, 2]]);
  assert.equal(hold(one, "me", NOW + 9, 1), one);
  assert.equal(hold(one, "other", NOW, 1).holders.length, 2);
  assert.deepEqual(release(hold(one, "other", NOW, 1), "me").holders, [["other", NOW, 1]]);
  assert.equal(release(one, "other"), one);
});

test("the server's count leaves to others what is not ours, and ends those of ours that are held longest", () => {
  const holders: Holder[] = [
    ["a", NOW - 60_000, 1],
    ["b", NOW - 60_000, 2],
    ["c", NOW - 59_999, 1],
  ];
  const after = (taken: number) => {
    const next = reconcile(state({ holders }), taken, NOW);
    return [next.holders.map((one) => one[0]).join(""), next.elsewhere];
  };
  assert.deepEqual(
    [after(4), after(5)],
    [
      ["abc", null],
      ["abc", [1, NOW, 5000]],
    ],
  );
  assert.deepEqual(
    [after(3), after(2), after(1), after(0)],
    [
      ["bc", null],
      ["bc", null],
      ["c", null],
      ["c", null],
    ],
  );
});

test("a refusal for want of a slot fills up what we saw free, and is doubted later each time, after two minutes at most", () => {
  const refused = (books: Partial<PartitionState>, limit: number | null = 3) =>
    concurrencyRefused(policy(limit), state(books), NOW).elsewhere;
  assert.deepEqual(refused({ holders: held("a") }), [2, NOW, 5000]);
  assert.deepEqual(refused({ elsewhere: [1, 0, 5000] }), [3, NOW, 10_000]);
  assert.deepEqual(
    [refused({ elsewhere: [1, 0, 60_000] })?.[2], refused({ elsewhere: [1, 0, 70_000] })?.[2]],
    [120_000, 120_000],
  );
  assert.deepEqual(refused({ holders: held("a") }, null), [1, NOW, 5000]);
  const full = state({ holders: held("a", "b", "c", "d") });
  assert.equal(concurrencyRefused(policy(3), full, NOW), full);
});
