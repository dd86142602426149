/** The settings as typed values, and that a workspace cannot turn a key elsewhere. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { shim } from "./vscode-shim.ts";

const { readNetwork, readSettings, withBaseUrls } = await import("../../src/host/settings.ts");

beforeEach(() => shim.settings.clear());

test("settings of the wrong type count as the defaults", () => {
  shim.settings.set("headroom.statusBar.show", 7);
  shim.settings.set("headroom.statusBar.warnAt", "much");
  shim.settings.set("headroom.notifications.quotaAt", [90, "x", 50, 0, 900]);
  shim.settings.set("headroom.baseUrls", ["http://a"]);
  const settings = readSettings();
  assert.equal(settings.statusBarShow, "tightest");
  assert.equal(settings.warnAtPercent, 10);
  assert.equal(settings.notifyJobs, true);
  assert.deepEqual(settings.quotaAtPercents, [50, 90]);
  assert.deepEqual(settings.baseUrls, {});
});

test("a base address, a proxy or a strictness that a workspace sets is not read", () => {
  shim.settings.set("workspace:headroom.baseUrls", { sauti: "https://thief.example.com" });
  shim.settings.set("workspace:http.proxy", "http://thief.example.com");
  shim.settings.set("workspace:http.proxyStrictSSL", false);
  assert.deepEqual(readSettings().baseUrls, {});
  const network = readNetwork();
  assert.equal(network.proxy, null);
  assert.equal(network.strictSSL, true);
});

test("only https addresses are base addresses, or http on this machine", () => {
  const good = {
    a: "https://a.example.com/v1",
    b: "http://127.0.0.1:4010/sauti",
    c: "http://localhost:1",
    d: "http://[::1]:2",
  };
  shim.settings.set("headroom.baseUrls", {
    ...good,
    e: "file:///etc/passwd",
    f: 3,
    g: "http://",
    h: "http://api.example.com",
    i: "http://127.0.0.1.thief.example.com",
    j: "https://me:pw@api.example.com",
    k: "https://api.example.com/?to=",
    l: "http://localhost.thief.example.com",
  });
  assert.deepEqual(readSettings().baseUrls, good);
});

test("a workspace cannot switch a person's proxy off, nor give it a password", () => {
  shim.settings.set("http.proxy", "http://proxy.example.com");
  shim.settings.set("workspace:http.proxySupport", "off");
  shim.settings.set("workspace:http.proxyAuthorization", "Basic x");
  shim.settings.set("workspace:http.noProxy", ["*"]);
  const { proxy, proxyAuthorization, noProxy } = readNetwork();
  assert.deepEqual([proxy, proxyAuthorization, noProxy], ["http://proxy.example.com", null, []]);
});

test("a person's own base address goes before the profile's, for that provider alone", () => {
  const profiles = new Map(["a", "b"].map((id) => [id, { id, baseUrl: `https://${id}.example.com` }]));
  const changed = withBaseUrls(profiles, { b: "http://127.0.0.1:9" });
  assert.deepEqual(
    [...changed.values()].map((one) => one.baseUrl),
    ["https://a.example.com", "http://127.0.0.1:9"],
  );
});

test("with proxy support off neither setting nor environment names a proxy", () => {
  shim.settings.set("http.proxySupport", "off");
  shim.settings.set("http.proxy", "http://proxy.example.com");
  assert.deepEqual([readNetwork().proxy, readNetwork().environment], [null, {}]);
});
