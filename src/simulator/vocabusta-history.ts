/** VocaBusta's history: every generation of an account, newest first. Holds nothing but what it is given. */
import { json } from "./edge.ts";
import { detail, unprocessable } from "./vocabusta-text.ts";

/** One generation. ASSUMED: its fields beyond `id`. */
export interface HistoryItem extends Readonly<Record<string, unknown>> {
  readonly id: string;
  readonly feature: string;
  readonly created_at: string;
}

const features = ["tts", "stt", "clone", "dub"];

/** The histories of all accounts. */
export class History {
  #items: { readonly account: string; readonly item: HistoryItem }[] = [];

  /** Records a generation. */
  add(account: string, item: HistoryItem): void {
    this.#items.unshift({ account, item });
  }

  /** Answers `GET /voice/history`. ASSUMED: `{items, total}`, a default `limit` of 50, at most 100. */
  list(account: string, query: URLSearchParams): Response {
    const limit = Number(query.get("limit") ?? 50);
    const offset = Number(query.get("offset") ?? 0);
    const feature = query.get("feature");
    const complain = (name: string, msg: string) =>
      unprocessable([{ loc: ["query", name], msg, type: "value_error" }]);
    if (!Number.isInteger(limit) || limit < 1 || limit > 100)
      return complain("limit", "Input should be from 1 to 100");
    if (!Number.isInteger(offset) || offset < 0)
      return complain("offset", "Input should be greater than or equal to 0");
    if (feature !== null && !features.includes(feature))
      return complain("feature", `Input should be one of ${features.join(", ")}`);
    const all = this.#items.filter(
      (entry) => entry.account === account && (feature === null || entry.item.feature === feature),
    );
    return json(200, { items: all.slice(offset, offset + limit).map(({ item }) => item), total: all.length });
  }

  /** Answers `DELETE /voice/history/{item_id}`. ASSUMED: the body of the answer. */
  remove(account: string, id: string): Response {
    const index = this.#items.findIndex((entry) => entry.account === account && entry.item.id === id);
    if (index < 0) return detail(404, "History item not found");
    this.#items.splice(index, 1);
    return json(200, { id, deleted: true });
  }

  /** Forgets everything. */
  clear(): void {
    this.#items = [];
  }
}
