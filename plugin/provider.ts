import { meshProvider } from "../providers/mesh/provider.ts";
import { repository } from "../providers/repository.ts";
import type { Provider } from "../providers/server/index.ts";
import { componentSchemas } from "./component-schemas.ts";
import { topologyTypes } from "./topology-types.ts";

/** The provider `linkerd-topology`: the gates, and the components for programs in every language. */
export const linkerdTopology: Provider = {
  ...meshProvider,
  description:
    "Linkerd multi-cluster topologies: clusters, one trust anchor, Linkerd, gateways and Links.",
  language: {
    // Of the SDK that `pulumi package add` makes in a project. Without it the generator takes a name of Pulumi's.
    nodejs: { packageName: "@linkerd-topology/sdk" },
    python: { respectSchemaVersion: true, pyproject: { enabled: true } },
    go: {
      respectSchemaVersion: true,
      importBasePath: `github.com/${repository}/sdks/go/linkerdtopology`,
      rootPackageName: "linkerdtopology",
    },
  },
  components: {
    schemas: componentSchemas,
    types: topologyTypes(meshProvider.name),
    load: async () => {
      // Before anything loads Pulumi's SDK.
      await import("../environments/pulumi-patches.ts");
      return (await import("./make-component.ts")).makeComponent;
    },
  },
};
