/** Webhooks as a receiver on loopback meets them: when, with what, and signed how. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { type Simulator, startSimulator } from "../../src/simulator/server.ts";
import { isLoopback, webhookSecret } from "../../src/simulator/webhooks.ts";
import { callApi } from "./rows.ts";

interface Event {
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

describe("a webhook", () => {
  let simulator: Simulator;
  let receiver: Server;
  let address = "";
  const events: Event[] = [];
  let arrived: () => void = () => {};
  before(async () => {
    simulator = await startSimulator({ timeScale: 0.001 });
    receiver = createServer((request, answer) => {
      let body = "";
      request.setEncoding("utf8").on("data", (piece: string) => {
        body += piece;
      });
      request.on("end", () => {
        answer.end();
        events.push({ headers: request.headers, body });
        arrived();
      });
    }).listen(0, "127.0.0.1");
    await once(receiver, "listening");
    address = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  });
  after(async () => {
    receiver.closeAllConnections();
    receiver.close();
    await simulator.close();
  });
  const nextEvent = async (): Promise<Event> => {
    if (events.length === 0) await new Promise<void>((resolve) => (arrived = resolve));
    return events.shift()!;
  };

  it("of SoundPiece carries the bare operation under Standard Webhooks headers", async () => {
    const body = {
      prompt: "rain",
      duration: 1,
      idempotency_key: "7d1f4b1e-5f0c-4a4e-9d2b-0c5f1a2b3c4d",
      callback_url: address,
    };
    await callApi(simulator, "soundpiece", (key) => ({ authorization: `Bearer ${key}` }), {
      send: "PUT /v1/create.new_sample",
      body,
    });
    const { headers, body: text } = await nextEvent();
    const told = JSON.parse(text);
    assert.deepEqual(
      [told.type, told.data.status, told.data.sample],
      ["create.new_sample.ready", "ready", undefined],
    );
    const signed = `${String(headers["webhook-id"])}.${String(headers["webhook-timestamp"])}.${text}`;
    const secret = Buffer.from(webhookSecret.slice(6), "base64");
    assert.equal(
      headers["webhook-signature"],
      `v1,${createHmac("sha256", secret).update(signed).digest("base64")}`,
    );
  });

  it("of Sync carries the generation under Sync-Signature", async () => {
    const input = [
      { type: "video", url: "http://a.test/v.mp4" },
      { type: "audio", url: "http://a.test/a.wav" },
    ];
    const body = { model: "lipsync-2", input, webhookUrl: address };
    await callApi(simulator, "sync", (key) => ({ "x-api-key": key }), { send: "POST /v2/generate", body });
    const { headers, body: text } = await nextEvent();
    assert.equal(JSON.parse(text).status, "COMPLETED");
    const [, at, signature] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers["sync-signature"])) ?? [];
    assert.equal(signature, createHmac("sha256", webhookSecret).update(`${at}.${text}`).digest("hex"));
  });

  it("goes to this machine only", () => {
    for (const near of [
      "http://127.0.0.1:1/",
      "http://127.9.9.9/",
      "http://localhost:80/x",
      "http://[::1]:9/",
    ])
      assert.ok(isLoopback(near), near);
    for (const far of [
      "https://127.0.0.1/",
      "http://example.test/",
      "http://127.0.0.1.evil.test/",
      "http://localhost.evil.test/",
      "ftp://localhost/",
      "x",
    ]) {
      assert.ok(!isLoopback(far), far);
    }
  });
});
