// What a granted request leaves in the books, for each way of counting.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ClockState } from "../../../src/core/quota/clock.ts";
import type { Claim, Lane } from "../../../src/core/quota/model.ts";
import { book, partWait, reserve } from "../../../src/core/quota/reserve.ts";
import { type Bucket, EMPTY, type PartitionState, type Spend } from "../../../src/core/quota/state.ts";
import { claimOf } from "./exchange.ts";

const NOW = 1_800_000_000_000;
const LENGTH_MS = 10_000;
/** The network swings by four milliseconds. */
const CLOCK: ClockState = { lo: 0, hi: 20, at: NOW, rttMin: 20, rttMax: 20, n: 10_000 };
type Kind = Parameters<typeof claimOf>[0][1];

function booked(
  kind: Kind,
  books: Partial<PartitionState>,
  { limit = 100 as number | null, cost = 1, lane = "batch" as Lane } = {},
): PartitionState {
  const plain = claimOf(["r", kind, limit, LENGTH_MS]);
  const claim: Claim = { ...plain, parts: plain.parts.map((part) => ({ ...part, cost })) };
  const outcome = reserve({ claim, lane, flight: "new", holder: "me" }, [{ ...EMPTY, ...books }], CLOCK, NOW);
  assert.ok(outcome.granted);
  return outcome.states[0]!;
}

const spend = (early: number, late = early): Spend => [NOW + early, NOW + late, 1];

test("a granted request flies from now on, as late as is doubted now, and changes nothing else", () => {
  const books = {
    ...EMPTY,
    bucket: [1, NOW, 0, 1] as Bucket,
    opened: [NOW, NOW] as const,
    cellMs: 10_000,
    polledAt: NOW - 5,
  };
  const state = booked("sliding", { ...books, flying: [["old", NOW - 9, 1, 7]] }, { cost: 3 });
  const flying = [["old", NOW - 9, 1, 7] as const, ["new", NOW, 3, 4] as const];
  assert.deepEqual(state, { ...books, flying });
});

test("a poll uses its share up, from now on or after those before it, for a quota window at most", () => {
  const at = (polledAt: number, lane: Lane = "poll") =>
    booked("sliding", { polledAt: NOW + polledAt }, { lane }).polledAt - NOW;
  assert.deepEqual([at(-60_000), at(-500), at(500), at(7999), at(8500)], [0, 500, 1500, 8999, 9000]);
  assert.equal(at(-500, "batch"), -500);
});

test("a bucket is spent from: what has come back is taken off first, and late arrivals stay known", () => {
  const bucket = (before: Bucket | null, limit: number | null = 10, cost = 1) => {
    const found = booked("bucket", { bucket: before }, { limit, cost }).bucket!;
    return [Number(found[0].toFixed(6)), found[1] - NOW, found[2], found[3]];
  };
  assert.deepEqual(bucket(null, 10, 2), [2, 0, 0, 2]);
  assert.deepEqual(bucket([2, NOW - 1000, 7, 5]), [2, 0, 7, 6]);
  assert.deepEqual(bucket([2, NOW - 1000, 1, 2]), [2, 0, 1, 3]);
  assert.deepEqual(bucket([2, NOW + 5, 0, 2]), [3, 5, 0, 3]);
  assert.deepEqual(bucket([2, NOW - 1000, 7, 2], null, 2), [3.8, 0, 7, 4]);
});

test("of a bucket is taken what all that leave at once cost together", () => {
  const part = { ...claimOf(["r", "bucket", 10, LENGTH_MS]).parts[0]!, cost: 2 };
  const booking = {
    claim: { accountId: "a", parts: [part] },
    lane: "batch",
    flight: "",
    holder: "",
  } as const;
  assert.deepEqual(book(part, EMPTY, booking, ["one", "two", "three"], CLOCK, NOW).bucket, [6, NOW, 0, 6]);
});

test("who stands behind one more than the limit holds looks again in a second", () => {
  const part = claimOf(["r", "sliding", 1, LENGTH_MS]).parts[0]!;
  assert.equal(partWait(part, EMPTY, "me", CLOCK, NOW, 1)?.until, NOW + 1000);
});

test("a bucket that is surely full again begins anew", () => {
  const bucket = (ago: number) => booked("bucket", { bucket: [2, NOW - ago, 7, 2] }, { limit: 10 }).bucket;
  assert.deepEqual(bucket(2010), [1, NOW, 0, 1]);
  assert.deepEqual(bucket(2009), [1, NOW, 7, 3]);
});

/** When the quota window opened, as booked by a request now; in milliseconds after NOW. */
function opened(books: Partial<PartitionState>): readonly [number, number] | null {
  const found = booked("fixedFromFirst", books).opened;
  return found === null ? null : [found[0] - NOW, found[1] - NOW];
}

test("after a silence of a whole quota window the request surely opens the next one", () => {
  assert.deepEqual(opened({}), [0, 4]);
  assert.deepEqual(opened({ log: [spend(-10_050, -10_003)], cells: [[NOW, 1, NOW - 10_003]] }), [0, 4]);
  assert.equal(opened({ log: [spend(-10_050, -10_003), spend(-10_050, -10_002)] }), null);
  assert.equal(
    opened({
      cells: [
        [NOW, 1, NOW - 10_003],
        [1, 1, NOW - 10_002],
      ],
    }),
    null,
  );
  assert.equal(opened({ flying: [["f", NOW - 60_000, 1, 5]] }), null);
});

test("once a quota window has surely ended the next request opens another, whatever still counts", () => {
  const log = [spend(-50)];
  assert.deepEqual(opened({ opened: [NOW - 10_100, NOW - 10_003], log }), [0, 4]);
  assert.equal(opened({ opened: [NOW - 10_100, NOW - 10_002], log }), null);
});

test("near the end nobody knows whether the request falls into the quota window or opens the next", () => {
  const log = [spend(-9000)];
  assert.equal(opened({ opened: [NOW - 9993, NOW - 9990], log }), null);
  assert.deepEqual(opened({ opened: [NOW - 9992, NOW - 9990], log }), [-9992, -9990]);
});

test("until one of them is answered any request on its way may be the one that opened the quota window", () => {
  const flying = [["f", NOW - 100, 1, 5]] as const;
  const books = { opened: [NOW - 100, NOW - 60] as const, flying };
  assert.deepEqual(opened(books), [-100, 4]);
  assert.deepEqual(opened({ ...books, log: [spend(-101, -50)] }), [-100, 4]);
  assert.deepEqual(opened({ ...books, log: [spend(-101, -50), spend(-100, -50)] }), [-100, -60]);
  assert.deepEqual(opened({ ...books, opened: [NOW - 100, NOW + 50] }), [-100, 50]);
});
