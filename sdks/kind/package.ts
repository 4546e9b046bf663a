import * as pulumi from "@pulumi/pulumi";

/** Version of the provider plugin that this SDK belongs to. */
export const packageVersion = "0.1.0";

/** What clusters and networks are owned by unless the program says otherwise: `<project>/<stack>`. */
export function stackOwner(): string {
  return `${pulumi.getProject()}/${pulumi.getStack()}`;
}
