/** One simulated vendor without a socket, on a clock that is moved by hand. Holds no expectations of its own. */
import type { ProviderId } from "../../src/simulator/accounts.ts";
import { createDialects } from "../../src/simulator/dialects.ts";
import { ManualClock } from "./clocks.ts";

/** How each vendor takes its key. */
export const auth: Readonly<Record<ProviderId, (key: string) => Record<string, string>>> = {
  soundpiece: (key) => ({ authorization: `Bearer ${key}` }),
  sauti: (key) => ({ "xi-api-key": key }),
  voicedub: (key) => ({ authorization: `Api-Key ${key}` }),
  sync: (key) => ({ "x-api-key": key }),
  vocabusta: (key) => ({ authorization: `Bearer ${key}` }),
};

/** One vendor on a clock of its own, and how to ask it. */
export function setUp(provider: ProviderId) {
  const clock = new ManualClock();
  const dialects = createDialects({ clock, seed: 1, urlOf: (id) => `http://127.0.0.1/${id}` });
  const { vendor, app } = dialects.find((dialect) => dialect.vendor.provider === provider)!;
  const ask = async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Response> =>
    app.request(`http://127.0.0.1/${provider}${path}`, {
      method,
      headers: { ...auth[provider](vendor.keys[0]!.text), ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  return { clock, vendor, ask };
}
