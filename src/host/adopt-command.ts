// The command that takes up a job begun elsewhere: asks for the account, the kind of job and its id. What is watched and
// how stands in the provider's profile.
import * as vscode from "vscode";
import type { App } from "../app/api.ts";
import { accountChoices, itemOf } from "./account-choices.ts";
import type { Commands } from "./command-ids.ts";
import type { Tools } from "./intents.ts";
import { pickStep, runSteps, type Step, textStep } from "./steps.ts";

/** The command `adoptJob`, from the palette and from an account. */
export function adoptCommand(tools: Tools): Commands<"adoptJob"> {
  return {
    adoptJob: async (entry) => {
      const app = await tools.app.get();
      const asked = await askJob(app, tools, itemOf(entry, "account")?.account.id ?? null);
      if (asked === null) return;
      const adopted = await app.adopt(asked.accountId, asked.actionId, asked.jobId);
      if ("problem" in adopted) void vscode.window.showWarningMessage(adopted.problem);
      else await vscode.commands.executeCommand("headroom.playground.focus");
    },
  };
}

interface Asked {
  accountId: string;
  actionId: string;
  jobId: string;
}

async function askJob(app: App, { t }: Tools, given: string | null): Promise<Asked | null> {
  const title = t("Adopt Job");
  const accounts = app.accounts
    .list()
    .filter((one) => one.keys.length > 0 && app.adoptables(one.providerId).length > 0);
  const asked: Asked = { accountId: given ?? "", actionId: "", jobId: "" };
  const first = given === null ? 0 : 1;
  const of = 3 - first;
  const keep = (field: keyof Asked, step: Step<string>) => {
    if (typeof step === "string") return step;
    asked[field] = step.value;
    return "next" as const;
  };
  const kinds = () => {
    const account = accounts.find((one) => one.id === asked.accountId);
    return account === undefined ? [] : app.adoptables(account.providerId);
  };
  const done = await runSteps([
    ...(given === null
      ? [
          async () =>
            keep(
              "accountId",
              await pickStep(
                { title, step: 1, of },
                accountChoices(app, accounts).map(({ account, ...one }) => ({ ...one, value: account.id })),
                t("Whose job is it?"),
                asked.accountId,
              ),
            ),
        ]
      : []),
    async () =>
      keep(
        "actionId",
        await pickStep(
          { title, step: 2 - first, of },
          kinds().map((one) => ({
            label: one.title,
            description: one.group ?? "",
            value: one.actionId,
          })),
          t("What kind of job is it?"),
          asked.actionId,
        ),
      ),
    async () =>
      keep(
        "jobId",
        await textStep(
          { title, step: 3 - first, of },
          {
            prompt: t("The job's id at the provider. It is watched to its end; nothing is charged."),
            value: asked.jobId,
            problem: (text) => {
              const sentence = app.jobIdProblem(text);
              return sentence === null ? null : { sentence, blocks: true };
            },
          },
        ),
      ),
  ]);
  return done ? asked : null;
}
