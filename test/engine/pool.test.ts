import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { withRun } from "../../environments/runs/session.ts";
import { inlineProgram } from "../../environments/program.ts";
import { withPatches } from "../../environments/pulumi-patches.ts";
import { withoutReports } from "../../environments/state.ts";
import { openStack } from "../../environments/workspace.ts";
import { readSources } from "../../components/sources.ts";
import type { UpRequest } from "../../environments/up.ts";
import { RunDoubles } from "../unit/environments/runs/run-doubles.ts";
import { RunFiles } from "../unit/environments/runs/run-files.ts";
import { serveDoubles } from "./doubles.ts";
import { HelmRecords } from "./helm-records.ts";
import { makeSources } from "./stack-files.ts";
import { engineTools, homeWithoutLogs } from "./tools.ts";
import { pair } from "./topologies.ts";
import { describeCalls, World } from "./world.ts";

describe("runs with a pool, and the engine", { timeout: 600_000 }, () => {
  let files: RunFiles;
  let doubles: RunDoubles;
  let world: World;
  let records: HelmRecords;
  let env: Readonly<Record<string, string>>;
  let sources = "";

  before(async () => {
    const tools = await engineTools();
    files = await RunFiles.start();
    const { directory } = files;
    sources = await makeSources(directory);
    env = {
      ...tools,
      PULUMI_HOME: await homeWithoutLogs(tools, path.join(directory, "home")),
      LINKERD_TOPOLOGY_CACHE: path.join(directory, "cache"),
      LINKERD_TOPOLOGY_SOURCES: sources,
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    };
    world = new World();
    await mkdir(path.join(directory, "kubeconfigs"), { recursive: true });
    records = await HelmRecords.serve(world, path.join(directory, "kubeconfigs"));
    doubles = new RunDoubles(files);
    doubles.also = updateByEngine;
  });
  afterEach(() => {
    world.takeCalls();
  });
  after(async () => {
    await doubles.stop();
    await records.close();
    await files.stop();
  });

  /** What `up` does in the middle, with doubles of the providers. */
  async function updateByEngine({ stack, backend, labels, refresh }: UpRequest): Promise<void> {
    assert.ok(backend !== undefined);
    const opened = withoutReports(await openStack({ stack, backend, env }));
    const served = await serveDoubles(world, { tls: false });
    opened.workspace.envVars["PULUMI_DEBUG_PROVIDERS"] = served.debugProviders;
    try {
      const program = inlineProgram(env, { labels, sources: readSources(sources) });
      await withPatches(() => opened.up({ program, refresh: refresh === true, color: "never" }));
    } finally {
      await served.close();
    }
  }

  const run = async (use: (name: string) => Promise<void> = () => Promise.resolve()) =>
    withRun(
      { topology: { name: "lab", ...pair } },
      { pool: "4h", env: { ...files.env, LINKERD_TOPOLOGY_SOURCES: sources } },
      async ({ name }) => {
        await use(name);
        return name;
      },
      doubles,
    );

  const clusters = (): string[] =>
    [...world.objects.keys()].filter((key) => key.startsWith("kind:index:Cluster ")).sort();

  test("the second one has the clusters of the first: everything is read, and nothing changes", async () => {
    const first = await run();
    const made = clusters();
    assert.equal(made.length, 2);
    world.takeCalls();
    assert.equal(await run(), first);
    const calls = world.takeCalls();
    assert.ok(calls.filter(({ method }) => method === "read").length > 20);
    assert.deepEqual(describeCalls(calls.filter(({ method }) => method !== "read")), []);
    assert.deepEqual(clusters(), made);
  });

  test("what the run before took out of the mesh is there again", async () => {
    const [link = ""] = [...world.objects.keys()].filter((key) => key.includes(":Link in "));
    world.objects.delete(link);
    await run();
    assert.ok(world.objects.has(link), link);
  });

  test("one that comes while the mesh is in use gets clusters of its own", async () => {
    const before = clusters();
    let other = "";
    const first = await run(async () => {
      other = await run();
    });
    assert.notEqual(other, first);
    assert.equal(clusters().length, 2 * before.length);
  });
});
