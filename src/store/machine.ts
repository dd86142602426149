// The clocks of the machine that nobody sets. It must not read the one on the wall.
import { uptime } from "node:os";

/** A machine's clocks beside the one on the wall, the same in every process. Ms since it started. */
export interface Machine {
  /** Only runs. On some systems it stands still while the machine sleeps. */
  steady(): number;
  /** Its sleep counted; 0 where the system does not tell. Slow to read. */
  up(): number;
}

/** The machine this runs on. */
export const thisMachine: Machine = {
  steady: () => Number(process.hrtime.bigint() / 1000n) / 1000,
  up: () => {
    try {
      return uptime() * 1000;
    } catch {
      return 0;
    }
  },
};
