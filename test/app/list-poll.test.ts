// One list call for many jobs: which of them it asks for, who shares its answer, and what becomes of it when they are stopped.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { actionOf, type LiveExchange } from "../../src/app/context.ts";
import { ListPolls, listed, sameList } from "../../src/app/list-poll.ts";
import type { Polling } from "../../src/app/poll-again.ts";
import { FIRST, watchAt } from "../../src/core/jobs/flow.ts";
import type { Job } from "../../src/core/jobs/model.ts";
import type { Incoming } from "../../src/core/wire.ts";
import { type Bench, bench, json, profiles, settle } from "./fakes.ts";

const profile = profiles.get("sync")!;
const generate = actionOf(profile, "generate")!;
const watch = watchAt(generate, { step: FIRST })!;
/** Who is due so soon is asked for as well. ms */
const SOON_MS = 100;

let on: Bench;
let lists: ListPolls;
let stored: Job[];
let live: Map<string, LiveExchange>;
/** The answers that list calls wait for, in their order. */
let open: PromiseWithResolvers<Incoming>[];
beforeEach(() => {
  on = bench();
  lists = new ListPolls();
  stored = [];
  live = new Map();
  open = [];
  on.client.script = () => {
    const answer = Promise.withResolvers<Incoming>();
    open.push(answer);
    return answer.promise;
  };
});
afterEach(() => on.close());

/** Stores a job that is watched, due now, under way in this process and called r-NAME by the provider. */
function add(name: string, change: Partial<Job> = {}, here = true): Job {
  const job = {
    id: name,
    accountId: "a",
    keyId: "k",
    actionId: "generate",
    step: FIRST,
    remoteId: `r-${name}`,
    state: "running",
    stage: "watch",
    watched: true,
    nextPollAt: on.clock.now(),
    ...change,
  } as unknown as Job;
  stored.push(job);
  if (here) live.set(name, { abort: new AbortController(), waits: null, fetched: new Map() });
  return job;
}

function polling(job: Job): Polling {
  const account = {
    id: job.accountId,
    simulated: true,
    planId: null,
    overrides: [],
    keys: [{ id: job.keyId }],
  };
  const context = { ports: { ...on.ports, jobs: { open: () => stored } }, live };
  const task = { context, live: live.get(job.id), job, place: { profile, account, keyId: job.keyId } };
  return { task, watch, poll: null } as unknown as Polling;
}

const ask = (job: Job) => lists.ask(polling(job));
const stop = (job: Job) => live.get(job.id)?.abort.abort("stopped");
/** The ids that each list call asked for. */
const asked = () => on.client.asked.map((one) => new URL(one.url).searchParams.get("ids")?.split(",") ?? []);
const entry = (job: Job) => ({ id: job.remoteId, status: "PROCESSING" });

test("up to three jobs are asked about one by one, and however many while a held poll tells of a wanted place at once", () => {
  assert.deepEqual(
    [3, 4].map((jobs) => listed(watch, jobs, false)),
    [false, true],
  );
  assert.equal(listed(watch, 4, true), false);
  assert.equal(listed({ ...watch, longPoll: undefined }, 4, true), true);
  assert.equal(listed({ ...watch, listPoll: undefined }, 4, false), false);
});

test("one list tells of the jobs of one key that are watched by it and not over, and of the one in hand anyway", () => {
  const own = add("own", { watched: false, stage: "sent" });
  add("beside");
  add("elsewhere", {}, false);
  add("other account", { accountId: "b" });
  add("other key", { keyId: "l" });
  add("over", { state: "succeeded" });
  add("left alone", { watched: false });
  add("not begun", { stage: "sent" });
  add("unlisted", { actionId: "generation" });
  add("unknown", { actionId: "gone" });
  const { task } = polling(own);
  assert.deepEqual(
    sameList(task, watch).map((one) => one.id),
    ["own", "beside", "elsewhere"],
  );
});

test("who is due asks for all that are due here within a tenth of a second, itself first and once", async () => {
  const now = on.clock.now();
  add("soon", { nextPollAt: now + SOON_MS });
  add("never set", { nextPollAt: null });
  add("later", { nextPollAt: now + SOON_MS + 1 });
  add("in another process", {}, false);
  add("without a name", { remoteId: null });
  const own = add("own", { nextPollAt: now + 5000 });
  const listing = ask(own);
  await settle();
  assert.deepEqual(asked(), [["r-own", "r-soon", "r-never set"]]);
  assert.equal(on.client.asked[0]?.lane, "poll");
  open[0]?.resolve(json(200, [entry(own)]));
  assert.deepEqual([...((await listing)?.entries.keys() ?? [])], ["r-own"]);
});

test("a list call asks for a hundred jobs at most", async () => {
  const all = Array.from({ length: 101 }, (_, i) => add(`${i}`));
  void ask(all[0]!);
  await settle();
  assert.equal(asked()[0]?.length, 100);
  open[0]?.resolve(json(200, []));
});

test("all that were asked for share one answer, for a tenth of a second after it came, and each takes it once", async () => {
  const [one, two, three, four] = ["1", "2", "3", "4"].map((name) => add(name)) as [Job, Job, Job, Job];
  const early = [ask(one), ask(two)];
  await settle();
  open[0]?.resolve(json(200, [one, two, three, four].map(entry)));
  const [first, second] = await Promise.all(early);
  assert.equal(first, second);
  await on.clock.pass(SOON_MS);
  assert.equal(await ask(three), first);
  await on.clock.pass(1);
  void ask(four);
  await settle();
  assert.deepEqual(
    asked().map((ids) => ids[0]),
    ["r-1", "r-4"],
  );
  const again = ask(four);
  await settle();
  assert.equal(asked().length, 3);
  for (const answer of open) answer.resolve(json(200, []));
  assert.equal((await again)?.entries.size, 0);
});

test("a job that was not asked for begins a call of its own, and so does one with another key, whatever its name there", async () => {
  const one = add("1", { remoteId: "same" });
  const beside = add("2");
  void ask(one);
  await settle();
  void ask(add("late"));
  void ask(add("other key", { keyId: "l", remoteId: "r-2" }));
  await settle();
  assert.deepEqual(asked(), [["same", "r-2"], ["r-late", "same", "r-2"], ["r-2"]]);
  assert.equal(beside.keyId, "k");
  for (const answer of open) answer.resolve(json(200, []));
});

test("a list that is refused tells of no job, and one that fails is not waited for again", async () => {
  const [one, two] = [add("1"), add("2")];
  const refused = ask(one);
  await settle();
  open[0]?.resolve(json(429, [entry(one)]));
  const listing = await refused;
  assert.deepEqual([listing?.incoming.head.status, listing?.entries.size], [429, 0]);
  await on.clock.pass(SOON_MS + 1);
  const lost = assert.rejects(ask(one), /lost/);
  await settle();
  open[1]?.reject(new Error("lost"));
  await lost;
  await on.clock.pass(SOON_MS + 1);
  const again = ask(two);
  await settle();
  open[2]?.resolve(json(200, [entry(two)]));
  assert.equal((await again)?.entries.size, 1);
});

test("a job that is stopped leaves at once, and the others still get the answer", async () => {
  const [one, two] = [add("1"), add("2")];
  const left = ask(one);
  const stays = ask(two);
  await settle();
  stop(one);
  assert.equal(await left, null);
  assert.equal(on.client.asked[0]?.signal.aborted, false);
  open[0]?.resolve(json(200, [entry(two)]));
  assert.equal((await stays)?.entries.size, 1);
  assert.equal(asked().length, 1);
});

test("a call for which nobody waits any more is taken back, and who comes after it asks anew", async () => {
  const [one, two] = [add("1"), add("2")];
  const left = ask(one);
  await settle();
  stop(one);
  assert.equal(await left, null);
  assert.equal(on.client.asked[0]?.signal.aborted, true);
  open[0]?.reject(new Error("cancelled"));
  const after = ask(two);
  await settle();
  open[1]?.resolve(json(200, [entry(two)]));
  assert.equal((await after)?.entries.size, 1);
});

test("a job that is stopped already, or has no name at the provider, waits for no list", async () => {
  const one = add("1");
  stop(one);
  assert.equal(await ask(one), null);
  await settle();
  assert.equal(await ask(add("2", { remoteId: null })), null);
  assert.equal(await lists.ask({ ...polling(add("3")), watch: { ...watch, listPoll: undefined } }), null);
  assert.ok(on.client.asked.every((sent) => sent.signal.aborted));
});
