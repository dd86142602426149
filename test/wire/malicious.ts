// A server that means harm, behind a person's own account, and a thief who listens beside it. Both on the loopback.
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createListener } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Profile } from "../../src/core/profile/schema.ts";
import { loadProfiles } from "../../src/providers/registry.ts";
import { encodeWav } from "../../src/simulator/media/wav.ts";
import type { Simulator } from "../../src/simulator/server.ts";
import { type EditorWindow, memoryKeys, open, type ProviderId } from "./whole-app.ts";

/** Answers one request; what it does not answer hangs. */
export type Script = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/** An editor window with one account whose provider is malicious. */
export interface Malicious {
  readonly one: EditorWindow;
  readonly accountId: string;
  readonly url: string;
  /** Holds the storage folder and nothing else. */
  readonly around: string;
  /** What the malicious server was asked. */
  readonly asked: { readonly path: string; readonly headers: IncomingMessage["headers"] }[];
  /** Somebody else's port: nothing may ever connect to it. */
  readonly thief: { readonly port: number; connections: number };
  script: Script;
  /** Sends with the account. */
  send(actionId: string, values?: Record<string, string | number>): Promise<string>;
  /** Every file below `around`. */
  files(): Promise<string[]>;
  close(): Promise<void>;
}

/** A short sound, as a result. */
export const sound = encodeWav(new Int16Array(800), 8_000);

/** A JSON answer. */
export function say(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
}

/** Starts both, and adds the account. */
export async function malicious(providerId: ProviderId, key: string): Promise<Malicious> {
  const around = await mkdtemp(join(tmpdir(), "headroom-malice-"));
  const asked: Malicious["asked"] = [];
  const thief = { port: 0, connections: 0 };
  const listener = createListener((socket) => {
    thief.connections++;
    socket.destroy();
  });
  const server = createServer((request, response) => {
    asked.push({ path: request.url ?? "", headers: request.headers });
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("end", () => made.script(request, response, Buffer.concat(pieces).toString()));
  });
  for (const each of [listener, server]) await new Promise<void>((done) => each.listen(0, "127.0.0.1", done));
  thief.port = (listener.address() as AddressInfo).port;
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const profiles = against(await loadProfiles(), providerId, url);
  const simulator = { accounts: {} } as Simulator;
  const one = open({ folder: join(around, "storage"), simulator, profiles }, { keys: memoryKeys() });
  const account = await one.app.accounts.add({
    providerId,
    name: "Work",
    planId: null,
    keyName: "main",
    keyText: key,
  });
  const made: Malicious = {
    one,
    accountId: account.id,
    url,
    around,
    asked,
    thief,
    script: () => {},
    async send(actionId, values = {}) {
      const known = new Set(one.app.history.list({ limit: 500 }).map(({ id }) => id));
      one.do({ type: "chooseProvider", providerId });
      one.do({ type: "chooseAccount", accountId: account.id });
      one.do({ type: "chooseAction", actionId });
      one.do({ type: "send", actionId, values });
      const made = one.app.history.list({ limit: 500 }).find(({ id }) => !known.has(id));
      if (made === undefined) throw new Error(JSON.stringify(one.snapshot().form?.problems));
      return made.id;
    },
    files: () => readdir(around, { recursive: true }),
    async close() {
      await one.close();
      for (const each of [listener, server]) each.close();
      server.closeAllConnections();
      await rm(around, { recursive: true, force: true });
    },
  };
  return made;
}

/** The profiles with one provider's base address turned to this server, and quick polls. */
function against(
  profiles: ReadonlyMap<string, Profile>,
  providerId: string,
  baseUrl: string,
): ReadonlyMap<string, Profile> {
  const quick: Readonly<Record<string, number>> = {
    intervalMs: 20,
    minimumIntervalMs: 20,
    jitterMs: 5,
    typicalMs: 40,
    baseMs: 5,
    capMs: 20,
  };
  const text = JSON.stringify(profiles.get(providerId), (name, value: unknown) => quick[name] ?? value);
  return new Map([...profiles, [providerId, { ...(JSON.parse(text) as Profile), baseUrl }]]);
}
