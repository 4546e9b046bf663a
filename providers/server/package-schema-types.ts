export interface TypeSchema {
  readonly type?: "string" | "integer" | "number" | "boolean" | "array" | "object";
  readonly items?: TypeSchema;
  readonly additionalProperties?: TypeSchema;
  /**
   * One of the package's `types`, such as `#/types/kind:index:Node`, one of its resources, such as
   * `#/resources/kind:index:Network`, or `pulumi.json#/Any`.
   */
  readonly $ref?: string;
  readonly oneOf?: readonly TypeSchema[];
  /** Never an output of a resource. */
  readonly plain?: boolean;
}

export interface PropertySchema extends TypeSchema {
  readonly description?: string;
  readonly secret?: boolean;
  readonly willReplaceOnChanges?: boolean;
  readonly default?: string | number | boolean;
}

export interface ObjectSchema {
  readonly description?: string;
  readonly properties: Readonly<Record<string, PropertySchema>>;
  readonly required: readonly string[];
}

export interface ObjectType extends ObjectSchema {
  readonly type: "object";
}

export interface EnumType {
  readonly type: "string";
  readonly enum: readonly { readonly value: string }[];
}

/** The part of Pulumi's package schema that this project's providers use. */
export interface PackageSchema {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly pluginDownloadURL?: string;
  readonly language?: Readonly<Record<string, object>>;
  readonly config: object;
  readonly provider: { readonly description: string };
  readonly types: Readonly<Record<string, ObjectType | EnumType>>;
  readonly resources: Readonly<
    Record<
      string,
      ObjectSchema & {
        readonly description: string;
        readonly isComponent?: boolean;
        readonly inputProperties: Readonly<Record<string, PropertySchema>>;
        readonly requiredInputs: readonly string[];
      }
    >
  >;
}
