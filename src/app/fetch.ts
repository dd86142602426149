// Fetches results that an answer only points to: signed links and calls whose body is the result. An expired link is
// asked for again through the API. Each result is fetched once.
import { isHeadroomError } from "../core/errors.ts";
import { positionOf, resultsAt, watchAt } from "../core/jobs/flow.ts";
import type { Result } from "../core/jobs/model.ts";
import { readResults } from "../core/profile/answer.ts";
import { resolveBindings } from "../core/profile/bind.ts";
import type { Incoming, Progress } from "../core/wire.ts";
import { download, SILENT, send } from "./calls.ts";
import { actionOf } from "./context.ts";
import { answered } from "./record.ts";
import { checked, fileName, newFile, pathOf, told, written } from "./results.ts";
import { end, handsOff, sourcesOf, stepName, stopReason, surely, type Task } from "./task.ts";
import { brokenProblem, chargedProblem, failureOf, thrownProblem } from "./task-problems.ts";

/** Statuses with which storage refuses a link that is no longer good. */
const EXPIRED = new Set([400, 401, 403, 404, 410]);

/** Fetches all that is still missing, then ends the exchange. */
export async function fetchStage(task: Task): Promise<void> {
  const { context, id, action, job } = task;
  for (const result of context.ports.results.of(id)) {
    if (result.file !== null || result.problem !== null) continue;
    await fetchResult(task, result);
    if (stopReason(task.live) === "closing" || stopReason(task.live) === "lease") return;
  }
  const specs = resultsAt(action, job);
  const none =
    specs.length > 0 &&
    !context.ports.results.of(id).some((one) => (one.place?.step ?? job.step) === job.step);
  const problem =
    none && watchAt(action, job) !== null
      ? chargedProblem(task, brokenProblem(task, "missing", specs[0]?.path ?? ""))
      : null;
  end(task, { exchange: problem === null ? "done" : "failed", job: "succeeded" }, problem);
}

/** Fetches one result; what goes wrong is kept with it as a sentence, to be tried again by the person. */
export async function fetchResult(task: Task, result: Result): Promise<void> {
  const { context, live } = task;
  const { ports } = context;
  try {
    if (result.link === null && actionSpec(task, result) === undefined) return await writeAgain(task, result);
    const incoming = await whole(task, result, () =>
      result.link === null ? byAction(task, result) : byLink(task, result),
    );
    if (incoming.head.status >= 400)
      ports.results.put({ ...result, problem: failureOf(task, incoming).problem.sentence });
    else if (incoming.file !== null) {
      const fetched = checked(
        task,
        { ...result, ...told(incoming), file: fileName(incoming.file) },
        incoming.whole,
      );
      await surely(task, [fetched], () => ports.results.put(fetched));
      // Whoever removed the exchange meanwhile does not want its file either.
      if (ports.results.get(fetched.id) === null) await ports.files.discard([fetched.file ?? ""]);
    }
    await sweep(task, result);
  } catch (error) {
    if (handsOff(live, error)) return;
    if (ports.isPassing(error)) throw error;
    const sentence = isHeadroomError(error, "cancelled")
      ? ports.t("Fetching was cancelled.")
      : thrownProblem(task, error).sentence;
    ports.results.put({ ...result, problem: sentence });
    await sweep(task, result);
  } finally {
    live.fetched.delete(result.id);
    context.changed();
  }
}

/** What an answer itself held is written from what was kept of it; media cannot be had again. */
async function writeAgain(task: Task, result: Result): Promise<void> {
  const { action, job, context } = task;
  const { place } = result;
  if (place === undefined) return;
  const body = job.answers[stepName(action, place.step)];
  const specs = resultsAt(action, positionOf(job, result));
  const read = readResults(specs, { headers: {}, body }, context.ports.clock.now())[place.index];
  const value = specs.length === 0 ? body : read?.from === "json" ? read.value : undefined;
  if (value != null) context.ports.results.put(await written(task, result, value));
}

/** What is cut may have been cut on its way, so it is fetched once more. */
async function whole(task: Task, result: Result, fetch: () => Promise<Incoming>): Promise<Incoming> {
  const first = await fetch();
  if (first.whole !== false || first.file === null) return first;
  await sweep(task, result);
  const second = await fetch();
  await task.context.ports.files.discard([first.file]);
  return second;
}

/** Where an earlier process left the beginning of it; null where none did. */
async function begun({ context }: Task, result: Result): Promise<string | null> {
  const [longest] = await context.ports.files.parts(result.id);
  return longest === undefined ? null : pathOf(context, longest);
}

/** Deletes all parts of it. */
function sweep({ context }: Task, result: Result): Promise<void> {
  return context.ports.files.sweep(`${result.id}.`, [], false);
}

async function byLink(task: Task, result: Result): Promise<Incoming> {
  const { context } = task;
  const old = result.linkExpiresAt !== null && result.linkExpiresAt <= context.ports.clock.now();
  let link = old ? ((await freshLink(task, result)) ?? result.link) : result.link;
  let first: Incoming;
  try {
    first = await get(task, result, link ?? "");
  } catch (error) {
    // The host of the link may have moved, as the simulator does when it is started anew; a bad address may be a bad moment's.
    const elsewhere = isHeadroomError(error, "unreachable") || isHeadroomError(error, "notConfigured");
    if (old || !elsewhere) throw error;
    const moved = await freshLink(task, result);
    if (moved === null || moved === link) throw error;
    return get(task, result, moved);
  }
  if (!EXPIRED.has(first.head.status) || old) return first;
  link = await freshLink(task, result);
  return link === null ? first : get(task, result, link);
}

async function get(task: Task, result: Result, url: string): Promise<Incoming> {
  const { context, place, live, exchange } = task;
  const ending = /\.([a-z0-9]{2,4})$/i.exec(URL.parse(url)?.pathname ?? "")?.[1]?.toLowerCase();
  const known = ending !== undefined && /^(wav|flac|mp3|ogg|m4a|aac|mp4|mov|webm|json|txt)$/.test(ending);
  return download(
    context,
    {
      url,
      exchangeId: task.id,
      title: exchange.title,
      saveTo: target(task, result, known ? ending : null),
      goesOn: await begun(task, result),
      place,
      signal: live.abort.signal,
    },
    fetching(task, result),
  );
}

async function byAction(task: Task, result: Result): Promise<Incoming> {
  const { context, place, live, exchange, job } = task;
  const spec = actionSpec(task, result);
  const called = spec?.action === undefined ? null : actionOf(place.profile, spec.action);
  if (spec === undefined || called === null) throw new Error("the result names no action");
  return send(
    context,
    {
      place,
      action: called,
      input: resolveBindings(spec.bind ?? {}, sourcesOf(job)),
      exchangeId: task.id,
      idempotencyKey: null,
      lane: "flow",
      title: exchange.title,
      saveTo: target(task, result, null),
      goesOn: await begun(task, result),
      signal: live.abort.signal,
    },
    fetching(task, result),
  );
}

/** What a result says that comes by a call of its own; undefined where it comes otherwise. */
function actionSpec({ action, job }: Task, result: Result) {
  return resultsAt(action, positionOf(job, result)).find((one) => one.from === "action");
}

/** Asks for the job again: its answer carries a fresh link. Null where there is none. */
async function freshLink(task: Task, result: Result): Promise<string | null> {
  const { context, place, live, exchange, action, job } = task;
  const watch = watchAt(action, positionOf(job, result));
  const poll = watch === null ? null : actionOf(place.profile, watch.poll.action);
  if (watch === null || poll === null || result.place === undefined) return null;
  const incoming = await send(
    context,
    {
      place,
      action: poll,
      input: resolveBindings(watch.poll.bind, sourcesOf(job)),
      exchangeId: task.id,
      idempotencyKey: null,
      lane: "flow",
      title: exchange.title,
      saveTo: null,
      signal: live.abort.signal,
    },
    SILENT,
  );
  if (incoming.head.status >= 400) return null;
  const reads = readResults(
    resultsAt(action, positionOf(job, result)),
    answered(incoming),
    context.ports.clock.now(),
  );
  const read = reads[result.place.index];
  return read?.from === "link" ? read.link : null;
}

function target(task: Task, result: Result, ending: string | null): string {
  const { action, job, context } = task;
  const spec = resultsAt(action, positionOf(job, result)).find((one) => one.kind === result.kind);
  return newFile(context, result, spec?.contentType ?? null, ending);
}

function fetching(task: Task, result: Result): Progress {
  return {
    ...SILENT,
    bytes(received) {
      task.live.fetched.set(result.id, received);
      task.context.changed();
    },
  };
}
