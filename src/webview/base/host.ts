// The line to the extension host: intents go up, checked messages come down, the page's own state is kept by the editor.
// It must not know what is shown.
import * as z from "zod/mini";
import type { Intent } from "../../protocol/intents.ts";
import { type Down, downSchema } from "../../protocol/snapshot.ts";

/** What the editor gives to a webview's script, once a page. */
export interface EditorApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

const keptSchema = z.object({
  /** The draft, as the person left it, and which one it is. */
  actionId: z.optional(z.string()),
  draft: z.optional(z.number()),
  values: z.optional(z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))),
  /** What was typed into questions of cards and is not told yet: by card and edit, the texts by position. */
  edits: z.optional(z.record(z.string(), z.record(z.string(), z.string()))),
  /** How far the page was scrolled, px, in which run of the extension host. */
  place: z.optional(z.object({ session: z.string(), scroll: z.number() })),
  explained: z.optional(z.boolean()),
  advanced: z.optional(z.boolean()),
  /** The last card that was brought into view on a wish from elsewhere. */
  revealed: z.optional(z.number()),
  /** Results that are compared, at most two. */
  compared: z.optional(z.array(z.string())),
});

/** What the page keeps while it is hidden, so that a draft and the place in the page survive. */
export type Kept = z.infer<typeof keptSchema>;

/** Both directions of the line. */
export class Host {
  readonly #api: EditorApi;

  constructor(api: EditorApi) {
    this.#api = api;
  }

  post = (intent: Intent): void => {
    this.#api.postMessage(intent);
  };

  /** Calls `take` with every message that fits the contract, and drops the others. Returns what ends it. */
  listen(take: (message: Down) => void): () => void {
    const hear = (event: MessageEvent<unknown>) => {
      const message = downSchema.safeParse(event.data);
      if (message.success) take(message.data);
      else if (isOurs(event.data))
        console.error("Headroom: a message does not fit the contract", message.error.issues);
    };
    window.addEventListener("message", hear);
    return () => window.removeEventListener("message", hear);
  }

  /** What was kept, or nothing when there is none or it does not fit. */
  kept(): Kept {
    const kept = keptSchema.safeParse(this.#api.getState());
    return kept.success ? kept.data : {};
  }

  keep(part: Kept): void {
    this.#api.setState({ ...this.kept(), ...part });
  }
}

function isOurs(data: unknown): boolean {
  return (
    typeof data === "object" &&
    data !== null &&
    "type" in data &&
    ["snapshot", "greeting"].includes(String(data.type))
  );
}
