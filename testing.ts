/** `linkerd-topology/testing`: a mesh for tests, with node:test, vitest and what has the same hooks. */
export { shareTopology, type SharedTopology } from "./environments/testing/share-topology.ts";
export type { TestNamespace } from "./environments/testing/namespaces.ts";
export {
  type TestHooks,
  type TestMesh,
  useTopology,
  type UseTopologyOptions,
} from "./environments/testing/use-topology.ts";
export type { NamedTopology } from "./environments/for-programs.ts";
export type { Applied, Manifest } from "./environments/apply.ts";
