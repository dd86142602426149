// What opening the database found out, in words for the playground. Pure.
import type { Translate } from "../app/ports.ts";
import type { Snapshot } from "../protocol/snapshot.ts";

/** What a person should hear about the database's file. */
export type FileNotice =
  | { readonly kind: "rebuilt"; readonly setAside: string }
  | { readonly kind: "gone" }
  | { readonly kind: "newer"; readonly found: number; readonly known: number }
  | { readonly kind: "migrated" }
  | { readonly kind: "noWal"; readonly mode: string };

type Notice = Snapshot["notices"][number];

/** The notice to show; null where a person need not hear of it. */
export function storeNotice(found: FileNotice, t: Translate): Notice | null {
  const log = { command: "headroom.showLog", title: t("Show Log") };
  if (found.kind === "rebuilt")
    return {
      id: "store-rebuilt",
      level: "warning",
      sentence: t(
        "The ledger and history were damaged and begin anew. The old file is kept as {file}. Until the servers have answered, budgets are counted from nothing.",
        { file: found.setAside },
      ),
      action: log,
    };
  if (found.kind === "newer")
    return {
      id: "store-newer",
      level: "error",
      sentence: t(
        "A newer Headroom wrote the ledger, so this one can only read it. Update Headroom to send again.",
      ),
      action: log,
    };
  if (found.kind === "gone")
    return {
      id: "store-gone",
      level: "warning",
      sentence: t(
        "The file of the ledger and history was removed or replaced while Headroom ran, so they begin anew. Put the old file back and reload the window, or go on: until the servers have answered, budgets are counted from nothing.",
      ),
      action: log,
    };
  if (found.kind === "noWal")
    return {
      id: "store-nowal",
      level: "info",
      sentence: t(
        "Headroom's storage folder lies on a drive without shared memory, as network drives do. All works, only slower; keep the editor's user data on a local disk to change that.",
      ),
      action: log,
    };
  return null;
}

/** Says that the keyring failed and that keys are kept for this session alone. */
export function keyringNotice(t: Translate): Notice {
  return {
    id: "keyring",
    level: "warning",
    sentence: t(
      "The system's keyring did not keep the key. It is used until this editor window closes and is written nowhere; add it again after that, or repair the keyring.",
    ),
    action: { command: "headroom.showLog", title: t("Show Log") },
  };
}
