import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { access, chmod, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { createServer, type AddressInfo } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import type { Tell } from "../../environments/report/phase.ts";
import { bringTools } from "../runner/tools.ts";
import type { Sources } from "../../planning/sources/sources.ts";
import { block, blockAt, formatFirst } from "../../planning/cidr.ts";
import { docker, dockerExec } from "../../providers/kind/docker.ts";
import { replaceVariable } from "../../providers/kind/make-way.ts";
import { kindProvider } from "../../providers/kind/provider.ts";
import { everythingMayPass, waitFor } from "../../kubernetes/wait.ts";
import { Secret, startServer } from "../../providers/server/index.ts";
import type { PropertyMap, RunningServer } from "../../providers/server/index.ts";
import { temporaryDirectory } from "../temporary.ts";
import { dnsTtls } from "./kind/dns-ttls.ts";
import { ProviderClient } from "../unit/kind/provider-client.ts";

/** Unique to this run: the provider would take over what a killed run left under the same names. */
const prefix = `ktest-${process.pid}`;
const network = `${prefix}-net`;
const owner = `ktest/e2e-${process.pid}`;
const quiet: Tell = { step: () => undefined, current: () => undefined, notice: () => undefined };
const personsKubeconfig = join(homedir(), ".kube", "config");

interface Made {
  id: string;
  inputs: PropertyMap;
  outputs: PropertyMap;
}

/** A port that nobody uses now. */
async function freePort(host: string): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** A registry that wants a login, has no image, and notes who asks for what. */
async function loginRegistry() {
  const asked: { readonly url: string; readonly login?: string }[] = [];
  const server = createHttpServer(({ url = "", headers: { authorization } }, response) => {
    const [, basic] = /^Basic (.*)$/.exec(authorization ?? "") ?? [];
    asked.push({ url, ...(basic && { login: Buffer.from(basic, "base64").toString() }) });
    response.writeHead(basic ? 404 : 401, basic ? {} : { "www-authenticate": 'Basic realm="x"' });
    response.end();
  }).listen(0, "0.0.0.0");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    asked,
    port,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The provider with real Docker and kind, called as the engine calls it. */
describe("the kind provider on real clusters", { timeout: 900_000 }, () => {
  const environment = { ...process.env };
  let state: string;
  let sources: Sources | undefined;
  let server: RunningServer;
  let clusters: ProviderClient;
  let networks: ProviderClient;
  let lab: Made;
  let west: Made;
  let east: Made;
  let kubeconfigBefore: string | undefined;
  let registry: Awaited<ReturnType<typeof loginRegistry>>;

  async function inputsOf(name: string, index: number, changes: PropertyMap = {}) {
    const { inputs, failures } = await clusters.check({
      name,
      network,
      owner,
      generation: "g1",
      podSubnet: `10.${220 + index}.0.0/21`,
      serviceSubnet: `10.${230 + index}.0.0/21`,
      ...(sources?.nodeImage !== undefined && { nodeImage: sources.nodeImage }),
      ...changes,
    });
    assert.deepEqual(failures, []);
    return inputs;
  }

  async function create(name: string, index: number, changes: PropertyMap = {}): Promise<Made> {
    const inputs = await inputsOf(name, index, changes);
    return { inputs, ...(await clusters.create(inputs)) };
  }

  async function containers(): Promise<string[]> {
    const names = await docker([
      "ps",
      "--all",
      "--format",
      "{{.Names}}",
      "--filter",
      `name=^${prefix}-`,
    ]);
    return names
      .split("\n")
      .filter((name) => name !== "")
      .sort();
  }

  async function containerId(name: string): Promise<string> {
    return docker(["inspect", "--format", "{{.Id}}", name]);
  }

  /** As the API server sees it. */
  async function kubectl(cluster: Made, ...args: string[]): Promise<string> {
    const [node] = cluster.outputs.nodes as { name: string }[];
    return dockerExec(node?.name ?? "", [
      ...["kubectl", "--kubeconfig=/etc/kubernetes/admin.conf"],
      ...args,
    ]);
  }

  before(async () => {
    const tools = await bringTools({ images: process.env.IMAGES, tell: quiet });
    sources = tools.sources;
    state = await temporaryDirectory("linkerd-topology-ktest");
    process.env.PATH = tools.env.PATH;
    process.env.XDG_STATE_HOME = state;
    kubeconfigBefore = await readFile(personsKubeconfig, "utf8").catch(() => undefined);
    server = await startServer(kindProvider);
    clusters = new ProviderClient(server.port, "kind:index:Cluster");
    networks = new ProviderClient(server.port, "kind:index:Network");
  });

  after(async () => {
    // This also works after a failed test: deleting the network removes the owner's nodes.
    await networks.delete(network, { name: network, owner }, { name: network, owner });
    clusters.close();
    networks.close();
    await server.close();
    registry.close();
    await rm(state, { recursive: true, force: true });
    process.env = environment;
  });

  /** No pod has an address at the end of the node's share of the pod subnet yet, and no Service the last of its subnet. */
  async function keepsUnclaimed(node: string): Promise<void> {
    const clusterOf = [west, east].find(({ outputs }) =>
      (outputs.nodes as { name: string }[]).some(({ name }) => name === node),
    );
    const { nodes } = clusterOf?.outputs as { nodes: { name: string; podCidr: string }[] };
    const share = nodes.find(({ name }) => name === node)?.podCidr ?? "";
    const address = share.replace(".0/24", ".250");
    await assert.rejects(
      dockerExec(node, ["ip", "route", "get", address]),
      /unreachable|no route/i,
    );
    const service = (clusterOf?.inputs["serviceSubnet"] as string).replace(".0.0/21", ".7.254");
    const asked = `curl -sk --max-time 2 https://${service} >&2; echo $?; iptables -w -nvL OUTPUT | grep DROP`;
    const answer = await dockerExec(node, ["sh", "-c", asked]);
    // 28: no answer in time. The packets and octets that the one rule dropped.
    assert.match(answer, /^28\n +[1-9]\d* +\d+ DROP .*\.0\.0\/21 *$/);
  }

  it("makes two clusters at once, both Ready, on a network of their own", async (t) => {
    const { inputs } = await networks.check({ name: network, owner });
    lab = { inputs, ...(await networks.create(inputs)) };
    const archives = (sources?.archives ?? []).slice(-1);
    const begun = performance.now();
    const mounted = join(state, "mounted");
    await mkdir(mounted);
    await writeFile(join(mounted, "note"), "from this machine");
    const login = join(state, "pulls.json");
    const auth = Buffer.from("me:hunter2").toString("base64");
    await writeFile(login, JSON.stringify({ auths: { "registry.test": { auth } } }));
    // Not every Docker lists the gateway of a subnet that it chose: the first address of it.
    const subnet = await docker([
      ...["network", "inspect", "--format", "{{(index .IPAM.Config 0).Subnet}}", network],
    ]);
    const { first } = block(subnet.trim());
    const gateway = formatFirst(blockAt(first + 1, 32));
    registry = await loginRegistry();
    const registryMirrors = { "registry.test": [`http://${gateway}:${registry.port}`] };
    const options = {
      nodeLabels: { "*": { team: "lab" }, "1": { "topology.kubernetes.io/zone": "a" } },
      extraMounts: [
        { node: 1, hostPath: mounted, containerPath: "/mounted", readOnly: true },
        { hostPath: login, containerPath: "/var/lib/kubelet/config.json", readOnly: true },
      ],
      kubeadmConfigPatches: ["kind: KubeletConfiguration\nmaxPods: 60\n"],
      featureGates: { AllAlpha: false },
      runtimeConfig: { "api/alpha": false },
      apiServerAddress: "127.0.0.2",
      apiServerPort: await freePort("127.0.0.2"),
    };
    [west, east] = await Promise.all([
      create(`${prefix}-west`, 0, {
        imageArchives: archives,
        workers: 1,
        registryMirrors,
        options,
      }),
      create(`${prefix}-east`, 1),
    ]);
    t.diagnostic(`two clusters, three nodes: ${((performance.now() - begun) / 1000).toFixed(1)} s`);
    for (const { outputs } of [west, east]) {
      for (const node of outputs.nodes as { name: string; address: string; podCidr: string }[]) {
        const inspected = await docker([
          "inspect",
          "--format",
          `{{(index .NetworkSettings.Networks ${JSON.stringify(network)}).IPAddress}}`,
          node.name,
        ]);
        assert.equal(node.address, inspected);
        assert.match(node.podCidr, /^10\.22[01]\.\d+\.0\/24$/);
      }
    }
    const ready = await kubectl(west, "get", "nodes", "--no-headers");
    assert.equal(ready.match(/ Ready /g)?.length, 2, ready);
    assert.notEqual(west.outputs.uid, east.outputs.uid);
  });

  it("gives nodes their labels, mounts and kubelet's patch, the API server its flags and its port", async () => {
    const [controlPlane, worker] = [`${prefix}-west-control-plane`, `${prefix}-west-worker`];
    const ofNodes = async (path: string) =>
      kubectl(west, "get", "nodes", controlPlane, worker, `--output=jsonpath={.items[*].${path}}`);
    assert.equal(await ofNodes("metadata.labels.team"), "lab lab");
    // Only the worker has one.
    assert.equal(await ofNodes(String.raw`metadata.labels.topology\.kubernetes\.io/zone`), "a");
    const zone = await kubectl(
      west,
      "get",
      "nodes",
      "--selector=topology.kubernetes.io/zone=a",
      "-oname",
    );
    assert.equal(zone.trim(), `node/${worker}`);
    assert.equal(await ofNodes("status.capacity.pods"), "60 60");

    assert.equal(await dockerExec(worker, ["cat", "/mounted/note"]), "from this machine");
    await assert.rejects(dockerExec(worker, ["touch", "/mounted/other"]), /read-only/i);
    await assert.rejects(dockerExec(controlPlane, ["ls", "/mounted"]), /no such file/i);

    const { options } = west.inputs as unknown as { options: { apiServerPort: number } };
    assert.equal(west.outputs.endpoint, `https://127.0.0.2:${options.apiServerPort}`);
    const kubeconfig = await readFile(west.outputs.kubeconfigPath as string, "utf8");
    assert.ok(kubeconfig.includes(`https://127.0.0.2:${options.apiServerPort}`));
    const manifest = await dockerExec(controlPlane, [
      "cat",
      "/etc/kubernetes/manifests/kube-apiserver.yaml",
    ]);
    assert.match(manifest, /--feature-gates=AllAlpha=false/);
    assert.match(manifest, /--runtime-config=api\/alpha=false/);
    // East sets nothing, so it has kind's own address and port.
    assert.match(east.outputs.endpoint as string, /^https:\/\/127\.0\.0\.1:\d+$/);
  });

  it("logs in at a registry with the login that is mounted into its nodes", async () => {
    await kubectl(west, "run", "private", "--image=registry.test/private/app:1");
    const seen = await waitFor({
      what: "a login at the registry",
      limit: 120_000,
      mayPass: everythingMayPass,
      look: () => {
        const found = registry.asked.find(({ login }) => login !== undefined);
        const asked = JSON.stringify(registry.asked);
        return Promise.resolve(found ? { done: true, value: found } : { done: false, seen: asked });
      },
    });
    assert.match(seen.url, /^\/v2\/private\/app\/manifests\/1\b/);
    assert.equal(seen.login, "me:hunter2");
    await kubectl(west, "delete", "pod", "private", "--force");
  });

  it("keeps a connection to a pod that is gone, or to a Service that is not there, on the machine", async () => {
    const nodes = [west, east].flatMap(({ outputs }) => outputs.nodes as { name: string }[]);
    assert.equal(nodes.length, 3);
    for (const { name } of nodes) await keepsUnclaimed(name);
    // The cluster's network agent creates a route to every other node.
    const [, worker] = west.outputs.nodes as { podCidr: string }[];
    const onWorker = worker?.podCidr.replace(".0/24", ".250") ?? "";
    const route = await dockerExec(`${prefix}-west-control-plane`, [
      "ip",
      "route",
      "get",
      onWorker,
    ]);
    assert.match(route, / via /);
  });

  it("lets DNS answers be kept for 5 s only, the negative ones too", async () => {
    for (const cluster of [west, east]) {
      const address = (cluster.inputs.serviceSubnet as string).replace(".0/21", ".10");
      const [{ name } = { name: "" }] = cluster.outputs.nodes as { name: string }[];
      const answers = await waitFor({
        what: "an answer of CoreDNS",
        limit: 120_000,
        mayPass: everythingMayPass,
        look: async () => ({ done: true, value: await dnsTtls(name, address) }),
      });
      assert.deepEqual(answers, { positive: 5, negative: 5 });
    }
  });

  it("keeps the kubeconfig in a file of its own, which works from here", async () => {
    const path = west.outputs.kubeconfigPath as string;
    assert.equal(path, join(state, "linkerd-topology", owner, `${prefix}-west.kubeconfig`));
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    assert.ok(west.outputs.kubeconfig instanceof Secret);
    assert.equal(await readFile(path, "utf8"), west.outputs.kubeconfig.value);
    assert.equal(
      await readFile(personsKubeconfig, "utf8").catch(() => undefined),
      kubeconfigBefore,
    );
  });

  it("has loaded the image archives into every node", async (t) => {
    if (west.inputs.imageArchives instanceof Array && west.inputs.imageArchives.length > 0) {
      for (const node of west.outputs.nodes as { name: string }[]) {
        const images = await dockerExec(node.name, [
          "ctr",
          "--namespace=k8s.io",
          "images",
          "list",
          "-q",
        ]);
        const names = Object.values(sources?.images ?? {});
        assert.ok(
          names.some((name) => images.includes(name)),
          images,
        );
      }
    } else t.skip("images come from public registries here: there is no archive");
  });

  it("takes over a sound cluster without touching it", async (t) => {
    const id = await containerId(`${prefix}-east-control-plane`);
    const begun = performance.now();
    const again = await create(`${prefix}-east`, 1);
    t.diagnostic(`adopted in ${((performance.now() - begun) / 1000).toFixed(1)} s`);
    assert.deepEqual(again.outputs, east.outputs);
    assert.equal(await containerId(`${prefix}-east-control-plane`), id);
  });

  it("sees no drift where there is none, and imports", async () => {
    assert.deepEqual(await clusters.read(east.id, east.inputs, east.outputs), { ...east });
    assert.deepEqual(await clusters.read(east.id), { ...east });
    assert.deepEqual(await networks.read(network, lab.inputs, lab.outputs), { ...lab });
  });

  it("starts a stopped cluster before it reads it, and repairs its kubeconfig file", async (t) => {
    await docker(["stop", "--time", "1", `${prefix}-east-control-plane`]);
    await chmod(east.outputs.kubeconfigPath as string, 0o644);
    const begun = performance.now();
    const read = await clusters.read(east.id, east.inputs, east.outputs);
    t.diagnostic(`started and read in ${((performance.now() - begun) / 1000).toFixed(1)} s`);
    assert.equal(read.id, east.id);
    assert.equal(read.outputs.uid, east.outputs.uid);
    assert.equal((await stat(east.outputs.kubeconfigPath as string)).mode & 0o777, 0o600);
    await keepsUnclaimed(`${prefix}-east-control-plane`);
  });

  it("updates in place: DNS TTL and image archives", async (t) => {
    const archives = (sources?.archives ?? []).slice(-1);
    const news = await inputsOf(`${prefix}-east`, 1, {
      dnsTtlSeconds: 11,
      imageArchives: archives,
    });
    const id = await containerId(`${prefix}-east-control-plane`);
    const begun = performance.now();
    const outputs = await clusters.update(east.id, east.inputs, east.outputs, news);
    t.diagnostic(`updated in ${((performance.now() - begun) / 1000).toFixed(1)} s`);
    assert.equal(await containerId(`${prefix}-east-control-plane`), id);
    east = { id: east.id, inputs: news, outputs };
    const address = (news.serviceSubnet as string).replace(".0/21", ".10");
    await waitFor({
      what: "kube-proxy to follow",
      limit: 10_000,
      mayPass: everythingMayPass,
      look: async () => {
        const seen = await dnsTtls(`${prefix}-east-control-plane`, address);
        return seen.positive === 11 && seen.negative === 11
          ? { done: true, value: undefined }
          : { done: false, seen: JSON.stringify(seen) };
      },
    });
  });

  it("makes the next generation in the old one's place, which deletes nothing then", async () => {
    const old = east;
    const next = { generation: "g2", podSubnet: "10.229.0.0/21" };
    await assert.rejects(create(`${prefix}-east`, 1, next), /created from other inputs/);
    assert.deepEqual(await clusters.read(old.id, old.inputs, old.outputs), { ...old });
    process.env[replaceVariable] = `${prefix}-east@g1`;
    east = await create(`${prefix}-east`, 1, next);
    assert.notEqual(east.outputs.uid, old.outputs.uid);
    assert.equal((await clusters.read(old.id, old.inputs, old.outputs)).id, "");
    await clusters.delete(old.id, old.inputs, old.outputs);
    assert.ok((await containers()).includes(`${prefix}-east-control-plane`));
    await access(east.outputs.kubeconfigPath as string);
  });

  it("deletes a cluster without a trace, and says that it is gone", async () => {
    await clusters.delete(east.id, east.inputs, east.outputs);
    assert.deepEqual(await containers(), [`${prefix}-west-control-plane`, `${prefix}-west-worker`]);
    assert.equal((await clusters.read(east.id, east.inputs, east.outputs)).id, "");
    await assert.rejects(access(east.outputs.kubeconfigPath as string));
  });

  it("leaves a container of that name alone that it did not make", async () => {
    const name = `${prefix}-foreign-control-plane`;
    const image = west.outputs.nodeImage as string;
    await docker([
      "create",
      "--name",
      name,
      "--label",
      `io.x-k8s.kind.cluster=${prefix}-foreign`,
      image,
    ]);
    try {
      await assert.rejects(
        create(`${prefix}-foreign`, 2),
        new RegExp(`${prefix}-foreign-control-plane.*did not create`),
      );
      assert.ok((await containers()).includes(name));
    } finally {
      await docker(["rm", "--volumes", name]);
    }
  });

  it("undoes a create that is interrupted", async () => {
    const own = await startServer(kindProvider);
    const client = new ProviderClient(own.port, "kind:index:Cluster");
    const inputs = await inputsOf(`${prefix}-cancelled`, 2);
    const creating = assert.rejects(client.create(inputs), /interrupted/);
    await appears(`${prefix}-cancelled-control-plane`);
    await client.cancel();
    await creating;
    client.close();
    await own.close();
    assert.ok(!(await containers()).some((name) => name.includes("cancelled")));
  });

  it("makes good what a killed create left, though its kind still runs", async () => {
    const path = fileURLToPath(
      new URL("../../providers/kind/pulumi-resource-kind", import.meta.url),
    );
    const plugin = spawn(path, [], { stdio: ["ignore", "pipe", "inherit"] });
    const [port] = (await once(createInterface(plugin.stdout), "line")) as [string];
    const client = new ProviderClient(Number(port), "kind:index:Cluster");
    const inputs = await inputsOf(`${prefix}-killed`, 3);
    const creating = assert.rejects(client.create(inputs));
    await appears(`${prefix}-killed-control-plane`);
    plugin.kill("SIGKILL");
    await creating;
    client.close();
    const half = await waitFor({
      what: "Docker to be done with the container",
      limit: 60_000,
      mayPass: everythingMayPass,
      look: async () => ({
        done: true,
        value: await containerId(`${prefix}-killed-control-plane`),
      }),
    });
    const { id, outputs } = await create(`${prefix}-killed`, 3);
    assert.notEqual(await containerId(`${prefix}-killed-control-plane`), half);
    assert.equal((await clusters.read(id, inputs, outputs)).id, id);
    await clusters.delete(id, inputs, outputs);
  });

  it("deletes the network with everything of the owner's that is left on it", async () => {
    await networks.delete(network, lab.inputs, lab.outputs);
    assert.deepEqual(await containers(), []);
    assert.equal((await networks.read(network, lab.inputs, lab.outputs)).id, "");
    // The state doesn't have this one, as after a killed `up`: its file is deleted with it.
    await clusters.delete(west.id, west.inputs, west.outputs);
    await assert.rejects(access(join(state, "linkerd-topology")));
  });

  async function appears(container: string): Promise<void> {
    await waitFor({
      what: container,
      limit: 60_000,
      longest: 100,
      mayPass: everythingMayPass,
      look: async () =>
        (await containers()).includes(container)
          ? { done: true, value: undefined }
          : { done: false, seen: "not there" },
    });
  }
});
