/** The server as a whole: who gets in, what the control address tells and changes, and a skewed clock. */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { providerIds } from "../../src/simulator/accounts.ts";
import { type Simulator, startSimulator } from "../../src/simulator/server.ts";
import { createSteadyClock, steadyStartAt } from "./clocks.ts";
import { type Answer, callApi, send } from "./rows.ts";

const sautiAuth = (key: string) => ({ "xi-api-key": key });
const createJob = { send: "POST /v1/tts/jobs", body: { text: "Habari", voice_id: "sauti-swahili-v1" } };

describe("the simulator", () => {
  let simulator: Simulator;
  before(async () => {
    simulator = await startSimulator({
      timeScale: 0,
      clock: createSteadyClock(),
      settings: { sauti: { limits: { synthesis: 5 } } },
    });
  });
  after(() => simulator.close());
  beforeEach(() => {
    for (const vendor of simulator.vendors.values()) vendor.reset();
  });

  const control = (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> =>
    send(
      method,
      simulator.control.url + path,
      { "x-sim-token": simulator.control.token, ...headers },
      body === undefined ? undefined : Buffer.from(JSON.stringify(body)),
    );
  const create = (as?: string) =>
    callApi(simulator, "sauti", sautiAuth, { ...createJob, ...(as !== undefined && { as }) });
  const state = async () => JSON.parse((await control("GET", "/state")).bytes.toString());

  it("refuses a foreign Host on every path", async () => {
    for (const path of ["sauti/v1/voices", "__sim/health", "else"]) {
      const answer = await send("GET", `http://127.0.0.1:${simulator.port}/${path}`, {
        host: `evil.test:${simulator.port}`,
      });
      assert.equal(answer.status, 403, path);
    }
  });

  it("refuses its own name with another port", async () => {
    assert.equal(
      (await send("GET", `http://127.0.0.1:${simulator.port}/else`, { host: "127.0.0.1:1" })).status,
      403,
    );
  });

  it("refuses a foreign Origin on every path, and does nothing for it", async () => {
    const { url, key } = simulator.accounts.sauti;
    const headers = { ...sautiAuth(key), origin: "http://evil.test" };
    assert.equal(
      (await send("POST", `${url}/v1/tts/jobs`, headers, Buffer.from(JSON.stringify(createJob.body)))).status,
      403,
    );
    assert.equal(simulator.vendors.get("sauti")?.seenCount, 0);
  });

  it("answers localhost as well as 127.0.0.1", async () => {
    const answer = await send("GET", `${simulator.accounts.sauti.url}/v1/voices`, {
      host: `localhost:${simulator.port}`,
      ...sautiAuth(simulator.accounts.sauti.key),
    });
    assert.equal(answer.status, 200);
  });

  it("shows its control to no web page, not even one of its own", async () => {
    assert.equal(
      (await control("GET", "/state", undefined, { origin: `http://127.0.0.1:${simulator.port}` })).status,
      403,
    );
  });

  it("shows its state only with the token", async () => {
    assert.equal((await send("GET", `${simulator.control.url}/state`, {})).status, 401);
    assert.equal(
      (await send("GET", `${simulator.control.url}/state?token=${simulator.control.token}`, {})).status,
      200,
    );
    assert.equal((await send("GET", `${simulator.control.url}/health`, {})).status, 200);
  });

  it("tells counters, requests, refusals, charges, jobs and keys of each vendor", async () => {
    for (let time = 0; time < 6; time += 1) await create();
    const { sauti } = await state();
    assert.deepEqual(
      [sauti.requests, sauti.refusals, sauti.charges.count, sauti.jobs.length, sauti.keys.length],
      [6, 1, 5, 5, 5],
    );
    assert.deepEqual(
      [
        sauti.counters[0].policy,
        sauti.counters[0].partition,
        sauti.counters[0].used,
        sauti.counters[0].remaining,
      ],
      ["synthesis", "main-1", 5, 0],
    );
    assert.deepEqual(Object.keys(await state()), ["now", ...providerIds]);
  });

  it("logs each request with key label and refusing policy, never with a key", async () => {
    for (let time = 0; time < 6; time += 1) await create();
    await callApi(simulator, "sauti", sautiAuth, {
      send: `GET /v1/voices?xi-api-key=${simulator.accounts.sauti.key}`,
      as: "none",
    });
    const text = (await control("GET", "/log?provider=sauti")).bytes.toString();
    const log = JSON.parse(text);
    assert.deepEqual(
      log.map((each: { status: number }) => each.status),
      [202, 202, 202, 202, 202, 429, 401],
    );
    assert.deepEqual(
      [log[5].refusedBy, log[5].key, log[5].method, log[5].path],
      ["synthesis", "main-1", "POST", "/v1/tts/jobs"],
    );
    for (const { key } of simulator.accounts.sauti.keys) assert.ok(!text.includes(key));
  });

  it("changes limits, lengths and kinds at once", async () => {
    for (let time = 0; time < 5; time += 1) await create();
    assert.equal((await create()).status, 429);
    await control("POST", "/set", {
      provider: "sauti",
      limits: { synthesis: 6 },
      quotaWindowMs: 4000,
      kind: { synthesis: "fixed" },
    });
    const answer = await create();
    assert.equal(answer.status, 202);
    assert.equal(answer.headers["x-ratelimit-limit"], "6");
    const { sauti } = await state();
    assert.deepEqual(
      sauti.policies.map((policy: Record<string, unknown>) => [policy.kind, policy.quotaWindowMs]),
      [
        ["fixed", 4000],
        ["sliding", 4000],
        ["sliding", 4000],
      ],
    );
  });

  const wrong: [string, Record<string, unknown>, RegExp][] = [
    ["an unknown provider", { provider: "x" }, /provider must be/],
    ["an unknown setting", { provider: "sauti", speed: 1 }, /unknown setting speed/],
    ["an unknown policy", { provider: "sauti", limits: { x: 1 } }, /no policy x/],
    ["a limit below one", { provider: "sauti", limits: { synthesis: 0 } }, /at least 1/],
    ["an unknown kind", { provider: "sauti", kind: "leaky" }, /kind must be/],
    ["an unknown plan", { provider: "sync", plan: "Huge" }, /no plan Huge/],
    ["a wrong type", { provider: "sauti", strictPolls: "yes" }, /boolean/],
    ["a choice that is none", { provider: "sauti", retryAfter: "never" }, /retryAfter must be one of/],
  ];
  for (const [name, body, message] of wrong) {
    it(`refuses ${name} with a sentence and changes nothing`, async () => {
      const before = JSON.stringify((await state()).sauti.policies);
      const answer = await control("POST", "/set", { latencyMs: 3, ...body });
      assert.equal(answer.status, 400);
      assert.match(answer.bytes.toString(), message);
      const { sauti } = await state();
      assert.deepEqual([JSON.stringify(sauti.policies), sauti.settings.latencyMs], [before, 0]);
    });
  }

  it("goes back to its start at a reset, with the settings it was started with", async () => {
    await control("POST", "/set", { provider: "sauti", limits: { synthesis: 9 }, refusedCount: true });
    await create();
    await control("POST", "/reset");
    const { sauti } = await state();
    assert.deepEqual(
      [sauti.requests, sauti.charges.count, sauti.policies[0].limit, sauti.settings.refusedCount],
      [0, 0, 5, false],
    );
  });

  it("skews the Date, the resets and the boundaries of quota windows alike", async () => {
    await control("POST", "/set", { provider: "voicedub", clockSkewMs: 50_000 });
    const me = () =>
      callApi(simulator, "voicedub", (key) => ({ authorization: `Api-Key ${key}` }), { send: "GET /v1/me" });
    const { headers } = await me();
    const ahead = Date.parse(String(headers.date)) - steadyStartAt;
    assert.ok(ahead >= 49_000 && ahead < 80_000, `${ahead}`);
    assert.equal(headers["x-ratelimit-reset"], String(Date.UTC(2026, 10, 2, 12, 1, 0) / 1000));
    const line = (await state()).voicedub.counters.find((each: { policy: string }) => each.policy === "read");
    assert.equal(line.resetAt, steadyStartAt + 5_000);
  });

  it("gives Retry-After in the form that is set", async () => {
    await control("POST", "/set", { provider: "sauti", limits: { synthesis: 1 }, retryAfter: "date" });
    await create();
    const answer = await create();
    assert.match(String(answer.headers["retry-after"]), /GMT$/);
    const waitMs =
      Date.parse(String(answer.headers["retry-after"])) - Date.parse(String(answer.headers.date));
    assert.ok(waitMs >= 59_000 && waitMs <= 62_000, `${waitMs}`);
  });

  it("counts each of many requests that come together exactly once", async () => {
    await control("POST", "/set", { provider: "sauti", limits: { synthesis: 20 }, jitterMs: 5 });
    const answers = await Promise.all(Array.from({ length: 60 }, () => create()));
    assert.equal(answers.filter(({ status }) => status === 202).length, 20);
    assert.equal(simulator.vendors.get("sauti")?.charges.length, 20);
  });
});

describe("the seed", () => {
  it("gives the same ids again", async () => {
    const ids: string[] = [];
    for (let time = 0; time < 2; time += 1) {
      const simulator = await startSimulator({ seed: 7 });
      ids.push(JSON.parse((await callApi(simulator, "sauti", sautiAuth, createJob)).bytes.toString()).job_id);
      await simulator.close();
    }
    assert.equal(ids[0], ids[1]);
  });
});
