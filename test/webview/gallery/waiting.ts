// The states in which a request waits, one for each kind of budget. Data only.
import type { Snapshot } from "../../../src/protocol/snapshot.ts";
import { fixedMeter, unknownMeter } from "./meters.ts";
import { at, card, finished, meter, slots, snapshot, wait, waiting, waitingCard } from "./parts.ts";

/** States by name. */
export const waitingStates: Readonly<Record<string, Snapshot>> = {
  "kept-for-later": snapshot({
    queue: [waiting()],
    cards: [
      waitingCard(),
      card({
        id: "card-kept",
        state: "kept",
        stateTitle: "Kept for later",
        can: ["sendKept", "discard", "copyCode", "why"],
      }),
      finished(),
    ],
  }),
  "waiting-sliding": snapshot({
    meters: [
      meter({
        used: 10,
        left: 0,
        inFlight: 1,
        leavesAt: [17, 19, 20, 24, 31, 38, 44, 45, 52].map((s) => at + s * 1000),
      }),
    ],
    forecast: {
      sentence: "Goes at 14:02:10, when the next synthesis is free.",
      startsAt: at + 17_000,
      now: false,
      policyId: "sauti.synthesis",
    },
    queue: [
      waiting(),
      waiting({
        id: "other",
        own: false,
        lane: "batch",
        wait: wait({
          sentence: `${wait().sentence} 4 requests are ahead.`,
          facts: [
            ...wait().facts.slice(0, 4),
            { title: "Ahead", value: "sent by you: “Speech from text”; 3 in other editor windows" },
          ],
          ahead: 4,
        }),
      }),
    ],
    cards: [waitingCard()],
  }),
  "waiting-fixed": snapshot({
    meters: [
      fixedMeter,
      meter({
        id: "voicedub.hour",
        title: "Writes an hour",
        kind: "fixed",
        limit: 300,
        used: 124,
        left: 176,
        foreign: 40,
        quotaWindowMs: 3_600_000,
        nextAt: at + 3_487_000,
        fullAt: at + 3_487_000,
        leavesAt: [],
        evidence: "counted",
        sentence: "176 of 300 writes left; 40 were spent elsewhere; all back at 15:00:00.",
      }),
    ],
    forecast: {
      sentence: "Needs 3 writes; goes at 14:02:00, when the minute begins anew.",
      startsAt: at + 7000,
      now: false,
      policyId: "voicedub.minute",
    },
    queue: [
      waiting({
        wait: wait({
          sentence: "VoiceDub allows 10 writes a minute. All are back at 14:02:00.",
          policyId: "voicedub.minute",
          since: at,
          until: at + 7000,
          evidence: "counted",
        }),
      }),
    ],
    cards: [waitingCard()],
  }),
  "waiting-slots": snapshot({
    meters: [
      slots({
        used: 3,
        left: 0,
        inFlight: 1,
        foreign: 1,
        sentence: "0 of 3 generations free; one of them is not ours.",
      }),
    ],
    forecast: {
      sentence: "Goes when one of 3 generations ends.",
      startsAt: null,
      now: false,
      policyId: "sync.slots",
    },
    queue: [
      waiting({
        wait: wait({
          sentence: "Sync runs 3 generations at once. A place frees when one of them ends.",
          policyId: "sync.slots",
          since: at,
          until: null,
          evidence: "published",
        }),
      }),
    ],
    cards: [waitingCard()],
  }),
  "waiting-unknown": snapshot({
    meters: [{ ...unknownMeter, closedUntil: at + 23_000 }],
    forecast: {
      sentence: "Goes at 14:02:16; the server asked to wait.",
      startsAt: at + 23_000,
      now: false,
      policyId: "soundpiece.requests",
    },
    queue: [
      waiting({
        wait: wait({
          sentence: "SoundPiece refused and asked to wait until 14:02:16.",
          policyId: null,
          since: at,
          until: at + 23_000,
          evidence: "stated",
        }),
      }),
    ],
    cards: [waitingCard()],
  }),
};
