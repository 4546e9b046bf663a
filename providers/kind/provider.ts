import { pluginDownloadURL } from "../repository.ts";
import type { Provider } from "../server/index.ts";
import { clusterResource } from "./cluster-resource.ts";
import { providerVersion } from "./constants.ts";
import { networkResource } from "./network-resource.ts";

/** The provider `kind`: clusters created by the kind command line tool, and their Docker networks. */
export const kindProvider: Provider = {
  name: "kind",
  version: providerVersion,
  description: "Kubernetes clusters whose nodes are Docker containers.",
  pluginDownloadURL,
  resources: [clusterResource, networkResource],
};
