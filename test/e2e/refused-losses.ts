import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { down } from "../../environments/down.ts";
import { originOf } from "../../environments/origin.ts";
import { up } from "../../environments/up.ts";
import type { Plan } from "../../planning/plan-types.ts";
import { differences, listObjects } from "./api-objects.ts";
import type { TestEnvironment } from "./environment.ts";

/** One step of the story, which a runner of tests makes a test of. */
export interface Step {
  readonly title: string;
  run(): Promise<void>;
}

/**
 * What must not touch the clusters of a stack that is up: `up` and `down` of another file by its name, and
 * another node image that nobody confirmed. Every object of every cluster is the same afterwards.
 */
export function refusedLosses(environment: TestEnvironment, plan: () => Plan): readonly Step[] {
  const untouched = async (attempt: () => Promise<unknown>, refusal: RegExp): Promise<void> => {
    const names = plan().clusters.map(({ name }) => name);
    const list = async () =>
      Promise.all(names.map(async (name) => listObjects(await environment.api(name))));
    const before = await list();
    await assert.rejects(attempt, refusal);
    const after = await list();
    for (const [index, name] of names.entries()) {
      const [one = new Map(), other = new Map()] = [before[index], after[index]];
      assert.ok(one.size > 0);
      assert.deepEqual(differences(one, other), [], name);
    }
  };
  const output = { terminal: false, write: (text: string) => process.stderr.write(text) };
  const elsewhere = () => {
    const origin = originOf(path.join(environment.directory, "elsewhere", "lab.yaml"));
    return { ...environment.request(), stack: { ...environment.stack, origin }, output };
  };
  return [
    {
      title: "up and down of another file of that name are refused, and touch nothing",
      run: async () => {
        await untouched(() => up(elsewhere()), /was created from/);
        await untouched(() => down(elsewhere()), /was created from/);
      },
    },
    {
      title: "another node image recreates no cluster that nobody confirmed",
      run: async () => {
        const file = path.join(environment.directory, "sources.json");
        await writeFile(file, JSON.stringify({ nodeImage: "example.test/node:1" }));
        const request = environment.request();
        const env = { ...request.env, LINKERD_TOPOLOGY_SOURCES: file };
        await untouched(() => up({ ...request, env, output }), /would be recreated: nodeImage/);
      },
    },
  ];
}
