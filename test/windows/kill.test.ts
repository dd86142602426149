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

/** So many times the process that takes over is killed as well. */
const TWICE = 8;
/** After how many seams at most: taking over is shorter than the way. */
const FURTHEST = 16;

/** A part of the seams that moves with the seed, spread over the whole way. */
function chosen(seams: readonly string[], least: number): readonly string[] {
  if (all) return seams;
  return spread(seams, Math.min(seams.length, least + SPARE));
}

function spread(seams: readonly string[], count: number): readonly string[] {
  const offset = (seed % 997) / 997;
  const places = Array.from({ length: count }, (_, i) => Math.floor(((i + offset) * seams.length) / count));
  return places.flatMap((place) => seams[place] ?? []);
}

async function killedEverywhere(arena: Arena, flow: Flow) {
  const { state, seams } = await dryRun(arena, flow);
  assert.equal(state, "succeeded");
  const wrong: string[] = [];
  const kill = async (at: string, again: number | null): Promise<Verdict[]> => {
    try {
      return [await killedAt(arena, flow, at, again)];
    } catch (error) {
      const where = again === null ? at : `${at}, then after ${again} seams`;
      wrong.push(`killed at ${where}: ${error instanceof Error ? error.message : String(error)}`);
      return [];
    }
  };
  const once: Verdict[] = [];
  for (const at of chosen(seams, leastOf(flow))) once.push(...(await kill(at, null)));
  const twice: Verdict[] = [];
  for (const [i, at] of spread(seams, TWICE).entries())
    twice.push(...(await kill(at, 1 + ((seed * 7 + i * 5) % FURTHEST))));
  assert.deepEqual(wrong, [], `seed ${seed}`);
  return { once, twice };
}

suite("killed at any seam, nothing is lost and nothing is charged twice", { concurrency: 2 }, () => {
  for (const [name, flow] of Object.entries(flows))
    test(name, async (context) => {
      const arena = await makeArena();
      const { once, twice } = await killedEverywhere(arena, flow).finally(() => arena.place.close());
      const killed = once.filter((one) => one.killed);
      const unknown = killed.filter((one) => one.state === "unknown");
      assert.ok(killed.length >= leastOf(flow), `only ${killed.length} seams`);
      for (const { at } of unknown)
        assert.ok(
          flow.doubtful.some((step) => at.startsWith(`step ${step}:`)),
          `the outcome is unknown at ${at}`,
        );
      const both = twice.filter((one) => one.killed).length;
      assert.ok(both >= TWICE / 4, `only ${both} died twice (seed ${seed})`);
      const words = `${unknown.length} with unknown outcome; ${both} killed again while taken over`;
      context.diagnostic(`${killed.length} killed (seed ${seed}), ${words}`);
    });
});
