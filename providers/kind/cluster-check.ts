import { faultOf } from "../../planning/linkerd/versions.ts";
import { limits } from "../../planning/limits.ts";
import { subnetsOverlap } from "../../planning/cidr.ts";
import type { Draft } from "../../planning/topology/shape.ts";
import { unreadableBecause } from "../../system/plain-file.ts";
import { defaultKubeconfigPath } from "../../system/state-directory.ts";
import type { CheckRequest, CheckResult, Fail, PropertyMap } from "../server/index.ts";
import { checkShape, unknown } from "../server/index.ts";
import { type ClusterInputs, clusterShape } from "./cluster-inputs.ts";
import { nodeNames } from "./containers.ts";
import { digestOfFile } from "./file-digest.ts";
import { ownerOf } from "./owner.ts";
import { podSubnetHolds } from "./subnets.ts";

type KnownInputs = Draft<ClusterInputs>;

/** Validates a Cluster's inputs, reports all problems at once, and fills in defaults. */
export async function checkCluster({ urn, news }: CheckRequest): Promise<CheckResult> {
  const given: PropertyMap = { ...news, owner: news.owner ?? ownerOf(urn) };
  // On import the engine also checks what `read` returned.
  delete given.imageArchiveDigests;
  const { inputs, known, failures, fail } = checkShape(clusterShape, given);
  const { controlPlanes = 1, workers = 0 } = known;
  checkNodeNames(known, controlPlanes, workers, fail);
  checkSubnets(known, fail);
  checkPortMappings(known, controlPlanes + workers, fail);
  if (known.dnsTtlSeconds === 0) {
    const { fixed = "", issue = "" } = faultOf("proxy-dies-of-dns");
    fail(
      ["dnsTtlSeconds"],
      `is 0: proxies of Linkerd before ${fixed} end every outbound connection for good after a ` +
        `negative answer with that TTL (${issue}); write 1 or more`,
    );
  }
  await checkOptions(known, controlPlanes + workers, fail);
  await checkPatches(known, fail);
  inputs.imageArchiveDigests = await digestsOf(known, fail);
  const { name, owner } = known;
  inputs.kubeconfigPath ??=
    name === undefined || owner === undefined ? unknown : defaultKubeconfigPath(owner, name);
  return { inputs, failures };
}

function checkNodeNames(
  { name }: KnownInputs,
  controlPlanes: number,
  workers: number,
  fail: Fail,
): void {
  if (name === undefined) return;
  const longest = nodeNames(name, controlPlanes, workers).sort((a, b) => b.length - a.length)[0];
  const excess = (longest?.length ?? 0) - limits.dnsLabel;
  if (longest === undefined || excess <= 0) return;
  fail(
    ["name"],
    `makes a node called ${JSON.stringify(longest)}: ${longest.length} characters, but a host name ` +
      `has ${limits.dnsLabel} at most. Take a name that is ${excess} shorter`,
  );
}

function checkSubnets(
  { podSubnet, serviceSubnet, controlPlanes, workers }: KnownInputs,
  fail: Fail,
): void {
  if (podSubnet === undefined) return;
  if (controlPlanes !== undefined && workers !== undefined) {
    const nodes = controlPlanes + workers;
    const room = podSubnetHolds(podSubnet);
    if (nodes > room) {
      fail(
        ["podSubnet"],
        `${podSubnet} has room for ${room} nodes (a /24 each), but the cluster has ${nodes}`,
      );
    }
  }
  if (serviceSubnet !== undefined && subnetsOverlap(podSubnet, serviceSubnet)) {
    fail(["serviceSubnet"], `${serviceSubnet} overlaps podSubnet, ${podSubnet}`);
  }
}

function checkPortMappings(
  { extraPortMappings = [] }: KnownInputs,
  nodes: number,
  fail: Fail,
): void {
  const taken = new Map<string, number>();
  for (const [index, mapping] of extraPortMappings.entries()) {
    const { node = 0, listenAddress, hostPort, protocol } = mapping ?? {};
    if (node >= nodes) {
      const path = ["extraPortMappings", index, "node"];
      fail(path, `is ${node}, but has to be at most ${nodes - 1}`);
    }
    if (listenAddress === undefined || hostPort === undefined || protocol === undefined) continue;
    const key = `${listenAddress} ${hostPort} ${protocol}`;
    const first = taken.get(key);
    if (first !== undefined) {
      const path = ["extraPortMappings", index, "hostPort"];
      fail(path, `is the same port as that of extraPortMappings[${first}]`);
    }
    taken.set(key, index);
  }
}

/** The rules are the planner's. They are loaded only for a cluster with options, because that takes time. */
async function checkOptions({ options }: KnownInputs, nodes: number, fail: Fail): Promise<void> {
  if (options === undefined) return;
  const { checkKindOptions } = await import("../../planning/clusters/rules/kind-options.ts");
  for (const { path, message, fix } of checkKindOptions(options, nodes)) {
    fail(["options", ...path], `${message}; ${fix}`);
  }
}

async function checkPatches(known: KnownInputs, fail: Fail): Promise<void> {
  if ((known.containerdConfigPatches ?? []).length === 0) return;
  const { checkContainerdPatches } =
    await import("../../planning/clusters/rules/containerd-patches.ts");
  for (const { path, message, fix } of checkContainerdPatches(known)) {
    fail(path, `${message}; ${fix}`);
  }
}

/** Archives are compared by content: `check` adds their digests to the inputs. */
async function digestsOf({ imageArchives }: KnownInputs, fail: Fail) {
  if (imageArchives === undefined) return unknown;
  return Promise.all(
    imageArchives.map(async (path, index) => {
      if (path === undefined) return "";
      try {
        return await digestOfFile(path);
      } catch (error) {
        fail(
          ["imageArchives", index],
          `${path} can't be read: ${unreadableBecause(error)}; it has to be an archive of images (docker save, or OCI)`,
        );
        return "";
      }
    }),
  );
}
