// A server that tells of more policies than the profile knows: the known one is neither taken for another nor lowered by it.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Refusal } from "../../../src/core/quota/model.ts";
import { EMPTY, type PartitionState } from "../../../src/core/quota/state.ts";
import { claimOf, exchange } from "./exchange.ts";

const START = 1_800_000_000_000;
const claim = claimOf(["minute", "sliding", 100, 60_000]);

/** A head of a burst of ten a second and of the minute's hundred, with what is left of each. */
const told = (burst: number, minute: number) => ({
  "ratelimit-policy": '"burst";q=10;w=1, "sustained";q=100;w=60',
  ratelimit: `"burst";r=${burst};t=1, "sustained";r=${minute};t=60`,
});

test("a policy that nobody knows is not the new limit of the one that is known, wherever it stands in the head", () => {
  const { "ratelimit-policy": policies, ratelimit } = told(9, 99);
  const turned = (list: string) => list.split(", ").toReversed().join(", ");
  for (const headers of [
    { "ratelimit-policy": policies, ratelimit },
    { "ratelimit-policy": turned(policies), ratelimit: turned(ratelimit) },
  ]) {
    const { states, meters, findings } = exchange(claim, undefined, { at: START, headers });
    assert.deepEqual([states[0]?.stated, meters[0]?.limit, meters[0]?.used, findings], [null, 100, 1, []]);
  }
});

test("what another policy refuses lowers none that the head shows with room, while a bare refusal does", () => {
  const lowered = (headers: Record<string, string>) => {
    let states: readonly PartitionState[] = [{ ...EMPTY, log: [[START - 2000, START - 2000, 10]] }];
    for (const at of [START, START + 1100]) {
      const refusal: Refusal = { kind: "rate", until: at + 1000, evidence: "stated" };
      ({ states } = exchange(claim, states, { at, headers, status: 429, refusal }));
    }
    return states[0]?.learned?.limit ?? null;
  };
  assert.deepEqual([lowered(told(0, 90)), lowered({})], [null, 10]);
});
