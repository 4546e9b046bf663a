import type { PropertyMap } from "../../providers/server/index.ts";

/** How a double makes one type of resource. */
export interface Recipe {
  readonly type: string;
  /** What the resource is in the world, such as a cluster's name: two of one identity collide. */
  identity(inputs: PropertyMap, name: string): string;
  /** Properties whose change recreates it. @default none */
  readonly replace?: readonly string[];
  /** Outputs besides the inputs; `olds` are those before an update, or of what is taken over. */
  outputs?(inputs: PropertyMap, olds: PropertyMap | undefined, name: string): PropertyMap;
  /** What has to be in the world, else a look at the resource finds it gone. @default the resource */
  restsOn?(name: string): string;
  /** Names of the further outputs: unknown in previews. */
  readonly computed?: readonly string[];
  /** Whether what exists already is taken over, as the real provider does. @default false */
  readonly adopts?: boolean;
  /**
   * How the real provider ends a creation or an update that is interrupted or waits in vain. `cleared`:
   * nothing is left of it. `kept`: it is there, and the state has it with its errors. `unknown`: it is
   * there, and the state doesn't know. @default "cleared"
   */
  onTimeout?(inputs: PropertyMap): "cleared" | "kept" | "unknown";
  /** The outputs that a creation that timed out doesn't know. */
  incomplete?(outputs: PropertyMap): PropertyMap;
  /** Whether it exists in the state alone. @default false */
  readonly leavesNothing?: boolean;
}
