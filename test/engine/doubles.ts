import { diffInputs, startServer } from "../../providers/server/index.ts";
import type { PropertyMap, Resource, RunningServer } from "../../providers/server/index.ts";
import { gateRecipes, kindRecipes, kubernetesRecipes, type Recipe } from "./recipes.ts";
import type { Call, World } from "./world.ts";

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
  const makeOutputs = (inputs: PropertyMap, olds?: PropertyMap): PropertyMap => ({
    ...inputs,
    ...recipe.outputs?.(inputs, olds),
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
    read: ({ urn, id, inputs }) =>
      act("read", urn, () => {
        const outputs = world.objects.get(keyOf(inputs, urn));
        const basis = recipe.restsOn?.(nameOf(urn));
        const gone = outputs === undefined || (basis !== undefined && !world.objects.has(basis));
        return gone ? undefined : { id, inputs, outputs };
      }),
    update: ({ urn, oldOutputs, newInputs }) =>
      act("update", urn, () => {
        const outputs = { ...oldOutputs, ...makeOutputs(newInputs, oldOutputs) };
        world.objects.set(keyOf(newInputs, urn), outputs);
        return outputs;
      }),
    delete: ({ urn, inputs, outputs }) =>
      act("delete", urn, () => {
        const key = keyOf({ ...outputs, ...inputs }, urn);
        // The real kind provider leaves a network, or a cluster, of another generation alone.
        if (recipe.type === "kind:index:Network") {
          const current = world.objects.get(key)?.["networkId"];
          if (current !== undefined && current !== outputs["networkId"]) return;
        }
        if (recipe.type === "kind:index:Cluster") {
          const running = world.objects.get(key)?.["generation"];
          if (running !== undefined && running !== inputs["generation"]) return;
          world.removeContents(nameOf(urn));
        }
        world.objects.delete(key);
      }),
  };
}

function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? "";
}
