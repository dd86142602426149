// The app as the host sees it: its parts behind one interface. No logic of its own beyond that.
import { ENDED, isOver } from "../core/jobs/flow.ts";
import type { Exchange } from "../core/jobs/stores.ts";
import { adopt, adoptables, idProblem } from "./adopt.ts";
import type { App } from "./api.ts";
import { codeFor } from "./code.ts";
import { type Context, placeOfStored } from "./context.ts";
import { answerDoc, requestDoc, whyDoc } from "./docs.ts";
import { keepLimit, tell } from "./findings.ts";
import { forecastOf } from "./forecast.ts";
import { headlineOf } from "./headline.ts";
import { cancelAll, carryOut, sendAgain } from "./intents.ts";
import { heedForgotten, makeParts, notify, type Parts } from "./parts.ts";
import type { Ports } from "./ports.ts";
import { resultFile } from "./results.ts";
import { makeSnapshot } from "./snapshot.ts";

/** Cards of exchanges that ended longer ago are found in the history. ms */
const CARD_LIFE_MS = 12 * 3_600_000;
const MOST_CARDS = 40;
/** Cards of what is older than those and still under way: what waits stands in the queue as well. */
const MOST_OLDER = 60;

/** Builds the app over its ports. Nothing is asked, read or begun before `start` and the first call. */
export function createApp(ports: Ports): App {
  const parts = makeParts(ports);
  const { context, changes, accounts, history, playground, choices, work, slots, storage } = parts;
  const unsubscribe: (() => void)[] = [];
  let revision = 0;

  function wrong(error: unknown): void {
    ports.log("error", error instanceof Error ? (error.stack ?? error.message) : String(error));
    const what = error instanceof Error ? error.message : String(error);
    const sentence = ports.t("Headroom itself failed: {what}.", { what });
    notify(parts, { id: "failure", level: "error", sentence, action: null });
  }

  const docOf = <T>(exchangeId: string, make: (exchange: Exchange) => T): T | null => {
    const exchange = ports.exchanges.get(exchangeId);
    return exchange === null ? null : make(exchange);
  };

  return {
    accounts,
    history,
    snapshot() {
      heedForgotten(parts);
      const now = ports.clock.now();
      const { snapshot, staleAt } = makeSnapshot({
        context,
        accounts,
        playground,
        choices,
        exchanges: shown(parts, now),
        notices: [...parts.notices.values()],
        said: parts.said,
        reveal: parts.reveal,
        revision: ++revision,
        language: ports.language ?? "en",
        now,
      });
      changes.remindAt(staleAt);
      return snapshot;
    },
    onChange: (listener) => changes.on(listener),
    receive(intent) {
      try {
        // What the page still shows was forgotten in another editor window: it is neither kept nor sent.
        const old = heedForgotten(parts) && (intent.type === "draft" || intent.type === "send");
        if (old)
          return context.say(
            ports.t("Everything was forgotten in another editor window; the form is empty again."),
          );
        void Promise.resolve(carryOut(parts, intent)).catch(wrong);
      } catch (error) {
        wrong(error);
      }
      changes.changed();
    },
    setFile: (field, file) => playground.setFile(field, file),
    answerOf: (id) => docOf(id, (exchange) => answerDoc(context, exchange)),
    requestOf: (id) => docOf(id, (exchange) => requestDoc(context, exchange)),
    whyOf: (id) => docOf(id, (exchange) => whyDoc(context, exchange)),
    codeFor: (id, language) => docOf(id, (exchange) => codeFor(context, exchange, language)),
    resultFile: (id) => resultFile(context, id),
    used: (id, saved) => void storage.used(id, saved).catch(wrong),
    boundsChanged: () => storage.lookAnew(),
    headline: () => headlineOf(context, playground.place, ports.clock.now()),
    reveal(exchangeId) {
      parts.dismissed.delete(exchangeId);
      parts.reveal = { id: (parts.reveal?.id ?? ports.clock.now()) + 1, cardId: exchangeId };
      changes.changed();
    },
    sendAgain: (exchangeId) => sendAgain(parts, exchangeId),
    cancelAll: () => cancelAll(parts),
    notify: (notice) => notify(parts, notice),
    learned: (findings) => tell(parts, findings),
    keepLimit: (noticeId) => keepLimit(parts, noticeId),
    adoptables: (providerId) => {
      const profile = context.profile(providerId);
      return profile === null ? [] : adoptables(profile);
    },
    jobIdProblem: (text) => idProblem(parts, text),
    adopt: (accountId, actionId, jobId) => adopt(parts, accountId, actionId, jobId),
    forecast() {
      const { place, action, values } = playground;
      if (place === null || action === null) return null;
      return forecastOf(context, place, action, values, ports.clock.now()).sentence;
    },
    async start() {
      const told = () => changes.changed();
      unsubscribe.push(ports.exchanges.onChange(told), ports.ledger.onChange(told));
      unsubscribe.push(ports.accounts.onChange(told));
      if (ports.memory !== undefined) unsubscribe.push(ports.memory.onForgotten(told));
      // Another process may have begun something: if it dies, this one takes it over.
      unsubscribe.push(
        ports.jobs.onChange(() => {
          told();
          work.wake();
        }),
      );
      unsubscribe.push(ports.exchanges.onChange(() => storage.look()));
      freeEnded(ports);
      countSlots(context);
      work.wake();
      storage.start();
    },
    async stop() {
      for (const end of unsubscribe.splice(0)) end();
      choices.stop();
      storage.stop();
      slots.stop();
      await work.stop();
      changes.stop();
    },
  };
}

/** What the page shows as cards: all under way, what ended not long ago and was not put away, and what the person asked to see. */
function shown({ context, dismissed, reveal }: Parts, now: number): readonly Exchange[] {
  const { exchanges, jobs } = context.ports;
  const newest = exchanges
    .list({ limit: MOST_CARDS })
    .filter((one) => !dismissed.has(one.id))
    .filter((one) => !ENDED.has(one.state) || (one.endedAt ?? now) > now - CARD_LIFE_MS);
  const ids = new Set(newest.map((one) => one.id));
  // A job that runs for an hour must not leave the view because much was sent after it.
  const older = jobs
    .open(Number.MAX_SAFE_INTEGER)
    .filter((one) => !ids.has(one.id))
    .slice(-MOST_OLDER)
    .flatMap((one) => exchanges.get(one.id) ?? []);
  const all = [...newest, ...older.toReversed()];
  const asked = reveal === null || dismissed.has(reveal.cardId) ? null : exchanges.get(reveal.cardId);
  return asked === null || all.some((one) => one.id === asked.id) ? all : [...all, asked];
}

/** What a crash or another machine left behind is counted where jobs are under way. */
function countSlots(context: Context): void {
  const { jobs, clock } = context.ports;
  for (const job of jobs.open(Number.MAX_SAFE_INTEGER)) {
    const place = placeOfStored(context, job);
    if (place !== null) context.slots.ask(place, clock.now());
  }
}

/** A crash between the end of a job and its slot's release must not keep the slot. */
function freeEnded({ jobs, ledger, clock }: Ports): void {
  const now = clock.now();
  for (const job of jobs.open(now - CARD_LIFE_MS))
    if (isOver(job) || job.stage === "fetch") ledger.free(job.id, now);
}
