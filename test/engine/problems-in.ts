import { isDeepStrictEqual } from "node:util";
import { resourceName, resourceType } from "../../environments/report/resource-words.ts";
import { planOrThrow } from "../../planning/plan.ts";
import type { LinkPlan, Plan } from "../../planning/plan-types.ts";
import type { Topology } from "../../planning/topology.ts";
import { isPropertyMap } from "../../providers/server/index.ts";
import type { Value } from "../../providers/server/index.ts";
import { expectedInside, expectedNames, prefixOf } from "./expected-resources.ts";
import { belongTogether } from "./recipes.ts";
import { helmStatus } from "./strictness.ts";
import { topologyName, type StoredResource, type TestEngine } from "./test-engine.ts";
import type { World } from "./world.ts";

/**
 * What is wrong with state and world after an `up`: missing, twice, left over, not finished, or not
 * fitting together.
 */
export async function problemsIn(engine: TestEngine, topology: Topology): Promise<string[]> {
  const plan = planOrThrow(topology, { name: topologyName });
  const { resources, pending } = await engine.stored();
  const { world } = engine;
  return [
    ...pending.map((urn) => `state: an operation on ${urn} is still pending`),
    ...unfinished(resources),
    ...difference("state", resources.map(nameIn), expectedNames(plan)),
    ...difference("world", [...world.objects.keys()], expectedWorld(plan)),
    ...generations(plan, world),
    ...releases(world),
    ...credentials(plan, world),
    ...issuers(plan, world),
  ];
}

/** What a `down` left. */
export async function remainsOf(engine: TestEngine): Promise<string[]> {
  const { resources, pending } = await engine.stored();
  return [
    ...pending.map((urn) => `state: an operation on ${urn} is still pending`),
    ...difference("state", resources.map(nameIn), []),
    ...difference("world", [...engine.world.objects.keys()], []),
  ];
}

function nameIn({ urn }: StoredResource): string {
  return `${resourceType(urn)} ${resourceName(urn)}`;
}

function unfinished(resources: readonly StoredResource[]): string[] {
  return resources.flatMap((resource) => [
    ...(resource.delete === true ? [`state: ${nameIn(resource)} waits for its deletion`] : []),
    ...(resource.pendingReplacement === true
      ? [`state: ${nameIn(resource)} waits for its replacement`]
      : []),
    ...(resource.initErrors ?? []).map((error) => `state: ${nameIn(resource)}: ${error}`),
  ]);
}

function difference(
  where: string,
  found: readonly string[],
  expected: readonly string[],
): string[] {
  const twice = found.filter((one, index) => found.indexOf(one) !== index);
  return [
    ...expected.filter((one) => !found.includes(one)).map((one) => `${where}: no ${one}`),
    ...found.filter((one) => !expected.includes(one)).map((one) => `${where}: ${one} left over`),
    ...twice.map((one) => `${where}: ${one} twice`),
  ];
}

function expectedWorld(plan: Plan): string[] {
  const names = plan.clusters.map(({ name }) => name);
  const made = plan.clusters.filter(({ type }) => type === "kind");
  return [
    ...(made.length > 0 ? [`kind:index:Network ${plan.network.name}`] : []),
    ...made.map(({ name }) => `kind:index:Cluster ${topologyName}-${name}`),
    ...names.flatMap((name) =>
      expectedInside(plan, name).map((inside) => inside.replace(" ", " in ")),
    ),
    ...expectedNames(plan)
      .filter((name) => name.startsWith("linkerd-topology:index:FederatedReady "))
      .map((name) => name.replace(" ", " in ")),
  ];
}

function generations(plan: Plan, world: World): string[] {
  return plan.clusters.flatMap(({ name, type }) => {
    if (type === "existing") return [];
    const running = world.objects.get(`kind:index:Cluster ${topologyName}-${name}`);
    const wanted = prefixOf(plan, name).split("-").at(-1);
    return running?.["generation"] === wanted ? [] : [`world: ${name} is of another generation`];
  });
}

function releases(world: World): string[] {
  return [...world.objects]
    .filter(([key]) => key.startsWith("kubernetes:helm.sh/v3:Release "))
    .filter(([, release]) => helmStatus(release) !== "deployed")
    .map(([key, release]) => `world: ${key} is ${helmStatus(release)}`);
}

/** What a source knows of a target has to be what the target gives out now. */
function credentials(plan: Plan, world: World): string[] {
  const entitled = plan.links.filter(({ access }) => !access.revoked);
  return entitled.flatMap((link) => {
    const token = find(world, tokenOf(plan, link), "data", "token");
    const plain = typeof token === "string" ? Buffer.from(token, "base64").toString() : undefined;
    const source = `${prefixOf(plan, link.source)}-to-${link.target}`;
    const uses = link.mode === "gateway" ? ["service-mirror"] : ["service-mirror", "destination"];
    return uses.flatMap((use) => {
      const kubeconfig = find(
        world,
        `kubernetes:core/v1:Secret in ${source}-${use}`,
        "stringData",
        "kubeconfig",
      );
      const fits =
        plain !== undefined && typeof kubeconfig === "string" && kubeconfig.includes(plain);
      return fits ? [] : [`world: ${source}-${use} hasn't the token that ${link.target} gave out`];
    });
  });
}

function tokenOf(plan: Plan, { source, target, access }: LinkPlan): string {
  const account = `${prefixOf(plan, target)}-from-${source}`;
  return `kubernetes:core/v1:Secret in ${account}.token-${access.tokenGeneration}`;
}

/** A control plane has a certificate and the key to it, and all of them trust the same anchor. */
function issuers(plan: Plan, world: World): string[] {
  const found = plan.clusters.map(({ name }) => {
    const controlPlane = `${prefixOf(plan, name)}-control-plane`;
    const issuer = `kubernetes:core/v1:Secret in ${controlPlane}-issuer`;
    const value = (key: string): Value | undefined => find(world, issuer, "stringData", key);
    const release = `kubernetes:helm.sh/v3:Release in ${controlPlane}`;
    return {
      name,
      key: value("tls.key"),
      certificate: value("tls.crt"),
      anchors: [value("ca.crt"), find(world, release, "values", "identityTrustAnchorsPEM")],
    };
  });
  const anchor = found[0]?.anchors[0];
  return found.flatMap(({ name, key, certificate, anchors }) => [
    ...(belongTogether(certificate, key) ? [] : [`world: ${name}'s issuer has another key`]),
    ...(anchor !== undefined && isDeepStrictEqual(anchors, [anchor, anchor])
      ? []
      : [`world: ${name} trusts another anchor`]),
  ]);
}

function find(world: World, key: string, ...path: readonly string[]): Value | undefined {
  let value: Value | undefined = world.objects.get(key);
  for (const step of path) value = isPropertyMap(value) ? value[step] : undefined;
  return value;
}
