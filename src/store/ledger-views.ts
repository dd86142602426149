// What the ledger shows: meters, forecasts and who waits in which order, from the newest rows. It changes nothing.
import { forecast, turns } from "../core/quota/forecast.ts";
import type { Ledger, Ticket } from "../core/quota/ledger.ts";
import { meterOf } from "../core/quota/meter.ts";
import { type Claim, LANES, type Meter } from "../core/quota/model.ts";
import { refresh } from "../core/quota/reserve.ts";
import { inTurn } from "./ledger-order.ts";
import type { Rows } from "./ledger-rows.ts";

/** So many of those who wait are looked at for their turn. */
const FIRST_OF_ALL = 100;

/** Every partition of a claim as shown, limits in force applied. */
export function metersOf(rows: Rows, claim: Claim, now: number): Meter[] {
  rows.sync();
  const clock = rows.clock(claim.accountId);
  return claim.parts.map((part) => {
    const state = refresh(part, rows.partition(part.partition), clock, now);
    return meterOf(claim.accountId, part, state, clock, now);
  });
}

/** When so many of a claim could go out if a person sent them now, behind what persons have sent already, and why not sooner. */
export function previewOf(
  rows: Rows,
  claim: Claim,
  count: number,
  now: number,
): ReturnType<Ledger["preview"]> {
  rows.sync();
  let ahead = 0;
  for (const line of rows.lines().values())
    if (
      LANES[line.lane] === "person" &&
      line.claim.parts.some((one) => claim.parts.some((part) => part.partition === one.partition))
    )
      ahead += rows.olderThan(line.id, Number.MAX_VALUE);
  const states = claim.parts.map((part) => rows.partition(part.partition));
  const found = forecast(claim, count, ahead, states, rows.clock(claim.accountId), now);
  const [part] = claim.parts;
  if (ahead === 0 || found.wait !== null || part === undefined) return found;
  const { partition, policy } = part;
  const behind = { cause: "ahead", until: null, evidence: "counted", left: null, limit: null } as const;
  return { ...found, wait: { partition, policyId: policy.id, ...behind } };
}

/** All waiting requests of all processes, in the order in which they are served; `owner` names this process' ledger. */
export function ticketsOf(rows: Rows, owner: string, now: number): Ticket[] {
  rows.sync();
  return inTurn(rows.tickets(), now).map(({ id, line, since, title }) => ({
    id,
    accountId: line.claim.accountId,
    lane: LANES[line.lane] ?? "poll",
    since,
    title,
    wait: line.wait,
    own: line.owner === owner,
  }));
}

/** When the turn of each of the first waiting requests comes if nothing else happens, by ticket id. Epoch ms. */
export function turnsOf(rows: Rows, servedAt: number, now: number): ReadonlyMap<string, number> {
  rows.sync();
  const line = inTurn(rows.tickets(), servedAt).slice(0, FIRST_OF_ALL);
  const claims = line.map((one) => one.line.claim);
  const found = turns(
    claims,
    (name) => rows.partition(name),
    (id) => rows.clock(id),
    now,
  );
  return new Map(line.flatMap(({ id }, i) => (found[i] == null ? [] : [[id, found[i]] as const])));
}
