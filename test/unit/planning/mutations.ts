import fc from "fast-check";
import type { Topology } from "../../../planning/topology.ts";
import { exportingTopology } from "./arbitraries.ts";

/** A topology that is wrong in one place. */
export interface Broken {
  readonly input: unknown;
  /** The place, key by key. */
  readonly path: readonly (string | number)[];
  readonly what: string;
}

interface Place {
  readonly parent: Record<string | number, unknown>;
  readonly key: string | number;
  readonly path: readonly (string | number)[];
}

/** What people may write there as they like. */
const free = ["values", "matchLabels", "registryMirrors"];

function placesIn(value: unknown, path: readonly (string | number)[] = []): Place[] {
  if (typeof value !== "object" || value === null) return [];
  const parent = value as Record<string | number, unknown>;
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return keys.flatMap((key) => {
    const here = [...path, key];
    const below = free.includes(String(key)) ? [] : placesIn(parent[key], here);
    return [{ parent, key, path: here }, ...below];
  });
}

/** Values that stand nowhere in a topology, whatever the place. */
const impossible: readonly (readonly [string, () => unknown])[] = [
  ["a function", () => () => undefined],
  ["a symbol", () => Symbol("x")],
  ["a big integer", () => 2n ** 70n],
  ["an instance of a class", () => new Date(0)],
  ["a Map", () => new Map([["name", "west"]])],
  ["infinity", () => Infinity],
  ["no number", () => NaN],
  ["something that contains itself", () => cyclic()],
  ["an object that throws when it is read", () => thrower()],
  ["a proxy that throws", () => throwingProxy()],
  ["a very deep list", () => nested(200)],
];

function cyclic(): unknown {
  const value: Record<string, unknown> = {};
  value["self"] = value;
  return value;
}

function thrower(): unknown {
  return Object.defineProperty({}, "name", {
    enumerable: true,
    get: () => {
      throw new Error("no");
    },
  });
}

function throwingProxy(): unknown {
  const fail = (): never => {
    throw new Error("no");
  };
  return new Proxy({}, { ownKeys: fail, get: fail, has: fail, getPrototypeOf: fail });
}

function nested(depth: number): unknown {
  let value: unknown = "end";
  for (let level = 0; level < depth; level++) value = [value];
  return value;
}

const wrongTypes: Readonly<Record<string, readonly unknown[]>> = {
  string: [{}, 7, true, [["x"]], [{}]],
  number: ["7", {}, [], 0.5, -1, 1e308, Number.MAX_SAFE_INTEGER],
  boolean: ["yes", 1, {}, []],
  list: ["x".repeat(70), 7, true, { 0: "x" }],
  map: ["x", 7, true, []],
};

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return "list";
  return typeof value === "object" ? "map" : typeof value;
}

/** Something else in a place than can be there. */
function otherwise(topology: Topology): fc.Arbitrary<Broken> {
  const count = placesIn(structuredClone(topology)).length;
  return fc
    .record({ at: fc.nat({ max: count - 1 }), which: fc.nat(), kind: fc.boolean() })
    .map(({ at, which, kind }) => {
      const input = structuredClone(topology);
      const place = placesIn(input)[at];
      if (place === undefined) throw new Error("a topology has places");
      const wrong = wrongTypes[typeOf(place.parent[place.key])] ?? [];
      const [what, make] = impossible[which % impossible.length] ?? ["", () => undefined];
      if (kind || wrong.length === 0) {
        place.parent[place.key] = make();
        return { input, path: place.path, what };
      }
      const value = wrong[which % wrong.length];
      place.parent[place.key] = value;
      return { input, path: place.path, what: `${JSON.stringify(value)} for a ${typeOf(value)}` };
    });
}

/** A key that no map of a topology has. */
function extraKey(topology: Topology): fc.Arbitrary<Broken> {
  const key = fc.constantFrom("colour", "Name", "constructor", "prototype", "toString", "", "nmae");
  return fc.record({ at: fc.nat(), key }).map(({ at, key: name }) => {
    const input = structuredClone(topology);
    const maps = placesIn(input).filter(
      ({ parent, key: own, path }) =>
        typeOf(parent[own]) === "map" && !path.some((step) => free.includes(String(step))),
    );
    const all = [
      { map: input as unknown as Record<string, unknown>, path: [] as (string | number)[] },
      ...maps.map(({ parent, key: own, path }) => ({
        map: parent[own] as Record<string, unknown>,
        path,
      })),
    ];
    const { map, path } = all[at % all.length] ?? { map: {}, path: [] };
    Object.defineProperty(map, name, { value: 1, enumerable: true, configurable: true });
    return { input, path: [...path, name], what: `the key ${JSON.stringify(name)}` };
  });
}

/** Something that has to be there is not. */
function missing(topology: Topology): fc.Arbitrary<Broken> {
  const required = [
    "name",
    "service",
    "namespace",
    "from",
    "containerPort",
    "hostPort",
    "replicas",
  ];
  return fc.nat().map((at) => {
    const input = structuredClone(topology);
    const places = placesIn(input).filter(
      ({ key, path }) => required.includes(String(key)) && path.length > 1 && path[0] !== "links",
    );
    const place = places[at % places.length];
    if (place === undefined) throw new Error("a cluster has a name");
    Reflect.deleteProperty(place.parent, place.key);
    return { input, path: place.path, what: "nothing" };
  });
}

/** Two of what may be there once, or in each other's way. */
function colliding(topology: Topology): fc.Arbitrary<Broken> {
  const [first] = topology.clusters;
  const clusters = topology.clusters.length;
  const add = (more: object): unknown => ({ ...topology, clusters: [...topology.clusters, more] });
  const cases: Broken[] = [
    {
      input: add({ name: first?.name }),
      path: ["clusters", clusters, "name"],
      what: "a name twice",
    },
    {
      input: {
        ...topology,
        clusters: topology.clusters.map((cluster) => ({
          ...cluster,
          network: "one",
          podSubnet: "10.9.0.0/16",
        })),
      },
      path: ["clusters"],
      what: "one pod subnet for all",
    },
    {
      input: add({ name: "x".repeat(300) }),
      path: ["clusters", clusters, "name"],
      what: "a very long name",
    },
    {
      input: add({ name: "new", podSubnet: "10.9.0.0/16", serviceSubnet: "10.9.1.0/24" }),
      path: ["clusters", clusters],
      what: "overlapping subnets",
    },
    {
      input: { ...topology, links: [{ from: first?.name, to: "nowhere-at-all" }] },
      path: ["links", 0, "to"],
      what: "a target that isn't there",
    },
    {
      input: { ...topology, links: [{ from: first?.name, to: first?.name }] },
      path: ["links", 0],
      what: "a Link to itself",
    },
  ];
  // A pod subnet for all is none too many for one.
  return fc.constantFrom(...cases.filter((_, index) => index !== 1 || clusters > 1));
}

/** Topologies that are certainly wrong, each in one place that is known. */
export function brokenTopology(): fc.Arbitrary<Broken> {
  return exportingTopology(1, 5).chain((topology) =>
    fc.oneof(
      { weight: 5, arbitrary: otherwise(topology) },
      { weight: 2, arbitrary: extraKey(topology) },
      { weight: 1, arbitrary: missing(topology) },
      { weight: 1, arbitrary: colliding(topology) },
    ),
  );
}
