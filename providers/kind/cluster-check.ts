import { isIP } from "node:net";
import { isAbsolute } from "node:path";
import type { CheckRequest, CheckResult, Value } from "../server/index.ts";
import { unknown } from "../server/index.ts";
import { clusterSchema } from "./cluster-schema.ts";
import { nodeNames } from "./containers.ts";
import { digestOfFile } from "./file-digest.ts";
import { defaultKubeconfigPath } from "../../system/state-directory.ts";
import { checkOwner } from "./owner.ts";
import { unreadableBecause } from "../../system/plain-file.ts";
import { PropertyReader } from "./property-reader.ts";
import { subnetsOverlap } from "../../planning/cidr.ts";
import { limits } from "../../planning/limits.ts";
import { overwritingMirrors, registryPattern } from "../../planning/clusters/registries.ts";
import { checkCidr, podSubnetHolds } from "./subnets.ts";
import { faultOf } from "../../planning/linkerd/versions.ts";

const maximalHostName = 63;

/** Validates a Cluster's inputs, all problems at once, and fills in defaults. */
export async function checkCluster({ news }: CheckRequest): Promise<CheckResult> {
  const reader = new PropertyReader(news, [
    ...Object.keys(clusterSchema.inputProperties),
    // The engine checks what `read` returned, too, when it imports.
    "imageArchiveDigests",
  ]);
  reader.require(clusterSchema.requiredInputs);

  const controlPlanes = withDefault(
    reader,
    "controlPlanes",
    reader.integer("controlPlanes", 1, limits.controlPlanes),
    1,
  );
  const workers = withDefault(reader, "workers", reader.integer("workers", 0, limits.workers), 0);
  const name = reader.string("name", (value) => checkName(value, controlPlanes ?? 1, workers ?? 0));
  reader.string("network", (value) =>
    /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(value)
      ? undefined
      : `${JSON.stringify(value)} is not a valid name of a Docker network: letters, digits, "_", "." and "-"`,
  );
  reader.string("generation", (value) =>
    /^[a-zA-Z0-9._-]{1,63}$/.test(value)
      ? undefined
      : 'has to consist of up to 63 letters, digits, ".", "_" and "-"',
  );
  const owner = reader.string("owner", checkOwner);
  reader.string("kubernetesVersion", (value) =>
    /^v\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/.test(value)
      ? undefined
      : `${JSON.stringify(value)} is not a Kubernetes version; one looks like v1.34.2`,
  );
  reader.string("nodeImage", (value) =>
    /\s/.test(value) || value.startsWith("-")
      ? `${JSON.stringify(value)} is not a reference to an image`
      : undefined,
  );
  checkSubnets(reader, controlPlanes, workers);
  reader.string("clusterDomain", (value) =>
    /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/.test(value)
      ? undefined
      : `${JSON.stringify(value)} is not a domain: lower-case labels with dots between them`,
  );
  const fixedAddress = reader.string("fixedAddress", (value) =>
    isIP(value) === 4 ? undefined : `${JSON.stringify(value)} is no IPv4 address`,
  );
  if (fixedAddress !== undefined && (controlPlanes ?? 1) > 1) {
    reader.fail("fixedAddress", "is for a single control plane; several have a load balancer");
  }
  withDefault(reader, "extraPortMappings", readPortMappings(reader, controlPlanes, workers), []);
  withDefault(reader, "containerdConfigPatches", reader.strings("containerdConfigPatches"), []);
  const mirrors = reader.stringLists("registryMirrors", checkMirror);
  for (const [registry, earlier] of overwritingMirrors(Object.keys(mirrors ?? {}))) {
    const same = `${JSON.stringify(registry)} is the same as ${JSON.stringify(earlier)}`;
    reader.fail("registryMirrors", `${same}; leave out one of them`);
  }
  withDefault(reader, "registryMirrors", mirrors, {});
  await readOptions(reader, (controlPlanes ?? 1) + (workers ?? 0));
  await readArchives(reader);
  const dnsTtlSeconds = reader.integer("dnsTtlSeconds", 0, 3600);
  if (dnsTtlSeconds === 0) {
    const { fixed, issue } = faultOf("proxy-dies-of-dns");
    reader.fail(
      "dnsTtlSeconds",
      `is 0: proxies of Linkerd before ${fixed ?? ""} end every outbound connection for good after a ` +
        `negative answer with that TTL (${issue ?? ""}); write 1 or more`,
    );
  }
  withDefault(reader, "dnsTtlSeconds", dnsTtlSeconds, 5);
  const kubeconfigPath = reader.string("kubeconfigPath", (value) =>
    isAbsolute(value)
      ? undefined
      : `${JSON.stringify(value)} is a relative path; give the whole one`,
  );
  if (kubeconfigPath === undefined && !reader.isUnknown("kubeconfigPath")) {
    reader.inputs.kubeconfigPath =
      name === undefined || owner === undefined ? unknown : defaultKubeconfigPath(owner, name);
  }
  return { inputs: reader.inputs, failures: reader.failures };
}

function withDefault<T>(
  reader: PropertyReader,
  key: string,
  value: T | undefined,
  fallback: T & Value,
): T | undefined {
  if (key in reader.inputs) return value;
  reader.inputs[key] = fallback;
  return fallback;
}

function checkName(name: string, controlPlanes: number, workers: number): string | undefined {
  if (!/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(name)) {
    return `${JSON.stringify(name)} has to consist of lower-case letters, digits and "-", with no "-" at its ends`;
  }
  const longest = nodeNames(name, controlPlanes, workers).sort((a, b) => b.length - a.length)[0];
  if (longest === undefined || longest.length <= maximalHostName) return undefined;
  const excess = longest.length - maximalHostName;
  return (
    `makes a node called ${JSON.stringify(longest)}: ${longest.length} characters, but a host name ` +
    `has ${maximalHostName} at most. Take a name that is ${excess} shorter`
  );
}

function checkSubnets(
  reader: PropertyReader,
  controlPlanes: number | undefined,
  workers: number | undefined,
): void {
  const podSubnet = reader.string("podSubnet", (value) =>
    checkCidr(value, limits.largestPodPrefix, limits.podPrefixPerNode),
  );
  const serviceSubnet = reader.string("serviceSubnet", (value) =>
    checkCidr(value, limits.largestServicePrefix, limits.smallestServicePrefix),
  );
  if (podSubnet !== undefined && controlPlanes !== undefined && workers !== undefined) {
    const nodes = controlPlanes + workers;
    const room = podSubnetHolds(podSubnet);
    if (nodes > room) {
      reader.fail(
        "podSubnet",
        `${podSubnet} has room for ${room} nodes (a /24 each), but the cluster has ${nodes}`,
      );
    }
  }
  if (
    podSubnet !== undefined &&
    serviceSubnet !== undefined &&
    subnetsOverlap(podSubnet, serviceSubnet)
  ) {
    reader.fail("serviceSubnet", `${serviceSubnet} overlaps podSubnet, ${podSubnet}`);
  }
}

const portMappingKeys = ["node", "containerPort", "hostPort", "listenAddress", "protocol"];
const protocols = ["TCP", "UDP", "SCTP"];

function readPortMappings(
  reader: PropertyReader,
  controlPlanes: number | undefined,
  workers: number | undefined,
) {
  const nodes = (controlPlanes ?? 1) + (workers ?? 0);
  const taken = new Map<string, number>();
  return reader.objects("extraPortMappings", portMappingKeys, (item, index) => {
    item.require(portMappingKeys);
    item.integer("node", 0, nodes - 1);
    item.integer("containerPort", 1, 65535);
    const hostPort = item.integer("hostPort", 1, 65535);
    const address = item.string("listenAddress", (value) =>
      isIP(value) === 0 ? `${JSON.stringify(value)} is not an IP address` : undefined,
    );
    const protocol = item.string("protocol", (value) =>
      protocols.includes(value) ? undefined : `has to be one of ${protocols.join(", ")}`,
    );
    const key = `${address ?? ""} ${hostPort ?? ""} ${protocol ?? ""}`;
    const first = taken.get(key);
    if (first !== undefined) {
      item.fail("hostPort", `is the same port as that of extraPortMappings[${first}]`);
    }
    taken.set(key, index);
    return item.inputs;
  });
}

function checkMirror(host: string, mirror: string): string | undefined {
  if (!registryPattern.test(host)) {
    return `${JSON.stringify(host)} is not the host of a registry`;
  }
  const url = URL.canParse(mirror) ? new URL(mirror) : undefined;
  return url?.protocol === "http:" || url?.protocol === "https:"
    ? undefined
    : `${JSON.stringify(mirror)} is not an http:// or https:// address`;
}

/** The rules are the planner's; loading them takes time, which a cluster without options saves. */
async function readOptions(reader: PropertyReader, nodes: number): Promise<void> {
  const options = reader.map("options");
  if (options === undefined) return;
  const [{ kindOptionsSchema }, { checkKindOptions }, { formatPath }] = await Promise.all([
    import("../../planning/clusters/kind-options.ts"),
    import("../../planning/clusters/rules/kind-options.ts"),
    import("../../planning/topology/problem.ts"),
  ]);
  const shape = kindOptionsSchema.safeParse(options);
  if (!shape.success) {
    for (const { path, message } of shape.error.issues) {
      reader.fail(formatPath(["options", ...path.map((key) => key as string | number)]), message);
    }
    return;
  }
  for (const { path, message, fix } of checkKindOptions(shape.data, nodes)) {
    reader.fail(formatPath(["options", ...path]), `${message}; ${fix}`);
  }
}

/** Archives are compared by what is in them: `check` puts their digests beside their paths. */
async function readArchives(reader: PropertyReader): Promise<void> {
  const paths = withDefault(reader, "imageArchives", reader.strings("imageArchives"), []);
  if (paths === undefined) {
    reader.inputs.imageArchiveDigests = unknown;
    return;
  }
  const digests = await Promise.all(
    paths.map(async (path, index) => {
      try {
        return await digestOfFile(path);
      } catch (error) {
        reader.fail(
          `imageArchives[${index}]`,
          `${path} can't be read: ${unreadableBecause(error)}; it has to be an archive of images (docker save, or OCI)`,
        );
        return "";
      }
    }),
  );
  reader.inputs.imageArchiveDigests = digests;
}
