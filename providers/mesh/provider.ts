import type { Provider } from "../server/index.ts";
import { injectorReady } from "./injector-ready.ts";
import { linkReady } from "./link-ready.ts";
import { mirrorCleanup } from "./mirror-cleanup.ts";

/** Gates: resources that exist once a mesh is in a certain state. */
export const meshProvider: Provider = {
  name: "linkerd-topology",
  version: "0.1.0",
  description: "Waits for the signals that a Linkerd mesh gives, and tidies up behind a Link.",
  resources: [injectorReady, linkReady, mirrorCleanup],
};
