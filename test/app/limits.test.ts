// Limits of an account: what a server taught is offered to be kept, and nothing is kept without the person's word.

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import type { Finding } from "../../src/core/quota/ledger.ts";
import { type Bench, bench } from "./fakes.ts";

let on: Bench;
beforeEach(() => {
  on = bench();
});
afterEach(() => on.close());

const ACCOUNT = "sim-sauti";
const NOTICE = `limit-${ACCOUNT}-synthesis`;

/** A budget of which nothing was spent. */
const EMPTY = {
  used: 0,
  inFlight: 0,
  foreign: 0,
  nextAt: null,
  fullAt: null,
  leavesAt: [],
  closedUntil: null,
  evidenceAt: null,
};

function finding(kind: Finding["kind"], limit: number | null): Finding {
  return { accountId: ACCOUNT, policyId: "synthesis", at: 5, kind, limit, quotaWindowMs: 60_000 };
}

const notices = () => on.app.snapshot().notices;
const inForce = () => on.app.accounts.limits(ACCOUNT).find((one) => one.policyId === "synthesis");

for (const [kind, limit, evidence] of [
  ["stricter", 5, "stated"],
  ["looser", 40, "stated"],
  ["learned", 7, "inferred"],
] as const)
  test(`a ${kind} limit is offered to be kept, and kept only on the person's word`, () => {
    on.app.learned([finding(kind, limit)]);
    assert.deepEqual(notices()[0]?.action, {
      command: "headroom.keepLimit",
      title: "Keep for This Account",
    });
    assert.equal(inForce()?.limit, 10);
    assert.equal(on.app.keepLimit(NOTICE), true);
    assert.deepEqual(notices(), []);
    assert.equal(inForce()?.limit, limit);
    assert.equal(inForce()?.evidence, evidence);
    assert.equal(inForce()?.source, "kept by you");
    assert.equal(inForce()?.overridden, true);
    on.app.accounts.resetLimit(ACCOUNT, "synthesis");
    assert.equal(inForce()?.limit, 10);
    assert.equal(inForce()?.overridden, false);
  });

test("what teaches no number offers nothing to keep", () => {
  on.app.learned([finding("foreign", null)]);
  assert.equal(notices()[0]?.action, null);
  assert.equal(on.app.keepLimit(NOTICE), false);
  assert.equal(on.app.keepLimit("limit-nobody-nothing"), false);
});

test("the newest word on a limit is the one that is kept", () => {
  on.app.learned([finding("stricter", 5), finding("stricter", 3)]);
  assert.equal(notices().length, 1);
  on.app.keepLimit(NOTICE);
  assert.equal(inForce()?.limit, 3);
  assert.equal(on.app.keepLimit(NOTICE), false);
});

test("a server that agrees with the kept limit is no news, one that goes back is", () => {
  on.app.learned([finding("stricter", 5)]);
  on.app.keepLimit(NOTICE);
  on.app.learned([finding("unlearned", 5)]);
  assert.deepEqual(notices(), []);
  on.app.learned([finding("looser", 10)]);
  assert.notEqual(notices()[0]?.action, null);
});

test("a limit that nobody but the person vouches for is counted with, and says who set it", () => {
  const limit = { policyId: "synthesis", limit: 20, quotaWindowMs: 30_000, setAt: 0 };
  on.app.accounts.saveLimit(ACCOUNT, { ...limit, evidence: "counted" });
  assert.equal(inForce()?.source, "set by you");
  assert.match(inForce()?.sentence ?? "", /20 syntheses in any 30\ss/);
});

test("a meter tells the person's own number from the provider's, and forgets it with the number", () => {
  on.ledger.shown = ({ parts }) =>
    parts.flatMap(({ policy, partition }) =>
      policy.type === "slots"
        ? []
        : [{ ...policy, partition, accountId: ACCOUNT, policyId: policy.id, ...EMPTY, left: policy.limit }],
    );
  on.app.receive({ type: "chooseProvider", providerId: "sauti" });
  const own = () => on.app.snapshot().meters.filter((one) => one.own);
  assert.deepEqual(own(), []);
  on.app.accounts.saveLimit(ACCOUNT, {
    policyId: "synthesis",
    limit: 3,
    quotaWindowMs: null,
    evidence: "counted",
    setAt: 5,
  });
  assert.deepEqual(
    own().map(({ limit, sentence }) => [limit, sentence]),
    [[3, "3 of 3 syntheses left; your own limit, counted here"]],
  );
  assert.match(inForce()?.sentence ?? "", /^Your own limit allows 3 syntheses/);
  on.app.accounts.resetLimit(ACCOUNT, "synthesis");
  assert.deepEqual(own(), []);
});
