/** Puts the five dialects together with the state of their vendors. The one place that knows them all. */
import type { Hono } from "hono";
import type { ProviderId } from "./accounts.ts";
import type { Clock } from "./clock.ts";
import type { AppEnv } from "./edge.ts";
import { createSautiApp, type SautiJob, sautiPolicies } from "./sauti.ts";
import { createSoundPieceApp, type SoundPieceJob, soundPiecePolicies } from "./soundpiece.ts";
import { createSyncApp, type SyncJob, syncLinkLifeMs, syncPlans, syncPolicies } from "./sync.ts";
import { Vendor } from "./vendor.ts";
import { createVocaBustaApp, type VocaBustaJob, vocaBustaPlans, vocaBustaPolicies } from "./vocabusta.ts";
import { createVoiceDubApp, type VoiceDubJob, voiceDubPolicies } from "./voicedub.ts";

/** What all dialects are made with. */
export interface DialectOptions {
  readonly clock: Clock;
  readonly seed: number;
  /** The address under which a vendor is reached, without a slash at its end. */
  readonly urlOf: (provider: ProviderId) => string;
}

/** One simulated API: its state and its app, served under `/<provider>`. */
export interface RunningDialect {
  readonly vendor: Vendor;
  readonly app: Hono<AppEnv>;
}

/** Makes all five. */
export function createDialects({ clock, seed, urlOf }: DialectOptions): RunningDialect[] {
  const common = (provider: ProviderId) => ({ provider, clock, seed, url: () => urlOf(provider) });
  // ASSUMED: SoundPiece's credits; links of about a quarter of an hour are shown in its quickstart.
  const soundpiece = new Vendor<SoundPieceJob>({
    ...common("soundpiece"),
    policies: soundPiecePolicies(),
    credits: 10_000,
  });
  const sauti = new Vendor<SautiJob>({ ...common("sauti"), policies: sautiPolicies() });
  const voicedub = new Vendor<VoiceDubJob>({
    ...common("voicedub"),
    policies: voiceDubPolicies(),
    credits: 10_000,
  });
  // ASSUMED: credits of one a generation, only so that a 402 can be provoked.
  const sync = new Vendor<SyncJob>({
    ...common("sync"),
    policies: syncPolicies(),
    plans: syncPlans,
    settings: { plan: "Creator", slots: 3, linkLifeMs: syncLinkLifeMs, idempotencyMismatch: "409" },
    credits: 10_000,
  });
  const vocabusta = new Vendor<VocaBustaJob>({
    ...common("vocabusta"),
    policies: vocaBustaPolicies(),
    plans: vocaBustaPlans,
    settings: { plan: "standard" },
  });
  return [
    { vendor: soundpiece, app: createSoundPieceApp(soundpiece, "/soundpiece") },
    { vendor: sauti, app: createSautiApp(sauti, "/sauti") },
    { vendor: voicedub, app: createVoiceDubApp(voicedub, "/voicedub") },
    { vendor: sync, app: createSyncApp(sync, "/sync") },
    { vendor: vocabusta, app: createVocaBustaApp(vocabusta, "/vocabusta") },
  ];
}
