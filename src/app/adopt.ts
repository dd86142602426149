// Takes up a job that was begun elsewhere, by its id at the provider: it is watched to its end and its results are
// fetched. It must never send work: only actions that end with their one job can be taken up.
import { answersAt, FIRST, isOver } from "../core/jobs/flow.ts";
import type { Job } from "../core/jobs/model.ts";
import { resolveBindings } from "../core/profile/bind.ts";
import type { Action, Answer, Profile, Watch } from "../core/profile/schema.ts";
import { validateInput } from "../core/profile/validate.ts";
import type { Adoptable, Adopted } from "./api.ts";
import { buildFor, claimOf } from "./calls.ts";
import { actionOf, newId, type Place } from "./context.ts";
import type { Parts } from "./parts.ts";
import { recordRequest } from "./record.ts";
import { redactorOf } from "./task.ts";

/** Longer than any id of a provider known so far. Characters. */
const MOST_ID = 200;

/** What can be taken up, in the order of the profile: an answer of the action is watched, and no step follows. */
export function adoptables(profile: Profile): readonly Adoptable[] {
  return profile.actions
    .filter((action) => watchOf(action) !== null)
    .map(({ id, title, group }) => ({ actionId: id, title, group: group ?? null }));
}

/** Why a text cannot be the id of a job, as a sentence; null if it can. */
export function idProblem({ context }: Pick<Parts, "context">, text: string): string | null {
  const { t } = context.ports;
  const id = text.trim();
  if (id === "") return t("Paste the job's id.");
  // What could lead to another path at the provider is no id.
  if (id.length > MOST_ID || !/^[\w.:~@=+-]+$/.test(id) || /^\.+$/.test(id))
    return t("An id has only letters, digits and the signs - _ . : ~ @ = +");
  return null;
}

/**
 * Takes up the job with this id as an exchange of its own. A job of the same id that is under way already is shown
 * instead, and watched again. Nothing is charged: only polls and the fetching of results follow.
 */
export async function adopt(
  parts: Parts,
  accountId: string,
  actionId: string,
  text: string,
): Promise<Adopted> {
  const { context, work, decisions, dismissed } = parts;
  const { t, jobs, exchanges, clock, ledger, together } = context.ports;
  const account = context.account(accountId);
  const profile = account === null ? null : context.profile(account.providerId);
  const action = profile === null ? null : actionOf(profile, actionId);
  const watched = action === null ? null : watchOf(action);
  const [key] = account?.keys ?? [];
  if (account === null || profile === null || action === null || watched === null)
    return { problem: t("A job of this kind cannot be adopted.") };
  if (key === undefined)
    return { problem: t("Add a key to the account first: the job is asked for with it.") };
  const problem = idProblem(parts, text);
  if (problem !== null) return { problem };
  const remoteId = text.trim();
  const known = () =>
    jobs
      .open(Number.MAX_SAFE_INTEGER)
      .find((one) => one.accountId === accountId && one.remoteId === remoteId && !isOver(one));
  const shown = (job: Job) => {
    dismissed.delete(job.id);
    if (!job.watched && job.stage === "watch") decisions.watchAgain(job.id);
    return { exchangeId: job.id };
  };
  const before = known();
  if (before !== undefined) return shown(before);
  const place: Place = { profile, account, keyId: key.id };
  const request = await pollRequest(parts, place, watched.watch, remoteId);
  const id = newId("x-");
  const now = clock.now();
  const common = {
    providerId: profile.id,
    accountId,
    keyId: key.id,
    actionId,
    createdAt: now,
    endedAt: null,
  };
  const meanwhile = together(() => {
    // Two clicks, or two editor windows, adopt it once.
    const other = known();
    if (other !== undefined) return other;
    exchanges.begin({
      ...common,
      id,
      title: t("{title} · adopted {id}", { title: action.title, id: remoteId }),
      state: "accepted",
      input: {},
      idempotencyKey: null,
      request,
      answer: null,
      problem: null,
      attempts: 0,
    });
    jobs.add({
      ...common,
      id,
      exchangeId: id,
      step: FIRST,
      remoteId,
      state: "queued",
      word: null,
      progress: null,
      polls: 0,
      nextPollAt: now,
      answers: {},
      input: {},
      asks: null,
      watched: true,
      error: null,
      stage: "watch",
      answerIndex: watched.index,
      stepKey: null,
      pollErrors: 0,
      seen: false,
    });
    exchanges.note(id, { at: now, what: "state", state: "accepted", note: `adopted ${remoteId}` });
    // It lives at the provider already, so it takes its place there whether we saw one free or not.
    ledger.occupy(claimOf(place, action), id, now);
    return null;
  });
  if (meanwhile !== null) return shown(meanwhile);
  context.slots.ask(place, now);
  work.run(id);
  context.changed();
  return { exchangeId: id };
}

/** Whether an action could be sent with this input: of an adopted job nobody knows what was sent. */
export function isSendable(action: Action, input: Readonly<Record<string, unknown>>): boolean {
  return validateInput(action, input).length === 0;
}

/** The answer that starts the action's only job; null where there is none, or where paid steps could follow. */
function watchOf(action: Action): { readonly watch: Watch; readonly index: number } | null {
  if (action.steps.length > 0) return null;
  const answers: readonly Answer[] = answersAt(action, FIRST);
  const index = answers.findIndex((one) => one.watch !== undefined && isKnownById(one, one.watch));
  const watch = answers[index]?.watch;
  return watch === undefined ? null : { watch, index };
}

/** Whether the id alone is enough to ask for the job and its results. */
function isKnownById({ results }: Answer, { poll, longPoll }: Watch): boolean {
  const binds = [poll.bind, longPoll?.bind ?? {}, ...results.map((one) => one.bind ?? {})];
  return binds.every((bind) =>
    Object.values(bind).every((from) => from === "job.id" || from.startsWith("=")),
  );
}

/** What stands as the request: the first question about the job, for nothing else was sent from here. */
async function pollRequest({ context }: Parts, place: Place, watch: Watch, remoteId: string) {
  const poll = actionOf(place.profile, watch.poll.action);
  if (poll === null) throw new Error(`${place.profile.id} has no action ${watch.poll.action}`);
  const sources = { jobId: remoteId, answers: {}, input: {}, edited: {} };
  const input = resolveBindings(watch.poll.bind, sources);
  const built = await buildFor(context, { place, action: poll, input, idempotencyKey: null });
  return recordRequest(redactorOf(context), built);
}
