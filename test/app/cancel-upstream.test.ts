// Cancelling a job at its provider where the API can, by a profile that names the call; and what is said where it cannot.

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { HeadroomError } from "../../src/core/errors.ts";
import type { Action, Profile } from "../../src/core/profile/schema.ts";
import type { Incoming } from "../../src/core/wire.ts";
import { type Bench, bench, json, profiles, settle } from "./fakes.ts";

/** SAUTI as it would be if it could cancel; no API that Headroom knows can (read 2026-11-23). */
function cancelling(): Profile {
  const sauti = profiles.get("sauti");
  const poll = sauti?.actions.find((one) => one.id === "job");
  assert.ok(sauti !== undefined && poll !== undefined);
  const bind = { job_id: "job.id" };
  const able = (action: Action): Action => ({
    ...action,
    answers: action.answers.map((answer) =>
      answer.watch === undefined
        ? answer
        : { ...answer, watch: { ...answer.watch, cancel: { action: "cancelJob", bind } } },
    ),
  });
  const cancelJob: Action = { ...poll, id: "cancelJob", role: "step", method: "DELETE", answers: [] };
  return { ...sauti, actions: [...sauti.actions.map(able), cancelJob] };
}

let on: Bench;
let answer: () => Incoming;
let status: string;
let id: string;
beforeEach(async () => {
  on = bench({ profiles: new Map([...profiles, ["sauti", cancelling()]]) });
  status = "running";
  answer = () => json(204, null);
  on.client.script = ({ method }) => {
    if (method === "POST") return json(202, { job_id: "j1", status: "queued" });
    return method === "DELETE" ? answer() : json(200, { job_id: "j1", status });
  };
  await on.app.start();
  id = on.send("sauti", "speakJob");
  await on.clock.pass(3_000);
});
afterEach(() => on.close());

const asked = (method: string) => on.client.asked.filter((one) => one.method === method);

async function cancel(): Promise<void> {
  on.app.receive({ type: "cancel", cardId: id });
  await settle();
}

test("a running job is cancelled at its provider by its id, once, and is over with its slot given back", async () => {
  assert.ok(on.card(id).can.includes("cancel"));
  await cancel();
  await cancel();
  assert.deepEqual(
    asked("DELETE").map(({ url, lane }) => [url.endsWith("/v1/tts/jobs/j1"), lane]),
    [[true, "flow"]],
  );
  assert.equal(on.card(id).state, "cancelled");
  assert.deepEqual(on.ledger.freed, [id]);
  const polls = asked("GET").length;
  await on.clock.pass(600_000);
  assert.equal(asked("GET").length, polls);
});

test("where the provider refuses, or cannot be asked, the job is still watched and the card says why", async () => {
  for (const [no, said] of [
    [() => json(409, { detail: "already rendering" }), /already rendering|409/],
    [
      () => {
        throw new HeadroomError("unreachable", "no", { origin: "https://x", code: "ECONNREFUSED" });
      },
      /ECONNREFUSED|reached|refused/,
    ],
  ] as const) {
    answer = no;
    await cancel();
    assert.equal(on.card(id).state, "running");
    assert.match(on.card(id).problem?.sentence ?? "", said);
    const polls = asked("GET").length;
    await on.clock.pass(10_000);
    assert.ok(asked("GET").length > polls);
    assert.deepEqual(on.ledger.freed, []);
  }
});

test("a job that ended while it was being cancelled stays as it ended", async () => {
  let gone = () => {};
  answer = () => json(204, null);
  const { script } = on.client;
  on.client.script = async (request, progress) => {
    if (request.method !== "DELETE") return script(request, progress);
    await new Promise<void>((resolve) => {
      gone = resolve;
    });
    return json(204, null);
  };
  await cancel();
  status = "failed";
  await on.clock.pass(10_000);
  gone();
  await settle();
  assert.equal(on.card(id).state, "failed");
  assert.deepEqual(on.ledger.freed, [id]);
});

test("where the API has no call for it, only watching ends, and it is said that the job goes on", async () => {
  const plain = bench();
  try {
    plain.client.script = on.client.script;
    await plain.app.start();
    const job = plain.send("sauti", "speakJob");
    await plain.clock.pass(3_000);
    assert.ok(!plain.card(job).can.includes("cancel"));
    plain.app.receive({ type: "stopWatching", cardId: job });
    await settle();
    assert.match(plain.card(job).problem?.sentence ?? "", /SAUTI has no way to cancel.*goes on/);
    plain.app.receive({ type: "watchAgain", cardId: job });
    await settle();
    assert.equal(plain.card(job).problem, null);
  } finally {
    await plain.close();
  }
});
