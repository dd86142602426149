/** Jobs as a function of time: stages, scale, fates and waiting. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { simulatedKeys } from "../../src/simulator/accounts.ts";
import { type Fate, Jobs, type Run } from "../../src/simulator/jobs.ts";
import { ManualClock } from "./clocks.ts";

const key = simulatedKeys("sync")[0]!;
const run = (fate: Fate = "succeed"): Run => ({
  stages: [
    { status: "queued", workMs: 100 },
    { status: "running", workMs: 900 },
  ],
  success: "done",
  failure: "failed",
  fate,
});

function setUp(fate?: Fate) {
  const clock = new ManualClock();
  const speed = { scale: 1 };
  const jobs = new Jobs<object>(clock, () => speed.scale);
  return { clock, speed, jobs, job: jobs.start("1", "tts", key, run(fate), {}) };
}

describe("a job", () => {
  it("goes through its stages in order and says when it ended", async () => {
    const { clock, jobs, job } = setUp();
    const seen = [jobs.status(job)];
    for (const stepMs of [99, 1, 899, 1, 500]) {
      await clock.advance(stepMs);
      seen.push(jobs.status(job));
    }
    assert.deepEqual(seen, ["queued", "queued", "running", "running", "done", "done"]);
    assert.equal(jobs.endedAt(job), job.createdAt + 1000);
  });

  it("fails at its end when that is its fate", async () => {
    const { clock, jobs, job } = setUp("fail");
    await clock.advance(999);
    assert.equal(jobs.status(job), "running");
    await clock.advance(1);
    assert.equal(jobs.status(job), "failed");
    assert.ok(jobs.hasFailed(job));
  });

  it("stays in its last stage for ever when it is stuck", async () => {
    const { clock, jobs, job } = setUp("stick");
    await clock.advance(1e9);
    assert.equal(jobs.status(job), "running");
    assert.equal(jobs.leftMs(job), Number.POSITIVE_INFINITY);
    assert.equal(jobs.movingCount(), 0);
  });

  it("keeps the work it has done when the time scale changes", async () => {
    const { clock, speed, jobs, job } = setUp();
    await clock.advance(500);
    jobs.mark();
    speed.scale = 0.1;
    assert.equal(jobs.leftMs(job), 50);
    jobs.mark();
    speed.scale = 2;
    assert.equal(jobs.leftMs(job), 1000);
  });

  it("is over at once at time scale 0", () => {
    const { speed, jobs, job } = setUp();
    speed.scale = 0;
    assert.equal(jobs.status(job), "done");
    assert.equal(jobs.endedAt(job), job.createdAt);
  });

  it("wakes who waits for it in the moment it ends", async () => {
    const { clock, jobs, job } = setUp();
    let wokenAt = 0;
    const waiting = jobs.whenOver(job, 20_000).then((isOver) => {
      wokenAt = clock.now();
      return isOver;
    });
    await clock.advance(5000);
    assert.equal(await waiting, true);
    assert.equal(wokenAt, job.createdAt + 1000);
  });

  it("lets a waiter go when its time is over", async () => {
    const { clock, jobs, job } = setUp();
    const waiting = jobs.whenOver(job, 300);
    await clock.advance(300);
    assert.equal(await waiting, false);
  });

  it("wakes a waiter earlier when time begins to run faster", async () => {
    const { clock, speed, jobs, job } = setUp();
    let isOver = false;
    const waiting = jobs.whenOver(job, 20_000).then((value) => {
      isOver = value;
    });
    await clock.advance(500);
    jobs.mark();
    speed.scale = 0.1;
    jobs.wake();
    await clock.advance(50);
    await waiting;
    assert.ok(isOver);
  });
});
