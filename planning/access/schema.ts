import type * as z from "zod";
import { limits } from "../limits.ts";
import { clusterOrClusters, integer, list, object, yesOrNo } from "../topology/schema-parts.ts";

const tokenGeneration = () =>
  integer(
    1,
    limits.tokenGeneration,
    "the number of a generation",
    "write a number such as 2, another than before",
  ).exactOptional();

const account = object(
  {
    /**
     * Source, or sources, of the Links.
     * @example west
     */
    from: clusterOrClusters(),
    /**
     * Target, or targets, of the Links.
     * @default every target of those sources
     * @example [east, north]
     */
    to: clusterOrClusters().exactOptional(),
    /**
     * Generation of these tokens, instead of the one for all accounts. Only count up.
     * @default that of `access`
     * @example 3
     */
    tokenGeneration: tokenGeneration(),
    /**
     * Cuts the source off from the target: its account there loses its rights and its token. The Link and its
     * mirrors stay, but nothing updates them. If you undo this, the source gets another account with another
     * token.
     * @default false
     * @example true
     */
    revoked: yesOrNo().exactOptional(),
  },
  "a description of access accounts",
  'write a map such as "- { from: west, to: east, revoked: true }"',
);

/** Settings of some Links' access accounts. */
export interface AccountSpec extends Readonly<z.infer<typeof account>> {}

export const accessSchema = object(
  {
    /**
     * Generation of every account's token. Another number creates new tokens. The same `up` deletes the old
     * ones, once the sources' controllers work with the new ones. Only count up: an earlier number brings
     * back exactly the earlier token.
     * @default 1
     * @example 2
     */
    tokenGeneration: tokenGeneration(),
    /**
     * Settings of single accounts.
     * @default []
     * @example [{ from: west, to: east, revoked: true }]
     */
    accounts: list<AccountSpec>(
      account,
      "a list of access accounts",
      'write a list such as "- { from: west, to: east, revoked: true }"',
    ).exactOptional(),
  },
  "a description of the access accounts",
  "write a map such as { tokenGeneration: 2 }",
);

/** How sources reach the API servers of their targets: each Link has one access account in its target. */
export interface AccessSpec extends Readonly<z.infer<typeof accessSchema>> {}
