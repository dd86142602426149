// Learning a limit that nobody published: how careful it is, and whom it keeps waiting.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ClockState } from "../../../src/core/quota/clock.ts";
import type { Claim, Lane, RatePolicy } from "../../../src/core/quota/model.ts";
import { reserve } from "../../../src/core/quota/reserve.ts";
import { EMPTY, type PartitionState } from "../../../src/core/quota/state.ts";

const NOW = 1_800_000_000_000;
const CLOCK: ClockState = { lo: 0, hi: 10, at: NOW, rttMin: 20, rttMax: 40, n: 100 };
const policy: RatePolicy = {
  type: "rate",
  id: "all",
  title: "Requests",
  noun: "requests",
  kind: "unknown",
  limit: null,
  quotaWindowMs: null,
  refusedCount: false,
  evidence: "unknown",
};
const claim: Claim = { accountId: "a", parts: [{ partition: "p/a/all", policy, cost: 1 }] };

function ask(state: PartitionState, flight: string, now: number, lane: Lane = "person", clock = CLOCK) {
  return reserve({ claim, lane, flight, holder: flight }, [state], clock, now);
}

test("while a limit is unknown a second request waits for the first to be past refusing, and says until when", () => {
  const first = ask(EMPTY, "one", NOW);
  assert.ok(first.granted);
  const second = ask(first.states[0]!, "two", NOW + 30);
  assert.ok(!second.granted);
  assert.equal(second.wait.cause, "learning");
  assert.equal(second.wait.until, NOW + 2_000);
});

test("a poll that the server holds for long keeps no send waiting for its end", () => {
  const poll = ask(EMPTY, "poll", NOW, "poll");
  assert.ok(poll.granted);
  assert.ok(ask(poll.states[0]!, "send", NOW + 2_000).granted);
});

test("on a slow way a refusal is given the time of four round trips", () => {
  const slow = { ...CLOCK, rttMax: 1_500 };
  const first = ask(EMPTY, "one", NOW, "person", slow);
  assert.ok(first.granted);
  const second = ask(first.states[0]!, "two", NOW + 3_000, "person", slow);
  assert.equal(second.granted ? null : second.wait.until, NOW + 6_000);
});
