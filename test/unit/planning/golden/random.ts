/** Choices that follow from a seed alone, whatever the version of Node.js or of any package. */
export interface Random {
  /** 0 to `count - 1`. */
  readonly below: (count: number) => number;
  readonly chance: (probability: number) => boolean;
  readonly pick: <T>(items: readonly T[]) => T;
  /** Each of the items with that probability, in their order. */
  readonly some: <T>(items: readonly T[], probability: number) => T[];
  /** What `make` makes, with that probability; nothing to spread otherwise. */
  readonly maybe: <T extends object>(probability: number, make: () => T) => T | object;
}

/** The generator mulberry32. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const chance = (probability: number) => next() < probability;
  const below = (count: number) => Math.floor(next() * count);
  return {
    below,
    chance,
    pick: <T>(items: readonly T[]) => items[below(items.length)] as T,
    some: (items, probability) => items.filter(() => chance(probability)),
    maybe: (probability, make) => (chance(probability) ? make() : {}),
  };
}
