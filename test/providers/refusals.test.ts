// Every refusal of the table beside this file, read by the profiles' rules: what it is, until when, and the cure that follows.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readError } from "../../src/core/profile/failure.ts";
import type { Profile } from "../../src/core/profile/schema.ts";
import type { Meter, Refusal } from "../../src/core/quota/model.ts";
import type { Outgoing } from "../../src/core/wire.ts";
import { diagnoseBy } from "../../src/net/diagnose.ts";
import { decide } from "../../src/net/outcome.ts";
import { loadProfiles } from "../../src/providers/registry.ts";
import { claimOf } from "../core/quota/exchange.ts";
import { type Count, type Cure, NOW, rows } from "./refusal-rows.ts";

const profiles = await loadProfiles();

for (const row of rows)
  test(`${row.provider}: ${row.what} is ${row.kind ?? "no refusal"}, and ${row.cure}`, () => {
    const profile = profiles.get(row.provider);
    assert.ok(profile);
    const { lane = "person", repeat = "never", status = 429 } = row;
    const [part] = claimOf(["x", "unknown", null, null]).parts;
    assert.ok(part);
    const claim = { accountId: "a", parts: [{ ...part, partition: `${profile.id}/a/x` }] };
    const meters = metersOf(profile, lane, row.count ?? "room");
    const headers = { date: new Date(NOW).toUTCString(), ...row.headers };
    const head = { status, headers, sentAt: NOW - 10, gotAt: NOW, quick: true };
    const text = JSON.stringify(row.body);
    const refusal = diagnoseBy((id) => profiles.get(id) ?? null, { meters: () => meters })(
      { claim, lane },
      head,
      text,
      NOW,
    );
    assert.equal(refusal?.kind ?? null, row.kind);
    assert.equal(refusal?.until ?? null, row.until === undefined ? null : NOW + row.until);
    const request = { repeat, claim, lane, retry: profile.retry };
    const outcome = { type: "answer", status, refusal, until: refusal?.until ?? null } as const;
    const next = decide(request, outcome, { attempt: 1, counted: 1, refusals: 1 }, NOW, 0.5);
    assert.equal(cureOf(next, refusal), row.cure);
    const { meaning, remedy } = readError(profile, status, headers, row.body);
    assert.match(`${meaning} ${remedy}`, row.says);
  });

function cureOf(next: ReturnType<typeof decide>, refusal: Refusal | null): Cure {
  if (next.type !== "again") return "stops";
  if (refusal?.kind === "concurrency") return "waits for a job";
  if (refusal !== null && refusal.until !== null) {
    // Either the gate keeps the instant, or the client itself does.
    assert.ok(next.at === NOW || next.at >= refusal.until);
    return "waits for the instant";
  }
  return next.at === NOW ? "waits as the ledger says" : "backs off";
}

/** Our own count of what a call falls under: every rate policy, and the slots where it takes one. */
function metersOf(profile: Profile, lane: Outgoing["lane"], count: Count): Meter[] {
  return profile.policies
    .filter((policy) => policy.type === "rate" || lane !== "poll")
    .map((policy): Meter => {
      const slots = policy.type === "slots";
      const limit = policy.limit ?? (slots ? 3 : null);
      const used = slots ? (count === "full" ? (limit ?? 0) : 1) : count === "spent" ? (limit ?? 0) - 1 : 1;
      return {
        partition: policy.id,
        accountId: "a",
        policyId: policy.id,
        title: "",
        noun: "",
        type: policy.type,
        kind: slots ? "slots" : "unknown",
        limit,
        used,
        left: limit === null ? null : limit - used,
        inFlight: 0,
        foreign: 0,
        quotaWindowMs: null,
        nextAt: null,
        fullAt: null,
        leavesAt: [],
        closedUntil: null,
        evidence: "published",
        evidenceAt: null,
      };
    });
}
