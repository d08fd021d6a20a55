/** The wire formats that an upstream can speak. Each is one folder in `src/wire/`. */
export const WIRE_NAMES = ['anthropic-messages', 'openai-chat'] as const;
export type WireName = (typeof WIRE_NAMES)[number];

/** How a key is put on a request. */
export type AuthStyle = 'bearer' | 'x-api-key' | 'api-key' | 'none';

/** One address of a provider. */
export interface ProviderEndpoint {
  /** Without a trailing slash. Absent: the route has to give one. */
  readonly baseURL?: string;
  /** Other addresses of the same service, such as an international one. */
  readonly alternateBaseURLs?: readonly string[];
  readonly auth: AuthStyle;
}

/** A provider: one row of data in `catalog.ts`. */
export interface ProviderSpec {
  /** The preset's name in the configuration, and the provider's label in metrics. */
  readonly name: string;
  /** As the vendor writes itself. */
  readonly label: string;
  /** The environment variable that vendors and users know for the key. Absent: no key needed. */
  readonly keyVariable?: string;
  /** Where a person gets a key. */
  readonly keyURL?: string;
  readonly defaultWire: WireName;
  readonly endpoints: Partial<Record<WireName, ProviderEndpoint>>;
  /** Answered inside the process instead of over the network. */
  readonly builtIn?: true;
  /** May receive a client's own Anthropic credential: Anthropic itself, and nobody else. */
  readonly acceptsClientCredential?: true;
  /** Headers that every request of this provider carries. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Deviations from the plain openai-chat format. */
  readonly compat?: Partial<OpenAiChatCompat>;
  /** Deviations of single models, the first matching row wins. Matched against the upstream id. */
  readonly modelCompat?: readonly { readonly match: RegExp; readonly compat: Partial<OpenAiChatCompat> }[];
}

/**
 * Deviations of a vendor from OpenAI's chat completions. Every flag says what it changes and
 * where it is documented.
 */
export interface OpenAiChatCompat {
  /** Which field carries the output limit. */
  readonly maxTokensField: 'max_tokens' | 'max_completion_tokens';
}
