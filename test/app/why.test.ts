// Why it waits, in words: the same facts on the card, in the queue, in the status bar, in the log and in the timeline.

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { whyFacts, whyLine, whySentence } from "../../src/app/why-words.ts";
import type { Ticket } from "../../src/core/quota/ledger.ts";
import type { Wait } from "../../src/core/quota/model.ts";
import { whyOf } from "../../src/core/quota/why.ts";
import { voice } from "../harness/voice.ts";
import { type Bench, bench, settle } from "./fakes.ts";
import { at, now, slots, synthesis } from "./policies.ts";

const wait: Wait = {
  partition: "sauti/key:k/synthesis",
  policyId: "synthesis",
  cause: "rate",
  until: at(40),
  evidence: "stated",
  evidenceAt: at(-8),
  left: 0,
  limit: 10,
};
const ticket = (id: string, part: Partial<Ticket> = {}): Ticket => ({
  id,
  accountId: "a",
  lane: "person",
  since: at(-20),
  title: id,
  own: true,
  wait,
  ...part,
});

function about(part: Partial<Wait> = {}, ahead: readonly Ticket[] = []) {
  const asked = ticket("asked", { wait: { ...wait, ...part } });
  const why = whyOf(asked, [...ahead, asked], [synthesis, slots]);
  return { providerName: "SAUTI", why, now };
}
const factOf = (title: string, of: ReturnType<typeof about>) =>
  whyFacts(voice, of).find((one) => one.title === title)?.value;

test("a wait says the limit, the instant, and how many are ahead", () => {
  assert.equal(
    whySentence(voice, about({}, [ticket("one"), ticket("two")])),
    "SAUTI allows 10 syntheses in any 60\u00a0s. Its turn comes at 14:02:10. 2 requests are ahead.",
  );
});

test("a wait for slots names the jobs that take them, the first three of many", () => {
  const asked = ticket("asked", { wait: { ...wait, policyId: "running", cause: "slots", until: null } });
  const said = (holders: readonly string[]) =>
    whySentence(voice, { providerName: "Sync", why: whyOf(asked, [], [slots], holders), now });
  assert.match(said(["Lip sync: a.mp4", "Dub: b"]), /when one of these ends: “Lip sync: a.mp4”, “Dub: b”\.$/);
  assert.match(said(["Lip sync", "Dub", "Lip sync"]), /when one of these ends: “Lip sync” \(2\), “Dub”\.$/);
  assert.match(said(["a", "b", "c", "d", "e"]), /“a”, “b”, “c” and 2 more\.$/);
  assert.deepEqual(whyOf(ticket("asked"), [], [], ["a"]).holders, []);
});

test("a wait for slots names what must end, and no instant that nobody knows", () => {
  const waits = about({ policyId: "running", cause: "slots", until: null });
  assert.equal(
    whySentence(voice, waits),
    "SAUTI allows 3 generations at once. All places are taken; this goes out when one of these jobs ends.",
  );
  assert.equal(factOf("Until", waits), "a job ends; nobody knows when");
});

test("every cause of a wait has its own sentence, with an instant and without one", () => {
  const causes = [
    "rate",
    "slots",
    "refused",
    "learning",
    "ahead",
    "backoff",
    "outage",
    "retries",
    "connections",
  ] as const;
  for (const until of [at(40), null]) {
    const said = causes.map((cause) => whySentence(voice, about({ cause, until })));
    assert.equal(new Set(said).size, causes.length);
    const facts = causes.flatMap((cause) => whyFacts(voice, about({ cause, until })));
    for (const text of [...said, ...facts.map(({ value }) => value)])
      assert.ok(text !== "" && !/undefined|null|NaN|\{/.test(text), text);
  }
});

test("the facts answer what, since when, until when, on what evidence, and who is ahead", () => {
  const ahead = [ticket("Speak"), ticket("Sing", { lane: "batch" }), ticket("far", { own: false })];
  assert.deepEqual(
    whyFacts(voice, about({}, ahead)).map(({ title, value }) => `${title}: ${value}`),
    [
      "Limit: Synthesis: 0 of 10 left",
      "Waits since: 14:01:10",
      "Until: 14:02:10",
      "Known from: stated by the server, 14:01:22",
      "Ahead: sent by you: “Speak”; batch: “Sing”; 1 in another editor window",
    ],
  );
});

test("of many ahead the first three are named and the others counted", () => {
  const ahead = ["a", "b", "c", "d", "e"].map((id) => ticket(id));
  assert.equal(factOf("Ahead", about({}, ahead)), "sent by you: “a”, “b”, “c” and 2 more");
  assert.equal(factOf("Ahead", about()), "nobody");
});

test("a wait for the next attempt says which one it is of how many, and why the last one failed", () => {
  const retry = { cause: "status 503", attempt: 3, most: 6, capMs: 75_000 };
  const waits = about({ cause: "backoff", policyId: "", partition: "", evidence: "counted", retry });
  assert.equal(
    whySentence(voice, waits),
    "The last attempt failed; the next one follows at 14:02:10. It is attempt 3 of at most 6.",
  );
  assert.equal(factOf("Last attempt", waits), "the server answered with status 503");
  assert.equal(factOf("Longest pause", waits), voice.format.duration(75_000));
  assert.equal(factOf("Ahead", waits), undefined);
});

let on: Bench;
beforeEach(() => {
  on = bench();
});
afterEach(() => on.close());

test("card, queue, status bar, log and timeline say the same of a request that waits", async () => {
  const until = on.clock.now() + 40_000;
  const held: Wait = { ...wait, partition: "p", until, evidenceAt: on.clock.now() };
  on.client.script = (_request, progress) => {
    progress.waiting(held);
    return new Promise(() => {});
  };
  const id = on.send("sauti", "speak", { text: "Habari" });
  await settle();
  const card = on.card(id);
  assert.match(card.wait?.sentence ?? "", /^SAUTI allows 10 \S+ in any 60\u00a0s\. The next one is free at/);
  assert.deepEqual(on.app.snapshot().queue[0]?.wait, card.wait);
  assert.deepEqual(on.app.headline().first?.wait, card.wait);
  const line = on.logged.find((one) => one.includes(id) && one.includes("Waits:"));
  assert.ok(line?.includes(card.wait?.sentence ?? "?"), String(line));
  const timeline = (await Array.fromAsync(on.app.history.exported({}, "har", "1"))).join("");
  assert.ok(timeline.includes(`Waits: ${card.wait?.sentence}`.slice(0, 30)));
  for (const { title, value } of card.wait?.facts ?? [])
    assert.ok(timeline.includes(`${title}: ${value}`), timeline);
});

test("the log hears of a wait once, and again only for another reason", async () => {
  on.client.script = (_request, progress) => {
    for (let i = 0; i < 5; i++) progress.waiting({ ...wait, until: on.clock.now() + i * 1000 });
    progress.waiting({ ...wait, cause: "refused" });
    return new Promise(() => {});
  };
  const id = on.send("sauti", "speak", { text: "Habari" });
  await settle();
  assert.equal(on.logged.filter((one) => one.includes(id) && one.includes("Waits:")).length, 2);
});

test("between two attempts a card says when the next one follows, and the queue does not show it twice", async () => {
  const until = on.clock.now() + 7_000;
  on.client.script = (_request, progress) => {
    progress.sending(1, on.clock.now());
    progress.retrying(until, { cause: "lost", attempt: 2, most: 4, capMs: 75_000 }, "counted");
    return new Promise(() => {});
  };
  const id = on.send("sauti", "speak", { text: "Habari" });
  await settle();
  const { wait: shown } = on.card(id);
  assert.equal(shown?.until, until);
  assert.match(shown?.sentence ?? "", /It is attempt 2 of at most 4\.$/);
  assert.deepEqual(on.app.snapshot().queue, []);
  assert.equal(on.app.headline().waiting, 1);
});

test("a request stands in one place: before it was sent in the queue, whatever holds it; afterwards on its card", async () => {
  const until = on.clock.now() + 7_000;
  let step: "before" | "after" = "before";
  on.client.script = (_request, progress) => {
    if (step === "after") progress.sending(1, on.clock.now());
    progress.waiting({ ...wait, until, policyId: step === "after" ? wait.policyId : "" });
    return new Promise(() => {});
  };
  const before = on.send("sauti", "speak", { text: "Habari" });
  await settle();
  assert.equal(on.card(before).state, "waiting");
  assert.deepEqual(
    on.app.snapshot().queue.map(({ id }) => id),
    [before],
  );
  step = "after";
  const after = on.send("sauti", "speak", { text: "Karibu" });
  await settle();
  assert.equal(on.card(after).state, "sending");
  assert.notEqual(on.card(after).wait, null);
  assert.deepEqual(
    on.app.snapshot().queue.map(({ id }) => id),
    [before],
  );
});

test("one line for the log holds sentence and evidence", () => {
  assert.equal(
    whyLine(voice, about({ cause: "refused" })),
    "Waits: SAUTI refused the last request until 14:02:10; this goes out then. (the server's refusal, 14:01:22)",
  );
});
