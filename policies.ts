/** `linkerd-topology/policies`: Pulumi policies for a pack of one's own. They need the module `@pulumi/policy`. */
export { topologyPolicies } from "./policy-pack/policies.ts";
