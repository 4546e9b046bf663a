import assert from "node:assert/strict";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { writeKubeconfig } from "../../../providers/kind/kubeconfig-file.ts";
import { replaceVariable } from "../../../providers/kind/make-way.ts";
import { Secret, unknown } from "../../../providers/server/index.ts";
import { exists, Harness } from "./harness.ts";

let harness: Harness;

beforeEach(async () => {
  harness = await Harness.start();
  await harness.makeNetwork();
});

afterEach(async () => {
  await harness.stop();
});

describe("diff", () => {
  it("is empty for equal inputs, also when only the path of an archive changed", async () => {
    const [first, second] = [join(harness.root, "a.tar"), join(harness.root, "b.tar")];
    await writeFile(first, "IMAGES");
    await writeFile(second, "IMAGES");
    const olds = await harness.inputs({ imageArchives: [first] });
    const news = await harness.inputs({ imageArchives: [second] });
    await writeKubeconfig(olds.kubeconfigPath as string, "a kubeconfig");
    for (const same of [olds, news]) {
      const { changes, diffsList } = await harness.clusters.diff("west", olds, olds, same);
      assert.deepEqual({ changes, diffsList }, { changes: 1, diffsList: [] });
    }
  });

  it("updates in place: archives by content, TTL, kubeconfig file", async () => {
    const archive = join(harness.root, "a.tar");
    await writeFile(archive, "IMAGES");
    const olds = await harness.inputs({ imageArchives: [archive] });
    await writeFile(archive, "OTHER IMAGES");
    const news = await harness.inputs({
      imageArchives: [archive],
      dnsTtlSeconds: 1,
      kubeconfigPath: "/somewhere/else",
    });
    const { diffsList, replacesList } = await harness.clusters.diff("west", olds, olds, news);
    assert.deepEqual(diffsList.sort(), ["dnsTtlSeconds", "imageArchives", "kubeconfigPath"]);
    assert.deepEqual(replacesList, []);
  });

  it("recreates for all that a running cluster can't change, the old one first", async () => {
    const olds = await harness.inputs();
    for (const [key, value] of Object.entries({
      name: "east",
      network: "lab-2",
      owner: "project/prod",
      generation: "g2",
      kubernetesVersion: "v1.33.0",
      nodeImage: "node:2",
      controlPlanes: 3,
      workers: 2,
      podSubnet: "10.21.0.0/16",
      serviceSubnet: "10.31.0.0/16",
      extraPortMappings: [],
      containerdConfigPatches: ["debug = true"],
      registryMirrors: { "docker.io": ["http://mirror"] },
      options: { apiServerPort: 6443 },
    })) {
      const old = key === "extraPortMappings" ? { ...olds, [key]: ["x"] } : olds;
      const news = { ...olds, [key]: value };
      const diff = await harness.clusters.diff("west", old, old, news);
      assert.deepEqual(diff.replacesList, [key]);
      assert.ok(diff.deletebeforereplace);
    }
  });

  it("has the kubeconfig file written again where it is lost", async () => {
    const { id, inputs, outputs } = await harness.create();
    const path = inputs.kubeconfigPath as string;
    const diff = async () => harness.clusters.diff(id, inputs, outputs, inputs);
    assert.deepEqual((await diff()).diffsList, []);
    const text = await readFile(path, "utf8");
    await rm(path);
    const lost = await diff();
    assert.deepEqual([lost.diffsList, lost.replacesList], [["kubeconfigPath"], []]);
    await harness.clusters.update(id, inputs, outputs, inputs);
    assert.equal(await readFile(path, "utf8"), text);
    assert.deepEqual((await diff()).diffsList, []);
  });

  it("counts what is not known yet as a change", async () => {
    const olds = await harness.inputs();
    const diff = await harness.clusters.diff("west", olds, olds, { ...olds, network: unknown });
    assert.deepEqual(diff.replacesList, ["network"]);
  });
});

describe("update", () => {
  it("loads only what is new, sets the TTL with a rolling restart, moves the kubeconfig", async () => {
    const [first, second] = [join(harness.root, "a.tar"), join(harness.root, "b.tar")];
    await writeFile(first, "FIRST");
    await writeFile(second, "SECOND");
    const { id, inputs, outputs } = await harness.create({ imageArchives: [first] });
    harness.kubernetes.pods = [{ name: "coredns-old", uid: "old" }];
    const news = await harness.inputs({
      imageArchives: [first, second],
      dnsTtlSeconds: 9,
      kubeconfigPath: join(harness.root, "moved.kubeconfig"),
    });
    const updated = await harness.clusters.update(id, inputs, outputs, news);
    assert.equal((await harness.read("imported.log")).match(/FIRST/g)?.length, 1);
    assert.equal((await harness.read("imported.log")).match(/SECOND/g)?.length, 1);
    assert.match(harness.kubernetes.corefile, /ttl 9$/m);
    assert.deepEqual(
      harness.kubernetes.pods.map(({ uid }) => uid),
      ["new"],
    );
    assert.ok(updated.kubeconfig instanceof Secret);
    assert.equal(await harness.read("moved.kubeconfig"), updated.kubeconfig.value);
    assert.ok(!(await exists(outputs.kubeconfigPath as string)));
    // And an import afterwards sees the new inputs.
    assert.deepEqual((await harness.clusters.read(id)).inputs, news);
  });

  it("says what to do when the cluster is gone", async () => {
    const { id, inputs, outputs } = await harness.create();
    await harness.clusters.delete(id, inputs, outputs);
    await assert.rejects(
      harness.clusters.update(id, inputs, outputs, { ...inputs, dnsTtlSeconds: 1 }),
      /pulumi refresh/,
    );
  });
});

describe("delete", () => {
  it("removes containers, kubeconfig, and the directories that are empty then", async () => {
    const { id, inputs, outputs } = await harness.create();
    await harness.clusters.delete(id, inputs, outputs);
    assert.deepEqual(await harness.containers(), []);
    assert.ok(!(await exists(join(harness.root, "state/linkerd-topology"))));
    await harness.clusters.delete(id, inputs, outputs);
  });

  it("leaves other files in the directory alone", async () => {
    const { id, inputs, outputs } = await harness.create();
    const other = join(harness.root, "state/linkerd-topology/project/notes");
    await mkdir(dirname(other), { recursive: true });
    await writeFile(other, "mine");
    await harness.clusters.delete(id, inputs, outputs);
    assert.equal(await readFile(other, "utf8"), "mine");
  });

  it("does nothing when the running cluster is of a newer generation", async () => {
    const { id, inputs, outputs } = await harness.create({ generation: "g0" });
    process.env[replaceVariable] = "west@g0";
    const newer = await harness.create();
    await harness.clusters.delete(id, inputs, outputs);
    assert.deepEqual(await harness.containers(), ["west-control-plane"]);
    assert.ok(await exists(newer.outputs.kubeconfigPath as string));
  });
});
