// Calls those who want to hear of something. One that throws keeps nobody else from hearing of it, nor who tells them from going on.

/** Calls each of them as they are now. What one throws is thrown once more by itself, later, where the process reports such errors. */
export function tellEach<Args extends readonly unknown[]>(
  listeners: Iterable<(...args: Args) => void>,
  ...args: Args
): void {
  for (const listener of [...listeners])
    try {
      listener(...args);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
}
