// Time and chance as the network code sees them; passed in, so that tests own them.

/** The app's clock has the same form. */
export interface Clock {
  /** Epoch ms. */
  now(): number;
  /** At least 0, below 1. */
  random(): number;
  /** Runs once after so many ms, at most 2^31-1; returns what cancels it. */
  after(ms: number, run: () => void): () => void;
}

/** Timers fire up to a millisecond early. ms */
const EARLY_MS = 5;

/** Waits; rejects at once with the signal's reason when it is aborted. Leaves no timer and no listener behind. */
export function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const end = clock.now() + ms;
    const part = () => Math.min(Math.max(1, end - clock.now()), LONGEST_TIMER_MS);
    // A timer that ran out in full was long enough, also where the wall clock was set back meanwhile.
    const soon = () => end - clock.now() <= EARLY_MS || ms > LONGEST_TIMER_MS;
    const tick = () => {
      if (clock.now() < end && soon()) cancel = clock.after(part(), tick);
      else {
        signal.removeEventListener("abort", abort);
        resolve();
      }
    };
    const abort = () => {
      cancel();
      reject(signal.reason);
    };
    let cancel = clock.after(part(), tick);
    signal.addEventListener("abort", abort, { once: true });
  });
}

/** The longest delay a Node timer takes; a longer one would fire at once. ms */
const LONGEST_TIMER_MS = 2_147_483_647;
