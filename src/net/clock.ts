// Time and chance as the network code sees them; passed in, so that tests own them.

/** The app's clock has the same form. */
export interface Clock {
  /** Epoch ms. */
  now(): number;
  /** At least 0, below 1. */
  random(): number;
  /** Runs once after so many ms, in which the machine may have slept; returns what cancels it. */
  after(ms: number, run: () => void): () => void;
}

/** Timers fire up to a millisecond early. ms */
const EARLY_MS = 5;

/** Waits; rejects at once with the signal's reason when it is aborted. Leaves no timer and no listener behind. */
export function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const end = clock.now() + ms;
    const tick = () => {
      const left = end - clock.now();
      // Where more is left, the wall clock was set back: a timer that ran out was long enough.
      if (left > 0 && left <= EARLY_MS) cancel = clock.after(Math.max(1, left), tick);
      else {
        signal.removeEventListener("abort", abort);
        resolve();
      }
    };
    const abort = () => {
      cancel();
      reject(signal.reason);
    };
    let cancel = clock.after(Math.max(1, ms), tick);
    signal.addEventListener("abort", abort, { once: true });
  });
}
