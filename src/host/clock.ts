// The machine's clock, chance and timers as the app's port. The only place of the host that reads them.
import type { Clock } from "../app/ports.ts";

/** The longest timer: on some systems timers stand still while the machine sleeps. ms */
const NAP_MS = 15_000;
/** How long the machine is up is told in whole seconds on some systems. ms */
const COARSE_MS = 1_000;

/** What the machine tells of time that passes, ms since it started: awake, and all in all. */
interface Passing {
  steady(): number;
  up(): number;
}

/**
 * Real time and chance. Timers do not keep the process alive, take any length, and run down while the machine sleeps: a quarter of
 * a minute after it woke what is over has run.
 */
export function clockOf(machine: Passing): Clock {
  return {
    now: () => Date.now(),
    random: () => Math.random(),
    after: (ms, run) => {
      if (ms <= NAP_MS) return timerFor(ms, run);
      const begun = machine.steady();
      const awake = machine.up() - begun;
      const nap = () => {
        const now = machine.steady();
        const slept = machine.up() - now - awake - COARSE_MS;
        const left = ms - (now - begun) - Math.max(0, slept);
        if (left <= 0) run();
        else cancel = timerFor(Math.min(left, NAP_MS), left <= NAP_MS ? run : nap);
      };
      let cancel = timerFor(NAP_MS, nap);
      return () => cancel();
    },
  };
}

function timerFor(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms);
  timer.unref();
  return () => clearTimeout(timer);
}
