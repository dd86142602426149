// An exchange in words, for the lists and documents that show it. Pure over what is stored; it decides nothing.
import type { Exchange } from "../core/jobs/stores.ts";
import type { Described, Doc } from "./api.ts";
import { stateTitle } from "./card-words.ts";
import { stateOf } from "./cards.ts";
import { actionOf, type Context } from "./context.ts";
import { detailOf } from "./detail.ts";

/** An exchange in words. */
export function describe(context: Context, exchange: Exchange): Described {
  const { jobs, results, clock, t, format } = context.ports;
  const job = jobs.get(exchange.id);
  const state = stateTitle(t, stateOf(exchange, job), job?.word ?? null, job?.watched ?? true);
  const profile = context.profile(exchange.providerId);
  const provider = profile?.name ?? exchange.providerId;
  const account = context.account(exchange.accountId)?.name ?? "";
  const made = results.of(exchange.id);
  const left = made.some((one) => one.left === true && one.file === null);
  const gone = left ? t("A result was removed to stay within the bound on disk.") : "";
  const when = format.clock(exchange.createdAt, clock.now());
  const parts = [state, provider, account, when, exchange.problem?.sentence ?? "", gone];
  return {
    state,
    at: format.clock(exchange.createdAt, exchange.createdAt),
    provider,
    words: detailOf(profile === null ? null : actionOf(profile, exchange.actionId), exchange.input),
    detail: parts.filter((one) => one !== "").join(" · "),
    results: made.filter((one) => one.file !== null),
    left,
  };
}

/** The results of an exchange as lines of a document, those on disk as links. Nothing where it has none. */
export function resultLines(
  { ports: { results, t, format } }: Context,
  exchangeId: string,
): { readonly lines: readonly string[]; readonly links: NonNullable<Doc["links"]> } {
  const made = results.of(exchangeId).map(({ id, title, file, bytes }) => {
    if (file === null) return { id: null, line: t("Result, not on disk: {title}", { title }) };
    const size = format.bytes(bytes ?? 0);
    return { id, line: t("Open result: {title} ({size})", { title, size }) };
  });
  return {
    lines: made.length === 0 ? [] : ["", ...made.map((one) => one.line)],
    links: made.flatMap(({ id, line }) => (id === null ? [] : [{ line, resultId: id }])),
  };
}
