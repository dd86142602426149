// One activation in this process, timed. The editor's API is replaced by objects that take every call and do nothing.
// Every extension host has these loaded long before any extension.
import "node:child_process";
import "node:crypto";
import "node:http";
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

const bundle = process.argv[2] ?? "";
const names = new Set(
  [
    ...readFileSync(bundle, "utf8").matchAll(
      /\b\w+\.([A-Z]\w+|commands|window|workspace|env|l10n|extensions|languages|authentication)\b/g,
    ),
  ].map((match) => match[1]),
);
const stub = `
const make = () => {
  const kept = new Map();
  const child = (key) => kept.get(key) ?? (kept.set(key, make()), kept.get(key));
  return new Proxy(function () {}, {
    get: (_target, key) => (key === Symbol.toPrimitive ? () => "" : key === "then" ? undefined : child(key)),
    set: (_target, key, value) => (kept.set(key, value), true),
    apply: () => make(),
    construct: () => make(),
  });
};
${[...names].map((name) => `export const ${name} = make();`).join("\n")}
export default { ${[...names].join(", ")} };
`;
const stubUrl = `data:text/javascript,${encodeURIComponent(stub)}`;
let chunks = 0;
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "vscode"
      ? { url: stubUrl, format: "module", shortCircuit: true }
      : next(specifier, context),
  load: (url, context, next) => {
    if (url.includes("/dist/") && !url.endsWith("/extension.js")) chunks++;
    return next(url, context);
  },
});

const loading = performance.now();
const extension = (await import(pathToFileURL(bundle).href)) as { activate(context: unknown): unknown };
const activating = performance.now();
const folder = (name: string) => ({ fsPath: path.join("/nowhere", name), path: `/nowhere/${name}` });
extension.activate({
  subscriptions: [],
  extensionUri: folder("extension"),
  globalStorageUri: folder("storage"),
  globalState: {
    get: (_key: string, otherwise: unknown) => otherwise,
    update: async () => {},
    keys: () => [],
  },
  secrets: {
    get: async () => undefined,
    store: async () => {},
    delete: async () => {},
    onDidChange: () => ({ dispose() {} }),
  },
  extensionMode: 1,
});
const done = performance.now();
console.log(JSON.stringify({ loadMs: activating - loading, activateMs: done - activating, chunks }));
process.exit(0);
