import { replaceModel } from '../../core/body-scan.ts';
import { asBuffer } from '../../lib/bytes.ts';
import { JsonNode } from '../json-node.ts';
import type { AdaptContext, Adaptation } from './adaptation.ts';
import { maxTokens, unknownFields } from './fields.ts';
import { documents, images } from './media.ts';
import { outputFormat } from './output-format.ts';
import { requiredThinking, signatures } from './signatures.ts';
import { attribution, systemMessages } from './system.ts';
import { effortWithoutThinking, thinkingConfig } from './thinking.ts';
import { forcedToolChoice, serverTools, toolSearch } from './tools.ts';

/** In the order in which they are applied. */
const ADAPTATIONS: readonly Adaptation[] = [
  attribution,
  maxTokens,
  thinkingConfig,
  effortWithoutThinking,
  outputFormat,
  toolSearch,
  serverTools,
  forcedToolChoice,
  systemMessages,
  images,
  documents,
  signatures,
  requiredThinking,
  unknownFields,
];

/**
 * The client's body with the upstream's model id, and without what this upstream would reject.
 * Where there is nothing of that, every other byte is the client's own.
 *
 * @throws GatewayError `malformed_request` where a body that has to be changed is not JSON
 */
export function adaptBody(context: AdaptContext): Uint8Array {
  const { call, target } = context;
  const bytes = asBuffer(call.body);
  const needed = ADAPTATIONS.filter(({ concerns }) => concerns(bytes, context));
  if (needed.length === 0) return replaceModel(call.body, call.modelSpan, target.model);
  const root = JsonNode.ofMembers(bytes, call.members);
  for (const { apply } of needed) apply(root, context);
  if (target.model !== null) root.set('model', JsonNode.of(target.model));
  return root.bytes();
}
