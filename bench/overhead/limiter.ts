// What the overhead table asks of every limiter. Types only.

/** A limiter under measurement. Tasks do nothing: all that is measured is its own cost. */
export interface Limiter {
  /** Runs nothing through it where nothing binds; resolves when it was let through. */
  pass(): Promise<void>;
  /** Puts one in line where the limit is spent for an hour; rejects when it is cancelled. */
  wait(signal: AbortSignal): Promise<void>;
  /** Cancels all that wait, where that does not go by the signal; null where it cannot be done at all. */
  readonly cancelAll: "signal" | (() => void) | null;
  /** Whether each that waits can have a signal of its own. */
  readonly ownSignals: boolean;
  /** Timers it has running while something waits; null where it does not say. */
  timers(): number | null;
  close(): void;
}

export type MakeLimiter = () => Limiter;
