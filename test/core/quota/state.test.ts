// Which figures are in force, by whose word, and how a state is stored.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { RatePolicy } from "../../../src/core/quota/model.ts";
import {
  decode,
  EMPTY,
  encode,
  inForce,
  type PartitionState,
  providerOf,
  type Taught,
} from "../../../src/core/quota/state.ts";
import { claimOf, type Figures } from "./exchange.ts";

const NOW = 1_800_000_000_000;
const taught = (
  limit: number | null,
  quotaWindowMs: number | null = null,
  kind: Taught["kind"] = null,
): Taught => ({
  limit,
  quotaWindowMs,
  kind,
  at: NOW,
});

/** Kind, limit, length, by whose word, and since when. */
function force(figures: Figures, books: Partial<PartitionState> = {}) {
  const rate = inForce(claimOf(figures).parts[0]!.policy as RatePolicy, { ...EMPTY, ...books });
  return [
    rate.kind,
    rate.limit,
    rate.windowKnown ? rate.quotaWindowMs : -rate.quotaWindowMs,
    rate.evidence,
    rate.evidenceAt,
  ];
}

const PAGE: Figures = ["r", "fixed", 5, 1000];
const OPEN: Figures = ["r", "unknown", null, null];

test("the page's figures hold until a head confirms them or tells stricter ones", () => {
  assert.deepEqual(force(PAGE), ["fixed", 5, 1000, "published", null]);
  assert.deepEqual(force(PAGE, { confirmedAt: NOW - 1 }), ["fixed", 5, 1000, "stated", NOW - 1]);
  assert.deepEqual(force(PAGE, { stated: taught(4, 9) }), ["fixed", 4, 1000, "stated", NOW]);
  assert.deepEqual(force(PAGE, { stated: taught(5), confirmedAt: NOW - 1 }), [
    "fixed",
    5,
    1000,
    "stated",
    NOW - 1,
  ]);
  assert.deepEqual(force(PAGE, { stated: taught(6) }), ["fixed", 5, 1000, "published", null]);
});

test("what was learned holds where it is stricter, and behind the server's own word", () => {
  assert.deepEqual(force(PAGE, { learned: taught(4, null, "sliding") }), [
    "sliding",
    4,
    1000,
    "inferred",
    NOW,
  ]);
  assert.deepEqual(force(PAGE, { learned: taught(5) }), ["fixed", 5, 1000, "published", null]);
  assert.deepEqual(force(PAGE, { learned: taught(null, null, "counter") }), [
    "counter",
    5,
    1000,
    "published",
    null,
  ]);
  assert.deepEqual(force(PAGE, { learned: taught(3), stated: taught(4) }), ["fixed", 4, 1000, "stated", NOW]);
});

test("what nobody publishes is the server's word, else what was learned, else a minute without a limit", () => {
  assert.deepEqual(force(OPEN), ["sliding", null, -60_000, "unknown", null]);
  assert.deepEqual(force(OPEN, { confirmedAt: NOW }), ["sliding", null, -60_000, "unknown", NOW]);
  assert.deepEqual(force(OPEN, { stated: taught(7, 2000), learned: taught(9, 3000) }), [
    "sliding",
    7,
    2000,
    "stated",
    NOW,
  ]);
  assert.deepEqual(force(OPEN, { learned: taught(9, 3000, "fixed") }), ["fixed", 9, 3000, "inferred", NOW]);
});

test("a server that tells a length and no number is believed of a length that nobody publishes, and of nothing else", () => {
  assert.deepEqual(force(OPEN, { stated: taught(null, 2000) }), ["sliding", null, 2000, "unknown", null]);
  assert.deepEqual(force(PAGE, { stated: taught(null, 2000) }), ["fixed", 5, 1000, "published", null]);
});

test("a server that tells what the page says makes nothing stricter", () => {
  assert.deepEqual(force(PAGE, { stated: taught(5, 1000) }), ["fixed", 5, 1000, "published", null]);
});

test("a stored state leaves out what is empty, and what is no state is read as an empty one", () => {
  assert.equal(encode({ ...EMPTY, log: [], polledAt: 5 }).text, '{"polledAt":5}');
  assert.equal(
    encode({ ...EMPTY, polledAt: 5, holders: [["a", 1, 1]] }).text,
    '{"holders":[["a",1,1]],"polledAt":5}',
  );
  assert.deepEqual(decode('{"polledAt":5}'), { ...EMPTY, polledAt: 5 });
  for (const text of [null, "null", "7", '"text"']) assert.deepEqual(decode(text), EMPTY);
});

test("what is written again is taken from before where it is alike, and written anew where it changed", () => {
  const state = { ...EMPTY, polledAt: 5, probing: true };
  const before = { ...encode(state), parts: encode(state).parts.map((one) => one.replace("5", "kept")) };
  assert.equal(encode(state, before).text, '{"probing":true,"polledAt":kept}');
  assert.equal(encode({ ...state, polledAt: 6 }, before).text, '{"probing":true,"polledAt":6}');
});

test("a partition's name begins with its provider", () => {
  assert.equal(providerOf("sauti/key:k1/synthesis"), "sauti");
});
