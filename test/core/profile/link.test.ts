// Which addresses out of an answer may be asked.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isOpenLink } from "../../../src/core/profile/link.ts";

const BASE = "https://api.provider.test/v1";

test("results lie on the provider's own origin, or over https at a public name", () => {
  for (const link of [
    "https://api.provider.test/file.wav",
    "https://storage.googleapis.com/bucket/a?X-Goog-Signature=1",
    "https://cdn.provider.test:8443/a",
    "https://8.8.8.8/a",
    "https://172.32.0.1/a",
    "https://10.example.com/a",
  ])
    assert.equal(isOpenLink(link, BASE), true, link);
  assert.equal(isOpenLink("http://127.0.0.1:4010/sauti/_files/a", "http://127.0.0.1:4010/sauti"), true);
});

test("another address of this machine or of a private network is not asked, however it is written", () => {
  for (const host of [
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "0.0.0.0",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "a.localhost",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "printer.local",
    "metadata.google.internal",
    "[::]",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[fe80::1]",
    "[fd00::1]",
  ])
    assert.equal(isOpenLink(`https://${host}/a`, BASE), false, host);
});

test("neither plain http, another scheme, a password in the address nor rubbish is asked", () => {
  for (const link of [
    "http://cdn.provider.test/a",
    "http://api.provider.test/a",
    "file:///etc/passwd",
    "ftp://cdn.provider.test/a",
    "data:audio/wav;base64,AAAA",
    "javascript:alert(1)",
    "//cdn.provider.test/a",
    "https://me:pw@cdn.provider.test/a",
    "https://",
    "",
  ])
    assert.equal(isOpenLink(link, BASE), false, link);
});

test("no text whatever throws, and what is asked is always https or the provider itself", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.webUrl({ validSchemes: ["http", "https", "ftp"] })), (link) => {
      if (isOpenLink(link, BASE)) assert.equal(new URL(link).protocol, "https:");
    }),
    { numRuns: 300 },
  );
});
