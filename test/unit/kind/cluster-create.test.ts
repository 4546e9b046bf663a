import assert from "node:assert/strict";
import { readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { Secret } from "../../../providers/server/index.ts";
import { exists, Harness } from "./harness.ts";
import { setTimeout as delay } from "node:timers/promises";

let harness: Harness;

beforeEach(async () => {
  harness = await Harness.start();
  await harness.makeNetwork();
});

afterEach(async () => {
  await harness.stop();
});

describe("create", () => {
  it("makes the cluster and tells all about it", async () => {
    const { id, outputs } = await harness.create({ workers: 1 });
    assert.equal(id, "west");
    assert.equal(outputs.kubernetesVersion, "v1.34.2");
    assert.equal(outputs.nodeImage, "fake/node:1");
    assert.equal(outputs.endpoint, `https://127.0.0.1:${harness.kubernetes.port}`);
    assert.equal(outputs.internalEndpoint, "https://west-control-plane:6443");
    assert.equal(outputs.uid, "uid-1");
    assert.deepEqual(outputs.nodes, [
      {
        name: "west-control-plane",
        role: "control-plane",
        address: "172.30.0.2",
        podCidr: "10.1.0.0/24",
      },
      { name: "west-worker", role: "worker", address: "172.30.0.2", podCidr: "10.1.0.0/24" },
    ]);
  });

  it("keeps the kubeconfig secret, in a file of its own that nobody else can read", async () => {
    const { outputs } = await harness.create();
    const path = join(harness.root, "state/linkerd-topology/project/dev/west.kubeconfig");
    assert.equal(outputs.kubeconfigPath, path);
    assert.ok(outputs.kubeconfig instanceof Secret);
    const text = outputs.kubeconfig.value;
    assert.equal(await readFile(path, "utf8"), text);
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    assert.equal((await stat(dirname(path))).mode & 0o777, 0o700);
    // The client's key is nowhere but in the secret.
    assert.ok(typeof text === "string" && text.includes(harness.kubernetes.secretPart));
    const open = JSON.stringify({ ...outputs, kubeconfig: undefined });
    assert.ok(!open.includes(harness.kubernetes.secretPart));
    assert.ok(!(await exists(`${path}.kind`)));
  });

  it("gives kind its own kubeconfig file and the network, never the person's kubeconfig", async () => {
    const { outputs } = await harness.create();
    const call = (await harness.calls()).find((line) => line.startsWith("kind on"));
    assert.equal(call, `kind on lab with ${outputs.kubeconfigPath as string}.kind`);
  });

  it("sets CoreDNS's TTL before it is ready, and replaces pods that came before", async () => {
    harness.kubernetes.pods = [{ name: "coredns-early", uid: "early" }];
    await harness.create({ dnsTtlSeconds: 7 });
    assert.match(harness.kubernetes.corefile, /ttl 7$/m);
    assert.deepEqual(harness.kubernetes.pods, []);
  });

  it("loads image archives into every node, and writes the registry mirrors", async () => {
    const archive = join(harness.root, "images.tar");
    await writeFile(archive, "IMAGES");
    await harness.create({
      workers: 1,
      imageArchives: [archive],
      registryMirrors: { "docker.io": ["http://mirror:5000"], "*": ["http://any:5000"] },
    });
    assert.deepEqual((await harness.read("imported.log")).trim().split("\n").sort(), [
      "west-control-plane IMAGES",
      "west-worker IMAGES",
    ]);
    const mirrors = await harness.read("mirrors.log");
    assert.match(mirrors, /west-worker docker\.io\nserver = "https:\/\/registry-1\.docker\.io"/);
    assert.match(mirrors, /\[host\."http:\/\/mirror:5000"\]/);
    assert.match(mirrors, /west-worker _default\n\[host\."http:\/\/any:5000"\]/);
  });

  it("refuses a network that isn't there, or is another owner's", async () => {
    await assert.rejects(
      harness.create({ network: "elsewhere" }),
      /no Docker network "elsewhere".*kind\.Network/,
    );
    await assert.rejects(
      harness.create({ owner: "project/other" }),
      /"lab".*belongs to "project\/dev"/,
    );
    assert.deepEqual(await harness.containers(), []);
  });

  it("refuses a node image of another version, and leaves nothing", async () => {
    await assert.rejects(
      harness.create({ kubernetesVersion: "v1.33.1" }),
      /v1\.33\.1 was requested, but the node image fake\/node:1 holds v1\.34\.2/,
    );
    assert.deepEqual(await harness.containers(), []);
  });

  it("makes two clusters at the same time", async () => {
    const inputs = await Promise.all([harness.inputs(), harness.inputs({ name: "east" })]);
    harness.kubernetes.readyNodes.push("east-control-plane");
    const made = await Promise.all(inputs.map((input) => harness.clusters.create(input)));
    assert.deepEqual(
      made.map(({ id }) => id),
      ["west", "east"],
    );
  });
});

describe("a create that fails half-way", () => {
  it("removes its containers and its kubeconfig, and says what kind said", async () => {
    await harness.behave(
      "kind-fails",
      "ERROR: kubeadm init --token abc.def went wrong\nStack Trace:\nmain.go",
    );
    await assert.rejects(harness.create(), (error: Error) => {
      assert.match(error.message, /kind could not create the cluster "west"/);
      assert.match(error.message, /kubeadm init --token \[secret\] went wrong/);
      assert.doesNotMatch(error.message, /main\.go|abc\.def/);
      return true;
    });
    assert.deepEqual(await harness.containers(), []);
    assert.ok(!(await exists(join(harness.root, "state/linkerd-topology"))));
    // And the next one goes well.
    await harness.behaveAsUsual();
    await harness.create();
  });

  it("shows the end of the kubelet's log, which is gone with the node", async () => {
    await harness.behave("kind-fails", "ERROR: failed to init node with kubeadm");
    await assert.rejects(
      harness.create(),
      /init node with kubeadm\nThe end of the kubelet's log on west-control-plane:\n {2}\| it is broken$/,
    );
  });

  it("removes them when an image archive is none, and names it", async () => {
    const archive = join(harness.root, "images.tar");
    await writeFile(archive, "no images");
    await harness.behave("import-fails");
    await assert.rejects(
      harness.create({ imageArchives: [archive] }),
      /images\.tar.*west-control-plane.*unrecognized/,
    );
    assert.deepEqual(await harness.containers(), []);
  });

  it("loads image archives once containerd listens", async () => {
    const archive = join(harness.root, "images.tar");
    await writeFile(archive, "images");
    await harness.behave("containerd-starts");
    await harness.create({ imageArchives: [archive] });
    const imported = await readFile(join(harness.root, "imported.log"), "utf8");
    assert.equal(imported, "west-control-plane images\n");
  });

  it("tries again when Docker gave away the port that kind had chosen", async () => {
    await harness.behave("kind-fails-once");
    await harness.behave(
      "kind-fails",
      "Bind for 127.0.0.1:40123 failed: port is already allocated",
    );
    await harness.create();
    assert.deepEqual(await harness.containers(), ["west-control-plane"]);
  });

  it("doesn't try again for a port of the API server that the person chose", async () => {
    await harness.behave("kind-fails-once");
    await harness.behave(
      "kind-fails",
      "Bind for 127.0.0.1:40123 failed: port is already allocated",
    );
    await assert.rejects(
      harness.create({ options: { apiServerPort: 40_123 } }),
      /port 40123 of this machine is in use/,
    );
    assert.deepEqual(await harness.containers(), []);
  });

  it("is undone when the person interrupts it", async () => {
    await harness.behave("kind-hangs");
    const creating = assert.rejects(harness.create(), /interrupted/);
    while (!(await exists(join(harness.root, "kind-is-hanging")))) await delay(20);
    await harness.clusters.cancel();
    await creating;
    assert.deepEqual(await harness.containers(), []);
  });
});
