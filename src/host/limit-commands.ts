// The commands on limits of an account: set one by hand, keep what a server taught, go back to the provider's own. It
// must not judge a limit; whoever sets one has the last word.
import * as vscode from "vscode";
import type { App, LimitInfo } from "../app/api.ts";
import type { Translate } from "../app/ports.ts";
import type { Account } from "../core/profile/account.ts";
import { itemOf } from "./account-choices.ts";
import type { Commands } from "./command-ids.ts";
import { formatFor } from "./format.ts";
import type { Tools } from "./intents.ts";
import { runSteps, type TextProblem, textStep } from "./steps.ts";

type Ids = "setLimit" | "resetLimit" | "keepLimit";
interface Found {
  readonly account: Account;
  readonly limit: LimitInfo;
}

/** No provider allows more, and no quota window is longer: a year. */
const MOST = 1_000_000_000;
const MOST_SECONDS = 366 * 86_400;
const numbers = () => formatFor(vscode.env.language);

/** The notices whose limit can be kept offer this command. */
const KEEP = "headroom.keepLimit";

/** The commands on limits. `now` in epoch ms. */
export function limitCommands(tools: Tools, now: () => number): Commands<Ids> {
  const { t } = tools;
  const say = (sentence: string) => void vscode.window.showInformationMessage(sentence);
  return {
    setLimit: async (entry) => {
      const app = await tools.app.get();
      const found = itemOf(entry, "limit") ?? (await pickLimit(app, allLimits(app), t("Set Limit")));
      if (found !== null) await askLimit(app, t, found, now);
    },
    resetLimit: async (entry) => {
      const app = await tools.app.get();
      let found: Found | null = itemOf(entry, "limit");
      if (found === null) {
        const own = allLimits(app).filter(({ limit }) => limit.overridden);
        if (own.length === 0) return say(t("No limit was set or kept for any account."));
        found = await pickLimit(app, own, t("Reset Limit"));
      }
      if (found !== null) app.accounts.resetLimit(found.account.id, found.limit.policyId);
    },
    keepLimit: async (entry) => {
      const app = await tools.app.get();
      const offered = app.snapshot().notices.filter((one) => one.action?.command === KEEP);
      const given = offered.find((one) => one.id === entry);
      const choices = offered.map((notice) => ({ label: notice.sentence, notice }));
      if (choices.length === 0) return say(t("No server has said anything new about a limit."));
      const notice =
        given ?? (await vscode.window.showQuickPick(choices, { title: t("Keep Learned Limit") }))?.notice;
      if (notice !== undefined) app.keepLimit(notice.id);
    },
  };
}

/** Asks for the number, and of a limit in time also for the seconds; both stand as they are now. */
async function askLimit(app: App, t: Translate, { account, limit }: Found, now: () => number): Promise<void> {
  const title = t("Set “{limit}” of {account}", { limit: limit.title, account: account.name });
  const { noun, sentence } = limit;
  const of = limit.type === "rate" ? 2 : 1;
  let count = limit.limit === null ? "" : String(limit.limit);
  let seconds = limit.quotaWindowMs === null ? "" : String(limit.quotaWindowMs / 1000);
  const keep = (take: (text: string) => void, step: Awaited<ReturnType<typeof textStep>>) => {
    if (typeof step === "string") return step;
    take(step.value);
    return "next" as const;
  };
  const done = await runSteps([
    async () =>
      keep(
        (text) => {
          count = text;
        },
        await textStep(
          { title, step: 1, of },
          {
            prompt:
              limit.type === "slots"
                ? t("How many {noun} at once? Now: {sentence}", { noun, sentence })
                : t("How many {noun}? Now: {sentence}", { noun, sentence }),
            value: count,
            problem: (text) => countProblem(t, text, limit.limit),
          },
        ),
      ),
    async () =>
      of === 1
        ? "next"
        : keep(
            (text) => {
              seconds = text;
            },
            await textStep(
              { title, step: 2, of },
              {
                prompt: t(
                  "In how many seconds? Leave it empty where you do not know; Headroom finds it out.",
                ),
                value: seconds,
                problem: (text) => secondsProblem(t, text),
              },
            ),
          ),
  ]);
  if (!done) return;
  app.accounts.saveLimit(account.id, {
    policyId: limit.policyId,
    limit: Number(count),
    quotaWindowMs: of === 1 || seconds === "" ? null : Number(seconds) * 1000,
    // Nobody but the person vouches for it; Headroom counts with it.
    evidence: "counted",
    setAt: now(),
  });
  vscode.window.setStatusBarMessage(
    t("$(check) “{limit}” of {account} is now {count}", {
      limit: limit.title,
      account: account.name,
      count: numbers().number(Number(count)),
    }),
    4_000,
  );
}

/** A limit is a whole number from 1; more than the provider allows is a friendly warning. */
function countProblem(t: Translate, text: string, known: number | null): TextProblem | null {
  const count = Number(text);
  if (/^\d+$/.test(text.trim()) && count > MOST)
    return { sentence: t("Give at most {most}.", { most: numbers().number(MOST) }), blocks: true };
  if (!/^\d+$/.test(text.trim()) || count < 1)
    return { sentence: t("Give a whole number of at least 1."), blocks: true };
  if (known !== null && count > known)
    return { sentence: t("More than now: the server may refuse what is over its own limit."), blocks: false };
  return null;
}

function secondsProblem(t: Translate, text: string): TextProblem | null {
  const isNumber = /^\d+(\.\d+)?$/.test(text.trim());
  if (isNumber && Number(text) > MOST_SECONDS)
    return { sentence: t("Give at most {most}.", { most: numbers().number(MOST_SECONDS) }), blocks: true };
  if (text.trim() === "" || (isNumber && Number(text) >= 1)) return null;
  return { sentence: t("Give seconds, at least 1, or nothing."), blocks: true };
}

function allLimits(app: App): readonly Found[] {
  return app.accounts
    .list()
    .flatMap((account) => app.accounts.limits(account.id).map((limit) => ({ account, limit })));
}

async function pickLimit(app: App, limits: readonly Found[], title: string): Promise<Found | null> {
  const names = new Map(app.accounts.providers().map((one) => [one.id, one.name]));
  const choices = limits.map(({ account, limit }) => ({
    label: limit.title,
    description: `${names.get(account.providerId) ?? ""} · ${account.name}`,
    detail: limit.sentence,
    account,
    limit,
  }));
  const options = { title, matchOnDescription: true, matchOnDetail: true };
  return (await vscode.window.showQuickPick(choices, options)) ?? null;
}
