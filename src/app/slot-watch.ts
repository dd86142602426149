// Asks a provider how many of its slots are taken when that is in doubt: at the start, after a refusal for want of one, and
// while requests wait for jobs that were begun elsewhere. One timer an account, none while nothing waits.
import type { Wait } from "../core/quota/model.ts";
import { SILENT, send } from "./calls.ts";
import type { Context, Place } from "./context.ts";
import { countingsOf } from "./slot-count.ts";

/** So long before a belief about others' slots grows too old the provider is asked again. ms */
const LEAD_MS = 1_000;
/** So often while requests wait for our own jobs alone. ms */
const AGAIN_MS = 60_000;
/** The least time between two questions about one account. ms */
const LEAST_MS = 2_000;

/** Watches the slots of all accounts. */
export class SlotWatch {
  readonly #context: Context;
  readonly #timers = new Map<string, { readonly at: number; readonly cancel: () => void }>();
  readonly #askedAt = new Map<string, number>();
  readonly #stop = new AbortController();

  constructor(context: Context) {
    this.#context = context;
  }

  /**
   * A request waits: where it waits for jobs of others, their number is asked for before it is believed no longer; where for
   * our own, now and then, since one of them may have ended unseen.
   */
  waiting(place: Place, { cause, until }: Wait): void {
    if (cause !== "slots") return;
    this.ask(place, until === null ? this.#context.ports.clock.now() + AGAIN_MS : until - LEAD_MS);
  }

  /** Asks at an instant, or as soon as may be after the last time; once, whoever wishes it. Epoch ms. */
  ask(place: Place, at: number): void {
    const { account, profile } = place;
    if (this.#stop.signal.aborted || countingsOf(profile).length === 0) return;
    const { clock } = this.#context.ports;
    const least = (this.#askedAt.get(account.id) ?? Number.NEGATIVE_INFINITY) + LEAST_MS;
    const due = Math.max(at, least, clock.now());
    const before = this.#timers.get(account.id);
    if (before !== undefined && before.at <= due) return;
    before?.cancel();
    const cancel = clock.after(due - clock.now(), () => {
      this.#timers.delete(account.id);
      this.#askedAt.set(account.id, clock.now());
      this.#count(place).catch((error: unknown) =>
        this.#context.ports.log("warn", `counting slots: ${String(error)}`),
      );
    });
    this.#timers.set(account.id, { at: due, cancel });
  }

  stop(): void {
    this.#stop.abort("closing");
    for (const { cancel } of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  /** Asks again later while requests still wait for our own jobs: their wait has not changed, so they are told nothing. */
  #again(place: Place): void {
    const { ledger } = this.#context.ports;
    const { id } = place.account;
    const still = ledger.tickets().find((one) => one.accountId === id && one.wait.until === null);
    if (still !== undefined) this.waiting(place, still.wait);
  }

  /** One question for each policy with slots; the answer finds its way to the ledger by itself. */
  async #count(place: Place): Promise<void> {
    for (const { action, input } of countingsOf(place.profile)) {
      const call = {
        place,
        action,
        input,
        exchangeId: null,
        idempotencyKey: null,
        lane: "flow" as const,
        title: action.title,
        saveTo: null,
        signal: this.#stop.signal,
      };
      try {
        await send(this.#context, call, SILENT);
      } catch (error) {
        // Then one request tries when the belief has grown old, as for a provider that cannot count.
        if (!this.#stop.signal.aborted)
          this.#context.ports.log("warn", `counting slots of ${place.profile.id}: ${String(error)}`);
      }
    }
    if (!this.#stop.signal.aborted) this.#again(place);
  }
}
