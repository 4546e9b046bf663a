import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { docker, dockerList } from "../../environments/docker.ts";
import { TestEnvironment } from "./environment.ts";

/** One cluster and no Link. Nothing of it is created. */
const single = { clusters: [{ name: "west" }] };

describe("somebody else's cluster of the same name", { timeout: 600_000 }, () => {
  let environment: TestEnvironment;
  let container = "";
  before(async () => {
    environment = await TestEnvironment.create("foreign", single);
    const cluster = `${environment.stack.name}-west`;
    container = `${cluster}-control-plane`;
    // By its labels and name it looks like a cluster. Nothing has to run in it.
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
    await assert.rejects(environment.up(), /a kind cluster .* already exists.*another name/s);
    assert.deepEqual(await environment.traces(), [`container ${container}`]);
  });

  test("down leaves it alone", async () => {
    await environment.down();
    assert.deepEqual(await environment.traces(), [`container ${container}`]);
  });
});
