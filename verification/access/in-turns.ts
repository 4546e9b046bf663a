/** So many requests at once: an API server answers them one by one anyway, and has others to serve. */
const atOnce = 8;

/** Does something for each item, a few at a time, and gives the results in the items' order. */
export async function inTurns<T, R>(
  items: readonly T[],
  act: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const work = async (): Promise<void> => {
    // One iterator for all: each takes what the others have left.
    for (const [at, item] of queue) results[at] = await act(item);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return results;
}
