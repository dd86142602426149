// A process is frozen on its way, as by a debugger or a machine that sleeps. Another editor window takes its exchange over; woken
// up again, the first one finds its lease gone and keeps its hands off.
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { flows } from "./kill-flows.ts";
import { dryRun, frozenAt, makeArena } from "./kill-runs.ts";

/** So many places on the way of each flow. */
const PLACES = 5;
const seed = Number(process.env.HEADROOM_SEED ?? Date.now() % 1_000_000);

suite("a process that was frozen finds its lease gone and keeps its hands off", { concurrency: 2 }, () => {
  for (const [name, flow] of Object.entries(flows))
    test(name, {
      skip: process.platform === "win32" && "no process can be stopped there",
    }, async (context) => {
      const arena = await makeArena();
      try {
        const { seams } = await dryRun(arena, flow);
        // Who is frozen within a commit holds the database: then nobody else can write either, until it ends.
        const open = seams.filter((one) => !one.includes("commit of") && !one.includes("unlease"));
        const offset = (seed % 991) / 991;
        const places = Array.from({ length: PLACES }, (_, i) =>
          Math.floor(((i + offset) * open.length) / PLACES),
        );
        // There another editor window finds the file whole, and takes it over.
        const whole = open.find((one) => one.endsWith("file rename part done"));
        const ats = new Set([
          ...places.flatMap((place) => open[place] ?? []),
          ...(whole === undefined ? [] : [whole]),
        ]);
        let frozen = 0;
        for (const at of ats) if ((await frozenAt(arena, flow, at)).killed) frozen++;
        assert.ok(frozen >= PLACES - 1, `seed ${seed}: only ${frozen} were frozen`);
        context.diagnostic(`${frozen} frozen (seed ${seed})`);
      } finally {
        await arena.place.close();
      }
    });
});
