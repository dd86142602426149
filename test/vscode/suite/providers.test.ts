/** Each provider's main action in the real host: filled in as a person would, sent, and watched to its end. */
import assert from "node:assert/strict";
import { statSync } from "node:fs";
import * as vscode from "vscode";
import type { App } from "../../../src/app/api.ts";
import type { CardView, FormValue } from "../../../src/protocol/snapshot.ts";
import { chooseSimulated, started, until } from "../started.ts";

/** What the first create action of each provider gives. */
const expected: Readonly<Record<string, RegExp>> = {
  soundpiece: /^audio\//,
  sauti: /^audio\//,
  voicedub: /^audio\//,
  sync: /^video\//,
  vocabusta: /^audio\//,
};

describe("the main action of each provider", () => {
  let app: App;
  /** A sound to send where a file is asked for. */
  let sound = "";

  before(async () => {
    const settings = vscode.workspace.getConfiguration("headroom");
    await settings.update("simulator.timeScale", 0.05, vscode.ConfigurationTarget.Global);
    await vscode.commands.executeCommand("headroom.restartSimulator");
    app = await (await started()).app.get();
    const card = await send(app, "sauti");
    sound = app.resultFile(card.results[0]?.id ?? "")?.path ?? "";
  });

  for (const [providerId, type] of Object.entries(expected))
    it(`of ${providerId} runs to its end, and its result lies on disk`, async () => {
      const card = await send(app, providerId, sound);
      const file = app.resultFile(card.results[0]?.id ?? "");
      assert.ok(file, JSON.stringify(card));
      assert.match(file.mediaType ?? "", type);
      assert.equal(statSync(file.path).size, file.bytes);
    }).timeout(60_000);
});

/** Fills the form from its own examples, sends it, confirms what is asked, and waits for the end. */
async function send(app: App, providerId: string, sound = ""): Promise<CardView> {
  chooseSimulated(app, providerId);
  const form = app.snapshot().form;
  assert.ok(form, providerId);
  const values: Record<string, FormValue> = { ...form.values };
  for (const field of form.fields) {
    if (field.type === "file" && field.required)
      app.setFile(field.name, { path: sound, name: "sound.wav", bytes: statSync(sound).size });
    else if (field.required && (values[field.name] ?? "") === "")
      values[field.name] = field.choices?.[0]?.value ?? field.placeholder ?? "x";
  }
  const before = new Set(app.snapshot().cards.map((card) => card.id));
  const ready = app.snapshot().form;
  const files = Object.fromEntries(
    form.fields
      .filter((field) => field.type === "file")
      .map((field) => [field.name, ready?.values[field.name] ?? null]),
  );
  app.receive({ type: "send", actionId: form.actionId, values: { ...values, ...files } });
  const confirmed = new Set<string>();
  return until(`the end of ${providerId}, with ${JSON.stringify(app.snapshot().form?.problems)}`, () => {
    const card = app.snapshot().cards.find((one) => !before.has(one.id));
    if (card === undefined) return null;
    if (card.state === "decide" && card.ask !== null && !confirmed.has(card.stateTitle + card.step?.index)) {
      confirmed.add(card.stateTitle + card.step?.index);
      app.receive({ type: "confirm", cardId: card.id });
    }
    assert.ok(!["failed", "unknown", "lost", "cancelled"].includes(card.state), JSON.stringify(card));
    return card.state === "succeeded" && card;
  });
}
