/**
 * Everything that one simulated vendor knows: its keys, counters, jobs, charges, faults, files and what it was asked.
 * Knows nothing of any vendor's paths or wording; that is the dialect's part.
 */
import { type ProviderId, type SimulatedKey, simulatedKeys } from "./accounts.ts";
import { Books } from "./books.ts";
import type { Clock } from "./clock.ts";
import { type FaultKind, Faults } from "./faults.ts";
import { type Fate, Jobs } from "./jobs.ts";
import type { RatePolicy } from "./limiter.ts";
import { Links } from "./links.ts";
import { createRandom, type Random, seedOf } from "./random.ts";
import { applyChange, BadChange, defaultSettings, readChange, type Settings } from "./settings.ts";

/** Something that the vendor put on an account's bill. */
export interface Charge {
  readonly at: number;
  readonly account: string;
  readonly key: string;
  readonly action: string;
  /** In the vendor's own unit: credits, characters, or 1. */
  readonly amount: number;
  /** The job or generation it was for. */
  readonly subject: string;
}

/** One request as the vendor saw it. Never holds a key's text. */
export interface SeenRequest {
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  /** The label of the key it came with. */
  key?: string;
  /** 0 while unanswered, or when the connection was cut before the answer. */
  status: number;
  /** The policy that refused it. */
  refusedBy?: string;
  fault?: string;
}

/** What a plan sets. */
export interface Plan {
  readonly slots?: number;
  readonly limits?: Readonly<Record<string, number>>;
}

/** What a vendor is made of. */
export interface VendorOptions {
  readonly provider: ProviderId;
  readonly clock: Clock;
  readonly seed: number;
  /** The vendor's own address, without a slash at its end. */
  readonly url: () => string;
  readonly policies: readonly RatePolicy[];
  readonly settings?: Partial<Settings>;
  readonly plans?: Readonly<Record<string, Plan>>;
  /** Credits of each account at the start. Absent: the vendor has no credits. */
  readonly credits?: number;
}

/** How many requests the log remembers. */
const keptRequests = 20_000;

/** The state of one simulated vendor. `Data` is what its dialect keeps with each job. */
export class Vendor<Data = unknown> {
  readonly provider: ProviderId;
  readonly clock: Clock;
  readonly keys: readonly SimulatedKey[];
  readonly settings: Settings;
  readonly books: Books;
  readonly jobs: Jobs<Data>;
  readonly faults = new Faults();
  readonly links: Links;
  random: Random;
  charges: Charge[] = [];
  requests: SeenRequest[] = [];
  seenCount = 0;
  refusalCount = 0;
  readonly #options: VendorOptions;
  readonly #initialPolicies: readonly RatePolicy[];
  #initial: Record<string, unknown>[] = [];
  #credits = new Map<string, number>();
  #creditsAtStart: number | undefined;
  #onReset: (() => void)[] = [];

  constructor(options: VendorOptions) {
    this.#options = options;
    this.provider = options.provider;
    this.clock = options.clock;
    this.keys = simulatedKeys(options.provider);
    this.settings = defaultSettings(options.settings ?? {});
    this.#initialPolicies = options.policies.map((policy) => ({ ...policy }));
    this.books = new Books(options.policies);
    this.jobs = new Jobs<Data>(options.clock, () => this.settings.jobTimeScale);
    this.links = new Links(`${options.seed} ${options.provider}`, () => this.serverNow(), options.url);
    this.random = createRandom(options.seed ^ seedOf(options.provider));
    this.#creditsAtStart = options.credits;
  }

  /** The instant now by the server's own clock. */
  serverNow(): number {
    return this.toServer(this.clock.now());
  }

  /** An instant of true time as the server would write it. */
  toServer(at: number): number {
    return at + this.settings.clockSkewMs;
  }

  /** The vendor's address. */
  url(): string {
    return this.#options.url();
  }

  /** The key with that text. */
  keyOf(text: string | undefined): SimulatedKey | undefined {
    return this.keys.find((key) => key.text === text);
  }

  /** Changes limits and switches at once. Throws `BadChange`, and then nothing has changed. */
  set(given: Record<string, unknown>): void {
    const plan = typeof given.plan === "string" ? this.#options.plans?.[given.plan] : undefined;
    if (given.plan !== undefined && !plan) {
      throw new BadChange(
        `no plan ${String(given.plan)}; known: ${Object.keys(this.#options.plans ?? {}).join(", ") || "none"}`,
      );
    }
    const fromPlan = plan && {
      ...(plan.slots !== undefined && { slots: plan.slots }),
      ...(plan.limits && { limits: plan.limits }),
    };
    const change = readChange({ ...fromPlan, ...given }, this.settings, this.books.policies);
    this.jobs.mark();
    applyChange(change, this.settings, this.books.policies);
    if (change.credits !== undefined) {
      this.#creditsAtStart = change.credits;
      this.#credits.clear();
    }
    this.jobs.wake();
  }

  /** Sets what `reset` comes back to. Throws `BadChange`. */
  setFromStart(given: Record<string, unknown>): void {
    this.set(given);
    this.#initial.push(given);
  }

  /** Registers what the dialect forgets at a reset. */
  onReset(forget: () => void): void {
    this.#onReset.push(forget);
  }

  /** Goes back to the state at the start. */
  reset(): void {
    this.books.clear();
    this.jobs.clear();
    this.faults.clear();
    this.links.clear();
    this.charges = [];
    this.requests = [];
    this.seenCount = 0;
    this.refusalCount = 0;
    this.#credits.clear();
    this.#creditsAtStart = this.#options.credits;
    this.random = createRandom(this.#options.seed ^ seedOf(this.provider));
    Object.assign(this.settings, defaultSettings(this.#options.settings ?? {}));
    for (const [index, policy] of this.books.policies.entries())
      Object.assign(policy, this.#initialPolicies[index]);
    for (const given of this.#initial) this.set(given);
    for (const forget of this.#onReset) forget();
  }

  /** The credits that an account has left; infinite where the vendor has none. */
  creditsOf(account: string): number {
    return this.#credits.get(account) ?? this.#creditsAtStart ?? Number.POSITIVE_INFINITY;
  }

  /** Puts something on the bill and takes `credits` from the account. */
  charge(key: SimulatedKey, action: string, subject: string, amount: number, credits = 0): void {
    this.charges.push({
      at: this.clock.now(),
      account: key.account,
      key: key.label,
      action,
      amount,
      subject,
    });
    this.#credits.set(key.account, this.creditsOf(key.account) - credits);
  }

  /** What becomes of the work begun by this request, if a fault was ordered for it. */
  fateOf(method: string, path: string): Fate {
    const fates: Partial<Record<FaultKind, Fate>> = {
      stuckJob: "stick",
      failedJob: "fail",
      backwardsJob: "goBack",
    };
    const fault = this.faults.strikeWork(method, path, Object.keys(fates) as FaultKind[]);
    return (fault && fates[fault.kind]) ?? "succeed";
  }

  /** Notes that a request has come. */
  see(request: SeenRequest): SeenRequest {
    this.seenCount += 1;
    this.requests.push(request);
    if (this.requests.length > keptRequests) this.requests.splice(0, keptRequests / 2);
    return request;
  }

  /** What the control address tells of this vendor. */
  state(): Record<string, unknown> {
    const now = this.clock.now();
    const skewMs = this.settings.clockSkewMs;
    return {
      settings: this.settings,
      policies: this.books.policies,
      counters: this.books.lines(now, skewMs),
      requests: this.seenCount,
      refusals: this.refusalCount,
      charges: { count: this.charges.length, list: this.charges },
      credits: Object.fromEntries(
        ["main", "second", "third"].flatMap((account) => {
          const credits = this.creditsOf(account);
          return Number.isFinite(credits) ? [[account, credits]] : [];
        }),
      ),
      jobs: this.jobs.list().map((job) => ({
        id: job.id,
        kind: job.kind,
        key: job.key.label,
        status: this.jobs.status(job),
        over: this.jobs.isOver(job),
        createdAt: job.createdAt,
        leftMs: finiteOrNull(this.jobs.leftMs(job)),
      })),
      faults: this.faults.pending(),
      keys: this.keys.map(({ account, label, text }) => ({ account, label, key: text })),
    };
  }
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
