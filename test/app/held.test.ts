// Another process holds the database while something happens here: nothing that was paid for is lost, nothing is called failed
// that is not.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import type { Ports } from "../../src/app/ports.ts";
import { type Bench, bench, json, settle, until } from "./fakes.ts";

let on: Bench;
let held = false;

beforeEach(() => {
  held = false;
  on = bench();
  const { together } = on.ports;
  const patient: Ports["together"] = (work) => {
    if (held) throw Object.assign(new Error("database is locked"), { errcode: 5 });
    return together(work);
  };
  Object.assign(on.ports, { together: patient });
});
afterEach(() => on.close());

test("an answer that comes while the database is held is stored as soon as it can be", async () => {
  on.client.script = (_, progress) => {
    progress.sending(1, on.clock.now());
    held = true;
    return json(202, { job_id: "j1", status: "queued" });
  };
  const id = on.send("sauti", "speakJob");
  await on.clock.pass(2_000);
  assert.equal(on.ports.jobs.get(id)?.stage, "sent");
  held = false;
  await on.clock.pass(200);
  assert.equal(on.ports.jobs.get(id)?.remoteId, "j1");
  assert.equal(on.ports.jobs.get(id)?.stage, "watch");
});

test("a request that could not be noted before it left stays, and leaves once it can be", async () => {
  let left = 0;
  on.client.script = (request, progress) => {
    if (request.method === "GET") return json(200, { job_id: "j1", status: "running" });
    held = left++ === 0;
    progress.sending(1, on.clock.now());
    return json(202, { job_id: "j1", status: "queued" });
  };
  const id = on.send("sauti", "speakJob");
  await settle();
  assert.equal(on.ports.jobs.get(id)?.stage, "send");
  held = false;
  await on.clock.pass(8_000);
  await until(() => on.ports.jobs.get(id)?.stage === "watch");
  assert.equal(on.ports.jobs.get(id)?.stage, "watch");
  assert.equal(left, 2);
});

test("a poll whose answer cannot be stored ends nothing: the job is asked for again", async () => {
  let polls = 0;
  on.client.script = (request) => {
    if (request.method === "POST") return json(202, { job_id: "j1", status: "queued" });
    held = ++polls === 1;
    return json(200, { job_id: "j1", status: "running" });
  };
  const id = on.send("sauti", "speakJob");
  await on.clock.pass(3_000);
  held = false;
  await on.clock.pass(12_000);
  await until(() => polls > 1);
  assert.ok(polls > 1);
  assert.equal(on.ports.exchanges.get(id)?.state, "accepted");
});
