// A server that does not answer is met with one request at a time, and everything else waits behind it.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Wait } from "../../src/core/quota/model.ts";
import type { Attempt } from "../../src/net/attempt.ts";
import { Outages } from "../../src/net/outage.ts";
import { HandClock } from "./tools.ts";

const lost: Attempt = { type: "lost", status: 0, error: new Error("reset"), code: "ECONNRESET", origin: "o" };
const answered = { type: "answer", status: 200, refusal: null } as Attempt;
const down = { type: "answer", status: 503, refusal: null } as Attempt;

function world() {
  const clock = new HandClock();
  const outages = new Outages(clock);
  const tried: string[] = [];
  const waits = new Map<string, Wait>();
  let order = 0;
  /** One attempt; `answer` gives how it ends. */
  function go(
    name: string,
    answer: (held: () => void) => Attempt | Promise<Attempt>,
    how: { lane?: number; urgent?: boolean; signal?: AbortSignal; origin?: string } = {},
  ) {
    const { lane = 2, urgent = false, signal = new AbortController().signal, origin = "o" } = how;
    const leaving = {
      lane,
      order: order++,
      urgent,
      signal,
      waiting: (wait: Wait) => void waits.set(name, wait),
    };
    return outages.tried(
      origin,
      () => leaving,
      async (held) => {
        tried.push(name);
        return answer(held);
      },
    );
  }
  async function fail(times: number) {
    for (let i = 0; i < times; i++) {
      const one = go(`early ${i}`, () => lost);
      await clock.advance(60_000);
      await one;
    }
    tried.length = 0;
  }
  return { clock, go, fail, tried, waits };
}

test("three failures in a row hold nobody back, and an answer between them starts the count anew", async () => {
  const { go, fail, tried } = world();
  await fail(3);
  await go("good", () => answered);
  await fail(3);
  await go("next", () => answered);
  assert.deepEqual(tried, ["next"]);
});

test("from the fourth on one request tries, the highest lane first, and the rest is told until when it waits", async () => {
  const { clock, go, fail, tried, waits } = world();
  await fail(4);
  const all = [go("poll", () => lost, { lane: 3 }), go("flow", () => lost, { lane: 1 })];
  assert.deepEqual(tried, []);
  assert.equal(waits.get("poll")?.cause, "outage");
  assert.equal(waits.get("poll")?.evidenceAt, clock.now());
  const until = waits.get("poll")?.until ?? 0;
  assert.ok(until > clock.now() && until <= clock.now() + 1_000);
  await clock.advance(until - clock.now() - 1);
  assert.deepEqual(tried, []);
  await clock.advance(1);
  assert.deepEqual(tried, ["flow"]);
  await all[1];
  const later = waits.get("poll")?.until ?? 0;
  assert.ok(later > clock.now());
  assert.equal(waits.get("poll")?.evidenceAt, clock.now());
  await clock.advance(2_000);
  await all[0];
  assert.deepEqual(tried, ["flow", "poll"]);
  assert.equal(clock.timers, 0);
});

test("an answer to the one that tries lets all the others go at once", async () => {
  const { clock, go, fail, tried } = world();
  await fail(4);
  const all = ["a", "b", "c"].map((name) => go(name, () => answered));
  await clock.advance(1_000);
  await Promise.all(all);
  assert.deepEqual(tried, ["a", "b", "c"]);
  assert.equal(clock.timers, 0);
});

test("the pauses grow to a little above a minute and no further, however long it lasts", async () => {
  const { clock, go, fail, waits } = world();
  await fail(40);
  await clock.advance(75_000);
  await go("one more", () => lost);
  void go("last", () => lost);
  const pause = (waits.get("last")?.until ?? 0) - clock.now();
  assert.ok(pause >= 37_500 && pause <= 75_000, String(pause));
});

test("what a person sends now may try at once, but not more than once a second", async () => {
  const { clock, go, fail, tried } = world();
  await fail(20);
  await go("click", () => lost, { lane: 0, urgent: true });
  assert.deepEqual(tried, ["click"]);
  void go("again", () => lost, { lane: 0, urgent: true });
  assert.deepEqual(tried, ["click"]);
  await clock.advance(1_000);
  await go("later", () => lost, { lane: 0, urgent: true });
  assert.deepEqual(tried, ["click", "later"]);
});

test("502 to 504 without an instant count as no answer; other origins are not held", async () => {
  const { go, tried } = world();
  for (let i = 0; i < 4; i++) await go("busy", () => down);
  tried.length = 0;
  void go("held", () => answered);
  await go("elsewhere", () => answered, { origin: "other" });
  assert.deepEqual(tried, ["elsewhere"]);
});

test("one that is cancelled while it waits goes on at once to fail, and leaves no timer", async () => {
  const { clock, go, fail } = world();
  await fail(4);
  const stop = new AbortController();
  const one = go("gone", () => Promise.reject(new Error("cancelled")), { signal: stop.signal });
  assert.equal(clock.timers, 1);
  stop.abort();
  await assert.rejects(one, /cancelled/);
  assert.equal(clock.timers, 0);
});

test("while one tries no second one does, even when an older attempt fails meanwhile", async () => {
  const { clock, go, fail, tried } = world();
  const old = Promise.withResolvers<Attempt>();
  const late = go("old", () => old.promise);
  await fail(4);
  const trying = Promise.withResolvers<Attempt>();
  const probe = go("probe", () => trying.promise);
  const next = go("next", () => answered);
  await clock.advance(1_000);
  assert.deepEqual(tried, ["probe"]);
  old.resolve(lost);
  await late;
  await clock.advance(120_000);
  assert.deepEqual(tried, ["probe"]);
  trying.resolve(answered);
  await Promise.all([probe, next]);
  assert.deepEqual(tried, ["probe", "next"]);
});

test("while one tries, neither what a person sends nor what comes after its pause tries as well", async () => {
  for (const urgent of [true, false]) {
    const { clock, go, fail, tried } = world();
    await fail(4);
    await clock.advance(120_000);
    const trying = Promise.withResolvers<Attempt>();
    const probe = go("probe", () => trying.promise);
    await clock.advance(120_000);
    const next = go("next", () => answered, { urgent });
    await clock.advance(120_000);
    assert.deepEqual(tried, ["probe"]);
    trying.resolve(answered);
    await Promise.all([probe, next]);
    assert.deepEqual(tried, ["probe", "next"]);
  }
});

test("a head that is too long or cannot be read was an answer", async () => {
  const { go, tried } = world();
  for (const code of ["UND_ERR_HEADERS_OVERFLOW", "HPE_INVALID_CONSTANT"])
    for (let i = 0; i < 4; i++) await go("odd", () => ({ ...lost, code }));
  tried.length = 0;
  await go("next", () => answered);
  assert.deepEqual(tried, ["next"]);
});

test("one that must wait in the gate lets another try, which may be what it waits for", async () => {
  const { clock, go, fail, tried } = world();
  await fail(4);
  let grant = (_: Attempt) => {};
  const create = go(
    "create",
    (held) => {
      held();
      return new Promise<Attempt>((done) => {
        grant = done;
      });
    },
    { lane: 0, urgent: true },
  );
  const poll = go("poll", () => answered, { lane: 3 });
  await clock.advance(0);
  await clock.advance(80_000);
  assert.deepEqual(tried, ["create", "poll"]);
  await poll;
  grant(answered);
  await create;
});
