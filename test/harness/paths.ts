/**
 * Where the harness finds the project and where it may write: the cache that git ignores, and temporary folders that
 * are removed when the process ends. It must not hold anything that a test decides.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** The project's root folder, absolute. */
export const root: string = path.resolve(import.meta.dirname, "../..");

/** The cache that git ignores: the editor server, the browser, what `npm start` keeps. Absolute; may not exist yet. */
export const cache: string = path.join(root, ".vscode-test");

/**
 * Makes a new empty folder under the system's temporary folder, and removes it when this process exits.
 * @param label a word that tells what it is for, seen in the folder's name.
 */
export function temporaryFolder(label: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), `headroom-${label}-`));
  if (temporary.size === 0) process.once("exit", removeTemporary);
  temporary.add(folder);
  return folder;
}

const temporary = new Set<string>();

function removeTemporary(): void {
  for (const folder of temporary) removeFolder(folder);
}

/** Removes a folder with all that is in it; one that is not there is fine. */
export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

/** Makes a folder below the cache, with its parents, and returns its absolute path. */
export function cacheFolder(...parts: string[]): string {
  const folder = path.join(cache, ...parts);
  mkdirSync(folder, { recursive: true });
  return folder;
}
