// What was chosen in the playground outlives a reload of the editor window, as far as it still exists.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Choice, ChoiceMemory } from "../../src/app/ports.ts";
import { bench } from "./fakes.ts";

/** A memory that outlives an editor window. */
function memory(kept?: unknown): ChoiceMemory & { kept: unknown } {
  return {
    kept,
    read() {
      return this.kept;
    },
    keep(choice: Choice) {
      this.kept = choice;
    },
  };
}

function chosenWith(choice: ChoiceMemory, choose?: Partial<Choice>) {
  const on = bench({ choice });
  try {
    if (choose?.providerId !== undefined)
      on.app.receive({ type: "chooseProvider", providerId: choose.providerId });
    if (choose?.actionId != null) on.app.receive({ type: "chooseAction", actionId: choose.actionId });
    return on.app.snapshot().chosen;
  } finally {
    void on.close();
  }
}

test("provider, account and action are chosen again after a reload", () => {
  const kept = memory();
  const before = chosenWith(kept, { providerId: "sync", actionId: "listGenerations" });
  assert.equal(before.providerId, "sync");
  assert.deepEqual(chosenWith(kept), before);
});

test("what no longer exists, or was never a choice, is passed over", () => {
  const first = chosenWith(memory());
  for (const kept of [null, 7, "sync", { providerId: "gone" }, { providerId: ["sync"] }])
    assert.deepEqual(chosenWith(memory(kept)), first);
  const { providerId, actionId } = chosenWith(
    memory({ providerId: "sauti", accountId: "gone", keyId: "gone", actionId: "gone" }),
  );
  assert.equal(providerId, "sauti");
  assert.ok(actionId !== null && actionId !== "gone");
});
