// A process is killed at the seams that an exchange passes on its way, for each provider that can be charged. After the restart
// it ends with its result, once, for one charge, or its outcome is unknown where no API contract can do better.
//
//     HEADROOM_KILL=all node --test test/windows/kill.test.ts     every seam; else a part of them, chosen by HEADROOM_SEED
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type Flow, flows } from "./kill-flows.ts";
import { type Arena, dryRun, killedAt, makeArena, type Verdict } from "./kill-runs.ts";

/** At least so many processes are killed for each provider; fewer for a second flow of the same one. */
const LEAST = 40;
const LEAST_MORE = 15;
/** Seams that one run passes and the next does not, such as those of a poll that finds a job still running. */
const SPARE = 4;
const seed = Number(process.env.HEADROOM_SEED ?? Date.now() % 1_000_000);
const all = process.env.HEADROOM_KILL === "all";

const leastOf = ({ second }: Flow): number => (second === true ? LEAST_MORE : LEAST);

/** A part of the seams that moves with the seed, spread over the whole way. */
function chosen(seams: readonly string[], least: number): readonly string[] {
  if (all) return seams;
  const count = Math.min(seams.length, least + SPARE);
  const offset = (seed % 997) / 997;
  const places = Array.from({ length: count }, (_, i) => Math.floor(((i + offset) * seams.length) / count));
  return places.flatMap((place) => seams[place] ?? []);
}

async function killedEverywhere(arena: Arena, flow: Flow): Promise<readonly Verdict[]> {
  const { state, seams } = await dryRun(arena, flow);
  assert.equal(state, "succeeded");
  const verdicts: Verdict[] = [];
  const wrong: string[] = [];
  for (const at of chosen(seams, leastOf(flow)))
    try {
      verdicts.push(await killedAt(arena, flow, at));
    } catch (error) {
      wrong.push(`killed at ${at}: ${error instanceof Error ? error.message : String(error)}`);
    }
  assert.deepEqual(wrong, [], `seed ${seed}`);
  return verdicts;
}

suite("killed at any seam, nothing is lost and nothing is charged twice", { concurrency: 2 }, () => {
  for (const [name, flow] of Object.entries(flows))
    test(name, async (context) => {
      const arena = await makeArena();
      const verdicts = await killedEverywhere(arena, flow).finally(() => arena.place.close());
      const killed = verdicts.filter((one) => one.killed);
      const unknown = killed.filter((one) => one.state === "unknown");
      assert.ok(killed.length >= leastOf(flow), `only ${killed.length} seams`);
      for (const { at } of unknown)
        assert.ok(
          flow.doubtful.some((step) => at.startsWith(`step ${step}:`)),
          `the outcome is unknown at ${at}`,
        );
      context.diagnostic(`${killed.length} killed (seed ${seed}), ${unknown.length} with unknown outcome`);
    });
});
