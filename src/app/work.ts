// Everything under way in this editor window: one awaiting loop for each exchange, from stage to stage, until it
// ends, waits for the person, or belongs to another process. No interval timers.
import { isOver } from "../core/jobs/flow.ts";
import { pause } from "./changes.ts";
import { actionOf, type Context, type LiveExchange, placeOfStored } from "./context.ts";
import { fenced } from "./fence.ts";
import { fetchStage } from "./fetch.ts";
import { Leases, needsWork } from "./leases.ts";
import { pollStage } from "./poll.ts";
import { errorProblem } from "./problems.ts";
import { takeOver, whetherDone } from "./recover.ts";
import { sendStep } from "./send-step.ts";
import { end, type StopReason, stopReason, type Task } from "./task.ts";

/** What is on the wire at the end gets so long for its answer: an answer thrown away may have been charged. ms */
const LAST_ANSWERS_MS = 1_500;
/** How long a loop may take to end once it was told to. ms */
const END_MS = 500;
interface Running {
  readonly live: LiveExchange;
  /** Ends the present sleep, so that a change is seen at once. */
  nap: AbortController | null;
  /** Resolves when the loop has ended. */
  ended: Promise<void>;
}

/** The loops of this process. */
export class Work {
  readonly #context: Context;
  readonly #leases: Leases;
  readonly #running = new Map<string, Running>();
  #stopping = false;

  constructor(context: Context) {
    this.#context = context;
    this.#leases = new Leases({
      ports: context.ports,
      adopt: (job) => {
        this.#begin(job.id, true);
      },
      lost: (id) => this.#abort(id, "lease"),
    });
  }

  /** Carries on with an exchange if no other live process does. */
  run(id: string): boolean {
    if (this.#stopping) return false;
    const running = this.#running.get(id);
    // One that was told to end only ends: another loop follows it.
    if (running !== undefined && !running.live.abort.signal.aborted) {
      running.nap?.abort();
      return true;
    }
    if (!this.#leases.take(id)) return false;
    this.#begin(id);
    return true;
  }

  /** Whether this process carries on with it. */
  owns(id: string): boolean {
    return this.#running.has(id);
  }

  /** Ends what waits or flies; the loop puts the stores right. False where it is not ours. */
  abort(id: string, reason: "person" | "later"): boolean {
    if (!this.#running.has(id)) return false;
    this.#abort(id, reason);
    return true;
  }

  /** Ids that run here. */
  ids(): string[] {
    return [...this.#running.keys()];
  }

  /** Lets a sleeping loop look at the stores again, and looks for work of processes that died. */
  wake(id?: string): void {
    if (id !== undefined) this.#running.get(id)?.nap?.abort();
    this.#leases.wake();
  }

  /** Ends all loops and gives the leases back; the stores stay as they are. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const { jobs } = this.#context.ports;
    const flying = this.ids().filter((id) => jobs.get(id)?.stage === "sent");
    for (const id of this.ids()) if (!flying.includes(id)) this.#close(id);
    await this.#ended(flying, LAST_ANSWERS_MS);
    for (const id of this.ids()) this.#close(id);
    await this.#ended(this.ids(), END_MS);
    this.#leases.stop();
  }

  /** Resolves when these loops have ended, or after so long. */
  async #ended(ids: readonly string[], ms: number): Promise<void> {
    if (ids.length === 0) return;
    const all = new AbortController();
    void Promise.allSettled(ids.map((id) => this.#running.get(id)?.ended)).then(() => all.abort());
    await pause(this.#context.ports.clock, ms, all.signal);
  }

  /** Ends a loop with its process: what it holds half is left to the next one, unless another process has taken over already. */
  #close(id: string): void {
    const { jobs, owner, log } = this.#context.ports;
    let ours = true;
    try {
      const job = jobs.get(id);
      ours = job !== null && !isOver(job) && jobs.leased(id, owner);
    } catch (error) {
      log("warn", `${id}: whose it is could not be read at the end: ${String(error)}`);
    }
    this.#abort(id, ours ? "closing" : "lease");
  }

  #abort(id: string, reason: StopReason): void {
    const running = this.#running.get(id);
    running?.live.abort.abort(reason);
    running?.nap?.abort();
  }

  /** @param left whether it was left behind by a process that died, or by a loop of ours that lost its lease. */
  #begin(id: string, left = false): void {
    const before = this.#running.get(id)?.ended ?? Promise.resolve();
    const live: LiveExchange = {
      abort: new AbortController(),
      waits: null,
      fetched: new Map(),
    };
    const running: Running = { live, nap: null, ended: Promise.resolve() };
    this.#running.set(id, running);
    this.#context.live.set(id, live);
    running.ended = before
      .then(() => this.#loop(id, live, left))
      .catch((error: unknown) => this.#broke(id, live, error))
      .catch((error: unknown) => this.#context.ports.log("error", `${id}: ${String(error)}`))
      .finally(() => {
        if (this.#running.get(id) !== running) return;
        this.#running.delete(id);
        this.#context.live.delete(id);
        this.#leases.release(id);
        this.#context.changed();
      });
  }

  async #loop(id: string, live: LiveExchange, left: boolean): Promise<void> {
    const context = fenced(this.#context, id, live);
    for (let first = left; ; first = false) {
      const task = this.#task(context, id, live);
      if (task === null || !needsWork(task.job)) return;
      if (first) {
        await takeOver(task);
        continue;
      }
      switch (task.job.stage ?? "watch") {
        case "send":
          await sendStep(task);
          break;
        case "sent":
          // Only found at a takeover; a loop of our own never comes here.
          await whetherDone(task);
          break;
        case "watch":
          if (await this.#due(task)) await pollStage(task);
          break;
        case "fetch":
          await fetchStage(task);
          break;
        case "ask":
          return;
      }
      if (this.#stopping || stopReason(live) !== null) return;
    }
  }

  /** Sleeps until the next poll is due; false where it was woken before that. */
  async #due({ id, job, context }: Task): Promise<boolean> {
    const { clock } = context.ports;
    const at = job.nextPollAt ?? clock.now();
    if (at <= clock.now()) return true;
    const running = this.#running.get(id);
    const nap = new AbortController();
    if (running !== undefined) running.nap = nap;
    await pause(clock, at - clock.now(), nap.signal);
    if (running !== undefined) running.nap = null;
    return !nap.signal.aborted;
  }

  #task(context: Context, id: string, live: LiveExchange): Task | null {
    const { ports } = context;
    const job = ports.jobs.get(id);
    const exchange = ports.exchanges.get(id);
    if (job === null || exchange === null || isOver(job)) return null;
    const place = placeOfStored(context, exchange);
    const action = place === null ? null : actionOf(place.profile, exchange.actionId);
    if (place !== null && action !== null) return { context, id, place, action, live, job, exchange };
    const { t } = ports;
    const [other] = context.account(exchange.accountId)?.keys ?? [];
    if (job.remoteId !== null && other !== undefined && other.id !== exchange.keyId) {
      // The key was changed while the work went on there: the account's next one asks for it.
      ports.together(() => {
        ports.exchanges.update(id, { keyId: other.id });
        ports.jobs.update(id, { keyId: other.id });
      });
      return this.#task(context, id, live);
    }
    if (job.remoteId !== null) {
      const sentence = t("The key was removed while the job {id} went on at the provider.", {
        id: job.remoteId,
      });
      const remedy = t("Add the account again and adopt the job by this id.");
      end({ context, id, exchange }, { exchange: "failed", job: "lost" }, { sentence, remedy });
      return null;
    }
    end(
      { context, id, exchange },
      { exchange: "cancelled", job: "cancelled" },
      {
        sentence: t("The account or key of this request was removed."),
        remedy: t("Choose another account and send again."),
      },
    );
    return null;
  }

  /** A mistake of ours must not leave a card that hangs. */
  #broke(id: string, live: LiveExchange, error: unknown): void {
    const context = fenced(this.#context, id, live);
    const { ports } = context;
    ports.log("error", `${id}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    // What passes by itself ends nothing: once the lease is given back, the exchange is taken up as it stands.
    if (live.abort.signal.aborted || ports.isPassing(error)) return;
    const exchange = ports.exchanges.get(id);
    if (exchange === null) return;
    const about = { ...ports, providerName: exchange.providerId, simulated: false };
    end({ context, id, exchange }, { exchange: "failed", job: "failed" }, errorProblem(about, error));
  }
}
