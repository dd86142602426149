/**
 * Webhooks: signed calls to an address that the client named. The simulator calls loopback addresses only, whatever it is asked;
 * the real vendors do the opposite and call public HTTPS addresses only.
 */
import { createHmac } from "node:crypto";
import { request } from "node:http";
import { pause } from "./clock.ts";
import type { Vendor } from "./vendor.ts";

/** The signing secret of every simulated account; well known and no secret. */
export const webhookSecret = "whsec_c2ltdWxhdGVkLW5vdC1hLXNlY3JldA==";

/** ASSUMED: no page shows a retry schedule. */
const retriesAfterMs = [1_000, 5_000];

/** Whether an address lies on this machine, reached by plain HTTP. */
export function isLoopback(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return (
    protocol === "http:" &&
    (/^127\.\d+\.\d+\.\d+$/.test(hostname) || hostname === "localhost" || hostname === "[::1]")
  );
}

/** Delivers one event, with two more tries after a failure. Never throws: webhooks are best effort. */
export async function deliver(
  vendor: Vendor,
  address: string,
  body: string,
  headers: Record<string, string>,
): Promise<void> {
  if (vendor.settings.webhooks === "off" || !isLoopback(address)) return;
  for (const afterMs of [0, ...retriesAfterMs]) {
    if (afterMs > 0) await pause(vendor.clock, afterMs);
    if (await send(address, body, headers)) return;
  }
}

/** The headers of Standard Webhooks, as SoundPiece documents them (https://docs.soundpiece.co/webhooks, read 2026-11). */
export function standardHeaders(id: string, sentAt: number, body: string): Record<string, string> {
  const timestamp = String(Math.floor(sentAt / 1000));
  // ASSUMED: the HMAC key is the base64-decoded part after the prefix, as in Standard Webhooks.
  const secret = Buffer.from(webhookSecret.slice("whsec_".length), "base64");
  const signature = createHmac("sha256", secret).update(`${id}.${timestamp}.${body}`).digest("base64");
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": `v1,${signature}` };
}

/** Sync's signature header. ASSUMED: lowercase hex HMAC-SHA256 of `<t>.<raw body>` under the whole secret. */
export function syncHeaders(sentAt: number, body: string): Record<string, string> {
  const timestamp = String(Math.floor(sentAt / 1000));
  const signature = createHmac("sha256", webhookSecret).update(`${timestamp}.${body}`).digest("hex");
  return { "sync-signature": `t=${timestamp},v1=${signature}` };
}

function send(address: string, body: string, headers: Record<string, string>): Promise<boolean> {
  return new Promise((resolve) => {
    const call = request(
      address,
      { method: "POST", headers: { "content-type": "application/json", ...headers }, timeout: 10_000 },
      (answer) => {
        answer.resume();
        resolve((answer.statusCode ?? 500) < 300);
      },
    );
    call.on("error", () => resolve(false));
    call.on("timeout", () => call.destroy());
    call.end(body);
  });
}
