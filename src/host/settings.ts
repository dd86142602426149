// The settings as typed values. Nothing else of Headroom reads the configuration; base addresses never come from a workspace.
import * as vscode from "vscode";
import type { NetSettings } from "../core/wire.ts";

/** What the status bar item shows. */
export type StatusBarShow = "tightest" | "chosen" | "hidden";

/** Headroom's settings as they stand now. */
export interface Settings {
  readonly statusBarShow: StatusBarShow;
  /** Percent left at which the item warns; 0 for never. */
  readonly warnAtPercent: number;
  readonly notifyJobs: boolean;
  /** Percents spent at which a warning is shown, ascending. */
  readonly quotaAtPercents: readonly number[];
  /** Base addresses by provider id, instead of the profiles' own. */
  readonly baseUrls: Readonly<Record<string, string>>;
  readonly simulatorTimeScale: number;
  /** The most that results may take on disk, bytes; 0 for no bound. */
  readonly storageMaxBytes: number;
  /** The most exchanges that the history keeps; 0 for no bound. */
  readonly historyMaxExchanges: number;
}

/** Reads all settings; what has the wrong type counts as the default. */
export function readSettings(): Settings {
  const from = vscode.workspace.getConfiguration("headroom");
  const show = from.get<unknown>("statusBar.show");
  const percents = from.get<unknown>("notifications.quotaAt");
  return {
    statusBarShow: show === "chosen" || show === "hidden" ? show : "tightest",
    warnAtPercent: numberOf(from.get<unknown>("statusBar.warnAt"), 10),
    notifyJobs: from.get<unknown>("notifications.jobs") !== false,
    quotaAtPercents: (Array.isArray(percents) ? percents : [])
      .filter((one): one is number => typeof one === "number" && one > 0 && one <= 100)
      .sort((a, b) => a - b),
    baseUrls: addresses(ownValue(from, "baseUrls")),
    simulatorTimeScale: numberOf(ownValue(from, "simulator.timeScale"), 1),
    storageMaxBytes: numberOf(ownValue(from, "storage.maxMegabytes"), 2_000) * 1e6,
    historyMaxExchanges: Math.ceil(numberOf(ownValue(from, "history.maxExchanges"), 10_000)),
  };
}

/** Calls back when one of Headroom's settings changed. */
export function onSettings(listener: () => void): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((change) => {
    if (change.affectsConfiguration("headroom")) listener();
  });
}

/** Shows settings in the editor's own page. */
export async function openSettings(query: string): Promise<void> {
  await vscode.commands.executeCommand("workbench.action.openSettings", query);
}

/** The person's own value, whatever a workspace says: the scope already says so, and this holds it twice. */
function ownValue(from: vscode.WorkspaceConfiguration, name: string): unknown {
  const found = from.inspect<unknown>(name);
  return found?.globalValue ?? found?.defaultValue;
}

function numberOf(value: unknown, other: number): number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : other;
}

function addresses(value: unknown): Record<string, string> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
  const found: Record<string, string> = {};
  for (const [id, address] of Object.entries(value))
    if (typeof address === "string" && isBase(address)) found[id] = address;
  return found;
}

/** A key goes there in a header: over https, or to this machine. */
function isBase(address: string): boolean {
  const url = URL.parse(address);
  if (url === null || url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "")
    return false;
  const here = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
  return url.protocol === "https:" || (url.protocol === "http:" && here);
}

/** The profiles with the person's own base addresses; a key then goes to that origin and nowhere else. */
export function withBaseUrls<P extends { readonly id: string; readonly baseUrl: string }>(
  profiles: ReadonlyMap<string, P>,
  baseUrls: Readonly<Record<string, string>>,
): ReadonlyMap<string, P> {
  return new Map(
    [...profiles].map(([id, profile]) => [id, { ...profile, baseUrl: baseUrls[id] ?? profile.baseUrl }]),
  );
}

/** The editor's `http.*` settings; where `http.proxySupport` is off, no proxy at all. */
export function readNetwork(): NetSettings {
  const http = vscode.workspace.getConfiguration("http");
  const off = ownValue(http, "proxySupport") === "off";
  const text = (name: string) => {
    const value = ownValue(http, name);
    return typeof value === "string" && value !== "" && !off ? value : null;
  };
  const noProxy = ownValue(http, "noProxy");
  return {
    proxy: text("proxy"),
    proxyAuthorization: text("proxyAuthorization"),
    noProxy: Array.isArray(noProxy) ? noProxy.filter((one) => typeof one === "string") : [],
    strictSSL: ownValue(http, "proxyStrictSSL") !== false,
    systemCertificates: ownValue(http, "systemCertificates") !== false,
    extraCertificates: [],
    environment: off ? {} : process.env,
  };
}

/** Calls back when the editor's network settings changed. */
export function onNetwork(listener: () => void): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((change) => {
    if (change.affectsConfiguration("http")) listener();
  });
}
