import type { Draft } from "../../planning/topology/shape.ts";
import {
  type CheckRequest,
  checkShape,
  type Context,
  diffInputs,
  type Fail,
  partial,
  type Properties,
  type PropertyMap,
  readShape,
  replacing,
  type Resource,
  secret,
  secrets,
  type Shape,
} from "../server/index.ts";

/** A resource's properties in the state. */
export type State<I extends Shape, O extends Shape> = Properties<I> & Partial<Properties<O>>;

/** A resource of the package's own provider. Its outputs are its inputs and what it found. */
interface Gate<I extends Shape, O extends Shape> {
  /** Name of the type, such as `LinkReady`. */
  readonly name: string;
  readonly description: string;
  /** TypeScript that makes one. @default the documentation shows no example */
  readonly example?: string;
  readonly inputs: I;
  readonly outputs: O;
  /** Reports what is wrong with inputs besides their shape. */
  check?(known: Draft<Properties<I>>, fail: Fail, request: CheckRequest): void;
  /**
   * An output and the value that means that nothing is left to do. With any other value the next update tries
   * again.
   */
  readonly settled?: readonly [output: keyof O & string, value: string];
  /** See `Resource`. */
  readonly outlook?: NonNullable<Resource["outlook"]>;
  id(inputs: Properties<I>): string;
  /** Waits until the condition of the gate holds. */
  create(inputs: Properties<I>, context: Context): Promise<Found<O>>;
  /** @default the same as `create` */
  update?(inputs: Properties<I>, context: Context, former: Former<I, O>): Promise<Found<O>>;
  /**
   * What it finds now. Undefined if the resource is gone.
   * @default what the state has
   */
  read?(state: State<I, O>, context: Context): Promise<Partial<Properties<O>> | undefined>;
  /** @default nothing to undo */
  delete?(state: State<I, O>, context: Context): Promise<void>;
}

type Found<O extends Shape> = Partial<Properties<O>>;

interface Former<I extends Shape, O extends Shape> {
  readonly inputs: Properties<I>;
  readonly state: State<I, O>;
}

export function gate<I extends Shape, O extends Shape>(definition: Gate<I, O>): Resource {
  const { description, example, inputs: shape, outputs } = definition;
  const read = (inputs: PropertyMap) => readShape(shape, inputs);
  const stateOf = (properties: PropertyMap) => stateIn(definition, properties);
  return {
    type: `linkerd-topology:index:${definition.name}`,
    schema: { description, ...(example !== undefined && { example }), inputs: shape, outputs },
    check: (request) => {
      // An empty text means that nothing is given: callers without a context may pass one.
      const given = Object.entries(request.news).filter(([, value]) => value !== "");
      const { inputs, known, failures, fail } = checkShape(shape, Object.fromEntries(given));
      if ("kubeconfigPath" in shape) checkAccess(inputs, fail);
      definition.check?.(known, fail, request);
      return { inputs, failures };
    },
    diff: ({ oldInputs, oldOutputs, newInputs }) => {
      const { changes } = diffInCluster(shape, oldInputs, newInputs);
      const [output, wanted] = definition.settled ?? [];
      if (output === undefined || (oldOutputs[output] ?? "") === wanted) return { changes };
      return { changes: { ...changes, [output]: { kind: "update" } } };
    },
    ...(definition.outlook && { outlook: definition.outlook }),
    create: async (request, context) => {
      const inputs = read(request.inputs);
      const found = await definition.create(inputs, context);
      return { id: definition.id(inputs), outputs: outputsOf(shape, inputs, found) };
    },
    update: async ({ oldInputs, oldOutputs, newInputs }, context) => {
      const inputs = read(newInputs);
      const found =
        definition.update === undefined
          ? await definition.create(inputs, context)
          : await definition.update(inputs, context, {
              inputs: read(oldInputs),
              state: stateOf(oldOutputs),
            });
      return outputsOf(shape, inputs, found);
    },
    read: async ({ id, inputs, outputs: known }, context) => {
      const found = await (definition.read?.(stateOf(known), context) ?? {});
      return found && { id, inputs, outputs: outputsOf(shape, known, found) };
    },
    delete: async (request, context) => {
      await definition.delete?.(stateOf(request.outputs), context);
    },
  };
}

/** @throws Error if the state lacks its inputs */
export function stateIn<I extends Shape, O extends Shape>(
  { inputs, outputs }: { readonly inputs: I; readonly outputs: O },
  properties: PropertyMap,
): State<I, O> {
  return readShape({ ...inputs, ...partial(outputs) }, properties) as State<I, O>;
}

function checkAccess({ kubeconfig, kubeconfigPath }: PropertyMap, fail: Fail): void {
  if (kubeconfig === undefined && kubeconfigPath === undefined) {
    fail(["kubeconfigPath"], "or kubeconfig has to be set");
  } else if (kubeconfig !== undefined && kubeconfigPath !== undefined) {
    fail(["kubeconfigPath"], "and kubeconfig exclude each other");
  }
}

/**
 * What a change of inputs means. In another cluster it is another resource: the new one is created there
 * before the former one cleans up.
 */
export function diffInCluster(shape: Shape, olds: PropertyMap, news: PropertyMap) {
  const [before, after] = [olds["clusterUid"], news["clusterUid"]];
  const moved = typeof before === "string" && typeof after === "string" && before !== after;
  return diffInputs(olds, news, [...replacing(shape), ...(moved ? ["clusterUid"] : [])]);
}

/** Outputs: the inputs, the kubeconfig always as a secret, and what was found. */
export function outputsOf(shape: Shape, inputs: object, found: object = {}): PropertyMap {
  const all = { ...inputs, ...found } as PropertyMap;
  for (const key of secrets(shape)) {
    if (all[key] !== undefined) all[key] = secret(all[key]);
  }
  return all;
}
