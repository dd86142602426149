/**
 * Reads the project's sources for the rules: which files there are, and what each imports. It must not run any of them.
 */
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { root } from "../harness/paths.ts";

/** One import or re-export of a source file. */
export interface Import {
  /** The importing file, from the project's root, with forward slashes. */
  readonly from: string;
  /** What it names: a project file as a path from the root, or a package with its inner path as written. */
  readonly to: string;
  /** A path within the project, not a package. */
  readonly local: boolean;
  /** Gone at run time. */
  readonly typeOnly: boolean;
}

/** The project's text files that fit the patterns, from the root, with forward slashes; never built or fetched ones. */
export function sourceFiles(...patterns: string[]): string[] {
  const left = new Set(["node_modules", "dist", ".vscode-test", ".cache", ".git"]);
  return globSync(patterns, { cwd: root, exclude: (name) => left.has(path.basename(name)) })
    .map((file) => file.replaceAll("\\", "/"))
    .sort();
}

/** The text of a project file. */
export function textOf(file: string): string {
  return readFileSync(path.join(root, file), "utf8");
}

/** A source text without its comments, so that words in them are not taken for code. */
export function withoutComments(text: string): string {
  const parts =
    /("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)|\/\*[\s\S]*?\*\/|(?<![:\\])\/\/[^\n]*/g;
  return text.replace(parts, (_all, quoted: string | undefined) => quoted ?? "");
}

/** Everything that a source file imports, statically or later. */
export function importsOf(file: string): Import[] {
  const text = withoutComments(textOf(file));
  const statement = /^\s*(?:import|export)\s+(type\s)?(?:[^"';()]*?\sfrom\s+)?"([^"]+)"/gm;
  const later = /\bimport\(\s*"([^"]+)"/g;
  const found = [...text.matchAll(statement)].map((match) => ({
    name: match[2] ?? "",
    typeOnly: match[1] !== undefined,
  }));
  for (const match of text.matchAll(later)) found.push({ name: match[1] ?? "", typeOnly: false });
  return found.map(({ name, typeOnly }) => {
    const local = name.startsWith(".");
    const to = local ? path.posix.join(path.posix.dirname(file), name) : name;
    return { from: file, to, local, typeOnly };
  });
}
