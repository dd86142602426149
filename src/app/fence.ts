// Keeps a process that was frozen from writing once another has taken over: every write of an exchange's loop is made only
// while its lease is still this process's. It must not decide what is written.
import { HeadroomError } from "../core/errors.ts";
import { isOver } from "../core/jobs/flow.ts";
import type { ExchangeStore, JobStore, ResultStore } from "../core/jobs/stores.ts";
import type { Context, LiveExchange } from "./context.ts";

/**
 * The context as one loop may use it. A write after the lease went to another process, or after somebody ended the
 * exchange, writes nothing, ends the loop (`live` is aborted with "lease") and throws cancelled.
 */
export function fenced(context: Context, id: string, live: LiveExchange): Context {
  const { ports } = context;
  const { jobs, exchanges, results, owner } = ports;

  let checked = false;

  function together<T>(work: () => T, lasting = false): T {
    // What a commit has found at its beginning holds to its end.
    if (checked) return work();
    return ports.together(() => {
      hold();
      checked = true;
      try {
        return work();
      } finally {
        checked = false;
      }
    }, lasting);
  }

  function hold(): void {
    const job = jobs.get(id);
    if (job !== null && !isOver(job) && jobs.leased(id, owner)) return;
    live.abort.abort("lease");
    throw new HeadroomError("cancelled", "Another editor window goes on with this.", { by: "closing" });
  }

  const mine: JobStore = {
    add: (job) => together(() => jobs.add(job)),
    update: (one, change) => together(() => jobs.update(one, change)),
    get: (one) => jobs.get(one),
    remove: (one) => together(() => jobs.remove(one)),
    open: (endedSince) => jobs.open(endedSince),
    lengths: (...which) => jobs.lengths(...which),
    lease: (one, who, now, until) => jobs.lease(one, who, now, until),
    unlease: (one, who) => jobs.unlease(one, who),
    leased: (one, who) => jobs.leased(one, who),
    onChange: (listener) => jobs.onChange(listener),
  };
  const told: ExchangeStore = {
    begin: (exchange) => together(() => exchanges.begin(exchange)),
    update: (one, change) => together(() => exchanges.update(one, change)),
    note: (one, moment) => together(() => exchanges.note(one, moment)),
    get: (one) => exchanges.get(one),
    timeline: (one) => exchanges.timeline(one),
    list: (filter) => exchanges.list(filter),
    instants: (filter) => exchanges.instants(filter),
    beyond: (most) => exchanges.beyond(most),
    remove: (one) => together(() => exchanges.remove(one)),
    onChange: (listener) => exchanges.onChange(listener),
  };
  const kept: ResultStore = {
    get folder() {
      return results.folder;
    },
    put: (result) => together(() => results.put(result)),
    of: (exchangeId) => results.of(exchangeId),
    get: (one) => results.get(one),
    remove: (one) => together(() => results.remove(one)),
    bytesOnDisk: () => results.bytesOnDisk(),
    onDisk: () => results.onDisk(),
    names: (file) => results.names(file),
  };
  return { ...context, ports: { ...ports, together, jobs: mine, exchanges: told, results: kept } };
}
