/** So many commands and port-forwards at once in one cluster: more would wait for each other anyway. */
const atOnce = 6;

const queues = new WeakMap<object, Queue>();

interface Queue {
  free: number;
  readonly waiting: (() => void)[];
}

/** Runs when it is its turn: what goes on in a cluster at the same time has a limit, what waits has none. */
export async function inTurn<T>(cluster: object, run: () => Promise<T>): Promise<T> {
  const queue = queues.get(cluster) ?? { free: atOnce, waiting: [] };
  queues.set(cluster, queue);
  if (queue.free > 0) queue.free -= 1;
  else await new Promise<void>((resolve) => queue.waiting.push(resolve));
  try {
    return await run();
  } finally {
    const next = queue.waiting.shift();
    if (next === undefined) queue.free += 1;
    else next();
  }
}
