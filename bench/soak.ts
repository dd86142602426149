// `npm run bench -- soak`: thirty days on every built-in profile in virtual time, first day beside last. Prints figures; nothing
// here passes or fails.
import { loadProfiles } from "../src/providers/registry.ts";
import { uses } from "../test/core/quota/soak-uses.ts";
import { type Day, soak } from "../test/core/quota/soak-world.ts";

const DAYS = 30;

/** Prints two lines for each profile. */
export async function soakFigures(): Promise<void> {
  console.log(
    `\n${DAYS} days in virtual time, two processes on one ledger; late: end of the day's burst after the optimum`,
  );
  const profiles = await loadProfiles();
  for (const use of uses) {
    const from = performance.now();
    const days = soak(profiles.get(use.providerId)!, use, DAYS);
    const sum = (what: (day: Day) => number) => days.reduce((total, one) => total + what(one), 0);
    const seconds = ((performance.now() - from) / 1000).toFixed(1);
    console.log(`${use.providerId}: ${sum((one) => one.requests)} requests in ${seconds} s`);
    for (const [title, day] of [["first", days[0]!] as const, ["last", days.at(-1)!] as const]) {
      const { refusals, lateMs, bestMs, rows, bytes } = day;
      const late = `late ${lateMs.toFixed(0)} ms of ${(bestMs / 1000).toFixed(0)} s`;
      console.log(`  ${title.padEnd(6)} refusals ${refusals}, ${late}, ledger ${rows} rows, ${bytes} bytes`);
    }
  }
}
