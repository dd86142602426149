/** Where key texts are, and where they are not. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isHeadroomError } from "../../src/core/errors.ts";
import { SecretKeys, type Secrets } from "../../src/host/keys.ts";

type Listener = (change: { readonly key: string }) => unknown;

/** A keyring in memory, which fails or forgets as told. */
class Keyring implements Secrets {
  readonly kept = new Map<string, string>();
  readonly listeners = new Set<Listener>();
  broken: "no" | "throws" | "forgets" | "locked" = "no";
  readonly onDidChange: Secrets["onDidChange"] = (listener: Listener) => {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  };
  async get(key: string): Promise<string | undefined> {
    if (this.broken === "locked") throw new Error("org.freedesktop.secrets: locked");
    return this.kept.get(key);
  }
  async keys(): Promise<string[]> {
    return [...this.kept.keys()];
  }
  async store(key: string, text: string): Promise<void> {
    if (this.broken === "throws") throw new Error("no keyring");
    if (this.broken === "no") this.kept.set(key, text);
    for (const listener of this.listeners) listener({ key });
  }
  async delete(key: string): Promise<void> {
    this.kept.delete(key);
  }
}

function made(keyring: Keyring) {
  const causes: unknown[] = [];
  return { keys: new SecretKeys(keyring, (cause) => causes.push(cause)), causes };
}

test("a key is stored under its id in the SecretStorage and read from there", async () => {
  const keyring = new Keyring();
  const { keys, causes } = made(keyring);
  await keys.store("k-1", "spk_abcdef123456");
  assert.deepEqual([...keyring.kept], [["headroom.key.k-1", "spk_abcdef123456"]]);
  assert.equal(await keys.read("k-1"), "spk_abcdef123456");
  assert.equal(await keys.read("k-2"), null);
  assert.deepEqual(causes, []);
});

test("a keyring that cannot be read is not taken for one without the key, and the key is there when it can be", async () => {
  const keyring = new Keyring();
  const { keys } = made(keyring);
  await keys.store("k-1", "spk_abcdef123456");
  keyring.broken = "locked";
  await assert.rejects(keys.read("k-1"), (error) => {
    assert.ok(isHeadroomError(error, "notConfigured") && error.fields.field === "keyring");
    assert.match(error.message, /could not be read .*locked.* Unlock .*, then try again\.$/);
    return true;
  });
  keyring.broken = "no";
  assert.equal(await keys.read("k-1"), "spk_abcdef123456");
});

for (const broken of ["throws", "forgets"] as const)
  test(`when the keyring ${broken}, the key lives for this session and that is said`, async () => {
    const keyring = new Keyring();
    keyring.broken = broken;
    const { keys, causes } = made(keyring);
    await keys.store("k-1", "spk_abcdef123456");
    assert.equal(causes.length, 1);
    assert.equal(keyring.kept.size, 0);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(await keys.read("k-1"), "spk_abcdef123456");
    keys.dispose();
    assert.equal(await keys.read("k-1"), null);
  });

test("a key that another editor window has stored goes before the one kept for the session", async () => {
  const keyring = new Keyring();
  keyring.broken = "throws";
  const { keys } = made(keyring);
  await keys.store("k-1", "spk_old_old_old");
  keyring.broken = "no";
  await keyring.store("headroom.key.k-1", "spk_new_new_new");
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(await keys.read("k-1"), "spk_new_new_new");
});

test("forgetting all leaves nothing of Headroom's and everything of others", async () => {
  const keyring = new Keyring();
  keyring.kept.set("other", "theirs");
  const { keys } = made(keyring);
  await keys.store("k-1", "one one one");
  await keys.store("k-2", "two two two");
  await keys.forgetAll();
  assert.deepEqual([...keyring.kept], [["other", "theirs"]]);
});

test("every text that was read or stored is known to the redaction", async () => {
  const keyring = new Keyring();
  keyring.kept.set("headroom.key.k-9", "from before");
  const { keys } = made(keyring);
  await keys.store("k-1", "one one one");
  await keys.read("k-9");
  assert.deepEqual([...keys.known()], ["one one one", "from before"]);
});
