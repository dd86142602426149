// Every fault of the simulator at every place of every provider's flow, and pairs of them: no hang, no unhandled
// rejection, the right end, no double charge, no lost result. FAULT_SEED repeats a run of pairs.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type FaultKind, faultKinds } from "../../src/simulator/faults.ts";
import { createRandom } from "../../src/simulator/random.ts";
import { outcomeOf, wrongs } from "./fault-check.ts";
import { type Place, type Subject, subjects } from "./fault-subjects.ts";
import { expectedOf, isAsExpected } from "./fault-table.ts";
import { type Order, World } from "./fault-world.ts";

/** So many exchanges at once: most of their time they wait. */
const LANES = 16;
const PAIRS = 200;

interface Case {
  readonly subject: Subject;
  readonly orders: readonly Order[];
}

const more: Readonly<Partial<Record<FaultKind, Record<string, unknown>>>> = {
  redirect: { url: "http://127.0.0.1:9/elsewhere" },
  hugeAnswer: { bytes: 4_000_000 },
  slowBody: { seconds: 0.1 },
};
const order = (kind: FaultKind, at: Place): Order => ({ kind, at, more: more[kind] ?? {} });
const placesOf = (subject: Subject) => Object.keys(subject.at) as Place[];
const titleOf = ({ subject, orders }: Case) =>
  `${subject.name}: ${orders.map(({ kind, at }) => `${kind} at ${at}`).join(", ")}`;

/** Runs all, many at once, and returns what is not as it must be. */
async function runAll(cases: readonly Case[]): Promise<string[]> {
  const left = [...cases];
  const bad: string[] = [];
  const lane = async () => {
    const world = await World.make();
    for (let one = left.shift(); one !== undefined; one = left.shift()) {
      try {
        const end = await world.run(one.subject, one.orders);
        const outcome = outcomeOf(end, one.subject, sizes.get(one.subject) ?? 0);
        const wrong = wrongs(end, one.subject);
        if (isAsExpected(outcome, one.subject, one.orders) && wrong.length === 0) continue;
        bad.push(
          `${titleOf(one)}\n  must be ${expectedOf(one.subject, one.orders)}, is ${outcome} ${wrong.join("; ")}\n${end.why}`,
        );
      } catch (error) {
        bad.push(`${titleOf(one)}\n  ${error instanceof Error ? error.stack : String(error)}`);
      }
    }
    await world.close();
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return bad;
}

/** How long each subject's result is where nothing goes wrong. */
const sizes = new Map<Subject, number>();

test("without a fault every flow is done, charged as often as it costs", async () => {
  const world = await World.make();
  for (const subject of subjects) {
    const end = await world.run(subject, []);
    assert.deepEqual(
      [end.last.state, end.whole, end.charges],
      ["succeeded", true, subject.charges],
      subject.name,
    );
    sizes.set(subject, end.size);
  }
  await world.close();
});

const singles: readonly Case[] = subjects.flatMap((subject) =>
  placesOf(subject).flatMap((at) => faultKinds.map((kind) => ({ subject, orders: [order(kind, at)] }))),
);

/** How many runs there are, in all and for each provider. */
function counted(cases: readonly Case[]): string {
  const byProvider = Map.groupBy(cases, ({ subject }) => subject.providerId);
  const each = [...byProvider].map(([id, { length }]) => `${id} ${length}`);
  return `${cases.length} (${each.join(", ")})`;
}

for (const providerId of new Set(subjects.map((one) => one.providerId)))
  test(`every fault at every place ends as the table says: ${providerId}`, async (t) => {
    const cases = singles.filter(({ subject }) => subject.providerId === providerId);
    t.diagnostic(`runs of one fault: ${cases.length}`);
    const bad = await runAll(cases);
    assert.equal(bad.length, 0, `${bad.length} of ${cases.length}:\n${bad.join("\n")}`);
  });

test(`${PAIRS} pairs of faults end as the first of them demands that nothing mends`, async (t) => {
  const seed = Number(process.env.FAULT_SEED ?? 2);
  const random = createRandom(seed);
  const cases = Array.from({ length: PAIRS }, () => {
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random.next() * list.length)]!;
    const subject = pick(subjects);
    const draw = () => order(pick(faultKinds), pick(placesOf(subject)));
    return { subject, orders: [draw(), draw()] };
  });
  t.diagnostic(`runs of two faults: ${counted(cases)}, FAULT_SEED=${seed}`);
  t.diagnostic(`fault runs in all: ${counted([...singles, ...cases])}`);
  assert.ok(singles.length + cases.length >= 500);
  const bad = await runAll(cases);
  assert.equal(bad.length, 0, `FAULT_SEED=${seed}, ${bad.length} of ${cases.length}:\n${bad.join("\n")}`);
});
