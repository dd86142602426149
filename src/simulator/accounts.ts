/**
 * The simulated vendors' customers: fixed accounts with well-known keys that are no secret.
 * Each account but the last has two keys, so that pools by account and pools by key can be told apart.
 */

/** The five vendors that are simulated. */
export type ProviderId = "soundpiece" | "sauti" | "voicedub" | "sync" | "vocabusta";

/** All five, in the order in which they are printed. */
export const providerIds: readonly ProviderId[] = ["soundpiece", "sauti", "voicedub", "sync", "vocabusta"];

/** One key of one simulated account. */
export interface SimulatedKey {
  readonly provider: ProviderId;
  readonly account: string;
  /** Names the key in logs, where its text never stands. */
  readonly label: string;
  readonly text: string;
}

/**
 * How each vendor's keys look. SoundPiece `spk_` (https://docs.soundpiece.co/authentication) and VocaBusta `satryx_test_`
 * (https://developers.vocabusta.satryx.ai/docs/authentication), read 2026-11. ASSUMED for the other three: no page shows one.
 */
const prefixes: Readonly<Record<ProviderId, string>> = {
  soundpiece: "spk_",
  sauti: "sauti_",
  voicedub: "vd_",
  sync: "sk-",
  vocabusta: "satryx_test_",
};

/** The keys of one vendor: two of the account `main`, two of `second`, one of `third`. The first is the one that is announced. */
export function simulatedKeys(provider: ProviderId): readonly SimulatedKey[] {
  const make = (account: string, nth: number): SimulatedKey => ({
    provider,
    account,
    label: `${account}-${nth}`,
    text: `${prefixes[provider]}simulated${account}key${nth}notasecret`,
  });
  return [make("main", 1), make("main", 2), make("second", 1), make("second", 2), make("third", 1)];
}
