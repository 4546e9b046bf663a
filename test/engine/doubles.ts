import { randomUUID } from "node:crypto";
import { diffInputs, secret, startServer } from "../../providers/server/index.ts";
import type { PropertyMap, Resource, RunningServer, Value } from "../../providers/server/index.ts";
import type { Call, World } from "./world.ts";

/** How a double makes one type of resource. */
interface Recipe {
  readonly type: string;
  /** What the resource is in the world, such as a cluster's name: two of one identity collide. */
  identity(inputs: PropertyMap, name: string): string;
  /** Properties whose change makes it anew. @default none */
  readonly replace?: readonly string[];
  /** Outputs besides the inputs. */
  outputs?(inputs: PropertyMap): PropertyMap;
  /** Names of the further outputs: unknown in previews. */
  readonly computed?: readonly string[];
  /** Whether what exists already is taken over, as the real provider does. @default false */
  readonly adopts?: boolean;
}

/**
 * Serves doubles of the providers `kind`, `kubernetes` and `linkerd-topology` inside this process.
 *
 * @returns the value of PULUMI_DEBUG_PROVIDERS that makes the engine use them
 */
export async function serveDoubles(
  world: World,
): Promise<{ debugProviders: string; close(): Promise<void> }> {
  const providers = [
    { name: "kind", version: "0.1.0", recipes: kindRecipes(world) },
    { name: "kubernetes", version: "4.25.0", recipes: kubernetesRecipes(world) },
    { name: "linkerd-topology", version: "0.1.0", recipes: gateRecipes() },
  ];
  const servers: { name: string; server: RunningServer }[] = [];
  for (const { name, version, recipes } of providers) {
    const server = await startServer({
      name,
      version,
      description: `double of the provider ${name}`,
      resources: recipes.map((recipe) => resourceOf(world, name, recipe)),
    });
    servers.push({ name, server });
  }
  return {
    debugProviders: servers.map(({ name, server }) => `${name}:${server.port}`).join(","),
    async close() {
      await Promise.all(servers.map(({ server }) => server.close()));
    },
  };
}

function resourceOf(world: World, provider: string, recipe: Recipe): Resource {
  const act = async <T>(
    method: Call["method"],
    urn: string,
    body: () => T | Promise<T>,
  ): Promise<T> => {
    const call = { provider, method, type: recipe.type, name: nameOf(urn) };
    world.calls.push(call);
    await world.disturb(call);
    const result = await body();
    await world.disturbAfter(call);
    return result;
  };
  const keyOf = (inputs: PropertyMap, urn: string): string =>
    `${recipe.type} ${recipe.identity(inputs, nameOf(urn))}`;
  const makeOutputs = (inputs: PropertyMap): PropertyMap => ({
    ...inputs,
    ...recipe.outputs?.(inputs),
  });
  return {
    type: recipe.type,
    schema: {
      description: "",
      inputProperties: {},
      requiredInputs: [],
      properties: Object.fromEntries((recipe.computed ?? []).map((key) => [key, {}])),
    },
    check: ({ news }) => ({ inputs: news }),
    diff: ({ oldInputs, newInputs }) => diffInputs(oldInputs, newInputs, recipe.replace ?? []),
    preview: (inputs, olds) => ({ ...olds, ...inputs }),
    create: ({ urn, inputs }) =>
      act("create", urn, () => {
        const key = keyOf(inputs, urn);
        if (world.objects.has(key) && recipe.adopts !== true) {
          throw new Error(`${key} exists already`);
        }
        const outputs = makeOutputs(inputs);
        world.objects.set(key, outputs);
        return { id: recipe.identity(inputs, nameOf(urn)), outputs };
      }),
    read: ({ urn, id, inputs, outputs }) =>
      act("read", urn, () =>
        world.objects.has(keyOf(inputs, urn)) ? { id, inputs, outputs } : undefined,
      ),
    update: ({ urn, oldOutputs, newInputs }) =>
      act("update", urn, () => {
        const outputs = { ...oldOutputs, ...makeOutputs(newInputs) };
        world.objects.set(keyOf(newInputs, urn), outputs);
        return outputs;
      }),
    delete: ({ urn, inputs, outputs }) =>
      act("delete", urn, () => {
        const key = keyOf({ ...outputs, ...inputs }, urn);
        // The real kind provider leaves a cluster of another generation alone.
        if (recipe.type === "kind:index:Cluster") {
          const running = world.objects.get(key)?.["generation"];
          if (running !== undefined && running !== inputs["generation"]) return;
          removeContents(world, nameOf(urn));
        }
        world.objects.delete(key);
      }),
  };
}

/** What is in a cluster goes with it. Logical names of contents begin with the cluster's. */
function removeContents(world: World, cluster: string): void {
  for (const key of world.objects.keys()) {
    if (key.includes(` in ${cluster}-`)) world.objects.delete(key);
  }
}

function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? "";
}

function kindRecipes(world: World): Recipe[] {
  return [
    {
      type: "kind:index:Network",
      identity: (inputs) => text(inputs["name"]),
      outputs: () => ({ subnet: "172.30.0.0/16", networkId: "0123456789ab" }),
      computed: ["subnet", "networkId"],
      replace: ["name", "labels", "owner"],
      adopts: true,
    },
    {
      type: "kind:index:Cluster",
      identity: (inputs) => text(inputs["name"]),
      outputs: (inputs) => {
        const name = text(inputs["name"]);
        removeContents(world, name);
        return {
          kubeconfig: secret(world.issueSecret(`kubeconfig-of-${name}`)),
          kubeconfigPath: `/nowhere/${name}.kubeconfig`,
          kubernetesVersion: "v1.34.2",
          nodeImage: inputs["nodeImage"] ?? "kindest/node",
          endpoint: "https://127.0.0.1:1",
          internalEndpoint: `https://${name}-control-plane:6443`,
          clusterCaCertificate: `certificate of ${name}`,
          nodes: [
            {
              name: `${name}-control-plane`,
              role: "control-plane",
              address: "172.30.0.2",
              podCidr: "10.0.0.0/24",
            },
          ],
          uid: `uid-of-${name}-${text(inputs["generation"])}`,
        };
      },
      computed: ["kubeconfig", "kubeconfigPath", "kubernetesVersion", "nodes", "uid"],
      replace: ["name", "network", "owner", "generation", "podSubnet", "serviceSubnet"],
      adopts: true,
    },
  ];
}

function kubernetesRecipes(world: World): Recipe[] {
  // The provider applies on the server's side, so that an object that exists already is taken over;
  // Helm refuses a name that is in use.
  const object = (type: string): Recipe => ({
    type,
    identity: inCluster,
    adopts: true,
    computed: ["status"],
  });
  return [
    object("kubernetes:core/v1:Namespace"),
    object("kubernetes:multicluster.linkerd.io/v1alpha3:Link"),
    {
      ...object("kubernetes:core/v1:Secret"),
      outputs: (inputs) => {
        const metadata = { ...(inputs["metadata"] as PropertyMap), uid: randomUUID() };
        if (inputs["type"] !== "kubernetes.io/service-account-token") return { metadata };
        const token = Buffer.from(world.issueSecret("token")).toString("base64");
        world.secrets.add(token);
        return { metadata, data: { token, "ca.crt": "Y2VydGlmaWNhdGU=" } };
      },
    },
    {
      type: "kubernetes:helm.sh/v3:Release",
      identity: inCluster,
      computed: ["status"],
      outputs: (inputs) => ({
        status: { name: inputs["name"] ?? "", revision: 1, status: "deployed", version: "1" },
      }),
    },
  ];
}

function gateRecipes(): Recipe[] {
  return [
    {
      type: "linkerd-topology:index:InjectorReady",
      identity: inCluster,
      outputs: () => ({ proxyImage: "localhost/proxy:1" }),
      computed: ["proxyImage"],
      adopts: true,
    },
    {
      type: "linkerd-topology:index:LinkReady",
      identity: inCluster,
      outputs: () => ({ controllerPod: "controller-1" }),
      computed: ["controllerPod"],
      replace: ["link", "namespace"],
      adopts: true,
    },
    {
      type: "linkerd-topology:index:MirrorCleanup",
      identity: inCluster,
      replace: ["link", "namespace"],
      adopts: true,
    },
  ];
}

/** Marks the identity as the content of a cluster, see {@link removeContents}. */
function inCluster(_: PropertyMap, name: string): string {
  return `in ${name}`;
}

function text(value: Value | undefined): string {
  if (typeof value !== "string") throw new Error(`a string was expected, not ${typeof value}`);
  return value;
}
