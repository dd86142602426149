// A bucket that refills, where requests arrive late: how late counts while it may matter, and no longer.
import assert from "node:assert/strict";
import { test } from "node:test";
import { bucketFree, bucketFullAt, calmed, lacking } from "../../../src/core/quota/bucket.ts";
import { type Bucket, EMPTY, type Flight, type PartitionState } from "../../../src/core/quota/state.ts";
import type { Plan, Step } from "./property-plan.ts";
import { play } from "./property-world.ts";

const NOW = 1_800_000_000_000;
/** Ten units, one a second. */
const RATE = {
  kind: "bucket",
  limit: 10,
  quotaWindowMs: 10_000,
  windowKnown: true,
  evidence: "published",
  evidenceAt: null,
} as const;
const books = (bucket: Bucket, more: Partial<PartitionState> = {}): PartitionState => ({
  ...EMPTY,
  bucket,
  ...more,
});
const inTheAir = (doubtMs: number): Flight => ["f", NOW, 1, doubtMs];

test("what is in the air may arrive as late as was doubted, and what has arrived was as late as it was", () => {
  const free = (state: PartitionState) => bucketFree(RATE, 10, state, NOW, 1) - NOW;
  assert.equal(free(books([10, NOW, 0, 20])), 1003);
  assert.equal(free(books([10, NOW, 700, 20])), 1703);
  assert.equal(free(books([10, NOW, 700, 20], { flying: [inTheAir(500), inTheAir(2000)] })), 3003);
  assert.equal(bucketFullAt(RATE, 10, books([1, NOW, 0, 1], { flying: [inTheAir(9)] })), NOW + 1009 + 3);
  assert.equal(bucketFullAt(RATE, 10, EMPTY), Number.NEGATIVE_INFINITY);
  assert.equal(bucketFullAt(RATE, 10, books([1, NOW, 90, 1], { flying: [inTheAir(9)] })), NOW + 1090 + 3);
});

test("once nothing is in the air no more is missing than was spent or than it holds, however late it all was", () => {
  const calm = (bucket: Bucket, more: Partial<PartitionState> = {}, refusedCount = false) =>
    calmed(RATE, books(bucket, more), NOW, refusedCount);
  const late: Bucket = [4, NOW - 1000, 9000, 6];
  assert.deepEqual(calm(late), [6, NOW, 0, 6]);
  assert.deepEqual(calm([4, NOW - 1000, 9000, 30]), [10, NOW, 0, 10]);
  // One that counts what it refuses may lack more than it holds.
  assert.deepEqual(calm([14, NOW, 9000, 12], {}, true), [12, NOW, 0, 12]);
  assert.equal(lacking(RATE, 10, books(late), NOW), 6);
  // Less may be missing by how late they were than by that.
  const early: Bucket = [4, NOW - 1000, 2000, 6];
  assert.equal(calm(early), early);
  for (const more of [{ flying: [inTheAir(5)] }, { log: [[NOW - 9, NOW + 1, 1]] as const }])
    assert.equal(calm(late, more), late);
  const same: Bucket = [6, NOW, 0, 6];
  assert.equal(calm(same), same);
  assert.equal(calmed({ ...RATE, limit: null }, books(late), NOW, false), late);
  assert.equal(calmed(RATE, EMPTY, NOW, false), null);
  const later: Bucket = [4, NOW + 1, 9000, 6];
  assert.equal(calm(later), later);
});

const plain: Step = {
  fate: "answered",
  gapMs: 0,
  process: 0,
  mask: 0,
  units: 1,
  thereMs: 0,
  backMs: 0,
  slow: false,
  laterMs: 0,
  jumpMs: 0,
};
const planOf = (limit: number, steps: readonly Step[]): Plan => ({
  policies: [{ kind: "bucket", limit, lengthMs: 500 }],
  slots: null,
  steps,
  skewMs: 0,
  wayMs: 0,
  headers: "none",
});

test("a clock that is set back while a late request is in the air makes no bucket take too much", () => {
  const steps: Step[] = [
    { ...plain, units: 2, thereMs: 51 },
    { ...plain, gapMs: 40, slow: true },
    { ...plain, fate: "clock jumps", jumpMs: -8000 },
    plain,
  ];
  assert.equal(play(planOf(3, steps), { exact: false }).server.refusals, 0);
});

test("one answer that took seconds makes the next requests of a bucket wait no longer than it takes to refill", () => {
  const steps = [
    { ...plain, backMs: 2800 },
    { ...plain, gapMs: 2900 },
    ...Array.from({ length: 20 }, () => plain),
  ];
  const { server, tookMs } = play(planOf(5, steps));
  assert.equal(server.refusals, 0);
  // Five of 21 go at once after the pause, and one every 100 ms from then on.
  assert.ok(tookMs < 2900 + 1600 + 200, `took ${tookMs} ms`);
});
