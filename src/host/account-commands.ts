// The commands on accounts and keys. From the tree they get an entry, from the palette they ask for one.
import * as vscode from "vscode";
import { accountChoices, itemOf, pickKey, realAccount } from "./account-choices.ts";
import { addAccount, addKey, emptyProblem, nameProblem, planStep } from "./account-steps.ts";
import type { Commands } from "./command-ids.ts";
import { stockLines, sureToRemove } from "./forget.ts";
import type { Tools } from "./intents.ts";
import { textStep } from "./steps.ts";

type Ids =
  | "addAccount"
  | "addKey"
  | "renameAccount"
  | "renameKey"
  | "changePlan"
  | "forgetKey"
  | "forgetAccount"
  | "forgetEverything"
  | "openDocs";

/** The commands on accounts and keys. `forgetKeys` empties the secret storage of every key of Headroom's. */
export function accountCommands(tools: Tools, forgetKeys: () => Promise<void>): Commands<Ids> {
  const { t } = tools;
  const confirm = async (question: string, detail: string, yes: string) =>
    (await vscode.window.showWarningMessage(question, { modal: true, detail }, yes)) === yes;
  const add = async (providerId?: string) => {
    const app = await tools.app.get();
    const made = await addAccount(app, t, providerId);
    const account = app.accounts.list().find((one) => one.id === made);
    if (account === undefined) return;
    app.receive({ type: "chooseProvider", providerId: account.providerId });
    app.receive({ type: "chooseAccount", accountId: account.id });
    const { name } = account;
    void vscode.window.showInformationMessage(
      t(
        "{name} was added and is chosen in the playground. Its first request will tell whether the key is good.",
        {
          name,
        },
      ),
    );
  };

  return {
    addAccount: (entry) => add(itemOf(entry, "provider")?.provider.id),
    addKey: async (entry) => {
      const app = await tools.app.get();
      const account = await realAccount(app, entry, t("Add Key to Account"), tools, true);
      if (account === "new") await add();
      else if (account !== null) await addKey(app, t, account.id);
    },
    renameAccount: async (entry) => {
      const app = await tools.app.get();
      const account = await realAccount(app, entry, t("Rename Account"), tools);
      if (account === null || account === "new") return;
      const step = await textStep(
        { title: t("Rename Account"), step: 1, of: 1 },
        {
          prompt: t("The new name"),
          value: account.name,
          problem: nameProblem(app, t, account.providerId, account.id),
        },
      );
      if (typeof step !== "string") app.accounts.rename(account.id, step.value);
    },
    renameKey: async (entry) => {
      const app = await tools.app.get();
      const found = itemOf(entry, "key") ?? (await pickKey(app, t("Rename Key"), t));
      if (found === null || found.account.simulated) return;
      const step = await textStep(
        { title: t("Rename Key"), step: 1, of: 1 },
        { prompt: t("The new name"), value: found.key.name, problem: emptyProblem(t) },
      );
      if (typeof step !== "string") app.accounts.renameKey(found.account.id, found.key.id, step.value);
    },
    changePlan: async (entry) => {
      const app = await tools.app.get();
      const planned = app.accounts.providers().filter((one) => one.plans.length > 0);
      const all = app.accounts.list().filter((one) => planned.some(({ id }) => id === one.providerId));
      const given = itemOf(entry, "account")?.account;
      const title = t("Change Plan of Account");
      const account =
        given ??
        (await vscode.window.showQuickPick(accountChoices(app, all), { title, matchOnDescription: true }))
          ?.account;
      const provider = planned.find((one) => one.id === account?.providerId);
      if (account === undefined || provider === undefined) return;
      const step = await planStep(
        t,
        provider,
        { title: t("Change Plan of {account}", { account: account.name }), step: 1, of: 1 },
        account.planId,
      );
      if (typeof step !== "string") app.accounts.changePlan(account.id, step.value);
    },
    forgetKey: async (entry) => {
      const app = await tools.app.get();
      const found = itemOf(entry, "key") ?? (await pickKey(app, t("Forget Key"), t));
      if (found === null) return;
      const name = found.key.name;
      if (
        await confirm(
          t("Forget the key {name}?", { name }),
          t("It is removed from the secret storage. The provider still knows it."),
          t("Forget Key"),
        )
      )
        await app.accounts.forgetKey(found.account.id, found.key.id);
    },
    forgetAccount: async (entry) => {
      const app = await tools.app.get();
      const account = await realAccount(app, entry, t("Forget Account"), tools);
      if (account === null || account === "new") return;
      if (
        await confirm(
          t("Forget the account {name}?", { name: account.name }),
          t("Its keys are removed from the secret storage. Its history stays."),
          t("Forget Account"),
        )
      )
        await app.accounts.forgetAccount(account.id);
    },
    forgetEverything: async () => {
      const app = await tools.app.get();
      const own = app.accounts.list().filter((one) => !one.simulated);
      const { underWay } = app.history.stock();
      const lines = [
        t("Accounts of yours: {count}", { count: own.length }),
        t("Keys in the secret storage: {count}", { count: own.flatMap((one) => one.keys).length }),
        ...stockLines(app, t),
        ...(underWay === 0
          ? []
          : [
              t("Under way now: {count}. Their results are lost; the providers may still charge for them.", {
                count: underWay,
              }),
            ]),
        "",
        t("All of it is removed, and what stands in the forms. Save first what you want to keep."),
      ];
      const question = { question: t("Forget everything?"), lines, yes: t("Forget Everything") };
      if (!(await sureToRemove(question, t))) return;
      await app.accounts.forgetEverything();
      await forgetKeys();
      void vscode.window.showInformationMessage(
        t("Everything was forgotten: accounts, keys, history, results and what stood in the forms."),
      );
    },
    openDocs: async (entry) => {
      const providers = (await tools.app.get()).accounts.providers();
      const given = itemOf(entry, "provider")?.provider;
      const choices = providers.map((one) => ({ label: one.name, detail: one.docs, one }));
      const provider =
        given ?? (await vscode.window.showQuickPick(choices, { title: t("Open API Documentation") }))?.one;
      if (provider !== undefined) await vscode.env.openExternal(vscode.Uri.parse(provider.docs, true));
    },
  };
}
