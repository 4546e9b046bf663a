/** How much of one processor looking may take, on average. */
const share = 0.03;

/** It is looked again within this time at the latest, whatever it costs, in milliseconds. */
const most = 120_000;

export interface PaceOptions {
  /** At least so long from the end of a look to the next, in milliseconds. */
  readonly least: number;
  /** What this process used of the processor, in milliseconds. @default asks Node.js */
  readonly used?: () => number;
  /** The time, in milliseconds. @default asks Node.js */
  readonly now?: () => number;
}

/**
 * Says when to look again, so that looking takes a small part of one processor: where a look costs more, because
 * the mesh is large or the machine slow, the next one comes later.
 */
export class Pace {
  readonly #least: number;
  readonly #used: () => number;
  readonly #now: () => number;
  #last: { readonly used: number; readonly at: number };

  constructor({ least, used = usedByProcess, now = () => performance.now() }: PaceOptions) {
    this.#least = least;
    this.#used = used;
    this.#now = now;
    this.#last = { used: used(), at: now() };
  }

  /** How long to pause after a look, in milliseconds. Everything since the last pause counts. */
  pause(): number {
    const [used, now] = [this.#used(), this.#now()];
    const wanted = (used - this.#last.used) / share - (now - this.#last.at);
    const pause = Math.min(Math.max(wanted, this.#least), most);
    // The next look begins when the pause ends.
    this.#last = { used, at: now + pause };
    return pause;
  }
}

function usedByProcess(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
