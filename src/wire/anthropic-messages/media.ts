import { mentions } from '../../lib/bytes.ts';
import type { JsonNode } from '../json-node.ts';
import type { Adaptation } from './adaptation.ts';
import { changeBlocks, textBlock, typeOf } from './blocks.ts';

const mentionsImage = mentions('"image"');
const mentionsDocument = mentions('"document"');

/** A model without vision is told that there was an image, also inside of a tool's result. */
export const images: Adaptation = {
  concerns: (body, { target }) => target.facts.vision === false && mentionsImage(body),

  apply(root) {
    const note = textBlock('[image omitted: model has no vision]');
    changeBlocks(root, (block) => (typeOf(block) === 'image' ? note : block));
  },
};

/** Documents as text where they are text; of others only the title stays. */
export const documents: Adaptation = {
  concerns: (body, { target }) => !target.compat.documents && mentionsDocument(body),

  apply(root, { target }) {
    changeBlocks(root, (block) =>
      typeOf(block) === 'document' ? textBlock(documentText(block, target.provider.label)) : block,
    );
  },
};

function documentText(document: JsonNode, label: string): string {
  const source = document.get('source');
  const title = document.get('title')?.text();
  const context = document.get('context')?.text();
  const content = source?.get('content');
  const texts = [
    source?.get('type')?.text() === 'text' ? source.get('data')?.text() : undefined,
    content?.text(),
    ...(content?.items() ?? []).map((block) => block.get('text')?.text()),
  ].filter((text) => text !== undefined && text !== '');
  if (texts.length === 0) {
    return `[document "${title ?? 'document.pdf'}" omitted: ${label} takes no documents]`;
  }
  const head = [
    ...(title === undefined ? [] : [`title: ${title}`]),
    ...(context === undefined ? [] : [`context: ${context}`]),
  ];
  return [...head, ...texts].join('\n');
}
