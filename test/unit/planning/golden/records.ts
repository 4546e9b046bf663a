import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { plan } from "../../../../planning/plan.ts";
import type { PlanContext } from "../../../../planning/plan.ts";
import { brokenTopology, placesIn, replacements } from "./broken-topologies.ts";
import { seededRandom } from "./random.ts";
import { randomTopology } from "./valid-topologies.ts";

/*
 * What the planner says today, to be compared with what it says after a change: whole plans of a few
 * topologies, digests of many more. `write.ts` writes it down, `golden.test.ts` holds it.
 */

const here = import.meta.dirname;
const root = path.resolve(here, "../../../..");
const count = 1000;

/** A file of the record: its path and its text. */
export interface GoldenFile {
  readonly file: string;
  readonly make: () => string;
}

/** A whole plan for each topology that somebody wrote. */
export function wholePlans(): GoldenFile[] {
  const stacks = readdirSync(path.join(root, "stacks")).flatMap((file) => {
    const name = /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1];
    if (name === undefined) return [];
    const { config } = readYaml(path.join(root, "stacks", file)) as {
      config: Record<string, unknown>;
    };
    return [{ name, topology: config["linkerd-topology:topology"] }];
  });
  return [...stacks, { name: "large", topology: largeTopology() }].map(({ name, topology }) => ({
    file: path.join(here, "plans", `${name}.json`),
    make: () => `${JSON.stringify(planned(topology, name), undefined, 2)}\n`,
  }));
}

function planned(topology: unknown, name: string): unknown {
  const result = plan(topology, { name, sources });
  if (!result.ok) throw new Error(`${name}: ${JSON.stringify(result.problems, undefined, 1)}`);
  return result.plan;
}

/** Digests, a line for each seed. */
export const digests: readonly GoldenFile[] = [
  { file: path.join(here, "valid.txt"), make: () => lines(validLines()) },
  { file: path.join(here, "broken.txt"), make: () => lines(brokenLines()) },
];

/** Digests, a line for each place of the large topology: ten thousand plans, half a minute. */
export const placeDigests: GoldenFile = {
  file: path.join(here, "places.txt"),
  make: () => lines(placeLines()),
};

/** The first few lines that differ; thousands would not help. */
export function differences(actual: string, expected: string): string[] {
  const wanted = new Map(expected.split("\n").map((line) => [line.split(" ")[0], line]));
  const changed = actual.split("\n").filter((line) => wanted.get(line.split(" ")[0]) !== line);
  return changed.slice(0, 8);
}

export function largeTopology(): unknown {
  return readYaml(path.join(here, "large.yaml"));
}

function readYaml(file: string): unknown {
  return parse(readFileSync(file, "utf8"));
}

/** `seed plan` */
function* validLines(): Iterable<string> {
  let found = 0;
  for (let seed = 0; found < count; seed++) {
    const result = plan(randomTopology(seededRandom(seed)), contextOf(seed));
    if (!result.ok) continue;
    found++;
    yield `${seed} ${digest(JSON.stringify(result.plan))}`;
  }
}

/** `seed places messages`: prose may change where the places stay. */
function* brokenLines(): Iterable<string> {
  let found = 0;
  for (let seed = 0; found < count; seed++) {
    const answer = answerTo(brokenTopology(seededRandom(seed)), contextOf(seed));
    if (answer.places === "") continue;
    found++;
    yield `${seed} ${digest(answer.places)} ${digest(answer.messages)}`;
  }
}

/** `place places messages`, over everything that is put there in turn, and over nothing. */
function* placeLines(): Iterable<string> {
  const large = largeTopology();
  for (const [index, { path: place }] of placesIn(large).entries()) {
    const answers = [undefined, ...replacements].map((replacement) => {
      const input = structuredClone(large);
      const found = placesIn(input)[index];
      if (found === undefined) throw new Error(`${place} is a place of the large topology`);
      if (replacement === undefined) Reflect.deleteProperty(found.parent, found.key);
      else found.parent[found.key] = structuredClone(replacement);
      return answerTo(input, { name: "stack" });
    });
    const places = digest(JSON.stringify(answers.map((answer) => answer.places)));
    yield `${place} ${places} ${digest(JSON.stringify(answers))}`;
  }
}

function answerTo(input: unknown, context: PlanContext): { places: string; messages: string } {
  const result = plan(input, context);
  if (result.ok) return { places: "", messages: digest(JSON.stringify(result.plan)) };
  return {
    places: result.problems.map((problem) => problem.path).join("\n"),
    messages: JSON.stringify(result.problems),
  };
}

const sources = {
  nodeImage: "node:v1",
  archives: ["/images/all.tar"],
  images: { controller: "controller:v1", proxy: "proxy:v1" },
  charts: "/charts",
  versions: {
    "edge-25.10.7": { charts: "/charts-earlier" },
    "edge-26.6.3": { charts: "/charts-later" },
  },
};

/** Half of them with sources, and a third of them with files that hold nothing of use. */
function contextOf(seed: number): PlanContext {
  const readFile = (file: string): string => {
    if (!file.endsWith("kubeconfig")) throw new Error("no such file");
    return "contexts: [{ name: admin }]\n";
  };
  return {
    name: seed % 5 === 0 ? "Not_A_Label" : "stack",
    ...(seed % 2 === 0 && { sources }),
    ...(seed % 3 === 0 && { kubeconfigs: { readFile } }),
    ...(seed % 7 === 0 && {
      certificates: { readFile, now: new Date("2026-01-01") },
    }),
  };
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

function lines(all: Iterable<string>): string {
  return `${[...all].join("\n")}\n`;
}
