import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { execa } from "execa";
import { docker, dockerList } from "../../environments/docker.ts";
import { stateDirectory } from "../../environments/paths.ts";
import { timeLimits } from "../../planning/time-limits.ts";
import { eventually, TestEnvironment } from "./environment.ts";

/** One cluster, no Link: what goes wrong here goes wrong before there is anything to link. */
const single = { clusters: [{ name: "west" }] };

describe("a bad day", { timeout: 1_800_000 }, () => {
  let environment: TestEnvironment;
  before(async () => {
    environment = await TestEnvironment.create("bad", single);
  });
  after(async () => {
    await environment.dispose();
  });

  test("an up is killed while its cluster is half made; the next one finishes it", async () => {
    const { stack, env } = environment;
    const node = `${stack.name}-west-control-plane`;
    const child = execa(
      process.execPath,
      [path.join(import.meta.dirname, "up-child.ts"), stack.name, stack.file],
      // A group of its own, so that everything in it can be killed at once.
      { env, detached: true, reject: false, stdio: ["ignore", "inherit", "inherit"] },
    );
    await eventually("a half-made node", timeLimits.clusterCreate, async () => {
      const rows = await dockerList(["ps", "--all", "--filter", `name=^${node}$`]);
      return rows.length > 0 ? true : undefined;
    });
    process.kill(-(child.pid ?? 0), "SIGKILL");
    await child;

    const { proof, changes } = await environment.up();
    assert.ok(proof.proved);
    assert.ok((changes["create"] ?? 0) > 0);
    const nodes = await dockerList(["ps", "--filter", `name=${stack.name}`]);
    assert.deepEqual(
      nodes.map((row) => row["Names"]),
      [node],
    );
  });

  test("the state is lost; down still takes everything away", async () => {
    await rm(path.join(stateDirectory(environment.env), "backend"), { recursive: true });
    assert.notDeepEqual(await environment.traces(), []);
    await environment.down();
    assert.deepEqual(await environment.traces(), []);
  });
});

describe("somebody else's cluster of the same name", { timeout: 600_000 }, () => {
  let environment: TestEnvironment;
  let container = "";
  before(async () => {
    environment = await TestEnvironment.create("foreign", single);
    const cluster = `${environment.stack.name}-west`;
    container = `${cluster}-control-plane`;
    // As good as a cluster for everybody who looks at labels and names; nothing has to run in it.
    const images = await dockerList(["images", "--filter", "dangling=false"]);
    const image = images.map((row) => row["ID"]).find((id) => id !== undefined);
    assert.ok(image !== undefined, "there is no image to make a container of");
    await docker([
      "create",
      "--name",
      container,
      "--label",
      `io.x-k8s.kind.cluster=${cluster}`,
      "--label",
      "io.x-k8s.kind.role=control-plane",
      image,
      "sleep",
    ]);
  });
  after(async () => {
    await docker(["rm", "--force", container]);
    await environment.dispose();
  });

  test("up says whose it is not and what to do, and makes nothing", async () => {
    await assert.rejects(environment.up(), /there is a kind cluster .* already.*another name/s);
    assert.deepEqual(await environment.traces(), [`container ${container}`]);
  });

  test("down leaves it alone", async () => {
    await environment.down();
    assert.deepEqual(await environment.traces(), [`container ${container}`]);
  });
});
