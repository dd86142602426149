// What was chosen, typed and loaded in the playground outlives a reload of the editor window, as far as it still exists.
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import type { FormMemory, FormPart } from "../../src/app/ports.ts";
import { type Bench, bench, json, settle } from "./fakes.ts";

/** What all editor windows share. */
class Everywhere {
  at = 0;
  readonly listeners = new Set<() => void>();
}

/** A memory that outlives an editor window, as text as the editor keeps it. */
class Memory implements FormMemory {
  readonly kept = new Map<FormPart, string>();
  readonly #everywhere: Everywhere;
  constructor(everywhere = new Everywhere()) {
    this.#everywhere = everywhere;
  }
  forgetEverywhere(): void {
    this.#everywhere.at++;
    for (const one of this.#everywhere.listeners) one();
  }
  onForgotten(listener: () => void): () => void {
    this.#everywhere.listeners.add(listener);
    return () => this.#everywhere.listeners.delete(listener);
  }
  forgottenAt(): number {
    return this.#everywhere.at;
  }
  read(part: FormPart): unknown {
    const text = this.kept.get(part);
    return text === undefined ? undefined : JSON.parse(text);
  }
  keep(part: FormPart, value: unknown): void {
    if (value === undefined) this.kept.delete(part);
    else this.kept.set(part, JSON.stringify(value));
  }
}

const benches: Bench[] = [];
afterEach(async () => {
  for (const one of benches.splice(0)) await one.close();
});

/** A new editor window over the same memory. */
function opened(memory: FormMemory): Bench {
  const on = bench({ memory });
  benches.push(on);
  return on;
}

function holding(parts: Partial<Record<FormPart, unknown>>): Memory {
  const memory = new Memory();
  for (const [part, value] of Object.entries(parts)) memory.kept.set(part as FormPart, JSON.stringify(value));
  return memory;
}

const valuesOf = (on: Bench) => on.app.snapshot().form?.values ?? {};

test("provider, account and action are chosen again after a reload", () => {
  const memory = new Memory();
  const { app } = opened(memory);
  app.receive({ type: "chooseProvider", providerId: "sync" });
  app.receive({ type: "chooseAction", actionId: "listGenerations" });
  const before = app.snapshot().chosen;
  assert.equal(before.actionId, "listGenerations");
  assert.deepEqual(opened(memory).app.snapshot().chosen, before);
});

test("what no longer exists, or was never a choice, is passed over", () => {
  const first = opened(new Memory()).app.snapshot().chosen;
  for (const choice of [null, 7, "sync", { providerId: "gone" }, { providerId: ["sync"] }])
    assert.deepEqual(opened(holding({ choice })).app.snapshot().chosen, first);
  const choice = { providerId: "sauti", accountId: "gone", keyId: "gone", actionId: "gone" };
  const { providerId, actionId } = opened(holding({ choice })).app.snapshot().chosen;
  assert.equal(providerId, "sauti");
  assert.ok(actionId !== null && actionId !== "gone");
});

test("what was typed into each form is there after a reload, also a field that was emptied and a chosen file", () => {
  const memory = new Memory();
  const { app } = opened(memory);
  app.receive({ type: "chooseProvider", providerId: "sauti" });
  app.receive({ type: "draft", actionId: "speak", values: { text: "Habari", voice_id: "imani" } });
  app.receive({ type: "chooseAction", actionId: "transcribe" });
  app.setFile("audio", { path: "/tmp/talk.wav", name: "talk.wav", bytes: 5 });
  app.receive({ type: "chooseAction", actionId: "speakJob" });
  app.receive({ type: "draft", actionId: "speakJob", values: { text: "" } });
  const later = opened(memory);
  assert.equal(valuesOf(later).text, "");
  later.app.receive({ type: "chooseAction", actionId: "speak" });
  const { text, voice_id } = valuesOf(later);
  assert.deepEqual([text, voice_id], ["Habari", "imani"]);
  later.app.receive({ type: "chooseAction", actionId: "transcribe" });
  assert.equal(valuesOf(later).audio, "talk.wav");
});

test("a kept draft that does not fit the form any more gives only what fits", () => {
  const draft = { text: "Habari", voice_id: { deep: 1 }, gone: "x" };
  const on = opened(holding({ drafts: { "sauti/speak": draft, "sauti/speakJob": [1], old: 7 } }));
  on.app.receive({ type: "chooseProvider", providerId: "sauti" });
  on.app.receive({ type: "chooseAction", actionId: "speak" });
  assert.equal(valuesOf(on).text, "Habari");
  assert.equal(valuesOf(on).voice_id, null);
  for (const drafts of [null, 3, "x", [1]]) {
    const broken = opened(holding({ drafts, lists: drafts }));
    assert.notEqual(broken.app.snapshot().form, null);
  }
});

test("a very long draft lives as long as the editor window and is not kept; the others are", () => {
  const memory = new Memory();
  const on = opened(memory);
  on.app.receive({ type: "chooseProvider", providerId: "sauti" });
  on.app.receive({ type: "draft", actionId: "speak", values: { text: "short" } });
  on.app.receive({ type: "draft", actionId: "speakJob", values: { text: "x".repeat(600_000) } });
  assert.deepEqual(Object.keys(memory.read("drafts") as object), ["sauti/speak"]);
  on.app.receive({ type: "chooseAction", actionId: "speakJob" });
  assert.equal(String(valuesOf(on).text).length, 600_000);
});

test("a loaded list of voices and the chosen one are there after a reload, without asking again", async () => {
  const memory = new Memory();
  const on = opened(memory);
  await on.app.start();
  on.client.script = () => json(200, { voices: [{ id: "v1", name: "Maya" }], nextCursor: null });
  on.app.receive({ type: "chooseProvider", providerId: "voicedub" });
  on.app.receive({ type: "chooseAction", actionId: "dub" });
  on.app.receive({ type: "loadChoices", field: "voiceId" });
  await settle();
  on.app.receive({ type: "draft", actionId: "dub", values: { voiceId: "v1" } });
  const later = opened(memory);
  const field = later.app.snapshot().form?.fields.find((one) => one.name === "voiceId");
  assert.equal(field?.loadChoices, "loaded");
  assert.deepEqual(field?.choices, [{ value: "v1", title: "Maya" }]);
  assert.equal(valuesOf(later).voiceId, "v1");
  assert.equal(later.client.asked.length, 0);
});

test("no key is kept with what was typed", async () => {
  const memory = new Memory();
  const on = opened(memory);
  await on.app.start();
  const account = await on.app.accounts.add({
    providerId: "sauti",
    name: "Studio",
    planId: null,
    keyName: "Main",
    keyText: "sk-secret-1234567890",
  });
  on.app.receive({ type: "chooseAccount", accountId: account.id });
  on.app.receive({ type: "draft", actionId: "speak", values: { text: "Habari" } });
  assert.ok(memory.kept.has("drafts") && memory.kept.has("choice"));
  assert.ok(![...memory.kept.values()].join().includes("sk-secret"));
});

test("Forget Everything empties the forms and what was kept of them", async () => {
  const memory = new Memory();
  const on = opened(memory);
  on.app.receive({ type: "chooseProvider", providerId: "sauti" });
  const first = on.app.snapshot().form;
  on.app.receive({ type: "draft", actionId: "speak", values: { text: "private words" } });
  await on.app.accounts.forgetEverything();
  const { form } = on.app.snapshot();
  assert.deepEqual(form?.values, first?.values);
  assert.notEqual(form?.draft, first?.draft);
  assert.ok(![...memory.kept.values()].join().includes("private words"));
});

for (const intent of ["draft", "send"] as const)
  test(`what stands in a form while another editor window forgets everything is not kept again by a ${intent}, nor sent`, async () => {
    const everywhere = new Everywhere();
    const [one, other] = [new Memory(everywhere), new Memory(everywhere)];
    const [here, there] = [opened(one), opened(other)];
    there.app.receive({ type: "chooseProvider", providerId: "sauti" });
    const first = there.app.snapshot().form;
    const values = { text: "private words" };
    there.app.receive({ type: "draft", actionId: "speak", values });
    await here.app.accounts.forgetEverything();
    there.app.receive({ type: intent, actionId: "speak", values: { text: "private words and more" } });
    await settle();
    const { form } = there.app.snapshot();
    assert.deepEqual(form?.values, first?.values);
    assert.notEqual(form?.draft, first?.draft);
    assert.deepEqual(there.client.asked, []);
    there.app.receive({ type: "draft", actionId: "speak", values: { text: "since then" } });
    assert.equal(valuesOf(there).text, "since then");
    assert.ok(![...one.kept.values(), ...other.kept.values()].join().includes("private words"));
  });

test("a form that is shown while another editor window forgets everything is empty in the next picture of it", async () => {
  const everywhere = new Everywhere();
  const [here, there] = [opened(new Memory(everywhere)), opened(new Memory(everywhere))];
  there.app.receive({ type: "chooseProvider", providerId: "sauti" });
  there.app.receive({ type: "draft", actionId: "speak", values: { text: "private words" } });
  await there.app.start();
  await settle();
  let told = 0;
  there.app.onChange(() => told++);
  await here.app.accounts.forgetEverything();
  await there.clock.pass(1_000);
  assert.ok(told > 0, "nobody asks for another picture");
  assert.notEqual(valuesOf(there).text, "private words");
});
