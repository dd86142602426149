// What a person decides on a card: cancel, keep for later, stop watching, confirm, check, resend, give up.
import { FIRST, isOver, watchAt } from "../core/jobs/flow.ts";
import type { Job } from "../core/jobs/model.ts";
import { resolveBindings } from "../core/profile/bind.ts";
import { begin } from "./begin.ts";
import { SILENT, send } from "./calls.ts";
import { resendable } from "./card-actions.ts";
import { actionOf, type Context, type LiveExchange, type Place, placeOfStored } from "./context.ts";
import { type AskedEdit, askedEdit, finished, type Given, givenValue } from "./edits.ts";
import { fetchResult } from "./fetch.ts";
import { look } from "./look.ts";
import type { Problem } from "./problems.ts";
import { takeUp } from "./recover.ts";
import { end, setState, sourcesOf, type Task } from "./task.ts";
import { failureOf, leftProblem, mayBeCharged, thrownProblem } from "./task-problems.ts";
import type { Work } from "./work.ts";

/** Decisions on exchanges. */
export class Decisions {
  readonly #context: Context;
  readonly #work: Work;

  constructor(context: Context, work: Work) {
    this.#context = context;
    this.#work = work;
  }

  /** Out of the gate, or cancelled at the provider where it can. */
  async cancel(id: string): Promise<void> {
    const task = this.#task(id);
    if (task === null) return;
    const { job } = task;
    const upstream = job.stage === "watch" || job.stage === "ask" ? this.#cancelAction(task) : null;
    if (upstream !== null && job.remoteId !== null) return this.#cancelUpstream(task);
    if (job.stage === "watch") return this.stopWatching(id);
    if (this.#work.abort(id, "person")) return;
    // Another editor window may have sent it meanwhile.
    this.#context.ports.together(() => {
      const now = this.#task(id);
      if (now === null || (now.job.stage !== "ask" && now.job.stage !== "send")) return;
      const problem = mayBeCharged(now) ? leftProblem(now) : null;
      end(now, { exchange: "cancelled", job: "cancelled" }, problem, { note: "person" });
    });
  }

  /** Out of the gate, kept with its input. What is past the gate goes on. */
  keep(id: string): void {
    const job = this.#task(id)?.job;
    if (job?.stage === "send" && job.step === FIRST) this.#work.abort(id, "later");
  }

  /** What was kept goes out as a new request with its input as it was: once, whoever presses, in whichever editor window. */
  sendKept(id: string): void {
    const { exchanges, jobs, together } = this.#context.ports;
    const begun = together(() => {
      const task = this.#kept(id);
      if (task === null) return null;
      const { place, action, exchange } = task;
      if (exchange.attempts > 0)
        end(task, { exchange: "cancelled", job: "cancelled" }, null, { note: "sent anew" });
      else {
        jobs.remove(id);
        exchanges.remove(id);
      }
      return begin(this.#context, place, action, exchange.input);
    });
    if (begun !== null) this.#work.run(begun);
    this.#context.changed();
  }

  /** What was kept is not wanted any more; its input stays in the history. */
  discard(id: string): void {
    const { exchanges, jobs, together } = this.#context.ports;
    together(() => {
      const exchange = exchanges.get(id);
      if (exchange?.state !== "kept" || jobs.get(id) === null) return;
      const task = { context: this.#context, id, exchange };
      end(task, { exchange: "cancelled", job: "cancelled" }, null, { note: "discarded" });
    });
  }

  stopWatching(id: string): void {
    const { jobs, together } = this.#context.ports;
    const watched = together(() => {
      const task = this.#task(id);
      if (task?.job.stage !== "watch") return false;
      jobs.update(id, { watched: false, nextPollAt: null });
      const problem = this.#cancelAction(task) === null ? goesOn(task) : task.exchange.problem;
      setState(this.#context, id, "accepted", { problem }, "watching stopped");
      return true;
    });
    // A poll that waits or flies is of no use any more.
    if (watched && !this.#work.abort(id, "person")) this.#work.wake();
    this.#context.changed();
  }

  watchAgain(id: string): void {
    const { jobs, clock, together } = this.#context.ports;
    together(() => {
      if (this.#task(id)?.job.stage !== "watch") return;
      jobs.update(id, { watched: true, pollErrors: 0, nextPollAt: clock.now() });
      setState(this.#context, id, "accepted", { problem: null }, "watched again");
    });
    this.#work.run(id);
  }

  /** What the person has typed so far into what is asked, stored so that it outlives this process. */
  edit(id: string, given: Given): void {
    this.#context.ports.together(() => {
      const task = this.#task(id);
      const asked = task === null ? null : askedEdit(task.action, task.job);
      if (task !== null && asked !== null && given.edit === asked.edit.name) this.#typed(task, asked, given);
    });
    this.#context.changed();
  }

  /** The person agrees with what a step costs, or has edited what it sends. Says what is wrong with that; null for nothing. */
  confirm(id: string, given: Given): string | null {
    const { together } = this.#context.ports;
    const sentence = together(() => this.#confirmed(id, given));
    if (sentence === null) this.#work.run(id);
    return sentence;
  }

  #confirmed(id: string, given: Given): string | null {
    const task = this.#task(id);
    if (task === null || task.job.stage !== "ask" || task.job.asks === null) return null;
    const { jobs, t } = this.#context.ports;
    const asked = askedEdit(task.action, task.job);
    let edited = task.job.edited ?? {};
    if (asked !== null) {
      // A page that still shows the edit before this one has not agreed to this one.
      if (given.edit !== undefined && given.edit !== asked.edit.name) return null;
      const now = askedEdit(task.action, this.#typed(task, asked, given));
      const sure = finished(t, now ?? asked);
      if (typeof sure === "string") return sure;
      edited = { ...edited, [asked.edit.name]: sure.value };
    }
    jobs.update(id, { asks: null, stage: "send", edited });
    setState(this.#context, id, "accepted", { problem: null }, "confirmed");
    return null;
  }

  #typed({ id, job }: Task, asked: AskedEdit, given: Given): Job {
    const edited = { ...job.edited, [asked.edit.name]: givenValue(this.#context, asked, given) };
    this.#context.ports.jobs.update(id, { edited });
    return { ...job, edited };
  }

  /** After an unknown outcome: the same request with the same key. */
  resend(id: string): void {
    const { jobs, clock, together } = this.#context.ports;
    const agreed = together(() => {
      const task = this.#inDoubt(id);
      if (task === null || !resendable(task.place, task.action, task.job, clock.now())) return false;
      jobs.update(id, { stage: "send", asks: null, mayBeDone: true });
      setState(this.#context, id, "waiting", { problem: null }, "resend");
      return true;
    });
    if (agreed) this.#work.run(id);
  }

  /** After an unknown outcome: it is left as it is. */
  giveUp(id: string): void {
    this.#context.ports.together(() => {
      const task = this.#inDoubt(id);
      if (task !== null)
        end(task, { exchange: "failed", job: "lost" }, task.exchange.problem, { note: "given up" });
    });
  }

  /** Ends everything that is under way in any window, so that nothing of it stays behind. */
  abandonAll(): void {
    const { jobs, exchanges } = this.#context.ports;
    for (const { id } of jobs.open(Number.MAX_SAFE_INTEGER)) {
      this.#work.abort(id, "person");
      // Also where its account or key is gone already.
      const exchange = exchanges.get(id);
      const task = exchange === null ? null : { context: this.#context, id, exchange };
      if (task !== null) end(task, { exchange: "cancelled", job: "cancelled" }, null, { note: "forgotten" });
    }
  }

  /** After an unknown outcome: looks what the provider has. */
  async check(id: string): Promise<void> {
    const before = this.#inDoubt(id);
    const found = before === null ? null : await look(before);
    if (found === null) return;
    // Meanwhile somebody may have decided, here or in another editor window.
    this.#context.ports.together(() => {
      const task = this.#inDoubt(id);
      if (task !== null) takeUp(task, found);
    });
    if (found.type === "job") this.#work.run(id);
  }

  /** Fetches a result again, or for the first time. */
  async fetch(resultId: string): Promise<void> {
    const { results, jobs, exchanges } = this.#context.ports;
    const result = results.get(resultId);
    const job = result === null ? null : jobs.get(result.exchangeId);
    const exchange = result === null ? null : exchanges.get(result.exchangeId);
    const place = exchange === null ? null : placeOfStored(this.#context, exchange);
    const action = exchange === null || place === null ? null : actionOf(place.profile, exchange.actionId);
    if (result === null || job === null || exchange === null || place === null || action === null) return;
    const live = this.#context.live.get(job.id) ?? liveExchange();
    // Two at once would write into one file.
    if (live.fetched.has(resultId)) return;
    const known = this.#context.live.has(job.id);
    this.#context.live.set(job.id, live);
    live.fetched.set(resultId, 0);
    this.#context.changed();
    const task: Task = { context: this.#context, id: job.id, place, action, live, job, exchange };
    try {
      await fetchResult(task, { ...result, problem: null });
    } finally {
      if (!known) this.#context.live.delete(job.id);
      this.#context.changed();
    }
  }

  /** Whether a job can be cancelled at the provider. */
  #cancelAction(task: Task) {
    const spec = watchAt(task.action, task.job)?.cancel;
    return spec === undefined ? null : { spec, action: actionOf(task.place.profile, spec.action) };
  }

  async #cancelUpstream(task: Task): Promise<void> {
    const found = this.#cancelAction(task);
    if (found === null || found.action === null) return;
    const { place, id, live, exchange } = task;
    const call = {
      place,
      action: found.action,
      input: resolveBindings(found.spec.bind, sourcesOf(task.job)),
      exchangeId: id,
      idempotencyKey: null,
      lane: "flow" as const,
      title: exchange.title,
      saveTo: null,
      signal: live.abort.signal,
    };
    const answer = await send(this.#context, call, SILENT).catch((error: unknown) => ({ error }));
    const problem =
      "error" in answer
        ? thrownProblem(task, answer.error)
        : answer.head.status >= 400
          ? failureOf(task, answer).problem
          : null;
    if (problem === null) this.#work.abort(id, "person");
    this.#context.ports.together(() => {
      // It may have ended by itself meanwhile.
      const now = this.#task(id);
      if (now === null) return;
      if (problem === null) end(now, { exchange: "cancelled", job: "cancelled" }, null, { note: "person" });
      else setState(this.#context, id, now.exchange.state, { problem }, "not cancelled");
    });
  }

  #kept(id: string): Task | null {
    const task = this.#task(id);
    return task?.exchange.state === "kept" ? task : null;
  }

  /** An exchange whose outcome is unknown, which only a person may settle. */
  #inDoubt(id: string): Task | null {
    const task = this.#task(id);
    return task?.job.stage === "ask" && task.exchange.state === "outcomeUnknown" ? task : null;
  }

  #task(id: string): Task | null {
    const { jobs, exchanges } = this.#context.ports;
    const job: Job | null = jobs.get(id);
    const exchange = exchanges.get(id);
    if (job === null || exchange === null || isOver(job)) return null;
    const place: Place | null = placeOfStored(this.#context, exchange);
    const action = place === null ? null : actionOf(place.profile, exchange.actionId);
    if (place === null || action === null) return null;
    const live = this.#context.live.get(id) ?? liveExchange();
    return { context: this.#context, id, place, action, live, job, exchange };
  }
}

function liveExchange(): LiveExchange {
  return { abort: new AbortController(), waits: null, fetched: new Map() };
}

/** What is said where only watching can end. */
function goesOn({ context, place, action }: Task): Problem {
  const { t } = context.ports;
  const provider = place.profile.name;
  return {
    sentence: action.charged
      ? t("{provider} has no way to cancel: the job goes on there, and is charged.", { provider })
      : t("{provider} has no way to cancel: the job goes on there.", { provider }),
    remedy: t("Watch again to get its result."),
  };
}
