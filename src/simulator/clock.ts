/**
 * The simulator's sense of time: one clock that is passed in, so that tests can turn it by hand.
 * Nothing else here may read the system's time or set a timer.
 */

/** A clock with timers. */
export interface Clock {
  /** The instant now, in epoch milliseconds. */
  now(): number;
  /** Runs something once after `delayMs`; the returned function takes it back. */
  after(delayMs: number, run: () => void): () => void;
}

/** The longest delay that Node's timers accept; longer ones would fire at once. */
const longestTimerMs = 2 ** 31 - 1;

/** Makes the clock of the machine. Its timers do not keep a process alive. */
export function createRealClock(): Clock {
  return {
    now: () => Date.now(),
    after: (delayMs, run) => {
      const timer = setTimeout(run, Math.min(longestTimerMs, Math.max(0, delayMs)));
      timer.unref();
      return () => clearTimeout(timer);
    },
  };
}

/** Waits `delayMs` on a clock, or until `signal` aborts. Resolves in both cases, with true when the time is over. */
export function pause(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<boolean> {
  if (signal?.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const stop = clock.after(delayMs, () => {
      signal?.removeEventListener("abort", onAbort);
      resolve(true);
    });
    const onAbort = () => {
      stop();
      resolve(false);
    };
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
