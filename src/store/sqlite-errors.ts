// What an error of SQLite means for the one who met it. It must not word anything for a person.

function codeOf(error: unknown): number | null {
  const code = (error as { errcode?: unknown } | null)?.errcode;
  return typeof code === "number" ? code & 0xff : null;
}

/** Whether SQLite gave up because another process holds the lock (5 SQLITE_BUSY, 6 SQLITE_LOCKED). */
export function isBusy(error: unknown): boolean {
  const code = codeOf(error);
  return code === 5 || code === 6;
}

/** Whether what kept SQLite from writing may pass: a lock, a full disk (13), an error of the disk (10). */
export function isPassing(error: unknown): boolean {
  const code = codeOf(error);
  return isBusy(error) || code === 10 || code === 13;
}

/** Whether the file may only be read (8 SQLITE_READONLY). */
export function isReadOnly(error: unknown): boolean {
  return codeOf(error) === 8;
}

/** Found by Headroom's own look at a file. */
export class Damage extends Error {}

/** SQLite's words for a file that cannot be trusted: 11 SQLITE_CORRUPT, 26 SQLITE_NOTADB. */
export function isDamage(error: unknown): boolean {
  const code = codeOf(error);
  return error instanceof Damage || code === 11 || code === 26;
}
