import * as z from "zod";
import { limits } from "./limits.ts";
import { clusterOrClusters, integer, list, told, yesOrNo } from "./schema-parts.ts";

const tokenGeneration = () =>
  integer(
    1,
    limits.tokenGeneration,
    "the number of a generation",
    "write a number such as 2, another than before",
  ).exactOptional();

/** The shape of an `AccessSpec`. */
export const accessSchema = told(
  z.strictObject({
    tokenGeneration: tokenGeneration(),
    accounts: list(
      told(
        z.strictObject({
          from: clusterOrClusters(),
          to: clusterOrClusters().exactOptional(),
          tokenGeneration: tokenGeneration(),
          revoked: yesOrNo().exactOptional(),
        }),
        "a description of access accounts",
        'write a map such as "- { from: west, to: east, revoked: true }"',
      ),
      "a list of access accounts",
      'write a list such as "- { from: west, to: east, revoked: true }"',
    ).exactOptional(),
  }),
  "a description of the access accounts",
  "write a map such as { tokenGeneration: 2 }",
);
