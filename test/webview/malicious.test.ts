// Hostile words in every text of a snapshot: they are shown as words. Nothing of them becomes an element, runs, is asked
// for, or turns what stands beside it; messages that do not fit the contract change nothing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { downSchema, type Snapshot } from "../../src/protocol/snapshot.ts";
import { hostileText } from "../../src/simulator/hostile.ts";
import { usePanels } from "./gallery/panels.ts";
import { states } from "./gallery/states.ts";

const open = usePanels();

/** The names under which a person reads a text. */
const TEXTS =
  /^(title|detail|sentence|remedy|name|noun|description|placeholder|unit|text|notice|problem|providerName|accountName|stateTitle|submitTitle|summary|group|speaker|source)$/;
/** Long enough to be cut somewhere, short enough to be drawn. */
const words = hostileText.slice(0, 600);

function hostile(state: Snapshot): Snapshot {
  const text = JSON.stringify(state, function (this: Record<string, unknown>, name, value: unknown) {
    // A field's name is no text: the form's values hang on it.
    const isField = name === "name" && "required" in this;
    return typeof value === "string" && TEXTS.test(name) && !isField ? words : value;
  });
  const read = downSchema.parse(JSON.parse(text));
  assert.equal(read.type, "snapshot");
  return read as Snapshot;
}

for (const name of [
  "everything",
  "all-fields",
  "form-problems",
  "confirm",
  "edit",
  "edit-rows",
  "outcome-unknown",
  "failed",
])
  test(`hostile words stay words: ${name}`, async () => {
    const panel = await open(hostile(states[name]!));
    const { page } = panel;
    const found = await page.evaluate(() => {
      const all = (root: ParentNode): Element[] =>
        [...root.querySelectorAll("*")].flatMap((one) => [
          one,
          ...(one.shadowRoot === null ? [] : all(one.shadowRoot)),
        ]);
      const elements = all(document);
      return {
        title: document.title,
        scripts: elements.filter((one) => one.tagName === "SCRIPT").length,
        strange: elements.filter((one) => /^(IMG|IFRAME|OBJECT|EMBED|BASE|A)$/.test(one.tagName)).length,
        handlers: elements.filter((one) => [...one.attributes].some(({ name: at }) => /^on/i.test(at)))
          .length,
        addresses: elements.filter((one) =>
          ["href", "src"].some((at) => /^\s*(javascript|data):/i.test(one.getAttribute(at) ?? "")),
        ).length,
        words: elements.some((one) => one.textContent?.includes("<img src=x onerror=") === true),
      };
    });
    assert.deepEqual(found, {
      title: "Headroom Playground",
      scripts: 1,
      strange: 0,
      handlers: 0,
      addresses: 0,
      words: true,
    });
    assert.deepEqual(panel.complaints, []);
    await panel.close();
  });

test("a message that does not fit the contract changes nothing", async () => {
  const { page, complaints, close } = await open(states.everything!);
  const shown = () => page.evaluate(() => document.querySelector("hr-app")?.shadowRoot?.textContent);
  const earlier = await shown();
  await page.evaluate(() => {
    const bad: unknown[] = [
      null,
      7,
      "snapshot",
      [],
      { type: "snapshot" },
      { type: "snapshot", revision: 1e9, cards: [{ id: "<b>" }] },
      { type: "greeting", session: "run 1", strings: { Send: { toString: "x" } } },
      { type: "evil", html: "<img src=x onerror=alert(1)>" },
      JSON.parse('{"type":"snapshot","__proto__":{"cards":[]}}'),
    ];
    for (const message of bad) window.postMessage(message, "*");
  });
  await page.evaluate(() => new Promise((done) => setTimeout(done, 0)));
  assert.equal(await shown(), earlier);
  for (const complaint of complaints.splice(0)) assert.match(complaint, /does not fit the contract/);
  await close();
});
