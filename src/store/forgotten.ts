// When everything was forgotten last, in whichever editor window: the editor's own memory reaches the others only when they reload
// (measured). It must not forget anything itself.
import { type Signal, Topic } from "./changes.ts";
import type { Database } from "./database.ts";

/** One instant for all editor windows. */
export class Forgotten {
  readonly #database: Database;
  readonly #topic: Topic;

  constructor(database: Database, signal: Signal | null = null) {
    this.#database = database;
    this.#topic = new Topic(database, "forgotten", signal);
  }

  /** 0 for never. Epoch ms. */
  at(): number {
    return Number(this.#database.prepare("SELECT at FROM forgotten").get()?.at ?? 0);
  }

  /** Everything from before this instant is forgotten; an earlier one than is known changes nothing. Epoch ms. */
  mark(at: number): void {
    this.#topic.write(() => {
      this.#database
        .prepare(
          "INSERT INTO forgotten VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET at = max(at, excluded.at)",
        )
        .run(at);
    });
  }

  onChange(listener: () => void): () => void {
    return this.#topic.onChange(listener);
  }
}
