// The whole state as the page shows it, made from gathered state in one go. It changes nothing.
import type { Exchange } from "../core/jobs/stores.ts";
import type { Snapshot } from "../protocol/snapshot.ts";
import type { AccountBook } from "./accounts.ts";
import { claimOf, exchangeOf } from "./calls.ts";
import { cardOf } from "./cards.ts";
import type { Choices } from "./choices.ts";
import type { Context } from "./context.ts";
import { forecastOf } from "./forecast.ts";
import { formOf } from "./form.ts";
import { metersOf, meterView } from "./meters.ts";
import type { Playground } from "./playground.ts";
import { waitingLine, waitingView } from "./waits.ts";

/** What a snapshot is gathered from. */
export interface Sources {
  readonly context: Context;
  readonly accounts: AccountBook;
  readonly playground: Playground;
  readonly choices: Choices;
  readonly exchanges: readonly Exchange[];
  readonly notices: Snapshot["notices"];
  readonly said: Snapshot["said"];
  readonly reveal: Snapshot["reveal"];
  readonly revision: number;
  readonly language: string;
  readonly now: number;
}

/** The snapshot, and the next instant at which one of its sentences grows old. */
export function makeSnapshot(sources: Sources): { snapshot: Snapshot; staleAt: number | null } {
  const { context, accounts, playground, choices, now } = sources;
  const { ports } = context;
  const { place, action } = playground;
  const own = accounts.list().filter((one) => one.providerId === playground.chosen.providerId);
  const line = waitingLine(context);
  const binding = place === null || action === null ? [] : claimOf(place, action).parts;
  const meters = place === null ? [] : metersOf(context, place, line, now);
  const forecast =
    place === null || action === null ? null : forecastOf(context, place, action, playground.values, now);
  const cards = sources.exchanges.map((exchange) =>
    cardOf(context, {
      exchange,
      job: ports.jobs.get(exchange.id),
      results: ports.results.of(exchange.id),
      live: context.live.get(exchange.id) ?? null,
      line,
      now,
    }),
  );
  const beyond = new Set<string | null>(cards.filter((one) => one.state !== "waiting").map((one) => one.id));
  const snapshot: Snapshot = {
    type: "snapshot",
    revision: sources.revision,
    at: now,
    language: sources.language,
    providers: accounts
      .providers()
      .map(({ id, name, summary }) => ({ value: id, title: name, detail: summary })),
    accounts: own.map(({ id, name }) => ({ value: id, title: name })),
    keys: (place?.account.keys ?? []).map(({ id, name, hint }) => ({ value: id, title: name, detail: hint })),
    actions: playground.actions.map(({ id, title, group }) => ({
      value: id,
      title,
      ...(group === undefined ? {} : { group }),
    })),
    chosen: playground.chosen,
    simulated: place?.account.simulated ?? false,
    meters: meters.map((meter) =>
      meterView(
        context,
        meter,
        now,
        binding.some((part) => part.partition === meter.partition),
      ),
    ),
    form: formOf(ports.t, playground, choices),
    forecast,
    // What was sent before shows its wait on its card: no request stands in two places.
    queue: line
      .filter((one) => one.lane !== "poll" && !beyond.has(exchangeOf(one.id)))
      .slice(0, 200)
      .map((ticket) => waitingView(context, ticket, line, now)),
    cards,
    notices: sources.notices,
    said: sources.said,
    reveal: sources.reveal,
  };
  return { snapshot, staleAt: staleAt(snapshot, now) };
}

/** Sentences name instants: when the first of them has passed, they must be made anew. */
function staleAt(snapshot: Snapshot, now: number): number | null {
  const instants = [
    snapshot.forecast?.startsAt ?? null,
    ...snapshot.meters.flatMap((one) => [one.nextAt, one.fullAt, one.closedUntil]),
    ...snapshot.queue.map((one) => one.wait.until),
    ...snapshot.cards.map((one) => one.wait?.until ?? null),
  ].filter((one): one is number => one !== null && one > now);
  return instants.length === 0 ? null : Math.min(...instants) + 20;
}
