import { z } from 'zod';
import type { KeyPath } from './config-error.ts';

/** Takes `optional()` away, whose inside holds the keys. */
function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  return schema instanceof z.ZodOptional ? unwrap(schema.unwrap()) : schema;
}

/** The schema of what stands at a path; for a choice, its object form. */
function schemaAt(schema: z.core.$ZodType, path: KeyPath): z.core.$ZodType | undefined {
  let current: z.core.$ZodType | undefined = unwrap(schema);
  for (const part of path) {
    if (current instanceof z.ZodRecord) current = current.valueType;
    else if (current instanceof z.ZodArray) current = current.element;
    else if (current instanceof z.ZodObject) current = current.shape[String(part)];
    else return undefined;
    if (current === undefined) return undefined;
    current = unwrap(current);
    if (current instanceof z.ZodUnion) {
      current = current.options.find((option) => option instanceof z.ZodObject) ?? current;
    }
  }
  return current;
}

/** The keys that an object at a path may have. */
export function knownKeys(schema: z.ZodType, path: KeyPath): string[] {
  const found = schemaAt(schema, path);
  return found instanceof z.ZodObject ? Object.keys(found.shape) : [];
}

/** The outermost keys whose objects know a key, for one that was written a level too high. */
export function sectionsWith(schema: z.ZodType, key: string): string[] {
  return knownKeys(schema, []).filter((section) => knownKeys(schema, [section]).includes(key));
}
