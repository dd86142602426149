// What the editor keeps of the playground for a workspace, and that what was forgotten in one workspace is so in all.
import assert from "node:assert/strict";
import { test } from "node:test";
import { formMemory, type State } from "../../src/host/form-memory.ts";

class Kept implements State {
  readonly values = new Map<string, unknown>();
  get(name: string): unknown {
    return this.values.get(name);
  }
  async update(name: string, value: unknown): Promise<void> {
    if (value === undefined) this.values.delete(name);
    else this.values.set(name, value);
  }
}

/** When everything was forgotten, as all editor windows see it. */
function forgotten() {
  let at = 0;
  const listeners = new Set<() => void>();
  return {
    at: () => at,
    mark(now: number) {
      at = now;
      for (const one of listeners) one();
    },
    onChange(listener: () => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

test("each workspace reads what it kept, and nothing of what another one wrote into its place", () => {
  const [one, other, everywhere] = [new Kept(), new Kept(), forgotten()];
  formMemory(one, everywhere, () => 5).keep("drafts", { a: 1 });
  assert.deepEqual(formMemory(one, everywhere, () => 9).read("drafts"), { a: 1 });
  assert.equal(formMemory(other, everywhere, () => 9).read("drafts"), undefined);
  for (const strange of [null, 7, "x", {}, { at: 5 }]) {
    one.values.set("headroom.drafts", strange);
    assert.equal(formMemory(one, everywhere, () => 9).read("drafts"), undefined);
  }
});

test("what was forgotten in one workspace is deleted in another as soon as that reads it", () => {
  const [one, other, everywhere] = [new Kept(), new Kept(), forgotten()];
  formMemory(one, everywhere, () => 5).keep("drafts", "typed here");
  formMemory(other, everywhere, () => 6).keep("drafts", "typed there");
  const memory = formMemory(one, everywhere, () => 7);
  memory.keep("drafts", undefined);
  assert.equal(one.values.size, 0);
  assert.equal(formMemory(other, everywhere, () => 7).forgottenAt(), 0);
  let heard = 0;
  const end = formMemory(other, everywhere, () => 7).onForgotten(() => heard++);
  memory.forgetEverywhere();
  end();
  assert.equal(heard, 1);
  assert.equal(formMemory(other, everywhere, () => 7).forgottenAt(), 7);
  const later = formMemory(other, everywhere, () => 8);
  assert.equal(later.read("drafts"), undefined);
  assert.equal(other.values.size, 0);
  later.keep("drafts", "typed since");
  assert.equal(later.read("drafts"), "typed since");
});
