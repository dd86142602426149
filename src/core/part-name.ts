// How a file is called that is not whole yet: after what it becomes, with the process that writes it, and, where its rest may be
// fetched by another process, with a mark of what that rest must still be. It must not touch a disk.

/** The ending tells it from a whole file. */
const PART = /\.(?:r-([A-Za-z0-9_-]+)\.)?(\d+)\.part$/;
/** Some file systems take no longer names than 255 bytes; a result's own takes less than a hundred. Characters. */
const LONGEST_MARK = 128;

/** What the name of a part tells. */
export interface Part {
  /** The process that writes it, or wrote it until it died. */
  readonly pid: number;
  /** What its rest must still be; null where it cannot be gone on with. */
  readonly mark: string | null;
}

/** The name of a file, with or without its folder, while it is not whole. A mark that no name can hold is left out. */
export function partName(target: string, pid: number, mark: string | null): string {
  const fits = mark !== null && mark.length <= LONGEST_MARK && /^[A-Za-z0-9_-]+$/.test(mark);
  return `${target}${fits ? `.r-${mark}` : ""}.${pid}.part`;
}

/** Reads a part's name; null for every other file. */
export function readPart(name: string): Part | null {
  const found = PART.exec(name);
  return found === null ? null : { pid: Number(found[2]), mark: found[1] ?? null };
}
