// After an answer was lost: looks what the provider has, where the API offers a list of jobs or a count. It never
// sends the work again.
import { answersAt } from "../core/jobs/flow.ts";
import { readAll, readNumber } from "../core/profile/path.ts";
import type { Action, Watch } from "../core/profile/schema.ts";
import { claimOf, SILENT, send } from "./calls.ts";
import { actionOf } from "./context.ts";
import { errorProblem } from "./problems.ts";
import { answered } from "./record.ts";
import { type Counting, countingsOf } from "./slot-count.ts";
import { setState, type Task } from "./task.ts";

/** How far a provider's clock may be off for its list to be believed. ms */
const SKEW_MS = 120_000;

interface ListCheck {
  readonly kind: "list";
  readonly watch: Watch;
  readonly list: NonNullable<Watch["listPoll"]>;
  readonly action: Action;
}
interface CountCheck extends Counting {
  readonly kind: "count";
}

/** How an unknown outcome of this exchange can be looked up; null where the API has no way. */
export function checkFor(task: Pick<Task, "place" | "action" | "job">): ListCheck | CountCheck | null {
  const { place, action, job } = task;
  for (const { watch } of answersAt(action, job.step)) {
    const list = watch?.listPoll;
    const found = list === undefined ? null : actionOf(place.profile, list.action);
    if (watch !== undefined && list !== undefined && found !== null)
      return { kind: "list", watch, list, action: found };
  }
  const slots = new Set(
    claimOf(place, action)
      .parts.filter((part) => part.policy.type === "slots")
      .map((part) => part.policy.id),
  );
  const counting = countingsOf(place.profile).find((one) => slots.has(one.policyId));
  return counting === undefined ? null : { kind: "count", ...counting };
}

/** Looks; true where a job of this exchange was found and can be watched from now on. */
export async function check(task: Task): Promise<boolean> {
  const { context, id, place, live, exchange } = task;
  const { t, format } = context.ports;
  const way = checkFor(task);
  if (way === null) return false;
  const provider = place.profile.name;
  const say = (sentence: string) => {
    const problem = { sentence, remedy: exchange.problem?.remedy ?? null };
    setState(context, id, "outcomeUnknown", { problem }, "checked");
  };
  try {
    const call = {
      place,
      action: way.action,
      // A list is asked for whole: the poll's own filter leaves out what has ended meanwhile.
      input: way.kind === "list" ? {} : way.input,
      exchangeId: id,
      idempotencyKey: null,
      lane: "person" as const,
      title: exchange.title,
      saveTo: null,
      signal: live.abort.signal,
    };
    const incoming = await send(context, call, SILENT);
    const given = answered(incoming);
    if (given.status >= 400) {
      say(t("{provider} answered the check with status {status}.", { provider, status: given.status }));
      return false;
    }
    if (way.kind === "list") return found(task, way, given, say);
    const count = readNumber(given, way.path);
    say(
      count === null
        ? t("{provider} does not say how many {noun} are under way.", { provider, noun: way.noun })
        : t("{provider} counts {count} {noun} under way; Headroom knows of {known}.", {
            provider,
            count: format.number(count),
            noun: way.noun,
            known: format.number(known(task).size),
          }),
    );
    return false;
  } catch (error) {
    say(
      errorProblem({ ...context.ports, providerName: provider, simulated: place.account.simulated }, error)
        .sentence,
    );
    return false;
  }
}

/** Exactly one job there that Headroom does not know is taken for the lost one. */
function found(
  task: Task,
  { list, watch }: ListCheck,
  given: Parameters<typeof readAll>[0],
  say: (sentence: string) => void,
): boolean {
  const { context, id, place, job, action, exchange } = task;
  const { t, jobs, clock } = context.ports;
  const provider = place.profile.name;
  const ours = known(task);
  const items = readAll(given, list.items).flat();
  const strangers = items
    .filter((item) => !isOlder(item, exchange.createdAt))
    .map((item) => readAll({ headers: {}, body: item }, list.id)[0])
    .filter((one): one is string => typeof one === "string" && !ours.has(one));
  const [only] = strangers;
  if (strangers.length === 1 && only !== undefined) {
    const index = answersAt(action, job.step).findIndex((one) => one.watch === watch);
    jobs.update(id, {
      remoteId: only,
      stage: "watch",
      asks: null,
      nextPollAt: clock.now(),
      ...(index < 0 ? {} : { answerIndex: index }),
    });
    setState(context, id, "accepted", { problem: null }, `found ${only}`);
    return true;
  }
  say(
    strangers.length === 0
      ? t("{provider} lists no job that Headroom does not know: the request was probably not taken.", {
          provider,
        })
      : t("{provider} lists {count} jobs that Headroom does not know; it cannot tell which is this one.", {
          provider,
          count: strangers.length,
        }),
  );
  return false;
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
