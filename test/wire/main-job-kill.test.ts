// The extension host is killed at any moment: after the restart every exchange ends, or stands as outcome unknown
// where the API has no contract to do better; nothing is charged twice.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { ground, open, settled } from "./whole-app.ts";

/** Providers whose creates carry a key: the outcome is always found out. */
const KEYED = new Set(["soundpiece", "sync"]);

async function killedAfter(ms: number): Promise<void> {
  const place = await ground(0.2);
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, "app-child.ts"), place.folder, JSON.stringify(place.simulator.accounts)],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  await once(child.stdout, "data");
  await new Promise((done) => setTimeout(done, ms));
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
  const after = open(place, {}, "after");
  await after.app.start();
  const exchanges = after.app.history.list({ limit: 50 });
  assert.equal(exchanges.length, 5);
  for (const { id, providerId } of exchanges) {
    let card = await after.card(id, settled, 20_000);
    if (card.state === "decide") {
      after.do({ type: "confirm", cardId: id });
      card = await after.card(id, (now) => settled(now) && now.state !== "decide", 20_000);
    }
    const charges = await place.charges(providerId as "sauti");
    assert.ok(charges <= 1, `${providerId} was charged ${charges} times, killed after ${ms} ms`);
    if (KEYED.has(providerId)) assert.equal(card.state, "succeeded", JSON.stringify(card));
    assert.ok(["succeeded", "unknown"].includes(card.state), JSON.stringify(card));
    if (card.state !== "succeeded") continue;
    assert.equal(charges, 1);
    assert.ok(card.results.some((result) => /^(audio|video)\//.test(result.mediaType ?? "")));
    assert.ok(card.results.every((result) => result.src !== null && result.problem === null));
  }
  const files = await after.files();
  assert.deepEqual(
    files.filter((name) => name.endsWith(".part") && !exchanges.some((one) => name.startsWith(one.id))),
    [],
  );
  await after.close();
  await place.close();
}

test("killed at any moment: nothing is lost, nothing is charged twice", { timeout: 90_000 }, async () => {
  await Promise.all([0, 60, 150, 300, 600].map(killedAfter));
});
