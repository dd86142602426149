// Waiting for what cannot be stopped, without waiting for it once nobody wants it any more. It stops nothing.

/** Settles as a promise does, or rejects at once with the signal's reason when it is aborted. */
export async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  // What comes too late is nobody's, its error as well.
  promise.catch(() => {});
  signal.throwIfAborted();
  const stopped = Promise.withResolvers<never>();
  const stop = () => stopped.reject(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([promise, stopped.promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
