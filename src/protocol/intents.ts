// What the webview asks of the extension host: small intents without a reply; the answer is the next snapshot.
// Every intent is checked here before anything is done with it.
import * as z from "zod/mini";
import { longestEdit, valueSchema } from "./snapshot.ts";

const card = { cardId: z.string().check(z.maxLength(100)) };
const result = { resultId: z.string().check(z.maxLength(100)) };
const name = z.string().check(z.maxLength(200));
/** The texts of the rows in their order, or the whole as one text. */
const edited = {
  text: z.optional(z.string().check(z.maxLength(longestEdit))),
  texts: z.optional(
    z.array(z.string()).check(
      z.maxLength(5_000),
      z.refine((texts) => texts.reduce((sum, one) => sum + one.length, 0) <= longestEdit),
    ),
  ),
};

export const intentSchema = z.discriminatedUnion("type", [
  /** The page has loaded and wants greeting and snapshot. */
  z.object({ type: z.literal("ready") }),
  z.object({ type: z.literal("chooseProvider"), providerId: name }),
  z.object({ type: z.literal("chooseAccount"), accountId: name }),
  z.object({ type: z.literal("chooseKey"), keyId: name }),
  z.object({ type: z.literal("chooseAction"), actionId: name }),
  z.object({ type: z.literal("addAccount") }),
  /** The form as it stands, some moments after the last key. */
  z.object({ type: z.literal("draft"), actionId: name, values: z.record(name, valueSchema) }),
  z.object({ type: z.literal("pickFile"), field: name }),
  z.object({ type: z.literal("loadChoices"), field: name }),
  /**
   * `sendId` is one wish of the page's, however often it is said; `accountId` is whose quota the person was shown. Both are
   * left out by the editor's own commands, which send what is chosen, once.
   */
  z.object({
    type: z.literal("send"),
    actionId: name,
    values: z.record(name, valueSchema),
    sendId: z.optional(z.string().check(z.regex(/^[0-9a-f]{20}$/))),
    accountId: z.optional(name),
  }),
  z.object({ type: z.literal("cancel"), ...card }),
  /** Out of the gate, kept for later with its input. */
  z.object({ type: z.literal("keep"), ...card }),
  /** What was kept goes out now. */
  z.object({ type: z.literal("sendKept"), ...card }),
  /** What was kept is not wanted any more. */
  z.object({ type: z.literal("discard"), ...card }),
  z.object({ type: z.literal("stopWatching"), ...card }),
  z.object({ type: z.literal("watchAgain"), ...card }),
  /** What the person has typed so far into what a card asks to edit, some moments after a key. */
  z.object({ type: z.literal("edit"), ...card, edit: name, ...edited }),
  z.object({ type: z.literal("confirm"), ...card, edit: z.optional(name), ...edited }),
  z.object({ type: z.literal("check"), ...card }),
  z.object({ type: z.literal("resend"), ...card }),
  z.object({ type: z.literal("giveUp"), ...card }),
  z.object({ type: z.literal("sendAgain"), ...card }),
  z.object({ type: z.literal("copyCode"), ...card }),
  z.object({ type: z.literal("openRequest"), ...card }),
  z.object({ type: z.literal("openAnswer"), ...card }),
  /** The provider's page on what went wrong, as the profile names it. */
  z.object({ type: z.literal("openAbout"), ...card }),
  z.object({ type: z.literal("why"), ...card }),
  z.object({ type: z.literal("dismiss"), ...card }),
  z.object({ type: z.literal("saveResult"), ...result }),
  z.object({ type: z.literal("revealResult"), ...result }),
  z.object({ type: z.literal("openResult"), ...result }),
  /** A recording or a video began to play: its file is in use. */
  z.object({ type: z.literal("playing"), ...result }),
  z.object({ type: z.literal("useAsInput"), ...result }),
  z.object({ type: z.literal("fetchResult"), ...result }),
  z.object({ type: z.literal("dismissNotice"), id: name }),
  z.object({ type: z.literal("runNotice"), id: name }),
]);

export type Intent = z.infer<typeof intentSchema>;
export type IntentType = Intent["type"];
