// Everything is forgotten in one editor window while another one has work under way: nothing of that is written back.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { CardView } from "../../src/protocol/snapshot.ts";
import { type EditorWindow, type Ground, ground, open, settled } from "./whole-app.ts";

let place: Ground;
let here: EditorWindow;
let there: EditorWindow;
before(async () => {
  place = await ground(0.4);
  here = open(place, {}, "forget-here");
  there = open(place, {}, "forget-there");
  await here.app.start();
  await there.app.start();
});
after(async () => {
  await here.close();
  await there.close();
  await place.close();
});

const rows: readonly [
  what: string,
  provider: Parameters<EditorWindow["send"]>[0],
  action: string,
  at: (card: CardView) => boolean,
][] = [
  ["its answer comes", "sauti", "speak", () => true],
  ["a create has no answer yet", "soundpiece", "newSample", () => true],
  ["a job is watched", "soundpiece", "newSample", (card) => card.polls > 0],
  ["a job with several steps is watched", "voicedub", "dub", (card) => card.polls > 0],
  ["a result has just been fetched", "sauti", "speakJob", (card) => card.state === "succeeded"],
];

for (const [what, provider, action, at] of rows)
  test(`forgotten in another editor window while ${what}: no card, no result, no file comes back`, async () => {
    const id = await there.send(provider, action);
    await there.card(id, at);
    await here.app.accounts.forgetEverything();
    // Work that begins after it ends as always; by then what was under way before has come to its end as well.
    const later = await there.send("soundpiece", "newSample");
    const card = await there.card(later, settled, 20_000);
    assert.equal(card.state, "succeeded");
    for (const one of [here, there]) {
      const kept = one.app.history.list({ limit: 99 }).map((exchange) => exchange.id);
      assert.deepEqual(kept, [later]);
      assert.deepEqual(
        one.snapshot().cards.map((shown) => shown.id),
        [later],
      );
    }
    assert.equal(there.ports.jobs.get(id), null);
    assert.deepEqual(there.ports.results.of(id), []);
    const files = await there.files();
    assert.deepEqual(
      files.filter((name) => !name.startsWith(later)),
      [],
    );
    await here.app.accounts.forgetEverything();
    assert.deepEqual(await there.files(), []);
  });
