// Names the group in which a request waits: those of one name ask for the same, so only the first needs asking for. It keeps
// the last name alone, and nothing of who waits.
import type { Pass } from "./pass.ts";

/** What a name is made of. */
type Asks = Pick<Pass, "ask" | "lane" | "origin">;

/** Names for one gate. */
export class GroupNames {
  /** The request that came last: the next is often like it, and writing a name costs more than comparing (measured). */
  #last: (Asks & { readonly name: string }) | null = null;

  /** Same lane, account and costs: where the first must wait, the others must. A running job's steps stand alone. */
  of(pass: Pass): string {
    if (this.#last === null || !isAlike(this.#last, pass)) {
      const { ask, lane, origin } = pass;
      this.#last = { ask, lane, origin, name: written(pass) };
    }
    return this.#last.name;
  }
}

function written({ ask, lane, origin }: Asks): string {
  if (ask === null) return `${lane}\n${origin}`;
  const { claim } = ask;
  let name = `${lane}\n${origin}\n${claim.accountId}\n${ask.lane === "flow" ? ask.holder : ""}`;
  for (const part of claim.parts) name += `\n${part.partition}*${part.cost}`;
  return name;
}

/** Whether two requests surely have one name. */
function isAlike(a: Asks, b: Asks): boolean {
  if (a.lane !== b.lane || a.origin !== b.origin || a.ask === null || b.ask === null) return false;
  return a.ask.claim === b.ask.claim && a.ask.holder === b.ask.holder && a.ask.lane === b.ask.lane;
}
