// Rules of the two interceptors by themselves: no pass, no request; no other origin, no key.
import assert from "node:assert/strict";
import { test } from "node:test";
import { putKey, throttle } from "../../src/net/interceptors.ts";
import { Gate } from "../../src/net/throttle.ts";
import type { Dispatcher } from "../../src/net/undici.ts";
import { HandClock, ListLedger, turn } from "./tools.ts";

/** Runs one interceptor; what got through it and what it refused. */
async function through(
  interceptor: Dispatcher.DispatcherComposeInterceptor,
  options: Record<string, unknown>,
): Promise<{ passed: Dispatcher.DispatchOptions[]; errors: string[] }> {
  const passed: Dispatcher.DispatchOptions[] = [];
  const errors: string[] = [];
  const dispatch = interceptor((given) => {
    passed.push(given);
    return true;
  });
  dispatch(
    { path: "/", method: "GET", ...options },
    { onResponseError: (_controller, error) => errors.push(error.message) },
  );
  await turn();
  return { passed, errors };
}

const key = { keyId: "k", header: "X-Api-Key", prefix: "Key ", origin: "https://api.test" };

test("a request without a pass does not leave: there is no way round the gate", async () => {
  const gate = new Gate({ ledger: new ListLedger(), clock: new HandClock() });
  const { passed, errors } = await through(throttle(gate), { origin: "https://api.test" });
  assert.equal(passed.length, 0);
  assert.match(errors[0] ?? "", /without a pass/);
});

test("the key is put on for its own origin only, and is not even read for another", async () => {
  let read = 0;
  const put = putKey(async () => {
    read++;
    return "secret";
  });
  const own = await through(put, { origin: "https://api.test", headers: { accept: "*/*" }, key });
  assert.deepEqual(own.passed[0]?.headers, { accept: "*/*", "x-api-key": "Key secret" });
  for (const origin of [
    "https://evil.test",
    "http://api.test",
    "https://api.test:8443",
    "https://api.test.evil",
  ]) {
    const other = await through(put, { origin, headers: {}, key });
    assert.equal(other.passed.length, 0, origin);
    assert.match(other.errors[0] ?? "", /may not be sent/);
    assert.doesNotMatch(other.errors[0] ?? "", /secret/);
  }
  assert.equal(read, 1);
});

test("a request that needs no key gets none", async () => {
  const put = putKey(async () => "secret");
  const { passed } = await through(put, { origin: "https://files.test", headers: {}, key: null });
  assert.deepEqual(passed[0]?.headers, {});
});
