// An editor window in a process of its own, to be killed or stopped at a named seam: sends one exchange, sees it through and
// prints each seam that it passed. It must not clean up after itself.
import { open, sameGround } from "../wire/whole-app.ts";
import { type Flow, seeThrough, sendFlow } from "./kill-flows.ts";
import { begin, type Fate, passed } from "./kill-seams.ts";

/** What the child is told in its one argument. */
export interface Order {
  readonly folder: string;
  readonly accounts: Parameters<typeof sameGround>[1];
  readonly flow: Flow;
  readonly fate: Fate | null;
  readonly recording: string;
  readonly leaseMs: number;
}

const { folder, accounts, flow, fate, recording, leaseMs } = JSON.parse(process.argv[2] ?? "{}") as Order;
const one = open(await sameGround(folder, accounts), { leaseMs }, `child-${process.pid}`);
await one.app.start();
begin(fate);
const card = await seeThrough(one, await sendFlow(one, flow, recording));
const logged = one.logged;
await one.close();
process.stdout.write(JSON.stringify({ state: card.state, seams: [...passed], logged }));
