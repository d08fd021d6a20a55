import { memberOf } from '../../core/body-scan.ts';
import { JsonNode } from '../json-node.ts';
import { deleteField, mentionsField } from '../json-path.ts';
import type { Adaptation } from './adaptation.ts';

/** Claude Code asks for up to 128000 tokens; vendors answer 400 above the model's own limit. */
export const maxTokens: Adaptation = {
  concerns: (_, { call, target: { compat, facts } }) =>
    compat.clampMaxTokens &&
    facts.maxOutputTokens !== undefined &&
    Number(memberOf(call, 'max_tokens')) > facts.maxOutputTokens,

  apply(root, { target }) {
    root.set('max_tokens', JsonNode.of(target.facts.maxOutputTokens));
  },
};

/** Fields that the upstream is known to reject. */
export const unknownFields: Adaptation = {
  concerns: (body, { target }) =>
    target.compat.withoutFields.some((path) => mentionsField(body, path)),

  apply(root, { target }) {
    for (const path of target.compat.withoutFields) deleteField(root, path);
  },
};
