import type { Random } from "./random.ts";
import { randomTopology } from "./valid-topologies.ts";

type Container = Record<string | number, unknown>;

/** One value of a topology, by what holds it. */
export interface Place {
  readonly parent: Container;
  readonly key: string | number;
  readonly path: string;
}

export function placesIn(value: unknown, path = ""): Place[] {
  if (typeof value !== "object" || value === null) return [];
  const parent = value as Container;
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return keys.flatMap((key) => {
    const here = path === "" ? String(key) : `${path}/${key}`;
    return [{ parent, key, path: here }, ...placesIn(parent[key], here)];
  });
}

/**
 * What stands in the place of a value: other types, the edges of limits, text of every wrong form. Somewhere
 * each of them is right, so not all that comes of it is wrong; the record names what is.
 */
export const replacements: readonly unknown[] = [
  null,
  true,
  {},
  [],
  [{}],
  ["west"],
  { name: "west" },
  ...[0, 1, 2, 0.5, -1, 8, 100, 101, 250, 251, 4096, 29_999, 65_536, 1_000_000, 1e308],
  ...["", " ", "west", "West", " east ", "eats", "1web", "a.b", "-x", "*", "x".repeat(64)],
  ...["10.10.0.1/21", "172.30.0.0/16", "10.0.0.0/4", "fd00::/64", "10.60.0.0/28"],
  ...["v1.20.0", "edge-25.1.1", "stable-2.14", "127.0.0.1", "http://x.test", "flat", "federated"],
];

const typos = ["nmae", "Name", "colour", "constructor", "networks", "podSubnets", "$schema2", ""];

/** One to three mistakes in a topology that has none. */
export function brokenTopology(random: Random): unknown {
  const topology = randomTopology(random);
  const input: unknown = structuredClone(topology);
  for (let count = 1 + random.below(3); count > 0; count--) breakOnce(input, random);
  return input;
}

function breakOnce(input: unknown, { pick, chance }: Random): void {
  const places = placesIn(input);
  if (places.length === 0) return;
  const { parent, key } = pick(places);
  const value = parent[key];
  const alike = places.filter((place) => place.key === key && place.parent !== parent);
  if (alike.length > 0 && chance(0.3)) {
    // Each value is right in its own place; in another one it overlaps, repeats or contradicts.
    const other = pick(alike);
    parent[key] = structuredClone(other.parent[other.key]);
    return;
  }
  if (chance(0.15)) Reflect.deleteProperty(parent, key);
  else if (chance(0.2)) addKey(isMap(value) ? value : parent, pick(typos));
  else if (chance(0.15) && Array.isArray(value) && value.length > 0) value.push(pick(value));
  else parent[key] = structuredClone(pick(replacements));
}

function addKey(parent: Container, key: string): void {
  if (!Array.isArray(parent)) parent[key] = "x";
}

function isMap(value: unknown): value is Container {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
