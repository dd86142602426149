// After an answer was lost: looks what the provider has, where its API offers a list, a count or the state of the thing worked
// on. It never sends the work again, and stores nothing.
import { answersAt } from "../core/jobs/flow.ts";
import { resolveBindings } from "../core/profile/bind.ts";
import { type Answered, readAll, readNumber, readText } from "../core/profile/path.ts";
import { SILENT, send } from "./calls.ts";
import { type CountCheck, checkFor, type ListCheck, type StatusCheck } from "./check.ts";
import { errorProblem } from "./problems.ts";
import { answered } from "./record.ts";
import { sourcesOf, type Task } from "./task.ts";

/** How far a provider's clock may be off for its list to be believed. ms */
const SKEW_MS = 120_000;

/** What was found: the job, that nothing was begun, or only a sentence for the person. */
export type Found =
  | { readonly type: "job"; readonly remoteId: string; readonly answerIndex: number; readonly note: string }
  | { readonly type: "notBegun"; readonly sentence: string }
  | { readonly type: "told"; readonly sentence: string };

/** Asks the provider once; null where its API has no way. Never throws for what may happen on the way. */
export async function look(task: Task): Promise<Found | null> {
  const { context, id, place, live, exchange } = task;
  const { t } = context.ports;
  const way = checkFor(task);
  if (way === null) return null;
  const provider = place.profile.name;
  try {
    const incoming = await send(
      context,
      {
        place,
        action: way.action,
        input: inputOf(task, way),
        exchangeId: id,
        idempotencyKey: null,
        lane: "person" as const,
        title: exchange.title,
        saveTo: null,
        signal: live.abort.signal,
      },
      SILENT,
    );
    const given = answered(incoming);
    const { status } = given;
    if (status >= 400)
      return told(t("{provider} answered the check with status {status}.", { provider, status }));
    if (way.kind === "list") return inList(task, way, given);
    return way.kind === "status" ? begun(task, way, given) : counted(task, way, given);
  } catch (error) {
    const about = { ...context.ports, providerName: provider, simulated: place.account.simulated };
    return told(errorProblem(about, error).sentence);
  }
}

function inputOf({ job }: Task, way: StatusCheck | ListCheck | CountCheck) {
  const sources = sourcesOf(job);
  switch (way.kind) {
    case "status":
      return resolveBindings(way.watch.poll.bind, { ...sources, jobId: way.remoteId });
    case "count":
      return way.input;
    case "list":
      // A list is asked for whole: the poll's own filter leaves out what has ended meanwhile.
      return {};
  }
}

/** What stands there otherwise than before the step was sent has been begun by it. */
function begun(
  { context, place, job, action }: Task,
  { watch, remoteId }: StatusCheck,
  given: Answered,
): Found {
  const { t } = context.ports;
  const provider = place.profile.name;
  const word = readText(given, watch.status);
  const before = readText({ headers: {}, body: job.answers.last }, watch.status);
  if (word === null || before === null)
    return told(t("{provider} does not say how the work stands.", { provider }));
  if (word === before) {
    const sentence = t("{provider} has not begun this step: it still says “{word}”.", { provider, word });
    return { type: "notBegun", sentence };
  }
  const answerIndex = answersAt(action, job.step).findIndex((one) => one.watch === watch);
  return { type: "job", remoteId, answerIndex, note: `found ${word}` };
}

function counted(task: Task, { path, noun }: CountCheck, given: Answered): Found {
  const { t, format } = task.context.ports;
  const provider = task.place.profile.name;
  const count = readNumber(given, path);
  return told(
    count === null
      ? t("{provider} does not say how many {noun} are under way.", { provider, noun })
      : t("{provider} counts {count} {noun} under way; Headroom knows of {known}.", {
          provider,
          count: format.number(count),
          noun,
          known: format.number(known(task).size),
        }),
  );
}

/** Exactly one job there that Headroom does not know is taken for the lost one. */
function inList(task: Task, { list, watch }: ListCheck, given: Answered): Found {
  const { context, place, job, action, exchange } = task;
  const { t } = context.ports;
  const provider = place.profile.name;
  const ours = known(task);
  const strangers = readAll(given, list.items)
    .flat()
    .filter((item) => !isOlder(item, exchange.createdAt))
    .map((item) => readAll({ headers: {}, body: item }, list.id)[0])
    .filter((one): one is string => typeof one === "string" && !ours.has(one));
  const [only] = strangers;
  if (strangers.length === 1 && only !== undefined) {
    const answerIndex = answersAt(action, job.step).findIndex((one) => one.watch === watch);
    return { type: "job", remoteId: only, answerIndex, note: `found ${only}` };
  }
  return told(
    strangers.length === 0
      ? t("{provider} lists no job that Headroom does not know: the request was probably not taken.", {
          provider,
        })
      : t("{provider} lists {count} jobs that Headroom does not know; it cannot tell which is this one.", {
          provider,
          count: strangers.length,
        }),
  );
}

function told(sentence: string): Found {
  return { type: "told", sentence };
}

/** Whether a listed job says that it began before this request was made, clocks that differ allowed for. */
function isOlder(item: unknown, at: number): boolean {
  if (typeof item !== "object" || item === null) return false;
  const [, said] = Object.entries(item).find(([name]) => /^created(_?at)?$/i.test(name)) ?? [];
  const createdAt = typeof said === "string" ? Date.parse(said) : Number.NaN;
  return createdAt < at - SKEW_MS;
}

/** The ids at the provider of all jobs of the account that are under way. */
function known({ context, place }: Task): Set<string> {
  const open = context.ports.jobs.open(0);
  return new Set(
    open
      .filter((one) => one.accountId === place.account.id)
      .map((one) => one.remoteId)
      .filter((one): one is string => one !== null),
  );
}
