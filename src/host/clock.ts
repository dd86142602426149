// The machine's clock, chance and timers as the app's port. The only place of the host that reads them.
import type { Clock } from "../app/ports.ts";

/** Real time and chance. Timers do not keep the process alive. */
export const machineClock: Clock = {
  now: () => Date.now(),
  random: () => Math.random(),
  after: (ms, run) => {
    const timer = setTimeout(run, Math.min(ms, 2_147_483_647));
    timer.unref();
    return () => clearTimeout(timer);
  },
};
