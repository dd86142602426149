// Cancelling a card, wherever its exchange stands: at once, without time passing, its slot given back once, nothing left behind.

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { HeadroomError } from "../../src/core/errors.ts";
import type { Incoming, Outgoing } from "../../src/core/wire.ts";
import { type Bench, bench, json, type Script, settle } from "./fakes.ts";

let on: Bench;
afterEach(() => on.close());

/** Never answers, and ends as the client does when its signal says so. */
const held = (request: Outgoing): Promise<Incoming> =>
  new Promise((_, reject) => {
    const stop = () => reject(new HeadroomError("cancelled", "cancelled", { by: "person" }));
    if (request.signal.aborted) stop();
    else request.signal.addEventListener("abort", stop, { once: true });
  });
const running = json(200, { job_id: "j1", status: "running" });

interface Row {
  readonly where: string;
  readonly script?: Script;
  readonly simulator?: Promise<string>;
  readonly passMs?: number;
  readonly state: string;
  readonly freed: number;
  /** Whether anything had left. */
  readonly left: boolean;
}

const rows: readonly Row[] = [
  {
    where: "the simulator does not start",
    simulator: new Promise(() => {}),
    state: "Cancelled",
    freed: 1,
    left: false,
  },
  {
    where: "the gate holds it",
    script: (request, progress) => {
      const wait = {
        partition: "p",
        policyId: "jobs",
        cause: "slots",
        until: null,
        evidence: "counted",
      } as const;
      progress.waiting({ ...wait, left: 0, limit: 1 });
      return held(request);
    },
    state: "Cancelled",
    freed: 1,
    left: false,
  },
  {
    where: "it is on the wire",
    script: (request, progress) => {
      progress.sending(1, on.clock.now());
      return held(request);
    },
    state: "Cancelled",
    freed: 1,
    left: true,
  },
  {
    where: "it pauses before another attempt",
    script: (request, progress) => {
      progress.sending(1, on.clock.now());
      const retry = { cause: "lost", attempt: 2, most: 3, capMs: 75_000 };
      progress.retrying(on.clock.now() + 3_600_000, retry, "counted");
      return held(request);
    },
    state: "Cancelled",
    freed: 1,
    left: true,
  },
  {
    where: "the next poll is not due",
    script: (request) =>
      request.method === "POST" ? json(202, { job_id: "j1", status: "queued" }) : running,
    state: "Not watched",
    freed: 0,
    left: true,
  },
  {
    where: "a poll waits in the gate",
    script: (request) =>
      request.method === "POST" ? json(202, { job_id: "j1", status: "queued" }) : held(request),
    passMs: 5_000,
    state: "Not watched",
    freed: 0,
    left: true,
  },
];

for (const row of rows)
  test(`cancelled while ${row.where}: ${row.state.toLowerCase()} at once, slots given back ${row.freed} times`, async () => {
    const { simulator } = row;
    on = bench(
      simulator === undefined ? {} : { simulator: { baseOf: () => simulator, keyOf: async () => "key" } },
    );
    if (row.script !== undefined) on.client.script = row.script;
    await on.app.start();
    const id = on.send("sauti", "speakJob");
    await settle();
    if (row.passMs !== undefined) await on.clock.pass(row.passMs);
    const asked = on.client.asked.length;
    on.app.receive({ type: "cancel", cardId: id });
    await settle();
    assert.equal(on.card(id).stateTitle, row.state);
    assert.equal(on.card(id).wait, null);
    assert.equal(on.card(id).left, row.left);
    assert.deepEqual(
      on.ledger.freed,
      Array.from({ length: row.freed }, () => id),
    );
    for (const { signal } of on.client.asked) assert.ok(signal.aborted);
    await on.clock.pass(600_000);
    assert.equal(on.client.asked.length, asked);
    assert.deepEqual(
      on.ledger.freed,
      Array.from({ length: row.freed }, () => id),
    );
  });

test("a job whose waiting poll was cancelled is asked about again as soon as it is watched again", async () => {
  on = bench();
  let open = true;
  on.client.script = (request) => {
    if (request.method === "POST") return json(202, { job_id: "j1", status: "queued" });
    return open ? held(request) : running;
  };
  await on.app.start();
  const id = on.send("sauti", "speakJob");
  await on.clock.pass(5_000);
  on.app.receive({ type: "stopWatching", cardId: id });
  // In the same turn: the loop that ends must not take the new one with it.
  open = false;
  on.app.receive({ type: "watchAgain", cardId: id });
  await settle();
  assert.match(on.card(id).stateTitle, /^Running/);
  const before = on.client.asked.length;
  await on.clock.pass(20_000);
  assert.ok(on.client.asked.length > before);
});
