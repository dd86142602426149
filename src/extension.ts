// The composition root: builds everything once, by hand, top to bottom. No logic; what is heavy is imported at first
// need, so that activation loads nothing but the host's own code.
import { randomUUID } from "node:crypto";
import path from "node:path";
import * as vscode from "vscode";
import { accountCommands } from "./host/account-commands.ts";
import { AccountsTree } from "./host/accounts-tree.ts";
import { adoptCommand } from "./host/adopt-command.ts";
import { clockOf } from "./host/clock.ts";
import { registerCommands } from "./host/command-ids.ts";
import { ContextKeys } from "./host/context-keys.ts";
import { Documents } from "./host/documents.ts";
import { couldNot, startFailures } from "./host/failures.ts";
import { formMemory } from "./host/form-memory.ts";
import { formatFor } from "./host/format.ts";
import { historyCommands } from "./host/history-commands.ts";
import { HistoryTree } from "./host/history-tree.ts";
import { carryOut } from "./host/intents.ts";
import { SecretKeys } from "./host/keys.ts";
import { translate as t } from "./host/l10n.ts";
import { type Built, LazyApp } from "./host/lazy-app.ts";
import { limitCommands } from "./host/limit-commands.ts";
import { Log } from "./host/log.ts";
import { Notifications } from "./host/notify.ts";
import { PlaygroundView } from "./host/playground-view.ts";
import { sendCommands } from "./host/send-commands.ts";
import {
  onNetwork,
  onSettings,
  openSettings,
  readNetwork,
  readSettings,
  withBaseUrls,
} from "./host/settings.ts";
import { SharedSimulator } from "./host/simulator.ts";
import { buildSoon } from "./host/startup.ts";
import { StatusBar } from "./host/status-bar.ts";
import { type FileNotice, keyringNotice, storeNotice } from "./host/store-notices.ts";
import { Walkthrough, type WalkthroughStep } from "./host/walkthrough.ts";
import { thisMachine } from "./store/machine.ts";

/** What the tests inside the editor get to see; nothing in an editor of a person's. */
export interface TestView {
  readonly app: LazyApp;
  readonly keys: SecretKeys;
  readonly simulator: SharedSimulator;
  readonly statusBar: StatusBar;
  readonly history: HistoryTree;
  readonly accounts: AccountsTree;
  readonly storage: vscode.Uri;
  /** How long `activate` took. ms */
  readonly activationMs: number;
}

const clock = clockOf(thisMachine);
let ending: (() => Promise<void>) | null = null;

/** Called once by the editor. Registers everything and builds nothing that is heavy. */
export function activate(context: vscode.ExtensionContext): TestView | undefined {
  const from = performance.now();
  const storage = context.globalStorageUri;
  const dist = vscode.Uri.joinPath(context.extensionUri, "dist");
  const results = vscode.Uri.joinPath(storage, "results");

  const log: Log = new Log(() => keys.known());
  const keys: SecretKeys = new SecretKeys(context.secrets, (cause) => {
    log.error("A key could not be stored", cause);
    app.now?.notify(keyringNotice(t));
  });
  const simulator = new SharedSimulator({
    script: vscode.Uri.joinPath(dist, "simulator.js").fsPath,
    folder: storage.fsPath,
    timeScale: () => readSettings().simulatorTimeScale,
    log: (line) => log.write("info", line),
  });
  const { workspaceState } = context;
  const app: LazyApp = new LazyApp(() =>
    build({ folder: storage.fsPath, results: results.fsPath, log, keys, simulator, workspaceState }),
  );
  app.onFailed(startFailures(log, t, storage.fsPath));

  const documents = new Documents(app, t);
  const walkthrough = new Walkthrough(context.globalState, clock);
  const tools = { app, documents, t, did: (step: WalkthroughStep) => walkthrough.did(step) };
  const contextKeys = new ContextKeys(app, context.globalState, walkthrough);
  const history = new HistoryTree(app, t);
  const accounts = new AccountsTree(app, t);
  const playground = new PlaygroundView({
    app,
    dist,
    results,
    t,
    receive: (intent) => carryOut(tools, intent),
    opened: () => walkthrough.did("open"),
    failed: (cause) => couldNot("A wish of the page", cause, log, t),
    log: (line) => log.write("warn", line),
  });
  const statusBar = new StatusBar(app, clock, t);
  history.register();
  accounts.register();
  context.subscriptions.push(
    log,
    keys,
    documents,
    contextKeys,
    walkthrough,
    history,
    accounts,
    playground,
    vscode.window.registerWebviewViewProvider(PlaygroundView.id, playground),
    statusBar,
    new Notifications({ app, clock, t, isVisible: () => playground.visible, folder: storage.fsPath }),
    registerCommands(
      {
        ...sendCommands(tools),
        ...accountCommands(tools, () => keys.forgetAll()),
        ...limitCommands(tools, clock.now),
        ...adoptCommand(tools),
        ...historyCommands(
          tools,
          history,
          (on) => contextKeys.set("historyFiltered", on),
          String(context.extension.packageJSON.version),
        ),
        setStorage: () => openSettings("headroom.storage"),
        showLog: () => log.show(),
        restartSimulator: () => simulator.restart(),
      },
      log,
      t,
    ),
    {
      dispose: buildSoon(
        contextKeys.memory,
        readSettings().statusBarShow === "hidden",
        clock,
        () => void app.get(),
      ),
    },
  );
  ending = () => app.end();
  const isTest = context.extensionMode === vscode.ExtensionMode.Test;
  const activationMs = performance.now() - from;
  return isTest ? { app, keys, simulator, statusBar, history, accounts, storage, activationMs } : undefined;
}

/** What the app is built from that exists since activation. */
interface Grounds {
  readonly folder: string;
  readonly results: string;
  readonly log: Log;
  readonly keys: SecretKeys;
  readonly simulator: SharedSimulator;
  readonly workspaceState: vscode.Memento;
}

/** Opens the database and builds the app on it, at first need. undici itself loads at the first send. */
async function build({
  folder,
  results: resultFolder,
  log,
  keys,
  simulator,
  workspaceState,
}: Grounds): Promise<Built> {
  const [
    { createApp },
    { keyReader },
    { diagnoseBy },
    { UndiciClient },
    { loadProfiles },
    { SqliteAccounts },
    { Database },
    { removeCopies },
    { SqliteExchanges },
    { ResultFiles },
    { Forgotten },
    { SqliteJobs },
    { SqlLedger },
    { SqliteResults },
    { schema },
    { LoopbackSignal },
    { isPassing },
  ] = await Promise.all([
    import("./app/app.ts"),
    import("./app/accounts.ts"),
    import("./net/diagnose.ts"),
    import("./net/client.ts"),
    import("./providers/registry.ts"),
    import("./store/accounts.ts"),
    import("./store/database.ts"),
    import("./store/database-open.ts"),
    import("./store/exchanges.ts"),
    import("./store/files.ts"),
    import("./store/forgotten.ts"),
    import("./store/jobs.ts"),
    import("./store/ledger.ts"),
    import("./store/results.ts"),
    import("./store/schema.ts"),
    import("./store/signal.ts"),
    import("./store/sqlite-errors.ts"),
  ]);
  const profiles = withBaseUrls(await loadProfiles(), readSettings().baseUrls);
  const database = new Database({
    path: path.join(folder, "headroom.db"),
    migrations: schema,
    now: clock.now,
    heard: (found) => tell(found),
  });
  const signal = new LoopbackSignal(database);
  const ledger = new SqlLedger({
    database,
    signal,
    dialect: (id) => profiles.get(id)?.headers ?? null,
    random: clock.random,
    later: clock,
    trouble: (error) => log.error("The ledger could not be written", error),
  });
  const results = new SqliteResults(database, resultFolder);
  const client = new UndiciClient({
    ledger,
    clock,
    keyOf: keyReader(keys, simulator),
    settings: readNetwork,
    diagnose: diagnoseBy((id) => profiles.get(id) ?? null, ledger),
    learned: (findings) => app.learned(findings),
    trouble: (error) => log.error("Something failed beside a request", error),
    spillFolder: results.folder,
    others: () => signal.others(),
  });
  const network = onNetwork(() => void client.reconfigure());
  const settings = onSettings(() => app.boundsChanged());
  const app: Built["app"] = createApp({
    profiles,
    accounts: new SqliteAccounts(database, signal),
    ledger,
    exchanges: new SqliteExchanges(database, signal),
    jobs: new SqliteJobs(database, signal),
    results,
    together: (work, lasting) => (lasting ? database.lasting(work) : database.transaction(work)),
    isPassing,
    client,
    keys,
    simulator,
    files: new ResultFiles(results),
    clock,
    t,
    format: formatFor(vscode.env.language),
    memory: formMemory(workspaceState, new Forgotten(database, signal), clock.now),
    maxStorageBytes: () => readSettings().storageMaxBytes,
    forgetTraces: () => {
      removeCopies(database.path);
      try {
        database.erase();
      } catch (error) {
        log.error("What was deleted is gone, but its bytes stay in the file until it is written anew", error);
      }
    },
    maxExchanges: () => readSettings().historyMaxExchanges,
    language: vscode.env.language,
    owner: randomUUID(),
    log: (level, line) => log.write(level, line),
  });
  const tell = (found: FileNotice) => {
    const notice = storeNotice(found, t);
    if (notice !== null) app.notify(notice);
  };
  for (const found of database.notices) tell(found);
  return {
    app,
    close: async () => {
      network.dispose();
      settings.dispose();
      await client.close();
      await ledger.flush();
      ledger.close();
      signal.close();
      database.close();
    },
  };
}

/** Called when the editor window closes: stops what runs; what is stored goes on at the next start. */
export async function deactivate(): Promise<void> {
  await ending?.();
  ending = null;
}
