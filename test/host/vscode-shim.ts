/** Stands in for the module `vscode` in unit tests: the few values that the tested files touch, and nothing that acts. */
import { registerHooks } from "node:module";

/** What the last test did to the shim. */
export const shim = {
  /** Values of settings, by full name. */
  settings: new Map<string, unknown>(),
  /** Commands that were executed, with their arguments. */
  executed: [] as unknown[][],
  /** Notifications that were shown: level, sentence and buttons. */
  shown: [] as string[][],
  /** The button that the person then clicks. */
  click: undefined as string | undefined,
  /** The tree view that was made last: what stands beside its name and above its rows. */
  tree: null as { readonly description?: string; readonly message?: string } | null,
  /** What the person then types into input boxes or picks from lists by label, one after the other; nothing left is Escape. */
  typed: [] as string[],
};
Reflect.set(globalThis, "headroomShim", shim);

const source = `
const shim = globalThis.headroomShim;
const disposable = { dispose() {} };
export class EventEmitter {
  listeners = new Set();
  event = (listener) => { this.listeners.add(listener); return { dispose: () => this.listeners.delete(listener) }; };
  fire(value) { for (const listener of [...this.listeners]) listener(value); }
  dispose() { this.listeners.clear(); }
}
export class Uri {
  constructor(path) { this.path = path; this.scheme = "file"; this.fsPath = path; }
  static file(path) { return new Uri(path); }
  static joinPath(base, ...parts) { return new Uri([base.path, ...parts].join("/")); }
  toString() { return "file://" + this.path; }
}
export const env = { language: "en" };
export const l10n = { t: (text) => text, bundle: undefined };
export const commands = { executeCommand: async (...all) => { shim.executed.push(all); } };
const show = (level) => async (sentence, ...buttons) => { shim.shown.push([level, sentence, ...buttons]); return shim.click; };
class Input {
  on = {};
  value = "";
  items = [];
  selectedItems = [];
  onDidAccept = (run) => { this.on.accept = run; };
  onDidHide = (run) => { this.on.hide = run; };
  onDidTriggerButton = () => {};
  onDidChangeValue = () => {};
  show() {
    const next = shim.typed.shift();
    if (next !== undefined) {
      this.value = next;
      this.selectedItems = this.items.filter((one) => one.label === next);
      this.on.accept();
    }
    this.hide();
  }
  hide() { this.on.hide(); }
  dispose() {}
}
export class TreeItem {
  constructor(label, collapsibleState) { this.label = label; this.collapsibleState = collapsibleState; }
}
export const TreeItemCollapsibleState = { None: 0, Collapsed: 1, Expanded: 2 };
export class ThemeIcon { constructor(id) { this.id = id; } }
export class ThemeColor {}
export const QuickPickItemKind = { Separator: -1, Default: 0 };
export const InputBoxValidationSeverity = { Warning: 2, Error: 3 };
export const QuickInputButtons = { Back: {} };
const pickMany = async (items) => {
  const ticked = shim.typed.shift()?.split(", ");
  return ticked && items.filter((one) => ticked.includes(one.label));
};
const tree = () => (shim.tree = { dispose() {} });
export const window = { showQuickPick: pickMany, createTreeView: tree, createInputBox: () => new Input(), createQuickPick: () => new Input(), showInformationMessage: show("info"), showWarningMessage: show("warning"), showErrorMessage: show("error"), setStatusBarMessage: (sentence) => { shim.shown.push(["status", sentence]); } };
export const ConfigurationTarget = { Global: 1 };
export const workspace = {
  getConfiguration: (section) => ({
    get: (name) => ["workspaceFolder:", "workspace:", ""].map((level) => shim.settings.get(level + section + "." + name)).find((one) => one !== undefined),
    update: async (name, value) => { shim.settings.set(section + "." + name, value); },
    inspect: (name) => ({ globalValue: shim.settings.get(section + "." + name), workspaceValue: shim.settings.get("workspace:" + section + "." + name), workspaceFolderValue: shim.settings.get("workspaceFolder:" + section + "." + name) }),
  }),
  onDidChangeConfiguration: () => disposable,
};
`;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "vscode"
      ? { url: "headroom:vscode", format: "module", shortCircuit: true }
      : next(specifier, context),
  load: (url, context, next) =>
    url === "headroom:vscode" ? { format: "module", source, shortCircuit: true } : next(url, context),
});
