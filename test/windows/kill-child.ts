// An editor window in a process of its own, to be killed or stopped at a named seam: sends one exchange, or takes over what a dead
// one has left, sees it through and prints each seam that it passed. It must not clean up after itself.
import { readFileSync } from "node:fs";
import type { Profile } from "../../src/core/profile/schema.ts";
import { open } from "../wire/whole-app.ts";
import { type Flow, seeThrough, sendFlow } from "./kill-flows.ts";
import { begin, type Fate, passed } from "./kill-seams.ts";

/** What the child is told in its one argument. */
export interface Order {
  readonly folder: string;
  readonly accounts: Parameters<typeof open>[0]["simulator"]["accounts"];
  /** A file with the profiles, checked already. */
  readonly profiles: string;
  readonly flow: Flow;
  readonly fate: Fate | null;
  readonly recording: string;
  readonly leaseMs: number;
  /** Sends nothing: sees through what a dead process has left, named from the start on. */
  readonly takesOver: boolean;
}

const order = JSON.parse(process.argv[2] ?? "{}") as Order;
const { folder, accounts, flow, fate, recording, leaseMs } = order;
const profiles = new Map(JSON.parse(readFileSync(order.profiles, "utf8")) as [string, Profile][]);
const one = open({ folder, simulator: { accounts }, profiles }, { leaseMs }, `child-${process.pid}`);
if (order.takesOver) begin(fate);
await one.app.start();
if (!order.takesOver) begin(fate);
const id = order.takesOver ? one.app.history.list({ limit: 1 })[0]?.id : await sendFlow(one, flow, recording);
const card = id === undefined ? null : await seeThrough(one, id);
const logged = one.logged;
await one.close();
process.stdout.write(JSON.stringify({ state: card?.state, seams: [...passed], logged }));
