import * as z from "zod";
import { diffInputs, PartialFailure, startServer } from "../../providers/server/index.ts";
import type {
  Components,
  Context,
  PropertyMap,
  Resource,
  RunningServer,
} from "../../providers/server/index.ts";
import { type Recipe } from "./recipe.ts";
import { gateRecipes, kindRecipes, kubernetesRecipes, tlsRecipes } from "./recipes.ts";
import { begins, refusal, refusalOfUninstall } from "./strictness.ts";
import type { Call, World } from "./world.ts";

/**
 * Serves doubles of the providers `kind`, `kubernetes` and `linkerd-topology` inside this process, and one
 * of `tls` if asked to.
 *
 * @returns the value of PULUMI_DEBUG_PROVIDERS that makes the engine use them
 */
export async function serveDoubles(
  world: World,
  options: {
    readonly tls: boolean;
    readonly real?: readonly Resource[];
    /** What `linkerd-topology` serves to programs in other languages. @default none */
    readonly components?: Components | undefined;
    /** Serves the components: that of the installation which has them, because they share its copy of Pulumi's SDK. */
    readonly start?: typeof startServer;
  },
): Promise<{ debugProviders: string; close(): Promise<void> }> {
  const providers = [
    { name: "kind", version: "0.1.0", recipes: kindRecipes(world) },
    { name: "kubernetes", version: "4.25.0", recipes: kubernetesRecipes(world) },
    { name: "linkerd-topology", version: "0.1.0", recipes: gateRecipes() },
    ...(options.tls ? [{ name: "tls", version: "5.3.0", recipes: tlsRecipes(world) }] : []),
  ];
  const servers: { name: string; server: RunningServer }[] = [];
  for (const { name, version, recipes } of providers) {
    const hasComponents = name === "linkerd-topology" && options.components !== undefined;
    const start = hasComponents ? (options.start ?? startServer) : startServer;
    const server = await start({
      name,
      version,
      description: `double of the provider ${name}`,
      ...(hasComponents && { components: options.components }),
      resources: recipes.map(
        (recipe) =>
          options.real?.find(({ type }) => type === recipe.type) ?? resourceOf(world, name, recipe),
      ),
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

/** The steps in which a double does one operation. */
interface Operation<T> {
  readonly method: Call["method"];
  readonly urn: string;
  readonly context: Context;
  /** Leaves the traces of a started operation. */
  begin?(): void;
  /** Does it. */
  body(): T;
  /** Ends it as its kind of resource does after an interruption or a timeout. */
  timeOut?(): never;
}

function resourceOf(world: World, provider: string, recipe: Recipe): Resource {
  const act = async <T>(operation: Operation<T>): Promise<T> => {
    const { method, urn, context } = operation;
    const call = { provider, method, type: recipe.type, name: nameOf(urn) };
    world.calls.push(call);
    end(await world.disturb(call, context.signal), operation);
    operation.begin?.();
    end(await world.disturbMidway(call, context.signal), operation);
    const result = operation.body();
    end(await world.disturbAfter(call, context.signal), operation);
    return result;
  };
  const keyOf = (inputs: PropertyMap, urn: string): string =>
    `${recipe.type} ${recipe.identity(inputs, nameOf(urn))}`;
  const put = (key: string, outputs: PropertyMap): void => {
    if (recipe.leavesNothing !== true) world.objects.set(key, outputs);
  };
  const makeOutputs = (urn: string, inputs: PropertyMap, olds?: PropertyMap): PropertyMap => ({
    ...inputs,
    ...recipe.outputs?.(inputs, olds, nameOf(urn)),
  });
  /** What exists of a resource whose creation or update was interrupted, and what the engine gets. */
  const timeOut = (
    key: string,
    id: string,
    inputs: PropertyMap,
    done: () => PropertyMap,
  ): never => {
    const said = `${key}: not done within the time that it has`;
    const way = recipe.onTimeout?.(inputs) ?? "cleared";
    if (way === "cleared") {
      world.objects.delete(key);
      throw new Error(said);
    }
    const outputs = done();
    if (way === "unknown") throw new Error(said);
    const incomplete = { ...outputs, ...recipe.incomplete?.(outputs) };
    put(key, incomplete);
    throw new PartialFailure(id, incomplete, said);
  };
  return {
    type: recipe.type,
    schema: {
      description: "",
      inputs: {},
      outputs: Object.fromEntries((recipe.computed ?? []).map((key) => [key, z.string()])),
    },
    check: ({ news }) => ({ inputs: news }),
    diff: ({ oldInputs, newInputs }) => diffInputs(oldInputs, newInputs, recipe.replace ?? []),
    preview: (inputs, olds) => ({ ...olds, ...inputs }),
    create: ({ urn, inputs }, context) => {
      const key = keyOf(inputs, urn);
      const id = recipe.identity(inputs, nameOf(urn));
      const body = (): { id: string; outputs: PropertyMap } => {
        const outputs = makeOutputs(
          urn,
          inputs,
          recipe.adopts === true ? world.objects.get(key) : undefined,
        );
        put(key, outputs);
        return { id, outputs };
      };
      return act({
        method: "create",
        urn,
        context,
        begin: () => {
          const trouble = refusal(world, recipe, {
            method: "create",
            key,
            name: nameOf(urn),
            inputs,
          });
          if (trouble !== undefined) throw new Error(trouble);
          begins(world, recipe, "create", key, inputs);
        },
        body,
        timeOut: () => timeOut(key, id, inputs, () => body().outputs),
      });
    },
    read: ({ urn, id, inputs }, context) =>
      act({
        method: "read",
        urn,
        context,
        body: () => {
          const outputs = world.objects.get(keyOf(inputs, urn));
          const basis = recipe.restsOn?.(nameOf(urn));
          const gone = outputs === undefined || (basis !== undefined && !world.objects.has(basis));
          if (gone) return undefined;
          // An import knows no inputs: they are what is there.
          const isImport = Object.keys(inputs).length === 0;
          return { id, inputs: isImport ? outputs : inputs, outputs };
        },
      }),
    update: ({ urn, id, oldOutputs, newInputs }, context) => {
      const key = keyOf(newInputs, urn);
      const body = (): PropertyMap => {
        const outputs = { ...oldOutputs, ...makeOutputs(urn, newInputs, oldOutputs) };
        put(key, outputs);
        return outputs;
      };
      return act({
        method: "update",
        urn,
        context,
        begin: () => {
          const about = { method: "update", key, name: nameOf(urn), inputs: newInputs } as const;
          const trouble = refusal(world, recipe, about);
          if (trouble !== undefined) throw new Error(trouble);
          begins(world, recipe, "update", key, newInputs);
        },
        body,
        timeOut: () => timeOut(key, id, newInputs, body),
      });
    },
    delete: ({ urn, inputs, outputs }, context) =>
      act({
        method: "delete",
        urn,
        context,
        begin: () => {
          const trouble = refusalOfUninstall(world, recipe, keyOf({ ...outputs, ...inputs }, urn));
          if (trouble !== undefined) throw new Error(trouble);
        },
        body: () => {
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
        },
      }),
  };
}

function end<T>(bad: unknown, operation: Operation<T>): void {
  if (bad === undefined) return;
  if (bad === "lost") throw new Error("the plugin died: error reading from server: EOF");
  if (operation.timeOut !== undefined) operation.timeOut();
  // A deletion that was asked for goes on, and nobody knows how it ended.
  operation.body();
  throw new Error("not deleted within the time that it has");
}

function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? "";
}
