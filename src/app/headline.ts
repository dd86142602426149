// What the status bar says: the tightest policy of the account in use, what waits, and a line for each policy.
import { isOver } from "../core/jobs/flow.ts";
import type { Meter } from "../core/quota/model.ts";
import type { Headline } from "./api.ts";
import type { Context, Place } from "./context.ts";
import { metersOf } from "./meters.ts";
import { meterSentence } from "./sentences.ts";
import { waitingLine, waitingView } from "./waits.ts";

/** The part that must be left of the tightest policy for the item to stay plain. */
const PLENTY = 0.1;

/** The headline of an account. */
export function headlineOf(context: Context, place: Place | null, now: number): Headline {
  const { jobs, exchanges, t, format } = context.ports;
  const line = waitingLine(context);
  const all = line.filter((one) => one.lane !== "poll");
  const own = all.filter((one) => one.accountId === place?.account.id);
  // The account in use goes first: another one's countdown beside its figures would say something wrong.
  const tickets = own.length > 0 ? own : all;
  const open = jobs.open(Number.MAX_SAFE_INTEGER).filter((one) => !isOver(one));
  const running = open.filter((one) => one.stage === "watch").length;
  const decisions = open.filter(
    ({ id, stage }) => stage === "ask" && exchanges.get(id)?.state !== "kept",
  ).length;
  const meters = place === null ? [] : metersOf(context, place, line, now);
  const meter = tightest(meters);
  const untils = tickets.map((one) => one.wait.until).filter((one): one is number => one !== null);
  const until = untils.length === 0 ? null : Math.min(...untils);
  const providerName = place?.profile.name ?? "Headroom";
  const left = meter?.limit == null ? null : (meter.left ?? Math.max(0, meter.limit - meter.used));
  const short = meter?.limit != null && left !== null && left <= meter.limit * PLENTY;
  const level = left === 0 && own.length > 0 ? "error" : short ? "warning" : "plain";
  const parts = [
    meter === null ? providerName : `${providerName}: ${meterSentence(context.ports, meter, now)}`,
  ];
  if (tickets.length > 0)
    parts.push(
      until === null
        ? t("{count} waiting", { count: tickets.length })
        : t("{count} waiting, the next goes at {at}", {
            count: tickets.length,
            at: format.clock(until, now),
          }),
    );
  if (decisions > 0) parts.push(t("{count} waiting for your decision", { count: decisions }));
  if (place?.account.simulated) parts.push(t("simulated, costs nothing"));
  if (running > 0) parts.push(t("{count} running", { count: running }));
  return {
    providerName,
    accountName: place?.account.name ?? "",
    simulated: place?.account.simulated ?? false,
    decisions,
    meter:
      meter === null
        ? null
        : { title: meter.title, noun: meter.noun, left, limit: meter.limit, used: meter.used },
    waiting: tickets.length,
    first: tickets[0] === undefined ? null : waitingView(context, tickets[0], line, now),
    waitsAt: own.length > 0 ? null : providerNameOf(context, all[0]?.accountId),
    until,
    running,
    level,
    sentence: parts.join("; "),
    lines: meters.map((one) => ({
      title: one.title,
      sentence: meterSentence(context.ports, one, now),
      evidence: one.evidence,
    })),
  };
}

function providerNameOf(context: Context, accountId: string | undefined): string | null {
  const account = accountId === undefined ? null : context.account(accountId);
  return account === null ? null : (context.profile(account.providerId)?.name ?? null);
}

/** The policy with the smallest part left; of equals the smaller one; one without a limit only if none has one. */
export function tightest<M extends Meter>(meters: readonly M[]): M | null {
  let best: M | null = null;
  for (const meter of meters) if (best === null || tighter(meter, best)) best = meter;
  return best;
}

function tighter(a: Meter, b: Meter): boolean {
  if (a.limit === null || b.limit === null) return a.limit !== null || (b.limit === null && a.used > b.used);
  const [partA, partB] = [(a.limit - a.used) / a.limit, (b.limit - b.used) / b.limit];
  return partA !== partB ? partA < partB : a.limit < b.limit;
}
